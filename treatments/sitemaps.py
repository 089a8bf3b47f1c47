"""Addresses for search engines: canonical pages that may be listed, with the day of their last significant change.

Up to PART addresses stand in one file; beyond that `/sitemap.xml` is an index of parts. Both are written as they are
read from the database, so that their size costs no memory.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import Http404, StreamingHttpResponse
from django.utils import timezone

from cosma.pagestore import expires, public_page
from treatments import directory, expiry, list_views
from treatments.models import Publication, Revision, SignOff, shown
from treatments.models.totals import live_pages

PART = 10_000
PATHS = {"treatment": "/treatments/{}/", "concern": "/concerns/{}/", "site_page": "/{}/"}
XMLNS = "http://www.sitemaps.org/schemas/sitemap/0.9"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


class Address(NamedTuple):
    path: str
    modified: datetime | None


@public_page(everything=True)
def sitemap(request, number: int | None = None):
    """The whole map, or its index where it is too long for one file; with a number, that part of it."""
    now = timezone.now()
    expires(request, *expiry.of_lists(at=now))
    live = live_pages(at=now)
    own = lists(live, now)
    sizes = live if may_all_be_listed() else {kind: listable(kind, at=now).count() for kind in PATHS}
    parts = -(-(len(own) + sum(sizes.values())) // PART)
    if number is None and parts > 1:
        return answer(index(parts))
    if number is not None and (parts < 2 or not 1 <= number <= parts):
        raise Http404
    return answer(urlset(addresses(own, sizes, now, start=((number or 1) - 1) * PART)))


def answer(lines: Iterator[str]) -> StreamingHttpResponse:
    return StreamingHttpResponse(lines, content_type="application/xml; charset=utf-8")


def listable(kind: str, *, at: datetime):
    """Live revisions that a search engine may list; the same rule as `views.may_be_indexed`, for many at once."""
    found = Revision.objects.live(at=at).filter(**{f"{kind}__isnull": False})
    if settings.STAGING:
        return found.none()
    if kind == "site_page" or settings.INDEX_UNREVIEWED:
        return found
    return found.filter(Exists(SignOff.objects.valid(at=at).filter(fingerprint=OuterRef("fingerprint"))))


def addresses(own: list[Address], sizes: dict[str, int], at: datetime, *, start: int) -> Iterator[Address]:
    """A part of all addresses: the site's lists first, then the pages of each kind, oldest first."""
    yield from own[start : start + PART]
    left, start = PART - len(own[start : start + PART]), max(0, start - len(own))
    for kind, size in sizes.items():
        taken = max(0, min(left, size - start))
        if taken:
            yield from pages(kind, at, start, taken)
        left, start = left - taken, max(0, start - size)


def pages(kind: str, at: datetime, start: int, count: int) -> Iterator[Address]:
    """Found by their keys first: a database would work out the dates of all pages that an offset skips."""
    live, key = listable(kind, at=at), f"{kind}_id"
    keys = live.order_by(key).values_list(key, flat=True)[start : start + count]
    first, last = min(keys, default=0), max(keys, default=0)
    found = live.filter(**{f"{key}__gte": first, f"{key}__lte": last}).with_dates(kind, at=at).order_by(key, "pk")
    for slug, modified in found.values_list("slug", "modified_at").iterator(chunk_size=2000):
        yield Address(PATHS[kind].format(slug), modified)


def lists(live: dict[str, int], at: datetime) -> list[Address]:
    """The first page and the lists, which change when one of the pages on them does."""
    if settings.STAGING:
        return []
    changed = {kind: last_change(kind, at) for kind in ("treatment", "concern")}
    found = [Address("/", max(filter(None, changed.values()), default=None))]
    for kind, modified in changed.items():
        found.append(Address(f"/{kind}s/", modified))
        # A list shows unsigned pages too.
        last = -(-live[kind] // list_views.PAGE_SIZE)
        found += [Address(f"/{kind}s/?page={number}", modified) for number in range(2, last + 1)]
    return [*found, Address("/compare/", changed["treatment"]), *of_directory(shown.house())]


def of_directory(house: directory.House) -> list[Address]:
    """Nobody says when its rows changed in a way that matters to a reader."""
    return [
        Address(path if number == 1 else f"{path}?page={number}", None)
        for path, _, count in house.lists
        for number in range(1, -(-count // directory.PAGE_SIZE) + 1)
    ]


def may_all_be_listed() -> bool:
    return settings.INDEX_UNREVIEWED and not settings.STAGING


def last_change(kind: str, at: datetime) -> datetime | None:
    latest = Publication.objects.latest_changes(kind, at=at, most=50)
    return latest[0].live_from if latest else None


def urlset(found: Iterator[Address]) -> Iterator[str]:
    yield f'{HEAD}<urlset xmlns="{XMLNS}">\n'
    for address in found:
        yield f"<url><loc>{escape(settings.SITE_URL + address.path)}</loc>{lastmod(address.modified)}</url>\n"
    yield "</urlset>\n"


def lastmod(moment: datetime | None) -> str:
    """Left out where nothing is known."""
    return f"<lastmod>{timezone.localtime(moment).isoformat(timespec='seconds')}</lastmod>" if moment else ""


def index(parts: int) -> Iterator[str]:
    yield f'{HEAD}<sitemapindex xmlns="{XMLNS}">\n'
    for number in range(1, parts + 1):
        yield f"<sitemap><loc>{settings.SITE_URL}/sitemap-{number}.xml</loc></sitemap>\n"
    yield "</sitemapindex>\n"
