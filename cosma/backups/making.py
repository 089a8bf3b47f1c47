"""Writing a backup while the site goes on: rows of one moment, then the files that they name."""

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from cosma.backups import archive, tables
from enquiries import forgetting

ROWS, MEDIA, FORGOTTEN = "rows/", "media/", "forgotten/"
DRAWN_AGAIN = "link"
"""The folder of pictures that are drawn from the pages whenever one is asked for."""


def write(target: Path) -> archive.Manifest:
    with archive.replacing(target) as file:
        writer = archive.Writer(file)
        with tables.snapshot():
            migrations = tables.applied()
            rows = {name: write_rows(writer, name, model) for name, model in tables.kept_models().items()}
        # After the rows: a picture is stored before the row that shows it, and never changes.
        for path in media_files():
            copy(writer, MEDIA + path.relative_to(media_folder()).as_posix(), path)
        for path in forgetting.kept_files():
            copy(writer, FORGOTTEN + path.name, path)
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


def copy(writer: archive.Writer, name: str, path: Path) -> None:
    with writer.member(name) as add, path.open("rb") as source:
        while piece := source.read(1 << 20):
            add(piece)


def media_folder() -> Path:
    return Path(settings.MEDIA_ROOT or settings.VAR_DIR / "media")


def media_files() -> Iterator[Path]:
    """What staff uploaded; half-written files end in .part."""
    for path in sorted(media_folder().rglob("*")):
        inside = path.relative_to(media_folder())
        if path.is_file() and path.suffix != ".part" and inside.parts[0] != DRAWN_AGAIN:
            yield path


def secret_key_mark() -> str:
    return hmac.new(settings.SECRET_KEY.encode(), b"cosma backup", hashlib.sha256).hexdigest()[:16]
