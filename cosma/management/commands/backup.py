from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from cosma.backups import making
from cosma.backups.archive import BrokenArchive
from cosma.preflight import refusal


class Command(BaseCommand):
    help = "Writes everything that brings the site back into one file. The site goes on meanwhile."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="such as cosma.zip; one that is there is replaced at the end")

    def handle(self, *, file: Path, **options):
        if file.is_dir():
            raise CommandError(f"{file} is a folder: name a file in it.")
        try:
            manifest = making.write(file)
        except OSError as error:
            raise CommandError(f"{file} cannot be written ({error.strerror}).") from None
        except BrokenArchive as error:
            raise CommandError(str(error)) from None
        except DatabaseError as error:
            raise CommandError(f"{refusal(error)} No backup was made.") from None
        rows, size = sum(manifest.rows.values()), file.stat().st_size
        self.stdout.write(f"Wrote {file}: {rows} rows, {media(manifest)} media files, {size / 1e6:.1f} MB, read back.")
        self.stdout.write("Not in it: SECRET_KEY. Keep it where you keep passwords; without it, staff cannot log in.")


def media(manifest) -> int:
    return sum(name.startswith(making.MEDIA) for name in manifest.members)
