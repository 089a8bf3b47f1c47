from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from treatments import files, loading
from treatments.models import Treatment


class Command(BaseCommand):
    help = "Loads content files into drafts. Without a path: the files that ship with the site."

    def add_arguments(self, parser):
        parser.add_argument("path", nargs="?", type=Path, default=loading.SHIPPED)
        parser.add_argument(
            "--publish-unreviewed",
            action="store_true",
            help="publish them, marked as not yet reviewed by a doctor",
        )
        parser.add_argument("--once", action="store_true", help="do nothing if there is content already")

    @transaction.atomic  # drafts that were stopped on the way to patients would pass for content that is there
    def handle(self, *, path: Path, publish_unreviewed: bool, once: bool, **options):
        if once and Treatment.objects.exists():
            return
        try:
            is_there = path.is_dir()
        except OSError as error:
            raise CommandError(f"{path} cannot be looked at ({error.strerror}).") from None
        if not is_there:
            raise CommandError(f"There is no folder {path}. Name one that dumpcontent wrote.")
        try:
            rows = loading.load(path)
        except files.BrokenFile as error:
            raise CommandError(f"{str(error).rstrip('.')}. Nothing was loaded.") from None
        self.stdout.write(f"Loaded {len(rows)} drafts from {path}.")
        if publish_unreviewed:
            changed = loading.publish_unreviewed(rows)
            self.stdout.write(f"Published {changed} pages, marked as not yet reviewed by a doctor.")
