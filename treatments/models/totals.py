"""How many pages patients can read now. A site of many counts anew only after a publish or a plan."""

import datetime
from typing import NamedTuple

from django.db.models import Count, Max, Subquery

from treatments.models.publishing import KINDS, Publication
from treatments.models.stamps import Stamp

MANY = 500
"""Fewer are counted in no time."""


class Total(NamedTuple):
    version: int | None
    since: datetime.datetime
    until: datetime.datetime | None
    pages: dict[str, int]

    def holds(self, version: int | None, *, at: datetime.datetime) -> bool:
        return self.version == version and self.since <= at and (self.until is None or at < self.until)


KEPT: dict[str, Total] = {}
VERSION = Stamp.objects.filter(name="")


def live_pages(*, at: datetime.datetime) -> dict[str, int]:
    """By kind."""
    if (kept := KEPT.get("live")) and kept.holds(VERSION.values_list("version", flat=True).first(), at=at):
        return kept.pages
    # In one statement with the version: if somebody publishes meanwhile, this count is never taken for the newer one.
    shown = Publication.objects.shown(at=at).annotate(stamp=Subquery(VERSION.values("version")))
    pages = shown.aggregate(version=Max("stamp"), **{kind: Count(f"revision__{kind}") for kind in KINDS})
    version = pages.pop("version")
    if sum(pages.values()) >= MANY:
        KEPT["live"] = Total(version, at, Publication.objects.next_moment(after=at), pages)
    return pages
