"""What patients read on a day that somebody asks about, as it was shown then."""

import datetime
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.http import urlencode

from treatments import content, jsonld, review
from treatments.models import Publication, Revision, SignOff
from treatments.models.publishing import KINDS

EARLIEST = 1970
"""Not the first year there is: its first hours are in no year at all elsewhere."""


def asked_for(text: str) -> datetime.date | None:
    """A day of the clinic's calendar; nothing for what is none."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and day.year in range(EARLIEST, 9999) else None


def problem(text: str) -> str:
    """What is wrong with a day that somebody typed; nothing where nothing is."""
    day = asked_for(text)
    if text and day is None:
        return "That is not a day. Write it as 2026-03-31."
    return "That day is still to come." if day and day > timezone.localdate() else ""


def midnight(day: datetime.date) -> datetime.datetime:
    """In the time of the clinic, in which a person asks for a day."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def shown_on(subject: models.Model, day: datetime.date) -> list[Publication]:
    """What patients read at some moment of that day, first things first."""
    begin, end = midnight(day), midnight(day + datetime.timedelta(days=1))
    end = min(end, timezone.now())
    found = Publication.objects.of(subject).not_cancelled().filter(live_from__lt=end).order_by("live_from")
    return list(found.exclude(live_until__lte=begin).select_related("revision", "by"))


def addresses(subject: models.Model, day: datetime.date) -> list[tuple[Publication, str]]:
    return [(span, page_url(span, day)) for span in shown_on(subject, day)]


def page_url(span: Publication, day: datetime.date) -> str:
    """The revision as it was shown at the end of that day, or of its time before that."""
    moments = [midnight(day + datetime.timedelta(days=1)), span.live_until, timezone.now()]
    last = min(moment for moment in moments if moment) - datetime.timedelta(seconds=1)
    url = reverse("admin:treatments_revision_page", args=[span.revision_id])
    return f"{url}?{urlencode({'at': max(last, span.live_from).isoformat()})}"


def moment(text: str) -> datetime.datetime | None:
    """A moment with its zone, as `page_url` writes it, that is not to come."""
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    known = at and timezone.is_aware(at) and at.year >= EARLIEST and at <= timezone.now()
    return at if known else None


def as_of(revision: Revision, at: datetime.datetime) -> dict:
    """What stood around the words at that moment: the signature, the dates, the age of the price."""
    dated = Revision.objects.filter(pk=revision.pk).with_dates(revision.kind, at=at).get()
    known: dict[str, Any] = {"today": timezone.localdate(at)}
    if dated.published_at:
        known["dates"] = jsonld.Dates(dated.published_at, dated.modified_at)
    if KINDS[revision.kind] is not content.SitePagePage:
        known["review"] = signed_by(revision, at)
    return known


def signed_by(revision: Revision, at: datetime.datetime) -> review.Review | None:
    rows = SignOff.objects.filter(fingerprint=revision.fingerprint, signed_at__lte=at)
    rows = rows.exclude(withdrawal__at__lte=at)
    return review.review(rows.as_json().values_list("json", flat=True).first(), at=at)
