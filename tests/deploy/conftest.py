"""Two nodes on one PostgreSQL, nginx before the first, 50 published pages. Tests here are marked `deploy`."""

import os
from pathlib import Path

import pytest

from tests.deploy.nodes import Database, Editor, Nginx, Node
from tests.servers import WORKER, keep_static_files, lend_static_files

PAGES = 50


def pytest_itemcollected(item):
    item.add_marker(pytest.mark.deploy)


@pytest.fixture(scope="session")
def folder():
    return Path(os.environ["TEST_RUN"]) / f"deploy-{WORKER or 'alone'}"


@pytest.fixture(scope="session")
def database():
    return Database()


@pytest.fixture(scope="session")
def node(database, folder):
    lend_static_files(folder / "first" / "var")
    node = Node(folder / "first", database.url, TRUSTED_PROXIES="127.0.0.1").start()
    keep_static_files(folder / "first" / "var")
    yield node
    node.stop()


@pytest.fixture(scope="session")
def other_node(database, node, folder):
    """Its own folder and its own pages; only the database is the same."""
    lend_static_files(folder / "second" / "var")
    other = Node(folder / "second", database.url).start()
    yield other
    other.stop()


@pytest.fixture(scope="session")
def editor(node):
    editor = Editor(node)
    yield editor
    editor.stop()


@pytest.fixture(scope="session")
def pages(editor):
    """Address and words of 50 treatments."""
    slugs = [f"treatment-{number}" for number in range(PAGES)]
    for slug in slugs:
        editor.ask("make", slug=slug, words=f"words-of-{slug}-end")
    return {f"/treatments/{slug}/": f"words-of-{slug}-end" for slug in slugs}


@pytest.fixture(scope="session")
def nginx(node, folder):
    nginx = Nginx(folder / "nginx", node.port, folder / "first" / "var").start()
    yield nginx
    nginx.stop()
