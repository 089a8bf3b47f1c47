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
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.servers import end_with_run, free_port, keep_static_files, lend_static_files
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
    # axe makes much that is thrown away at once.
    "--js-flags=--max-semi-space-size=64",
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


@pytest.fixture
def the_only_editor(site) -> Iterator[None]:
    """For tests that edit the same treatment: no process of a parallel run does so meanwhile."""
    with open(site.folder / "editing", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start(site: Site) -> None:
    lend_static_files(site.folder / "var")
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
    keep_static_files(site.folder / "var")


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


class Windows:
    """Kept open from test to test: to open one costs more than most of what is then done in it."""

    def __init__(self, browser: Browser, site: Site):
        self.browser, self.site = browser, site
        self.kept: dict[tuple[str, bool], BrowserContext] = {}

    def of(self, whom: str, *, javascript: bool) -> BrowserContext:
        if (whom, javascript) not in self.kept:
            context = self.kept[whom, javascript] = self.browser.new_context(
                base_url=self.site.url,
                java_script_enabled=javascript,
                locale="en-IN",
                timezone_id="Asia/Kolkata",
            )
            # While one page of the site is open, the others need no new process.
            context.new_page().goto("/robots.txt")
        return self.kept[whom, javascript]

    def tidy(self) -> None:
        """Leaves what is a reader's as a new window is; staff stay logged in."""
        for (whom, _), context in self.kept.items():
            for page in context.pages[1:]:
                page.close()
            context.clear_permissions()
            if whom == "readers":
                context.clear_cookies()
                context.pages[0].evaluate("localStorage.clear()")


@pytest.fixture(scope="session")
def windows(browser, site) -> Windows:
    return Windows(browser, site)


@pytest.fixture
def open_page(windows, complaints):
    """Opens a page of the site the way a reader has it, e.g. `open_page("/", width=1280, dark=True)`."""

    def open_page(
        path: str = "/", *, width=390, height=844, dark=False, javascript=True, whose="readers", settled=True
    ) -> Page:
        page = windows.of(whose, javascript=javascript).new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.on("console", lambda message: complain(complaints, message))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        if settled:
            settle(page)
        return page

    yield open_page
    windows.tidy()


DRAWN = """() => [...document.querySelectorAll(".chapter")].every(
  (chapter) => getComputedStyle(chapter).contentVisibility === "visible")"""


def settle(page) -> None:
    """Until all chapters of a long page are laid out; in a way that works without scripts too."""
    deadline = time.monotonic() + 10
    while not page.evaluate(DRAWN):
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)


def complain(complaints: list[str], message) -> None:
    if message.type in ("error", "warning"):
        complaints.append(f"{message.type}: {message.text}")
