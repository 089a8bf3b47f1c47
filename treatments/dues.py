"""What a live page owes: the days on which its review, its price and its regulation are due for a new check. Pure."""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from treatments import content, facts, review


class Due(NamedTuple):
    what: str
    day: datetime.date
    over: bool
    """Patients read already that it is."""
    sentence: str


def dues(page: content.Page, signature: dict | None, *, at: datetime.datetime) -> Iterator[Due]:
    if signed := review.review(signature, at=at):
        told = f"{signed.name} reviewed this page on {spoken(signed.reviewed_on)}: ask for a new review."
        yield Due("review", signed.next_review, signed.overdue, told)
    today = timezone.localdate(at)
    if not isinstance(page, content.Treatment):
        return
    if page.price and page.price.checked_on:
        day = facts.last_day(page.price.checked_on, settings.PRICE_REVIEW_DAYS)
        over = facts.price_is_old(page.price, today)
        yield Due("price", day, over, f"The price was checked on {spoken(page.price.checked_on)}: ask the clinic.")
    if page.rules_checked_on:
        day = facts.last_day(page.rules_checked_on, settings.REGULATION_REVIEW_DAYS)
        told = f"Rules and approvals were checked on {spoken(page.rules_checked_on)}: check again."
        yield Due("regulation", day, facts.rules_are_old(page, today), told)


def spoken(day: datetime.date) -> str:
    return f"{day.day} {day:%B %Y}"
