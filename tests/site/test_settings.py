"""What the environment may say, and the one sentence that a wrong one is answered with."""

import datetime
import errno
import os
import re
import runpy
import signal
import stat
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import Mock, patch

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.utils import formats

from cosma import mailserver, preflight
from cosma.environment import kept_secret, writable_folder
from tests.servers import free_port

PUBLIC = {"SITE_URL": "https://example.org", "SECRET_KEY": "a" * 50}
SHOW = (
    "import json; from cosma import settings as s; print(json.dumps({name: getattr(s, name) for name in ("
    "'ALLOWED_HOSTS', 'CSRF_COOKIE_NAME', 'CSRF_COOKIE_SECURE', 'CSRF_TRUSTED_ORIGINS', 'DEBUG', 'INDEX_UNREVIEWED', "
    "'SECURE_HSTS_SECONDS', 'SESSION_COOKIE_HTTPONLY', 'SESSION_COOKIE_NAME', 'SESSION_COOKIE_SAMESITE', "
    "'SESSION_COOKIE_SECURE', 'SITE_URL', 'TRUSTED_PROXIES')}))"
)


def python(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """A process of its own with this environment and nothing of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=kept | {"VAR_DIR": str(folder / "var")} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def chosen(folder: Path, **environment: str) -> dict:
    import json

    done = python(folder, "-c", SHOW, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


REFUSED = {
    "public and DEBUG": (PUBLIC | {"DEBUG": "true"}, "DEBUG shows secrets to visitors"),
    "public without a secret": ({"SITE_URL": "https://example.org"}, "SECRET_KEY is missing"),
    "public over http": ({"SITE_URL": "http://example.org", "SECRET_KEY": "a"}, "must start with https://"),
    "no address at all": ({"SITE_URL": "example.org"}, "must be a web address"),
    "other scheme": ({"SITE_URL": "ftp://example.org"}, "must be a web address"),
    "a host that only looks like this computer": (
        {"SITE_URL": "http://127.0.0.1.example.org"},
        "must start with https://",
    ),
    "database of another kind": ({"DATABASE_URL": "mysql://a@b/c"}, "names no database that this site knows"),
    "database that is no address": ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
    "proxy that is no address": ({"TRUSTED_PROXIES": "10.0.0.0/8, nginx"}, "TRUSTED_PROXIES must list addresses"),
    "mail server of another kind": ({"EMAIL_URL": "nonsense"}, "EMAIL_URL cannot be read"),
    "mail service that nobody knows": ({"EMAIL_URL": "anymail+nonsense://key"}, "no mail service that anymail knows: "),
    "mail service that only prints": ({"EMAIL_URL": "anymail+console://key"}, "no mail service that anymail knows: "),
    "mail service without its key": ({"EMAIL_URL": "anymail+brevo://"}, "names no key"),
    "folder that cannot be": ({"VAR_DIR": "/proc/nowhere"}, "VAR_DIR"),
    "file in place of a folder": ({"MEDIA_ROOT": __file__}, "MEDIA_ROOT must name a folder"),
    "port that is no number": ({"PORT": "abc"}, "PORT must be a whole number from 1 to 65535, not 'abc'"),
    "days that are no number": ({"PRICE_REVIEW_DAYS": "-5"}, "PRICE_REVIEW_DAYS must be a whole number"),
    "number without end": ({"PAGES_DISK_MB": "9" * 5000}, "PAGES_DISK_MB must be a whole number"),
    "neither on nor off": ({"STAGING": "ture"}, "STAGING must be on or off, not 'ture'"),
    "address with a path": (PUBLIC | {"SITE_URL": "https://example.org/site"}, "with nothing after the host"),
    "address with a password": (PUBLIC | {"SITE_URL": "https://a:b@example.org"}, "must be a web address"),
    "address with a strange port": ({"SITE_URL": "http://localhost:http"}, "SITE_URL must be a web address"),
    "address cut off": ({"SITE_URL": "http://[::1"}, "SITE_URL must be a web address"),
    "any host at all": ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must list host names"),
    "host with a port": ({"ALLOWED_HOSTS": "example.org:80"}, "ALLOWED_HOSTS must list host names"),
    "secret that can be guessed": (PUBLIC | {"SECRET_KEY": "cosma"}, "SECRET_KEY is too short"),
    "sender that is no address": ({"EMAIL_FROM": "the clinic"}, "EMAIL_FROM must be an e-mail address"),
    "mail without a server": ({"EMAIL_URL": "smtp+tls://"}, "EMAIL_URL names no mail server"),
    "cache of another kind": ({"CACHE_URL": "nonsense"}, "CACHE_URL cannot be read"),
    "cache that cannot be written": ({"CACHE_URL": "filecache:///proc/nowhere"}, "set CACHE_URL to one that is"),
    "database in memory": ({"DATABASE_URL": "sqlite://:memory:"}, "DATABASE_URL names no file"),
    "database file taken for a host": ({"DATABASE_URL": "sqlite://db.sqlite3"}, "DATABASE_URL names no file"),
    "server without a database": ({"DATABASE_URL": "postgres://a:b@c"}, "does not say which database"),
    "name of another variable": ({"DATABASE_URL": "$NOWHERE"}, "names no database that this site knows"),
}


def refusal(folder: Path, **environment: str) -> str:
    with (
        patch.dict(os.environ, {"VAR_DIR": str(folder)} | environment, clear=True),
        pytest.raises(ImproperlyConfigured) as refused,
    ):
        runpy.run_path(str(settings.BASE_DIR / "cosma" / "settings.py"))
    return str(refused.value)


@pytest.mark.parametrize("what", REFUSED)
def test_a_wrong_environment_is_refused_in_one_sentence(tmp_path, what):
    environment, words = REFUSED[what]

    sentence = refusal(tmp_path, **environment)

    assert words in sentence
    assert "\n" not in sentence


def test_a_full_disk_stops_no_site_that_has_served_before(tmp_path, monkeypatch):
    """No file can be made any more: workers that replace others must start all the same."""
    monkeypatch.setattr(Path, "touch", Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))

    assert writable_folder(tmp_path, "VAR_DIR") == tmp_path
    with pytest.raises(ImproperlyConfigured, match="No space left"):
        kept_secret(tmp_path / "secret_key")  # at its first start


def test_no_password_is_quoted(tmp_path):
    for name in ("DATABASE_URL", "EMAIL_URL"):
        assert "sec" not in refusal(tmp_path, **{name: "smtp://clinic:sec/ret@host:5432/name"})


ANSWERS = {
    "wrong setting": (["check"], {"SITE_URL": "example.org"}, "SITE_URL must be a web address"),
    "settings of something else": (["check"], {"DJANGO_SETTINGS_MODULE": "elsewhere"}, "Elsewhere is not installed"),
    "no server": (
        ["backup", "none.zip"],
        {"DATABASE_URL": "postgres://127.0.0.1:1/none"},
        "check DATABASE_URL. No backup",
    ),
    "no tables": (["publish_due"], {}, "prepare it with `manage.py migrate`"),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_a_command_that_cannot_do_its_work_says_why_in_one_sentence(tmp_path, what):
    command, environment, words = ANSWERS[what]

    done = python(tmp_path, "manage.py", *command, **environment)

    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


class Answer(Exception):
    pgcode = "42501"


@pytest.mark.parametrize(
    ("said", "cause", "advice"),
    [
        ("no such table: treatments_source", None, "prepare it with"),
        ('relation "treatments_source" does not exist\nLINE 1', Answer(), "prepare it with"),
        ("permission denied for table django_migrations", Answer(), "see to that"),
        ("database or disk is full", Answer(), "see to that"),
        ("file is not a database", None, "check DATABASE_URL"),
        ("unable to open database file", None, "check DATABASE_URL"),
    ],
)
def test_what_a_database_says_comes_with_advice(said, cause, advice):
    error = OperationalError(said)
    error.__cause__ = cause

    sentence = preflight.refusal(error)

    assert said.splitlines()[0] in sentence
    assert advice in sentence


def test_a_value_that_begins_with_a_dollar_names_no_other_variable(tmp_path):
    show = "from cosma import settings; print(settings.SECRET_KEY)"
    key = r"$HOME\$" + "a" * 50

    assert python(tmp_path, "-c", show, **PUBLIC | {"SECRET_KEY": key}).stdout.strip() == key


def test_an_address_is_kept_as_browsers_write_it(tmp_path):
    found = chosen(tmp_path, **PUBLIC | {"SITE_URL": "HTTPS://Example.org:443/"})

    assert found["SITE_URL"] == "https://example.org"
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://example.org"]


def test_a_folder_lies_beside_manage_py_wherever_a_command_is_run_from(tmp_path):
    show = f"import os, sys; sys.path.insert(0, {str(settings.BASE_DIR)!r}); os.chdir('/'); " + (
        "from cosma import settings as s; print(s.MEDIA_ROOT, s.DATABASES['default']['NAME'], sep='\\n')"
    )
    elsewhere = {"MEDIA_ROOT": "var/pictures", "DATABASE_URL": "sqlite:///var/nowhere/db.sqlite3"}

    shown = python(tmp_path, "-c", show, **elsewhere).stdout.splitlines()

    assert shown == [str(settings.BASE_DIR / name) for name in ("var/pictures", "var/nowhere/db.sqlite3")]


@pytest.mark.parametrize(
    "command", [["shell", "-v0", "-c", "import time; print(1, flush=True); time.sleep(20)"], ["serve"]]
)
def test_ctrl_c_ends_a_command_without_a_traceback(tmp_path, command):
    """`serve` while it prepares the database, which comes after its first words."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {"VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/db", "PORT": str(free_port())},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    process.send_signal(signal.SIGINT)

    assert process.wait(timeout=10) in (130, -signal.SIGINT)
    assert process.stderr.read().strip() in ("", "Stopped.")


def test_with_an_empty_environment_it_runs_on_a_laptop(tmp_path):
    found = chosen(tmp_path)

    assert found["SITE_URL"] == "http://127.0.0.1:8000"
    assert (found["DEBUG"], found["INDEX_UNREVIEWED"], found["TRUSTED_PROXIES"]) == (False, True, [])
    assert (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"]) == ("session", "csrf")
    assert not found["SESSION_COOKIE_SECURE"]
    assert found["SECURE_HSTS_SECONDS"] == 0


def test_a_public_site_binds_its_cookies_to_the_host_and_to_https(tmp_path):
    found = chosen(tmp_path, **PUBLIC)

    assert (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"]) == ("__Host-session", "__Host-csrf")
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert found["SESSION_COOKIE_HTTPONLY"]
    assert found["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert found["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert found["ALLOWED_HOSTS"] == ["example.org"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://example.org"]
    assert found["INDEX_UNREVIEWED"] is False


def test_lists_may_be_written_with_spaces(tmp_path):
    found = chosen(
        tmp_path, **PUBLIC, ALLOWED_HOSTS="example.org, www.example.org ,", TRUSTED_PROXIES="10.0.0.1, 192.168.0.0/16"
    )

    assert found["ALLOWED_HOSTS"] == ["example.org", "www.example.org"]
    assert found["TRUSTED_PROXIES"] == ["10.0.0.1/32", "192.168.0.0/16"]


def test_the_secret_is_made_once_and_is_for_its_owner_alone(tmp_path):
    first = python(tmp_path, "-c", "from cosma import settings; print(settings.SECRET_KEY)").stdout
    again = python(tmp_path, "-c", "from cosma import settings; print(settings.SECRET_KEY)").stdout
    path = tmp_path / "var" / "secret_key"

    assert first == again
    assert len(first.strip()) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir() if file.name.startswith("secret_key")] == ["secret_key"]


def test_an_empty_secret_is_not_taken_for_one(tmp_path):
    """As a full disk leaves it."""
    for name in ("secret_key", "erasure_key"):
        (tmp_path / name).touch()

        assert f"{name} is empty" in refusal(tmp_path)
        (tmp_path / name).unlink()


def test_processes_that_start_together_agree_on_the_secret(tmp_path):
    show = "from cosma import settings; print(settings.SECRET_KEY)"
    command = [sys.executable, "-c", show]
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path / "var")}

    together = [
        subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]

    assert len({process.communicate()[0] for process in together}) == 1


def test_a_public_site_passes_the_checks_that_django_makes_of_one(tmp_path):
    done = python(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **PUBLIC | {"SECRET_KEY": KEY})

    assert done.returncode == 0, done.stderr


KEY = "Zt3-fJ0x9Qm_Lw7Yc5Vb1Ns8Kd2Hg4Pr6Ta-Ue_Xi0Oj3Wz7Qk5"


def test_the_driver_is_psycopg2_and_psycopg_3_is_not_there():
    """With both installed Django would take psycopg 3 without a word."""
    assert find_spec("psycopg2")
    assert not find_spec("psycopg")


def test_the_tests_run_on_the_database_they_say(db):
    assert connection.vendor == os.environ["TEST_DATABASE"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            assert type(connection.connection).__module__.startswith("psycopg2")
            assert connection.pg_version >= 150000
        else:
            cursor.execute("PRAGMA journal_mode")
            assert cursor.fetchone()[0] in ("wal", "memory")


def test_passwords_are_kept_by_argon2_and_long():
    assert settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    (length,) = [v["OPTIONS"]["min_length"] for v in settings.AUTH_PASSWORD_VALIDATORS if "OPTIONS" in v]
    assert length >= 12


def test_every_name_of_the_environment_is_cleared_for_tests():
    """What developers have set for their own copy must not decide what a test sees."""
    from tests.servers import OUR_ENVIRONMENT

    text = (settings.BASE_DIR / "cosma" / "settings.py").read_text()
    read = set(re.findall(r"env(?:\.\w+)?\(\s*\"([A-Z_]+)\"", text)) | set(
        re.findall(r"(?:folder|host_names|networks|sender|switch|whole_number)\([\"'](\w+)[\"']", text)
    )

    assert read
    assert read - set(OUR_ENVIRONMENT) == set()


def test_nobody_else_reads_the_database_file(tmp_path):
    chosen(tmp_path)

    assert stat.S_IMODE((tmp_path / "var" / "db.sqlite3").stat().st_mode) == 0o600


def test_staff_read_dates_as_india_writes_them():
    moment = datetime.datetime(2026, 11, 22, 18, 30)

    assert formats.localize(moment.date()) == "22 November 2026"
    assert formats.localize(moment) == "22 November 2026, 18:30"


def test_a_mail_service_gets_its_key_and_what_else_it_wants():
    found = mailserver.settings_from("anymail+mailgun://a%2Fkey?sender_domain=mg.example.org")

    assert found["EMAIL_BACKEND"] == "anymail.backends.mailgun.EmailBackend"
    assert found["ANYMAIL"]["MAILGUN_API_KEY"] == "a/key"
    assert found["ANYMAIL"]["MAILGUN_SENDER_DOMAIN"] == "mg.example.org"


def test_a_mail_service_without_its_library_says_what_to_install():
    with (
        patch("cosma.mailserver.find_spec", return_value=None),
        pytest.raises(ImproperlyConfigured, match="requirements-mail"),
    ):
        mailserver.settings_from("anymail+brevo://key")
