# `make run` shows the site, `make check test` is what every commit passes, `make` alone lists the rest.
# bin/ holds what is too long for a line here.

.DEFAULT_GOAL := help
.PHONY: help run dev test check fix bench soak requirements install install-dev tools clean

PY := .venv/bin/python
LOCK := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
TEMPLATES := $(wildcard templates */templates)
# Settings as on a public site, for the checks that Django makes of them.
AS_PUBLIC := DEBUG= SITE_URL=https://example.org SECRET_KEY=only-for-checking-the-settings-of-a-public-site-123456

help: ## list what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: install ## show the site on http://127.0.0.1:8000 (another port: make run PORT=8001)
	@exec $(PY) manage.py serve

dev: install-dev ## the same for development: restarts when code changes, shows errors
	@DEBUG=true exec $(PY) manage.py serve --reload

test: install-dev tools ## run every test, on SQLite, on PostgreSQL and in a browser
	@$(PY) -m tests.phases

check: install-dev tools ## formatting, lint, types, templates, migrations, settings
	@echo 'Formatting ...' && $(PY) -m ruff format --check --output-format concise .
	@echo 'Lint ...' && $(PY) -m ruff check --quiet --output-format concise .
	@echo 'Types ...' && $(PY) -m mypy --no-error-summary
	@echo 'Templates ...' && $(PY) -m djlint --quiet --lint $(TEMPLATES)
	@echo 'Migrations ...' && $(PY) manage.py makemigrations --check --dry-run && $(PY) bin/lint-migrations
	@echo 'Settings ...' && $(AS_PUBLIC) $(PY) manage.py check --deploy --fail-level WARNING

fix: install-dev ## format, and mend what can be mended without asking
	@$(PY) -m ruff check --quiet --fix-only .
	@$(PY) -m ruff format .

bench: install-dev tools ## measure speed side by side with the references, and what the site promises
	@status=0; for one in bench benches.searching benches.scale bench_promises bench_enquiries; do \
		$(PY) -m tests.$$one || status=1; done; exit $$status

soak: install-dev tools ## the long tests: faults at full length and count (a part: SOAK_SHARE=0.05 make soak)
	@bin/soak

requirements: install-dev ## choose newer versions of everything, with hashes
	@for lock in requirements requirements-dev requirements-s3 requirements-mail; do $(LOCK) --upgrade -o $$lock.txt $$lock.in; done
	@$(LOCK) --upgrade --no-deps -o requirements-servers.txt requirements-servers.in
	@git --no-pager diff --stat -- 'requirements*.txt'

install: ## make .venv, with what the site runs on
	@bin/install requirements

install-dev: ## make .venv, with what tests and checks need too
	@bin/install requirements requirements-dev

tools: install-dev
	@$(PY) -m tests.tools

clean: ## remove what was installed and cached; var/ with its data stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
