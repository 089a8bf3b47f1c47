import datetime
import re

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand
from django.utils import timezone

from treatments.models import Picture

OURS = re.compile(r"[0-9a-f]{20}-\d+\.(?:avif|webp|jpg)(?:\.[\d-]+\.part)?")
OLD = datetime.timedelta(days=1)


class Command(BaseCommand):
    help = "Deletes files of pictures whose upload broke off more than a day ago. Safe from cron, and twice."

    def handle(self, **options):
        gone = [name for name in orphans() if discarded(name)]
        self.stdout.write(f"{len(gone)} file{'' if len(gone) == 1 else 's'} deleted.")


def orphans():
    """Files of no picture. Those of an upload that is under way are younger."""
    known = {name for picture in Picture.objects.only("key", "widths") for name in picture.files}
    names = (f"pictures/{name}" for name in there() if OURS.fullmatch(name))
    yield from (name for name in names if name not in known)


def there() -> list[str]:
    try:
        return default_storage.listdir("pictures")[1]
    except FileNotFoundError:  # nothing was ever uploaded
        return []


def discarded(name: str) -> bool:
    if default_storage.get_modified_time(name) > timezone.now() - OLD:
        return False
    default_storage.delete(name)
    return True
