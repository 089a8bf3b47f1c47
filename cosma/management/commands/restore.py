from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.utils import timezone

from cosma.backups import archive, restoring
from cosma.preflight import refusal

OTHER_SECRET_KEY = (
    "This machine has another SECRET_KEY. Set the one that the site had, or do without what rests on it: second "
    "factors (issue new ones with createstaff EMAIL --reset) and links that doctors were sent."
)

NO_LIST = (
    "This machine has no list of erasures. If anybody was erased since the backup was made, put the site's erased and "
    "erasure_key into VAR_DIR and run manage.py forget_again before the site serves."
)


class Command(BaseCommand):
    help = "Brings a backup back, whole or not at all. Stop the site first; start it when this is done."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="take away the site that is in the database now")
        parser.add_argument("--check", action="store_true", help="only read the file and say if it is whole")

    def handle(self, *, file: Path, replace: bool, check: bool, **options):
        try:
            if check:
                return self.describe(archive.check(file))
            self.tell(restoring.restore(file, replace=replace))
        except (archive.BrokenArchive, restoring.NotNow) as error:
            raise CommandError(f"{error} Nothing was restored.") from None
        except OSError as error:
            raise CommandError(
                f"{error.filename} cannot be written ({error.strerror}). Nothing was restored."
            ) from None
        except DatabaseError as error:
            raise CommandError(refusal(error)) from None

    def describe(self, manifest: archive.Manifest):
        made = timezone.localtime(manifest.made_at)
        rows = sum(manifest.rows.values())
        self.stdout.write(
            f"A whole backup of {manifest.site}, made on {made.day} {made:%B %Y at %H:%M}: {rows} rows, "
            f"{len(manifest.members)} parts."
        )

    def tell(self, restored: restoring.Restored):
        self.describe(restored.manifest)
        self.stdout.write(f"All rows are back, and {restored.files} files that were not there.")
        self.stdout.write(f"{restored.forgotten} enquiries erased again.")
        if restored.manifest.rows.get("enquiries.enquiry") and not restored.knows_erasures:
            self.stdout.write(NO_LIST)
        self.stdout.write("Every stored page will be made anew.")
        if not restored.same_secret_key:
            self.stdout.write(OTHER_SECRET_KEY)
