import hashlib
import os
import sys
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cosma.preflight import HOST, need_database, need_free, whole_number

# Measured with 28 kB pages on one core: 1 to 4 threads cost the same, and 4 let readers past a slow upload.
GRANIAN = {
    "--interface": "wsgi",
    "--http": "1",
    "--blocking-threads": "4",
    # Counts open connections, idle ones too: a small number would let a few open browsers lock out the rest.
    "--backpressure": "512",
    # Also how long an idle connection is kept. nginx in front must let go sooner (keepalive_timeout).
    "--http1-header-read-timeout": "15000",
    # A request that hangs must not keep a stopping server alive.
    "--workers-kill-timeout": "10",
    "--respawn-interval": "0.5",
    "--log-level": "warning",
}
GRANIAN_FLAGS = ["--respawn-failed-workers", "--no-access-log", "--no-ws"]


class Command(BaseCommand):
    help = "Prepares the database and the static files, then serves the site on this machine."
    # The checks of the whole project come after those of the machine, which explain themselves better.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("--reload", action="store_true", help="for development: restart when code changes")

    def handle(self, **options):
        port = whole_number("PORT", 8000, most=65535)
        workers = whole_number("WEB_CONCURRENCY", 2, most=64)
        need_free(port)
        need_database()
        self.check()
        self.migrate()
        self.load_content()
        if options["reload"]:
            self.greet(port)
            become("manage.py", "runserver", f"{HOST}:{port}")
        self.collect_static()
        self.greet(port)
        become("-m", "granian", *granian_options(port, workers), "cosma.wsgi:application")

    def migrate(self):
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            self.progress(f"Preparing the database: {len(plan)} migrations ...")
            call_command("migrate", interactive=False, verbosity=0)

    def load_content(self):
        call_command("loadcontent", "--publish-unreviewed", "--once", stdout=self.stdout)

    def collect_static(self):
        stamp = settings.VAR_DIR / "static.stamp"
        wanted = static_fingerprint()
        if stamp.exists() and stamp.read_text() == wanted and Path(settings.STATIC_ROOT).is_dir():
            return
        self.progress("Collecting static files ...")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(wanted)

    def greet(self, port: int):
        self.progress(
            f"\n  Site    http://{HOST}:{port}/\n"
            f"  Staff   http://{HOST}:{port}/admin/\n"
            "  To make a staff account:\n"
            "          .venv/bin/python manage.py createstaff you@example.org --role editor\n"
            "  Ctrl-C stops the site.\n"
        )

    def progress(self, line: str):
        self.stdout.write(line)
        self.stdout.flush()


def static_fingerprint() -> str:
    """Differs when collectstatic would have something to do."""
    seen = [repr(settings.STORAGES["staticfiles"])]
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = os.stat(storage.path(path))
            seen.append(f"{path} {stat.st_size} {stat.st_mtime_ns}")
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def granian_options(port: int, workers: int) -> list[str]:
    pairs = GRANIAN | {"--host": HOST, "--port": str(port), "--workers": str(workers)}
    return [*GRANIAN_FLAGS, *(part for pair in pairs.items() for part in pair)]


def become(*python_arguments: str) -> NoReturn:
    """Replaces this process by the server: signals reach it directly, and nothing lives on beside it."""
    connection.close()
    sys.stdout.flush()
    os.chdir(settings.BASE_DIR)
    os.execv(sys.executable, [sys.executable, *python_arguments])
