"""The facts that prose can name: `{sessions}` in a text becomes "4 to 6 sessions" from the fields.

Most are settled when a page is frozen. `LIVE` ones depend on the day (a price grows old) or on the organisation's
record; they stay in the frozen text and are filled in when a patient reads.
"""

import datetime
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings

from treatments import content
from treatments.choices import AftercareKind, PriceUnit

PRICE_IS_OLD = "a price that the clinic has yet to confirm"


def rupees(amount: int) -> str:
    return f"₹{grouped(amount)}"


def grouped(amount: int) -> str:
    """As India groups figures: 1234567 is 12,34,567."""
    digits = str(amount)
    head, tail = digits[:-3], digits[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*groups, tail])


def number(value: float) -> str:
    return f"{value:g}"


def spread(low, high, unit: str = "", *, write: Callable = number) -> str:
    """ "4 to 6 sessions", "1 session", or nothing where a figure is not known."""
    if low is None or high is None:
        return ""
    words = write(low) if low == high else f"{write(low)} to {write(high)}"
    if not unit:
        return words
    return f"{words} {unit if high == 1 or unit == 'mm' else unit + 's'}"


def hours(low: int | None, high: int | None) -> str:
    """Hours up to two days, then days, then weeks, as people say it."""
    if low is None or high is None:
        return ""
    if low == high:
        return one_span(high)
    for size, unit in ((168, "week"), (24, "day")):
        if high > 48 and low % size == 0 and high % size == 0:
            return spread(low // size, high // size, unit)
    return spread(low, high, "hour")


def one_span(length: int) -> str:
    for size, unit in ((168, "week"), (24, "day")):
        if length > 48 and length % size == 0:
            return spread(length // size, length // size, unit)
    return spread(length, length, "hour")


def aftercare_hours(page: content.Treatment) -> str:
    """How long the "do not" items last, over all."""
    ends = [item.until_hours for item in page.aftercare if item.kind == AftercareKind.DO_NOT]
    return hours(min(ends), max(ends)) if ends else ""


def healing_hours(page: content.Treatment) -> str:
    """The stage in which the last marks go."""
    if not page.healing:
        return ""
    last = max(page.healing, key=lambda stage: stage.until_hours)
    return hours(last.from_hours, last.until_hours)


def course_weeks(page: content.Treatment) -> tuple[int, int] | None:
    """Weeks from the first session to the last; one session alone has none."""
    sessions, weeks = pair(page, "sessions"), pair(page, "interval_weeks")
    if sessions is None or weeks is None or sessions[1] == 1:
        return None
    return (sessions[0] - 1) * weeks[0], (sessions[1] - 1) * weeks[1]


def course_length(page: content.Treatment) -> str:
    low, high = course_weeks(page) or (None, None)
    return spread(low, high, "week")


def pair(page: content.Treatment, name: str) -> tuple[int, int] | None:
    """The lowest and highest value of a figure, or nothing where it is not known."""
    low, high = getattr(page, f"{name}_min"), getattr(page, f"{name}_max")
    return None if low is None or high is None else (low, high)


def course_price(page: content.Treatment) -> tuple[int, int] | None:
    """Rupees for a whole course."""
    if page.price is None:
        return None
    if page.price.per == "course":
        return page.price.min, page.price.max
    sessions = pair(page, "sessions")
    return (page.price.min * sessions[0], page.price.max * sessions[1]) if sessions else None


def yearly_price(page: content.Treatment) -> tuple[int, int] | None:
    """Rupees a year for maintenance: the fewest sessions at the lowest price to the most at the highest."""
    months = pair(page, "maintenance_months")
    if page.price is None or page.price.per == "course" or months is None:
        return None
    fewest = max(1, 12 // months[1])
    most = -(-12 // months[0])
    return page.price.min * fewest, page.price.max * most


def plan(page: content.Treatment) -> str:
    """Lowest and highest of sessions, price, weeks and months, where known: what the estimator starts from.

    Nothing where a course cannot be counted in sessions.
    """
    sessions = pair(page, "sessions")
    if page.price is None or page.price.per == "course" or sessions is None:
        return ""
    price = (page.price.min, page.price.max)
    spans = (sessions, price, pair(page, "interval_weeks"), pair(page, "maintenance_months"))
    return ",".join(str(end) for span in spans for end in span or ("", ""))


def price_is_old(price: content.Price | None, today: datetime.date) -> bool:
    """A dated price stops being current; an undated one never was, and says so instead."""
    return bool(price and is_old(price.checked_on, settings.PRICE_REVIEW_DAYS, today))


def rules_are_old(page: content.Treatment, today: datetime.date) -> bool:
    """What the page says of rules and approvals is due for a new check; without a date it never claimed to be fresh."""
    return is_old(page.rules_checked_on, settings.REGULATION_REVIEW_DAYS, today)


def is_old(checked_on: datetime.date | None, days: int, today: datetime.date) -> bool:
    return checked_on is not None and today > last_day(checked_on, days)


def last_day(checked_on: datetime.date, days: int) -> datetime.date:
    """On which something that was checked still counts as checked."""
    return checked_on + datetime.timedelta(days=days)


def money(amounts: tuple[int, int] | None) -> str:
    return spread(*amounts, write=rupees) if amounts else ""


FROZEN: dict[str, Callable[[content.Treatment], str]] = {
    "sessions": lambda p: spread(p.sessions_min, p.sessions_max, "session"),
    "interval": lambda p: spread(p.interval_weeks_min, p.interval_weeks_max, "week"),
    "first_result": lambda p: spread(p.first_result_min, p.first_result_max, "session"),
    "maintenance": lambda p: spread(p.maintenance_months_min, p.maintenance_months_max, "month"),
    "permanence": lambda p: p.permanence.value if p.permanence else "",
    "depth": lambda p: spread(p.depth_mm_min, p.depth_mm_max, "mm"),
    "downtime": lambda p: hours(p.downtime_hours_min, p.downtime_hours_max),
    "healing": healing_hours,
    "aftercare": aftercare_hours,
    "course_length": course_length,
}
PRICES: dict[str, Callable[[content.Treatment], str]] = {
    "price": lambda p: money((p.price.min, p.price.max)) if p.price else "",
    "course_price": lambda p: money(course_price(p)),
    "yearly_price": lambda p: money(yearly_price(p)),
}
LIVE = (*PRICES, "clinic")
NAMES = (*FROZEN, *LIVE)
ANYWHERE = ("clinic",)
"""What a page can name that has no figures of its own."""
BESIDE = (*FROZEN, "clinic")
"""What may stand on another treatment's page: that one would fill in its own price."""


def frozen(page: content.Treatment) -> dict[str, str]:
    """Name to words, for what does not change while a revision is live."""
    return {name: words(page) for name, words in FROZEN.items()}


def live(page, *, organisation: str, today: datetime.date) -> dict[str, str]:
    """Name to words, for what depends on the day and on the organisation's record."""
    prices = {}
    if isinstance(page, content.Treatment):
        old = price_is_old(page.price, today)
        prices = {name: PRICE_IS_OLD if old else words(page) for name, words in PRICES.items()}
    return {**prices, "clinic": organisation}


class KeyFact(NamedTuple):
    label: str
    value: str
    note: str = ""


def key_facts(page: content.Treatment, *, today: datetime.date) -> list[KeyFact]:
    """The box at the top, from fields alone; a figure that is not known has no row."""
    words = frozen(page)
    rows = [
        KeyFact("What happens", page.procedure_type.label),
        KeyFact("Part of the body", page.body_location),
        KeyFact("Proof that it works", page.evidence.label if page.evidence else ""),
        KeyFact("Course", words["sessions"], f"{words['interval']} apart" if words["interval"] else ""),
        KeyFact("First results", f"after {words['first_result']}" if words["first_result"] else ""),
        KeyFact("How lasting", page.permanence.label if page.permanence else ""),
        KeyFact("Maintenance", f"every {words['maintenance']}" if words["maintenance"] else ""),
        KeyFact("Depth", words["depth"]),
        KeyFact("Downtime", words["downtime"]),
        KeyFact("Back to work", page.return_to_work.label if page.return_to_work else ""),
        *price_facts(page, today),
        KeyFact("Insurance", page.insurance_covered.label if page.insurance_covered else ""),
    ]
    return [row for row in rows if row.value]


def price_facts(page: content.Treatment, today: datetime.date) -> list[KeyFact]:
    price = page.price
    if price is None:
        return []
    if price_is_old(price, today):
        return [KeyFact("Price", "Being checked with the clinic")]
    unit = PriceUnit(price.per).label
    return [
        KeyFact(f"Price of one {unit}", PRICES["price"](page), price_date(price)),
        KeyFact("Price of a course", money(course_price(page)) if unit != "course" else ""),
    ]


def price_date(price: content.Price) -> str:
    """A price has a date, or says that it has none."""
    if price.checked_on is None:
        return "date not given by the clinic"
    return f"checked on {price.checked_on.day} {price.checked_on:%B %Y}"
