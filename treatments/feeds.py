"""Significant changes to medical pages as an Atom feed, newest first. Only of pages that patients can read now."""

from itertools import islice

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed

from cosma.pagestore import expires, public_page
from treatments import expiry
from treatments.models import Publication, Revision, shown

ENTRIES = 50
KINDS = ("treatment", "concern")
CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
"""Characters that XML cannot hold."""


@public_page(everything=True)
def feed(request):
    expires(request, *expiry.of_lists(at=timezone.now()))
    organisation = shown.house().organisation or "The clinic"
    atom = Atom1Feed(
        title=plain(f"{organisation}: what changed"),
        link=f"{settings.SITE_URL}/",
        description="Important changes to the pages on treatments and concerns.",
        feed_url=f"{settings.SITE_URL}/feed.atom",
        author_name=plain(organisation),
        language="en-IN",
    )
    found = sorted((entry for kind in KINDS for entry in entries(kind)), key=lambda e: e["updateddate"], reverse=True)
    for entry in islice(found, ENTRIES):
        atom.add_item(**entry)
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def entries(kind: str) -> list[dict]:
    now = timezone.now()
    latest = Publication.objects.select_related("revision").defer("revision__snapshot")
    recent = list(latest.latest_changes(kind, at=now, most=2 * ENTRIES))
    live = Revision.objects.live(at=now).defer("snapshot")
    by_page = live.filter(**{f"{kind}__in": {getattr(change.revision, f"{kind}_id") for change in recent}})
    pages = {getattr(revision, f"{kind}_id"): revision for revision in by_page}
    subjects = [(change, pages.get(getattr(change.revision, f"{kind}_id"))) for change in recent]
    return [entry(kind, change, revision) for change, revision in subjects if revision]


def entry(kind: str, change: Publication, revision: Revision) -> dict:
    """The name and address are today's; the line is that of the change."""
    host = settings.SITE.hostname
    return {
        "title": plain(revision.summary_card.name),
        "link": f"{settings.SITE_URL}/{kind}s/{revision.slug}/",
        "description": plain(change.change_line or "First published."),
        "unique_id": f"tag:{host},{change.live_from:%Y-%m-%d}:change-{change.pk}",
        "updateddate": change.live_from,
        "pubdate": change.live_from,
    }


def plain(text: str) -> str:
    return text.translate(CONTROLS)
