"""The questions sheet: what to tell the doctor and what to ask, from a page's fields. It fits on one sheet of paper.

It never says that a treatment suits somebody: these three sentences are all that it concludes.
"""

import datetime
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from treatments import content, facts
from treatments.choices import Approval, Severity

DO_NOT = "Do not have it."
ASK_FIRST = "Ask a doctor first."
NOTHING_APPLIES = "Nothing on our list applies: a doctor still has to check you."
CAREFUL = (Severity.ASK_FIRST, Severity.WAIT)
"""Who has to wait has to ask when the wait is over."""


class Reasons(NamedTuple):
    """Reasons to tick, and what to do if one of them is true."""

    heading: str
    items: list[content.Contraindication]
    verdict: str


def reasons(page: content.Treatment) -> list[Reasons]:
    found = [
        Reasons(Severity.DO_NOT_HAVE.label, of(page, (Severity.DO_NOT_HAVE,)), DO_NOT),
        Reasons(Severity.ASK_FIRST.label, of(page, CAREFUL), ASK_FIRST),
    ]
    return [group for group in found if group.items]


def of(page: content.Treatment, severities: tuple[Severity, ...]) -> list[content.Contraindication]:
    return [item for item in page.contraindications if item.severity in severities]


class Topic(NamedTuple):
    heading: str
    questions: list[str]


def topics(page: content.TreatmentPage, *, today: datetime.date) -> list[Topic]:
    return [
        Topic("The doctor", ["What is your degree, and your registration number?", "How often do you do this?"]),
        Topic("What goes in, and with what", list(contents(page))),
        Topic("The plan", list(plan(page))),
        Topic("The price", list(price(page, today))),
        Topic("Afterwards", list(afterwards(page))),
    ]


def contents(page: content.TreatmentPage) -> Iterator[str]:
    doubtful = [agent.name for agent in page.agents if agent.approval_india in (Approval.NO, Approval.OTHER_USE)]
    if page.agents:
        asked = "Will I get" if len(page.agents) == 1 else "Which of these will I get:"
        yield f"{asked} {listed(agent.name for agent in page.agents)}?"
        yield "What is the name, batch number and expiry date of each product?"
    if doubtful:
        yield f"Not approved in India for this use: {listed(doubtful)}. Would you use it, and why?"
    if page.devices:
        asked = "Will you use this device:" if len(page.devices) == 1 else "Which will you use:"
        yield f"{asked} {' or '.join(device.name for device in page.devices)}? Is it registered in India?"
    yield "What will you put in or on my skin, and is it licensed in India for that use?"
    if depth := facts.FROZEN["depth"](page):
        yield f"How deep will the needle go? The usual depth is {depth}."


def plan(page: content.TreatmentPage) -> Iterator[str]:
    words = facts.frozen(page)
    usual = ", ".join(filter(None, (words["sessions"], f"{words['interval']} apart" if words["interval"] else "")))
    yield "How many sessions will I need, and how far apart?" + (f" The usual plan is {usual}." if usual else "")
    proof = f" Our label for the proof is “{page.evidence.label.lower()}”." if page.evidence else ""
    yield f"What change can I expect, and what if I see none?{proof}"
    others = [other.name for other in page.beside]
    yield f"Why this, and not {listed(others)}? Why not nothing?" if others else "What if I have nothing done?"


def price(page: content.TreatmentPage, today: datetime.date) -> Iterator[str]:
    known = "" if page.price is None or facts.price_is_old(page.price, today) else said(page.price)
    yield f"What will all of it cost?{known} May I have that in writing?"
    yield "What is included? Does tax, the consultation or more care cost extra?"


def said(found: content.Price) -> str:
    amount = facts.money((found.min, found.max))
    return f" The clinic says {amount} a {found.per.label} ({facts.price_date(found)})."


def afterwards(page: content.TreatmentPage) -> Iterator[str]:
    yield "What is my own risk of dark marks or scars?"
    yield "What must I not do, and for how long?"
    yield "Whom do I call if something is wrong, and at what number?"


def listed(names: Iterable[str]) -> str:
    """Names in running text, written small unless they are short forms."""
    *first, end = [name if name[1:2].isupper() else name[:1].lower() + name[1:] for name in names]
    return f"{', '.join(first)} or {end}" if first else end
