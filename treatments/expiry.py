"""The moments at which a page reads differently though nobody touches it. The page store renders it anew then."""

import datetime
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Min
from django.utils import timezone

from treatments import content, facts, review
from treatments.models import Publication, Revision, SignOff


def of_revision(revision: Revision, page: content.Page, *, at: datetime.datetime) -> list[datetime.datetime]:
    """Its planned end or successor, the review falling due, and each check growing old. `revision` is a live one."""
    moments = [revision.live_until]
    if revision.signature:
        moments.append(review.moment(revision.signature["valid_until"]))
    moments += checks_grow_old(page)
    return [moment for moment in moments if moment and moment > at]


def checks_grow_old(page: content.Page) -> Iterator[datetime.datetime]:
    """The first midnights on which `facts.price_is_old` and `facts.rules_are_old` say so."""
    if not isinstance(page, content.TreatmentPage):
        return
    for price in (page.price, *(other.price for other in page.beside)):
        if price and price.checked_on:
            yield midnight_after(facts.last_day(price.checked_on, settings.PRICE_REVIEW_DAYS))
    if page.rules_checked_on:
        yield midnight_after(facts.last_day(page.rules_checked_on, settings.REGULATION_REVIEW_DAYS))


def midnight_after(day: datetime.date) -> datetime.datetime:
    following = day + datetime.timedelta(days=1)
    return timezone.make_aware(datetime.datetime.combine(following, datetime.time.min))


def of_lists(*, at: datetime.datetime) -> list[datetime.datetime]:
    """The next plan that begins or ends, and the next review that falls due, whichever page they belong to."""
    planned = Publication.objects.next_moment(after=at)
    due = SignOff.objects.filter(valid_until__gt=at).aggregate(due=Min("valid_until"))
    return [moment for moment in (planned, *due.values()) if moment]
