"""What search engines find on every page that patients read now, for staff and for `check_links`."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from treatments import crawled, directory_views, review, views
from treatments.findings import open_paths
from treatments.models import LinkCheck, Revision
from treatments.snapshots import WAY_OUT

MOST_PAGES = 5_000
"""Beyond it, other pages are not looked at for the same title."""
KEPT: dict[tuple[int, datetime], crawled.Face] = {}
"""By revision: neither ever changes. A worker keeps about a kilobyte for each."""


class Report(NamedTuple):
    """One page. `modified` is the day of its last significant change; lists have none of their own."""

    face: crawled.Face
    published: datetime | None
    modified: datetime | None
    listed: bool
    nodes: list[str]
    warnings: list[str]


def live():
    found = Revision.objects.live(at=timezone.now()).order_by("slug", "pk")
    return found.select_related("treatment", "concern", "site_page")


def faces() -> list[crawled.Face]:
    """Of every page; those that this process has not read yet are read in one go."""
    wanted = list(live().defer("snapshot", "card")[:MOST_PAGES])
    unknown = [revision.pk for revision in wanted if name(revision) not in KEPT]
    for revision in live().filter(pk__in=unknown).iterator(chunk_size=200) if unknown else ():
        if page := revision.readable_page:
            KEPT[name(revision)] = crawled.face(page, revision.subject.get_absolute_url())
    return [KEPT[name(revision)] for revision in wanted if name(revision) in KEPT]


def name(revision: Revision) -> tuple[int, datetime]:
    """The number alone could be another's after a backup was brought back."""
    return revision.pk, revision.frozen_at


def site() -> crawled.Site:
    return crawled.site(faces(), dict(LinkCheck.objects.broken().values_list("url", "fault")))


def paths() -> set[str]:
    """All addresses that patients can open."""
    return open_paths(live().defer("snapshot", "card"))


def report(revision: Revision, around: crawled.Site, known: set[str]) -> Report:
    """From the words as they are live, and the head that their page is sent with."""
    now, path = timezone.now(), revision.subject.get_absolute_url()
    page = revision.readable_page
    if page is None:
        return Report(crawled.bare(path, "", ""), None, None, False, [], [WAY_OUT])
    whole = Revision.objects.filter(pk=revision.pk).with_dates(revision.kind, at=now).with_signature().get()
    signed = review.review(whole.signature, at=now)
    face = around.faces.get(path) or crawled.face(page, path)
    given = {"dates": views.dates(whole)} | ({} if revision.kind == "site_page" else {"review": signed})
    head = CONTEXTS[revision.kind](page, **given)
    return Report(
        face=face,
        published=whole.published_at,
        modified=whole.modified_at,
        listed=not (settings.STAGING or head["noindex"]),
        nodes=crawled.nodes(head["jsonld"]),
        warnings=list(crawled.warnings(page, face, around, known)),
    )


def of_lists() -> Iterator[tuple[str, Report]]:
    """Those of clinics and of doctors, with their names; that of a kind of page has nothing to mend."""
    for context in directory_views.first_pages():
        face = crawled.bare(context["current"], context["title"], context["description"])
        nodes, warnings = crawled.nodes(context["jsonld"]), list(crawled.unfit(face))
        yield context["heading"], Report(face, None, None, not context["noindex"], nodes, warnings)


CONTEXTS: dict[str, Callable[..., dict]] = {
    "treatment": views.treatment_context,
    "concern": views.concern_context,
    "site_page": views.site_page_context,
}
