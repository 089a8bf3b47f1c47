"""Where a page stands, in words, and what staff can do about it next. Pure: `models/standing.py` gathers the facts."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone


class Mark(NamedTuple):
    """One thing that is true of a page now."""

    code: str
    words: str
    step: str = ""
    """What to do about it: a name in `STEPS`."""


class Kind(NamedTuple):
    label: str
    group: str = ""
    """Where it stands among what needs attention; nothing where it needs none."""


PATIENTS, NEXT, WRITING, SOON, UNDER_WAY = (
    "Patients read it now",
    "Ready for the next step",
    "Drafts",
    "Coming up",
    "Under way",
)
GROUPS = (PATIENTS, NEXT, WRITING, SOON, UNDER_WAY)
"""Most urgent first."""
KINDS = {
    "overdue": Kind("Review overdue", PATIENTS),
    "price": Kind("Price expired", PATIENTS),
    "rules": Kind("Check of rules overdue", PATIENTS),
    "unreviewed": Kind("Live, not reviewed", PATIENTS),
    "returned": Kind("Returned with remarks", NEXT),
    "signed": Kind("Signed, not live", NEXT),
    "unanswered": Kind("Link not answered", NEXT),
    "outdated": Kind("Changed since it was sent", NEXT),
    "clinical": Kind("Draft differs: medical", WRITING),
    "other": Kind("Draft differs: other", WRITING),
    "never": Kind("Never published", WRITING),
    "due": Kind("Review due soon", SOON),
    "ageing": Kind("Price or rules due soon", SOON),
    "ending": Kind("To be taken off", UNDER_WAY),
    "planned": Kind("Planned", UNDER_WAY),
    "waiting": Kind("With a doctor", UNDER_WAY),
    "live": Kind("Live"),
    "reviewed": Kind("Reviewed by a doctor"),
    "withdrawn": Kind("Taken off the site"),
}
"""Code to what staff call it, most urgent first: the order of the list and its filter."""
ORDER = list(KINDS)
SETTLED_BY = {
    "clinical": ("waiting", "outdated", "returned", "signed", "unanswered", "planned"),
    "other": ("waiting", "outdated", "returned", "signed", "unanswered", "planned"),
    "never": ("waiting", "outdated", "returned", "signed", "unanswered", "planned"),
    "signed": ("planned",),
    "unreviewed": ("waiting", "outdated", "returned", "signed", "planned"),
    "due": ("waiting",),
}
"""Of a draft on its way to patients only the last step needs attention."""


class Live(NamedTuple):
    number: int
    since: datetime.datetime
    by: str
    signed_by: str
    valid_until: datetime.datetime | None
    taken_back: "Signature | None"
    """Under these very words."""
    price_until: datetime.date | None
    rules_until: datetime.date | None
    """The last day on which what was checked still counts as checked."""

    def unreviewed(self) -> str:
        if self.taken_back is None:
            return "No doctor has reviewed what patients read."
        doctor, at = self.taken_back
        return f"{doctor} took back the signature under what patients read, on {day(at)}."


class Sent(NamedTuple):
    """The last link of a page to a doctor that matters."""

    state: str
    """`waiting`, `returned` or `unanswered`."""
    doctor: str
    at: datetime.datetime
    remarks: int
    same_words: bool


class Planned(NamedTuple):
    at: datetime.datetime
    number: int
    """Of the revision; 0 when the page is to be taken off."""
    by: str


class Signature(NamedTuple):
    doctor: str
    at: datetime.datetime


@dataclass(frozen=True)
class Standing:
    """The facts about one page in one language."""

    medical: bool
    """Site pages say nothing that a doctor would sign."""
    live: Live | None
    ended: tuple[datetime.datetime, str] | None
    """When it was taken off, and by whom."""
    clinical: tuple[str, ...]
    other: tuple[str, ...]
    """Places in which the draft differs from what patients read."""
    sent: tuple[Sent, ...]
    signed: Signature | None
    """Under the words of the draft, while patients do not read them yet."""
    plans: tuple[Planned, ...]

    def marks(self, *, at: datetime.datetime) -> list[Mark]:
        """All that is true of it, most urgent first."""
        found = [self.place(), *self.review(at), *self.checks(at), *self.draft(), *self.doctor(), *self.schedule()]
        return sorted(found, key=lambda mark: ORDER.index(mark.code))

    def place(self) -> Mark:
        if self.live:
            return Mark("live", f"Live since {day(self.live.since)}, published by {self.live.by}.")
        if self.ended:
            return Mark("withdrawn", f"Taken off the site on {moment(self.ended[0])} by {self.ended[1]}.", "publish")
        return Mark("never", "Never published.", self.way_to_patients(clinical=True))

    def way_to_patients(self, *, clinical: bool) -> str:
        return "send" if self.medical and clinical else "publish"

    def review(self, at: datetime.datetime) -> list[Mark]:
        if not self.live or not self.medical:
            return []
        until, doctor = self.live.valid_until, self.live.signed_by
        if until is None:
            return [Mark("unreviewed", self.live.unreviewed(), "send")]
        if until <= at:
            return [Mark("overdue", f"The review by {doctor} ran out on {day(until)}. Patients are told.", "send")]
        if until <= at + soon():
            return [Mark("due", f"The review by {doctor} runs out on {day(until)}.", "send")]
        return [Mark("reviewed", f"Reviewed by {doctor}. Next review by {day(until)}.")]

    def checks(self, at: datetime.datetime) -> Iterator[Mark]:
        """What the clinic has to check from time to time."""
        if not self.live:
            return
        today, price, rules = timezone.localdate(at), self.live.price_until, self.live.rules_until
        for code, words, until in (("price", "price", price), ("rules", "rules and approvals", rules)):
            if until and until < today:
                yield Mark(code, f"The check of the {words} ran out on {date(until)}. Patients are told.", code)
            elif until and until <= today + soon():
                yield Mark("ageing", f"The check of the {words} runs out on {date(until)}.", code)

    def draft(self) -> list[Mark]:
        """Both kinds, if there are both."""
        found = []
        if self.clinical:
            words = f"Draft differs; medical changes in {listed(self.clinical)}."
            found.append(Mark("clinical", words, self.way_to_patients(clinical=True)))
        if self.other:
            words = f"Draft differs; changes that need no doctor in {listed(self.other)}."
            found.append(Mark("other", words, self.way_to_patients(clinical=bool(self.clinical))))
        return found

    def doctor(self) -> list[Mark]:
        found = [sent_mark(sent) for sent in self.sent]
        if self.signed:
            words = f"{self.signed.doctor} signed the draft on {day(self.signed.at)}. Patients do not read it yet."
            found.append(Mark("signed", words, "publish"))
        return found

    def schedule(self) -> list[Mark]:
        return [
            Mark("planned", f"Revision {plan.number} goes live on {moment(plan.at)} (planned by {plan.by}).", "plan")
            if plan.number
            else Mark("ending", f"Goes off the site on {moment(plan.at)} (planned by {plan.by}).", "plan")
            for plan in self.plans
        ]


def sent_mark(sent: Sent) -> Mark:
    since = "" if sent.same_words else " The draft has changed since."
    if sent.state == "returned":
        many = "a remark" if sent.remarks == 1 else f"{sent.remarks} remarks"
        return Mark("returned", f"{sent.doctor} returned it with {many} on {day(sent.at)}.{since}", "remarks")
    if sent.state == "unanswered":
        return Mark("unanswered", f"{sent.doctor} did not answer: the link ran out on {day(sent.at)}.{since}", "send")
    if not sent.same_words:
        return Mark("outdated", f"Its medical words changed after {sent.doctor} was sent them. Send it again.", "send")
    return Mark("waiting", f"Waiting for {sent.doctor} since {day(sent.at)}.", "links")


def needing_attention(marks: list[Mark]) -> list[Mark]:
    """Those to act on, without the steps that a later one has settled."""
    codes = {mark.code for mark in marks}
    return [mark for mark in marks if KINDS[mark.code].group and not codes.intersection(SETTLED_BY.get(mark.code, ()))]


def soon() -> datetime.timedelta:
    return datetime.timedelta(days=settings.REMIND_DAYS_BEFORE)


def tone(code: str) -> str:
    """How it looks: neem for what is as it should be, brick for what patients meet, marigold for work to do."""
    if code in ("live", "reviewed", "signed"):
        return "live"
    if code in ("overdue", "price", "rules", "withdrawn"):
        return "gone"
    return "never" if code in ("never", "waiting", "planned", "ending") else "differs"


def listed(places: tuple[str, ...]) -> str:
    """ "Sections › In brief, Steps and 3 more"."""
    short = list(dict.fromkeys(" › ".join(place.split(" › ")[:2]) for place in places))
    if len(short) > 3:
        return f"{', '.join(short[:3])} and {len(short) - 3} more"
    return ", ".join(short)


def day(at: datetime.datetime) -> str:
    return date(timezone.localdate(at))


def date(on: datetime.date) -> str:
    return f"{on.day} {on:%B %Y}"


def moment(at: datetime.datetime) -> str:
    here = timezone.localtime(at)
    return f"{here.day} {here:%B %Y, %H:%M}"
