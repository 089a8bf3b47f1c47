"""A migrated database, kept from one run to the next: to migrate takes as long as a hundred tests, in every worker.

It is made anew as soon as a file changes that could have a say in it.
"""

import hashlib
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.db import connection

from tests.tools import BASE_DIR, find_postgres

KEPT = BASE_DIR / ".pytest_cache" / "databases"
CODE = ("cosma", "enquiries", "outbox", "treatments")


def fingerprint(base: Path = BASE_DIR) -> str:
    digest = hashlib.sha256(os.environ["TEST_DATABASE_NAME"].encode())
    for path in sorted([base / "requirements.txt", *(path for app in CODE for path in (base / app).rglob("*.py"))]):
        digest.update(f"{path.relative_to(base)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def kept() -> Path:
    return KEPT / f"{connection.vendor}-{fingerprint()}"


@contextmanager
def brought() -> Iterator[None]:
    """Inside, Django finds that the test database is there already."""
    if not kept().exists():
        yield
    elif connection.vendor == "sqlite":
        with closing(in_memory()) as database:  # there for as long as somebody is connected
            with closing(sqlite3.connect(f"file:{kept()}?mode=ro", uri=True)) as file:
                file.backup(database)
            yield
    else:
        psql("postgres", "--command", f"CREATE DATABASE {connection.creation._get_test_db_name()}")
        psql(connection.creation._get_test_db_name(), "--single-transaction", "--file", str(kept()))
        yield


def keep() -> None:
    """In one step: other workers are about to do the same."""
    if kept().exists():
        return
    with suppress(OSError):
        KEPT.mkdir(parents=True, exist_ok=True)
        copy = KEPT / f"{os.getpid()}.new"
        copy_to(copy)
        for outdated in KEPT.glob(f"{connection.vendor}-*"):
            outdated.unlink(missing_ok=True)
        if copy.exists():
            copy.rename(kept())


def copy_to(path: Path) -> None:
    if connection.vendor == "sqlite":
        with closing(in_memory()) as database, closing(sqlite3.connect(path)) as file:
            database.backup(file)
    else:
        postgres("pg_dump", connection.settings_dict["NAME"], "--file", str(path))


def in_memory() -> sqlite3.Connection:
    return sqlite3.connect(connection.creation._get_test_db_name(), uri=True)


def psql(database: str, *options: str) -> None:
    postgres("psql", database, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", *options)


def postgres(program: str, database: str, *options: str) -> None:
    """Some ways to install a server bring neither of the two programs: then every worker migrates."""
    path = (find_postgres() or Path()) / program
    where = os.environ["DATABASE_URL"].replace("/postgres?", f"/{database}?")
    if path.exists():
        subprocess.run([path, f"--dbname={where}", *options], check=True, stdin=subprocess.DEVNULL)
