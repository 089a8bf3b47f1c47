"""Pytest plugin: a folder and a database server of its own for every run, gone when the run is over.

TEST_DATABASE says which: `sqlite` (unless told otherwise) or `postgresql`. pyproject.toml names this module
under `-p`: DATABASE_URL must be set before pytest-django reads the settings, which is before any conftest.
"""

import gc
import os
import pwd
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tools import NO_POSTGRES, SERVERS, find_postgres, postgres_version

# Nearly all that is made stays or goes by itself: Python need not look through it for circles so often.
gc.set_threshold(50_000, 20, 20)

WORKER = os.environ.get("PYTEST_XDIST_WORKER")
# What developers have set for their own copy must not decide what a test sees.
OUR_ENVIRONMENT = (
    "ALLOWED_HOSTS",
    "ASSISTANTS",
    "CACHE_URL",
    "CLINICAL_REVIEW_DAYS",
    "DATABASE_URL",
    "DEBUG",
    "EMAIL_FROM",
    "EMAIL_URL",
    "ENQUIRY_TEST_DAYS",
    "INDEXNOW_KEY",
    "INDEX_UNREVIEWED",
    "MEDIA_ROOT",
    "OUTBOX_AT_ONCE",
    "PAGES_DISK_MB",
    "PAGES_MEMORY_MB",
    "PORT",
    "PRICE_REVIEW_DAYS",
    "PUBLISH_UNREVIEWED",
    "REGULATION_REVIEW_DAYS",
    "REMIND_DAYS_BEFORE",
    "S3_BUCKET",
    "S3_ENDPOINT_URL",
    "S3_REGION",
    "SECRET_KEY",
    "SITE_URL",
    "STAGING",
    "HSTS_SUBDOMAINS",
    "TRUSTED_PROXIES",
    "VAR_DIR",
    "WEB_CONCURRENCY",
)
INITDB_OPTIONS = (
    "--username=cosma",
    "--auth=trust",
    "--encoding=UTF8",
    # Not plain C: only ASCII would count as letters there, and search would not see a word of Hindi.
    "--locale=en_US.UTF-8" if sys.platform == "darwin" else "--locale=C.UTF-8",
    "--no-sync",
)
# The data is thrown away, so it need not survive a power cut; nobody but the run itself may connect.
POSTGRES_OPTIONS = (
    "-c listen_addresses= -c fsync=off -c full_page_writes=off -c synchronous_commit=off "
    "-c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off -c jit=off -k "
)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests():
    listen_to_signals()
    if WORKER:
        os.environ["VAR_DIR"] += f"/{WORKER}"
    else:
        prepare_environment()
    return (yield)


def listen_to_signals() -> None:
    """Who runs tests in the background has them ignore Ctrl-C, and so all that they start; some tests press it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def prepare_environment() -> None:
    for name in OUR_ENVIRONMENT:
        os.environ.pop(name, None)
    # Where bytecode is not kept, every worker of every run would compile all tests again, for seconds.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    os.environ["VAR_DIR"] = str(begin_run())
    database = os.environ.setdefault("TEST_DATABASE", "sqlite")
    if database == "postgresql":
        cluster = start_postgres()
        os.environ["DATABASE_URL"] = cluster.url
        os.environ["TEST_DATABASE_NAME"] = f"PostgreSQL {postgres_version(cluster.programs)}"
    elif database == "sqlite":
        os.environ["TEST_DATABASE_NAME"] = f"SQLite {sqlite3.sqlite_version}"
    else:
        raise pytest.UsageError("TEST_DATABASE must be sqlite or postgresql.")


def pytest_report_header() -> str:
    return f"database: {os.environ['TEST_DATABASE_NAME']}"


def pytest_terminal_summary(terminalreporter) -> None:
    """Leaves the counts where `make test` gathers them."""
    path = os.environ.get("TEST_SUMMARY")
    if path and not WORKER:
        counts = {outcome: len(reports) for outcome, reports in terminalreporter.stats.items()}
        failed = counts.get("failed", 0) + counts.get("error", 0)
        with open(path, "a") as summary:
            print(counts.get("passed", 0), failed, counts.get("skipped", 0), file=summary)


@dataclass
class Postgres:
    folder: Path
    programs: Path
    pid: int

    @property
    def url(self) -> str:
        return f"postgres://cosma@/postgres?host={self.folder}"


def start_postgres() -> Postgres:
    """A private cluster, reached by a socket in its own folder: there is no port to collide on."""
    programs = find_postgres()
    if programs is None:
        raise pytest.UsageError(NO_POSTGRES)
    folder, user = Path(tempfile.mkdtemp(prefix="cosma-pg-")), postgres_user()
    if user:
        programs = lend(programs, folder, user)
    data, log, options = folder / "data", folder / "log", f"{POSTGRES_OPTIONS}{folder}"
    run_as(user, programs / "initdb", "--pgdata", data, *INITDB_OPTIONS)
    run_as(user, programs / "pg_ctl", "start", "--wait", "--pgdata", data, "--log", log, "--options", options)
    pid = int((data / "postmaster.pid").read_text().split()[0])
    end_with_run(folder, pid)
    return Postgres(folder, programs, pid)


def postgres_user() -> str | None:
    """PostgreSQL refuses to run as root, so root runs it as somebody else."""
    if os.geteuid() != 0:
        return None
    return "postgres" if "postgres" in {entry.pw_name for entry in pwd.getpwall()} else "nobody"


def lend(programs: Path, folder: Path, user: str) -> Path:
    """Hands the folder over. Programs in .venv are copied: it may lie where only root can read."""
    shutil.chown(folder, user=user)
    if not programs.is_relative_to(SERVERS):
        return programs
    copy = shutil.copytree(SERVERS, folder / "programs", symlinks=True)
    return copy / programs.relative_to(SERVERS)


def run_as(user: str | None, *command: str | Path) -> None:
    other = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    # In the root folder, because the other user may not be able to enter the one that we are in. The output
    # goes to a file, because a server that lives on would keep a pipe open.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", check=False, **other
        )
        if done.returncode:
            output.seek(0)
            raise pytest.UsageError(f"{command[0]} failed:\n{output.read()}")


PORTS = range(15_000, 32_000)
"""Below those that systems take for outgoing connections: between our look and its server's start nobody gets it."""


def free_port() -> int:
    while True:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port := random.choice(PORTS)))
            return port


STATIC_FILES = ("static", "build", "static.stamp")


def lend_static_files(var: Path) -> None:
    """Those of the first site of this run: to collect and compress them is half the work of a site's first start."""
    var.mkdir(parents=True, exist_ok=True)
    if (kept := static_files()).exists():
        shutil.copytree(kept, var, dirs_exist_ok=True)


def keep_static_files(var: Path) -> None:
    kept = static_files()
    if kept.exists():
        return
    copy = kept.with_name(f"static-files-{os.getpid()}")
    copy.mkdir()
    for name in STATIC_FILES:
        (shutil.copytree if (var / name).is_dir() else shutil.copy2)(var / name, copy / name)
    with suppress(OSError):  # another worker was first
        copy.rename(kept)


def static_files() -> Path:
    return Path(os.environ.get("TEST_SHARED") or os.environ["TEST_RUN"]) / "static-files"


# What ends with the run does so however the run ends, kill -9 included: the pipe it holds open closes then.

UNDERTAKER = """
cat
if [ "$1" ]; then
    kill -INT "$1"
    for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" || break; sleep 0.3; done
    kill -KILL "$1"
fi
rm -rf "$0"
"""


def begin_run() -> Path:
    """Makes the folder of the run, and in it the pipe."""
    folder = Path(tempfile.mkdtemp(prefix="cosma-run-"))
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    os.open(pipe, os.O_RDWR)  # kept open on purpose
    os.environ["TEST_RUN"] = str(folder)
    end_with_run(folder)
    return folder


def end_with_run(folder: Path, server_pid: int | None = None) -> None:
    """Once the run is over, stops the server and removes the folder."""
    with open(Path(os.environ["TEST_RUN"]) / "pipe") as pipe:
        subprocess.Popen(
            ["sh", "-c", UNDERTAKER, str(folder), str(server_pid or "")],
            stdin=pipe,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # or Ctrl-C would take it along
        )
