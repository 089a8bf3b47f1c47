"""Pages that are read often, as files that nginx gives without asking us: for a while, then anew.

`pages/live/<while>` leads to a folder that was made for that while, this release and the stamps as they are. nginx
works out by itself which while it is (`deploy/nginx.conf`) and asks us for what does not lie there. So:

* A file is fresh under the very stamps that its folder is named by. Whoever finds that a stamp has moved leads the
  while to a new, empty folder, and to none once the database is out of sight.
* A page that changes by itself before its while is over is left out.
* If all workers hang, nginx goes on with what it has for the rest of the while, and no longer.

Failing to write costs speed alone: what is not there is asked for.
"""

import logging
import os
import shutil
import time
from pathlib import Path

from cosma.pagefiles import SAFE, file_name, replaced
from cosma.storedpage import Page

logger = logging.getLogger(__name__)

WHILE = 100
"""Seconds. nginx can cut two digits off the time, but not divide."""
SLACK = 5
MOST = 300
"""Pages that a worker gives to nginx in one while."""
SUFFIXES = {"identity": "", "gzip": ".gz", "br": ".br"}
HEADERS = {
    "content-type",
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
}
"""What nginx sets on each of these pages. One with any other header is not for it."""


class LiveFiles:
    def __init__(self, folder: Path, release: str):
        self.folder, self.release = folder, release
        self.current = ""
        """The folder for what is fresh now; none, and nothing is written."""
        self.count = 0

    def lead(self, version: int) -> None:
        """After every look at the stamps: this while leads to what is fresh under them."""
        number = this_while()
        name = f"{number}.{version}.{self.release}"
        try:
            if self.leads_elsewhere(number, name, version):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
                point(self.folder / str(number), name)
                self.sweep(number, version)
        except (OSError, ValueError, IndexError) as error:
            logger.warning("nginx cannot be given pages: %s", error)
            return self.leave()
        if name != self.current:
            self.current, self.count = name, 0

    def leads_elsewhere(self, number: int, name: str, version: int) -> bool:
        """Unless another worker has seen later stamps than these."""
        try:
            there = os.readlink(self.folder / str(number))
        except FileNotFoundError:
            return True
        return there != name and int(there.split(".")[1]) <= version

    def leave(self) -> None:
        self.current = ""
        try:
            (self.folder / str(this_while())).unlink(missing_ok=True)
        except OSError as error:
            logger.error("nginx goes on with old pages for up to %s seconds: %s", WHILE, error)

    def put(self, page: Page, name: str) -> None:
        """Only what was found fresh after `name` was read from `current`: the stamps may move on meanwhile."""
        if not name or self.count >= MOST or not is_for_nginx(page, until=(int(name.split(".")[0]) + 1) * WHILE):
            return
        self.count += 1
        try:
            for encoding, suffix in SUFFIXES.items():
                write(self.folder / name / f"{file_name(page.key)}{suffix}", page.bodies[encoding], page.modified)
        except OSError as error:
            logger.warning("nginx cannot be given %s: %s", page.key, error)

    def sweep(self, number: int, version: int) -> None:
        for path in self.folder.iterdir():
            if path.is_symlink():
                if int(path.name.partition(".")[0]) < number - 1:
                    path.unlink(missing_ok=True)
            elif is_over(path.name, number, version):
                shutil.rmtree(path, ignore_errors=True)


def is_over(name: str, number: int, version: int) -> bool:
    """A folder of a while that has passed, or of stamps that have moved: many publishes must not fill the disk."""
    begun, _, rest = name.partition(".")
    return rest != "" and (int(begun) < number - 1 or int(rest.partition(".")[0]) < version)


def this_while() -> int:
    return int(time.time()) // WHILE


def is_for_nginx(page: Page, until: float) -> bool:
    headers = {name.lower(): value for name, value in page.own_headers}
    return (
        page.best
        and page.expires > until + SLACK
        and SAFE.fullmatch(page.key) is not None
        and file_name(page.key).endswith(".html")
        and headers.get("content-type") == "text/html; charset=utf-8"
        and headers.keys() <= HEADERS
    )


def point(link: Path, name: str) -> None:
    part = link.with_name(f"{name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    part.symlink_to(name)
    part.replace(link)


def write(path: Path, content: bytes, modified: int) -> None:
    """Of the page's own date: nginx tells it to readers, as we do. It need not outlive the machine."""
    with replaced(path) as part:
        part.write_bytes(content)
        os.utime(part, (modified, modified))
