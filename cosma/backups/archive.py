"""The backup file: a zip whose manifest names every part with its size and checksum. It knows of no table.

A file is there whole or not at all: it is written under another name, read back, and renamed.
"""

import fcntl
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

PRODUCT, FORMAT = "cosma-backup", 1
MANIFEST = "manifest.json"
PACKED = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".woff2"}
"""Files that no compression makes smaller."""


class BrokenArchive(Exception):
    """In a sentence that says what is wrong with the file."""


class Member(msgspec.Struct, frozen=True):
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    product: str
    format: int
    made_at: datetime
    site: str
    database: str
    secret_key: str
    """Tells whether another machine has the same one, and not what it is."""
    migrations: tuple[tuple[str, str], ...]
    rows: dict[str, int]
    members: dict[str, Member]


Write = Callable[[bytes], None]


class Writer:
    def __init__(self, file: IO[bytes]):
        self.zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self.members: dict[str, Member] = {}

    @contextmanager
    def member(self, name: str) -> Iterator[Write]:
        """Gives a function that adds to it; what is written counts once the block ends."""
        entry = zipfile.ZipInfo(name)
        packed = PurePosixPath(name).suffix in PACKED
        entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with self.zip.open(entry, "w", force_zip64=True) as out:

            def write(piece: bytes) -> None:
                nonlocal size
                size += len(piece)
                digest.update(piece)
                out.write(piece)

            yield write
        self.members[name] = Member(size, digest.hexdigest())

    def close(self, **about) -> Manifest:
        manifest = Manifest(product=PRODUCT, format=FORMAT, members=self.members, **about)
        self.zip.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        self.zip.close()
        return manifest


@contextmanager
def writing(file: IO[bytes]) -> Iterator[Writer]:
    writer = Writer(file)
    try:
        yield writer
    finally:
        writer.zip.fp = None  # else what broke off would be finished when Python tidies up, in a file that is gone


@contextmanager
def replacing(target: Path) -> Iterator[IO[bytes]]:
    """A file that takes the name of `target` when the block ends well, and leaves what was there when it does not."""
    part = target.with_name(f".{target.name}.part")
    # Opened without emptying it, and private from the start: enquiries are in it.
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        lock(file, part)
        file.truncate()
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            check(part)
            os.replace(part, target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    sync_folder(target.parent)


def lock(file: IO[bytes], part: Path) -> None:
    """Two backups into one file at once would be neither of the two. A killed one leaves no lock behind."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mine = os.fstat(file.fileno()).st_ino == part.stat().st_ino
    except OSError:
        mine = False
    if not mine:
        raise BrokenArchive(f"Another backup is being written to {part.parent}: wait for it.")


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    try:
        with zipfile.ZipFile(path) as file:
            yield file, read_manifest(file)
    except FileNotFoundError:
        raise BrokenArchive(f"There is no file {path}.") from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError) as error:
        raise BrokenArchive(f"{path} is no whole backup file: it is cut off, damaged or something else.") from error


def read_manifest(file: zipfile.ZipFile) -> Manifest:
    try:
        text = file.read(MANIFEST)
        kind = msgspec.json.decode(text, type=dict)
    except (KeyError, msgspec.MsgspecError, UnicodeError):
        raise BrokenArchive("The file has no list of its parts: it is not a backup of this site.") from None
    if kind.get("product") != PRODUCT:
        raise BrokenArchive("The file is a backup of something else.")
    if kind.get("format") != FORMAT:
        raise BrokenArchive("The file was written by a newer release of the site: install that release, then restore.")
    try:
        return msgspec.json.decode(text, type=Manifest)
    except msgspec.MsgspecError as error:
        raise BrokenArchive(f"The list of the file's parts is damaged ({error}).") from None


def check(path: Path) -> Manifest:
    """Reads every part of the file, and refuses it with a sentence unless all are as they were written."""
    with opened(path) as (file, manifest):
        names = set(file.namelist()) - {MANIFEST}
        if names != manifest.members.keys():
            raise BrokenArchive(f"Parts of the file are missing or added: {first(names ^ manifest.members.keys())}.")
        for name, member in manifest.members.items():
            refuse_strange(name)
            if summed(file, name) != member:
                raise BrokenArchive(f"The part {name} is damaged: its checksum is not the one it was written with.")
        return manifest


def refuse_strange(name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise BrokenArchive(f"The file names a part outside the site's folders: {name!r}.")


def summed(file: zipfile.ZipFile, name: str) -> Member:
    digest, size = hashlib.sha256(), 0
    try:
        with file.open(name) as part:
            while piece := part.read(1 << 20):
                digest.update(piece)
                size += len(piece)
    except Exception:  # zlib, zipfile and their likes each have a word of their own for "damaged"
        return Member(-1, "")
    return Member(size, digest.hexdigest())


def first(names) -> str:
    return ", ".join(sorted(names)[:3])
