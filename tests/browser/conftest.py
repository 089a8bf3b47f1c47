"""A real site and a real Chromium for the tests of this folder; each such test is marked `browser` by itself.

The site is what `manage.py serve` serves, with a folder and a database of its own, and the shipped content
published. The processes of a parallel run share one.
"""

import fcntl
import os
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.servers import end_with_run, free_port
from tests.tools import BASE_DIR, NO_CHROMIUM, find_chromium

FIRST_ANSWER_WITHIN = 90
CHROMIUM_OPTIONS = [
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # It must talk to the site alone.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Playwright's loop lives in the thread of the tests, where Django would refuse to touch a database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Site:
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "VAR_DIR": str(self.folder / "var"),
            "PORT": str(self.port),
            "DATABASE_URL": f"sqlite:///{self.database}",
        }
        return os.environ | own

    @property
    def database(self) -> Path:
        return self.folder / "var" / "db.sqlite3"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def manage(self, *arguments: str, typed: str = "") -> str:
        """Runs a manage.py command on the site's own data, and gives what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def query(self, sql: str, *values) -> list[tuple]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            return database.execute(sql, values).fetchall()


@pytest.fixture(scope="session")
def site() -> Site:
    folder = Path(os.environ["TEST_RUN"]) / "site"
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        port = folder / "port"
        if not port.exists():
            start(site := Site(folder, free_port()))
            port.write_text(str(site.port))
    return Site(folder, int(port.read_text()))


def start(site: Site) -> None:
    with site.log.open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=BASE_DIR,
            env=site.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    end_with_run(site.folder, server.pid)
    deadline = time.monotonic() + FIRST_ANSWER_WITHIN
    while not answers(site):
        if server.poll() is not None or time.monotonic() > deadline:
            server.terminate()
            pytest.fail(f"The site did not start:\n{site.log.read_text()}")
        time.sleep(0.1)


def answers(site: Site) -> bool:
    try:
        with urllib.request.urlopen(f"{site.url}/healthz", timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = find_chromium()
    if chromium is None:
        pytest.fail(NO_CHROMIUM)
    # Chromium's sandbox does not work for root.
    options = [*CHROMIUM_OPTIONS, "--no-sandbox"] if os.geteuid() == 0 else CHROMIUM_OPTIONS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser had to say against the pages of this test: errors, and what the policy blocked."""
    return []


@pytest.fixture
def open_page(browser, site, complaints):
    """Opens a page of the site the way a reader has it, e.g. `open_page("/", width=1280, dark=True)`."""
    contexts = []

    def open_page(path: str = "/", *, width=390, height=844, dark=False, javascript=True, **options) -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            locale="en-IN",
            timezone_id="Asia/Kolkata",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complain(complaints, message))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def complain(complaints: list[str], message) -> None:
    if message.type in ("error", "warning"):
        complaints.append(f"{message.type}: {message.text}")
