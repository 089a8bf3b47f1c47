"""Writing a backup while the site goes on: rows of one moment, then the files that they name.

The list of erasures is not among them: it has to outlive every backup, and an old one must not bring back an old list.
"""

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from cosma.backups import archive, tables

ROWS, MEDIA = "rows/", "media/"
DRAWN_AGAIN = "link"
"""The folder of pictures that are drawn from the pages whenever one is asked for."""


def write(target: Path) -> archive.Manifest:
    with archive.replacing(target) as file, archive.writing(file) as writer:
        with tables.snapshot():
            migrations = tables.applied()
            rows = {name: write_rows(writer, name, model) for name, model in tables.kept_models().items()}
        # After the rows: a picture is stored before the row that shows it, and never changes.
        for name in media_files():
            with default_storage.open(name) as source:
                copy(writer, MEDIA + name, source)
        return writer.close(
            made_at=timezone.now(),
            site=settings.SITE_URL,
            database=connection.vendor,
            secret_key=secret_key_mark(),
            migrations=migrations,
            rows=rows,
        )


def write_rows(writer: archive.Writer, name: str, model) -> int:
    count = -1  # the first line names the columns
    with writer.member(f"{ROWS}{name}.jsonl") as add:
        for line in tables.lines(model):
            add(line)
            count += 1
    return count


def copy(writer: archive.Writer, name: str, source) -> None:
    with writer.member(name) as add:
        while piece := source.read(1 << 20):
            add(piece)


def media_files(folder: str = "") -> Iterator[str]:
    """What staff uploaded, in a folder or in an object store; half-written files end in .part."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return  # nobody has uploaded anything yet
    for name in sorted(files):
        if not name.endswith(".part"):
            yield f"{folder}{name}"
    for name in sorted(folders):
        if f"{folder}{name}" != DRAWN_AGAIN:
            yield from media_files(f"{folder}{name}/")


def secret_key_mark() -> str:
    return hmac.new(settings.SECRET_KEY.encode(), b"cosma backup", hashlib.sha256).hexdigest()[:16]
