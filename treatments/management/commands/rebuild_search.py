from collections.abc import Iterator

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from treatments.models import Revision, SearchWord, search_tables, searching

AT_ONCE = 50
"""Revisions that are written in one transaction. Meanwhile people go on searching."""
DULL = (
    "Search forgives fewer typing errors: the database has no extension pg_trgm. Have its owner run "
    "`CREATE EXTENSION pg_trgm`, then run `manage.py rebuild_search`."
)


class Command(BaseCommand):
    help = "Writes anew what search knows of the pages that patients read or soon will."

    def add_arguments(self, parser):
        parser.add_argument("--missing", action="store_true", help="only of pages that search does not know yet")

    def handle(self, *, missing: bool, **options):
        if not missing:
            search_tables.refresh(connection)
        to_be_read = searching.live_or_planned(Revision.objects.all(), at=timezone.now())
        count, words = 0, set[str]()
        for some in batches(searching.unknown(to_be_read) if missing else to_be_read):
            words |= searching.write(some)
            count += len(some)
        if not missing:
            searching.forget(Revision.objects.all(), but=to_be_read)
            forget_words(but=words)
        if count or not missing:
            self.stdout.write(f"Search knows {count} pages anew.")
        if not search_tables.is_sharp(connection):
            self.stderr.write(DULL)


def forget_words(*, but: set[str]) -> None:
    gone = [pk for pk, word in SearchWord.objects.values_list("pk", "word") if word not in but]
    for start in range(0, len(gone), 500):
        SearchWord.objects.filter(pk__in=gone[start : start + 500]).delete()


def batches(revisions) -> Iterator[list[Revision]]:
    keys = list(revisions.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        yield list(Revision.objects.filter(pk__in=keys[start : start + AT_ONCE]))
