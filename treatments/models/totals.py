"""How many pages patients can read now, and where each page of a long list begins.

A site of many works it out anew only after a publish or a plan: a database would count, or skip, them one by one.
"""

import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Max, Subquery, Window
from django.db.models.functions import RowNumber

from treatments.models.publishing import KINDS, Publication, Revision
from treatments.models.stamps import Stamp

MANY = 500
"""Fewer are counted in no time."""


class Known(NamedTuple):
    version: int | None
    since: datetime.datetime
    until: datetime.datetime | None
    found: Any

    def holds(self, version: int | None, *, at: datetime.datetime) -> bool:
        return self.version == version and self.since <= at and (self.until is None or at < self.until)


KEPT: dict[str, Known] = {}
VERSION = Stamp.objects.filter(name="")


def live_pages(*, at: datetime.datetime) -> dict[str, int]:
    """By kind."""
    if (kept := KEPT.get("live")) and kept.holds(version(), at=at):
        return kept.found
    # In one statement with the version: if somebody publishes meanwhile, this count is never taken for the newer one.
    shown = Publication.objects.shown(at=at).annotate(stamp=Subquery(VERSION.values("version")))
    pages = shown.aggregate(version=Max("stamp"), **{kind: Count(f"revision__{kind}") for kind in KINDS})
    counted_at = pages.pop("version")
    if sum(pages.values()) >= MANY:
        KEPT["live"] = Known(counted_at, at, Publication.objects.next_moment(after=at), pages)
    return pages


def first_slugs(kind: str, *, size: int, at: datetime.datetime) -> list[str]:
    """The slug with which each page of the list of all live pages of a kind begins, in their order."""
    now = version()
    if (kept := KEPT.get(kind)) and kept.holds(now, at=at):
        return kept.found
    live = Revision.objects.live(at=at).filter(**{f"{kind}__isnull": False})
    placed = live.annotate(place=(Window(RowNumber(), order_by="slug") - 1) % size).filter(place=0)
    slugs = list(placed.order_by("slug").values_list("slug", flat=True))
    KEPT[kind] = Known(now, at, Publication.objects.next_moment(after=at), slugs)
    return slugs


def version() -> int | None:
    return VERSION.values_list("version", flat=True).first()
