"""Enquiries a week, as bars."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count
from django.db.models.functions import TruncWeek

from enquiries.models import Enquiry, State

WEEKS = 12
WIDE, HIGH, TOP = 26, 80, 20
DATED = 3  # only each third week is named: all of them would not fit on a phone


@dataclass(frozen=True)
class Bar:
    """`x` and `y` are the corner of the bar, `middle` is where its labels stand."""

    week: date
    count: int
    x: int
    y: int
    height: int
    dated: bool

    @property
    def middle(self) -> int:
        return self.x + 9

    @property
    def above(self) -> int:
        return self.y - 6


def weekly(today: date) -> list[Bar]:
    """The last twelve weeks, from Monday to Sunday; spam is left out."""
    monday = today - timedelta(days=today.weekday())
    weeks = [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    counts = counted(weeks[0], today)
    most = max(counts.values(), default=0) or 1
    return [bar(place, week, counts.get(week, 0), most) for place, week in enumerate(weeks)]


def counted(first: date, last: date) -> dict[date, int]:
    real = Enquiry.objects.exclude(state=State.SPAM).received_between(first, last)
    by_week = real.order_by().annotate(week=TruncWeek("created_at")).values("week").annotate(count=Count("pk"))
    return {row["week"].date(): row["count"] for row in by_week}


def bar(place: int, week: date, count: int, most: int) -> Bar:
    height = round(HIGH * count / most)
    dated = (WEEKS - 1 - place) % DATED == 0
    return Bar(week, count, x=place * WIDE + 8, y=TOP + HIGH - height, height=height, dated=dated)
