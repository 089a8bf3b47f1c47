"""Stored pages on disk, shared by the workers of a node: what a restart during an outage finds.

`pages/store` holds pages with their headers, for us. `pages/html` holds the same as plain compressed files named by
address, for nginx to serve when no worker answers; `livefiles.py` explains `pages/live`. Every file is written whole
or not at all.
"""

import fcntl
import hashlib
import logging
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cosma import storedpage
from cosma.storedpage import Page

logger = logging.getLogger(__name__)

SAFE = re.compile(
    r"/(?:[a-z0-9_-][a-z0-9_.-]*/)*(?:[a-z0-9_-][a-z0-9_.-]*)?(?:\?[a-z]+=[a-z0-9-]+(?:&[a-z]+=[a-z0-9-]+)*)?",
    re.IGNORECASE,
)
LOCKS = 256
LOOK_AGAIN = 0.004
TRIM_EVERY = 200
KEEP_PART_FILES = 3600


class PageFiles:
    def __init__(self, folder: Path, most_bytes: int):
        self.store, self.html, self.locks = folder / "store", folder / "html", folder / "locks"
        self.live = folder / "live"
        self.most_bytes = most_bytes
        self.writes = 0
        for place in (self.store, self.html, self.locks, self.live):
            try:
                place.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                logger.error("Pages cannot be stored in %s: %s", place, error.strerror)

    def read(self, key: str) -> Page | None:
        if not SAFE.fullmatch(key):
            return None
        try:
            page = storedpage.decode(self.path(key).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            logger.warning("The stored page %s cannot be read: %s", key, error)
            return None
        return page if page.key == key else None

    def write(self, page: Page) -> bool:
        if not SAFE.fullmatch(page.key):
            return False
        try:
            write_whole(self.html_path(page.key), page.bodies["gzip"])
            write_whole(self.path(page.key), page.encode())
        except OSError as error:
            logger.warning("The page %s cannot be stored: %s", page.key, error.strerror)
            return False
        self.writes += 1
        return True

    def remove(self, key: str) -> None:
        if SAFE.fullmatch(key):
            for path in (self.html_path(key), self.path(key)):
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    logger.warning("The stored page %s cannot be removed: %s", key, error.strerror)

    def remove_below(self, key: str) -> None:
        """Of a page that is gone: its parts, which nobody may have in memory, would come back in the next outage."""
        if SAFE.fullmatch(key) and key.endswith("/") and key != "/":
            self.remove(f"{key[:-1]}.md")
            for place in (self.html, self.store):
                shutil.rmtree(place / key[1:], ignore_errors=True)

    def path(self, key: str) -> Path:
        return self.store / f"{file_name(key)}.page"

    def html_path(self, key: str) -> Path:
        return self.html / f"{file_name(key)}.gz"

    @contextmanager
    def lock(self, key: str, patience: float) -> Iterator[bool]:
        """One render of a page at a time on this node, whatever the process; False if it took too long."""
        name = int(hashlib.sha256(key.encode()).hexdigest(), 16) % LOCKS
        try:
            descriptor = os.open(self.locks / str(name), os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:
            yield True  # a page rendered twice is better than none
            return
        try:
            yield locked(descriptor, patience)
        finally:
            os.close(descriptor)

    def is_due(self) -> bool:
        return self.writes >= TRIM_EVERY

    def trim(self) -> None:
        """Removes the pages that were written longest ago until the rest is within bounds, and what writers left."""
        self.writes, found = 0, []
        for path in (path for place in (self.store, self.html) for path in place.rglob("*")):
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue  # another worker trims too
            if path.is_file():
                found.append((stat.st_mtime, stat.st_size, path))
        size = sum(size for _, size, _ in found)
        for mtime, bytes_, path in sorted(found):
            left_over = path.suffix == ".part" and mtime < time.time() - KEEP_PART_FILES
            if size > self.most_bytes or left_over:
                path.unlink(missing_ok=True)
                size -= bytes_


def file_name(key: str) -> str:
    """`/treatments/?page=2` is kept as treatments/index.page-2.html."""
    path, _, query = key.partition("?")
    middle = "".join(f".{part.replace('=', '-')}" for part in query.split("&")) if query else ""
    return f"{path[1:]}index{middle}.html" if path.endswith("/") else path[1:]


def locked(descriptor: int, patience: float) -> bool:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(LOOK_AGAIN)


def write_whole(path: Path, content: bytes) -> None:
    with replaced(path) as part, open(part, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A file beside it to write into, which takes its place once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not tempfile: nginx, which runs as another user, must be able to read it.
    part = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        yield part
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
