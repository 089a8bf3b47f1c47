"""A process that is killed while it publishes leaves the old words or the new ones, whole."""

import os
import subprocess
import sys

import psycopg2
import pytest

from tests.soak import short_and_long
from tests.tools import BASE_DIR


def new_postgres_database(url: str, name: str) -> str:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    return url.replace("/postgres?", f"/{name}?")


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
@pytest.mark.parametrize("kills", short_and_long(8, 200))
def test_a_killed_publish_leaves_the_old_words_or_the_new_ones(request, tmp_path, vendor, kills):
    url = f"sqlite:///{tmp_path}/db.sqlite3"
    if vendor == "postgresql":
        url = new_postgres_database(request.getfixturevalue("database").url, f"killed_{kills}")

    done = subprocess.run(
        [sys.executable, "-m", "tests.deploy.publishing", str(kills)],
        cwd=BASE_DIR,
        env=os.environ | {"DATABASE_URL": url, "VAR_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    print(vendor, done.stdout)
