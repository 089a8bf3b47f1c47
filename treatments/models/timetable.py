"""Which publications show a page when, of those that were not called off before they began."""

import datetime

from django.apps import apps
from django.db import models
from django.db.models import F, Min, OuterRef, Q


class PublicationQuerySet(models.QuerySet):
    def of(self, subject):
        return self.filter(revision__in=apps.get_model("treatments", "Revision").objects.of(subject))

    def not_cancelled(self):
        """A plan that was cancelled before it began ends in the moment in which it starts."""
        return self.filter(Q(live_until__isnull=True) | Q(live_until__gt=F("live_from")))

    def begun(self, *, at):
        """What patients have read at some time up to that moment."""
        return self.not_cancelled().filter(live_from__lte=at)

    def changes(self, kind: str, *, at):
        """The public change log of a kind of page, newest first: significant ones, and the first of each page."""
        same_page = {f"revision__{kind}": OuterRef(f"revision__{kind}")}
        earlier = type(self)(self.model).begun(at=at).filter(live_from__lt=OuterRef("live_from"), **same_page)
        of_kind = self.begun(at=at).filter(**{f"revision__{kind}__isnull": False})
        return of_kind.filter(Q(significant=True) | ~models.Exists(earlier)).order_by("-live_from", "-pk")

    def latest_changes(self, kind: str, *, at, most: int):
        """The newest of `changes`, looked for among so many of the latest publications: a site may have 100,000."""
        begun = self.begun(at=at).filter(**{f"revision__{kind}__isnull": False}).order_by("-live_from", "-pk")
        latest = [*begun.values_list("pk", flat=True)[: 10 * most]]
        latest += begun.filter(significant=True).values_list("pk", flat=True)[:most]
        return self.changes(kind, at=at).filter(pk__in=latest)[:most]

    def shown(self, *, at):
        return self.filter(Q(live_until__isnull=True) | Q(live_until__gt=at), live_from__lte=at)

    def next_moment(self, *, after) -> datetime.datetime | None:
        """When the next plan begins or ends, of whichever page."""
        plans = self.not_cancelled().filter(Q(live_from__gt=after) | Q(live_until__gt=after))
        found = plans.aggregate(
            begins=Min("live_from", filter=Q(live_from__gt=after)),
            ends=Min("live_until", filter=Q(live_until__gt=after)),
        )
        return min(filter(None, found.values()), default=None)
