"""A treatment page as clean Markdown, for assistants and for people who copy: the same revision in the same order.

What staff typed is Markdown already; fields become headings, lists and tables around it.
"""

import datetime
import re
from collections.abc import Callable, Iterator

from django.conf import settings
from django.utils import timezone

from treatments import comparison, content, facts, layout, markup, pictures, review, side_by_side
from treatments.choices import AftercareKind, CareLevel, Phase, SaidBy, Severity
from treatments.templatetags.words import graded, how_often, origin, stage, starting, window
from treatments.writing import bullets, how_long, join, on, table, with_medical

CONFLICT = "**Conflict of interest:** the maker or a group of specialists paid for it or wrote it."
DISCLAIMER = "For information. Not medical advice. Talk to a doctor before any treatment."
OLD_PRICE = "**The price is being checked.** The last one is too old to rely on. Ask the clinic for a written quote."
PRICE_LEADS = ("What changes the price", "Included", "Not included")
OWN_COURSE = (
    "Work out your own course: multiply the price of one session in your quote by your number of sessions. "
    "Then add what the quote leaves out."
)
GAPS = re.compile(r"\s*\n\s*")
Lines = Iterator[str]


class Written:
    """One page's Markdown, block by block."""

    def __init__(self, page: content.TreatmentPage, *, organisation: str, today: datetime.date):
        self.page, self.today = page, today
        self.words = {**facts.frozen(page), **facts.live(page, organisation=organisation, today=today)}
        self.numbers = {source.key: place for place, source in enumerate(page.sources, start=1)}

    def blocks(self, signed: review.Review | None, dates) -> Lines:
        page = self.page
        yield f"# {page.heading}"
        yield page.summary
        if page.also_called:
            yield f"Also called: {', '.join(page.also_called)}."
        yield reviewed(signed, sources=bool(page.sources))
        yield DISCLAIMER
        if opening := pictures.shown(page).get(pictures.OPENING):
            yield self.picture(opening)
        yield "## Key facts"
        yield bullets(fact_line(fact) for fact in facts.key_facts(page, today=self.today))
        for chapter in layout.chapters(page):
            yield f"## {chapter.heading}"
            for block in chapter.blocks:
                yield from self.block(block)
        yield from self.sources()
        yield "## Dates"
        yield bullets(dated(signed, dates))
        yield f"{settings.SITE_URL}/treatments/{page.slug}/"

    def block(self, block: layout.Block) -> Lines:
        if block.headed:
            yield f"### {block.heading}"
        if block.picture:
            yield self.picture(block.picture)
        for statement in block.statements:
            lead = f"**{statement.label}.** " if statement.label else ""
            yield lead + self.prose(statement.text)
            yield label(statement)
        for question in block.questions:
            yield f"#### {question.question}"
            yield self.prose(question.answer)
            yield graded(question.evidence)
        if block.extra:
            yield from EXTRAS[block.anchor](self)
        for term in block.terms:
            yield f"*{term.term}*: {self.line(term.definition)}"

    def picture(self, shown: pictures.Shown) -> str:
        """For those who read text alone, what it shows; a decorative one shows nothing."""
        if shown.placed.decorative:
            return ""
        words = re.sub(r"([\[\]\\])", r"\\\1", shown.placed.alt)
        return join(f"![{words}]({settings.SITE_URL}{shown.url})", shown.placed.caption)

    def prose(self, text: str) -> str:
        """Facts filled in, and sources by their number in the list."""
        cited = markup.CITATION.sub(lambda match: self.citation(match[1]), text)
        return markup.fill(cited, self.words)

    def citation(self, key: str) -> str:
        return f"[{self.numbers[key]}]" if key in self.numbers else ""

    def line(self, text: str) -> str:
        return GAPS.sub(" ", self.prose(text)).strip()

    def sources(self) -> Lines:
        if not self.page.sources:
            return
        yield "## Sources"
        yield "\n".join(f"{place}. {source_line(source)}" for place, source in enumerate(self.page.sources, start=1))

    def agents(self) -> Lines:
        yield table(
            ("Ingredient", "What it is said to do", "Evidence", "Approval in India", "More to know"),
            (
                (
                    agent.name,
                    self.line(agent.role_claimed) or "Nothing stated.",
                    agent.evidence.label if agent.evidence else "Not graded",
                    agent.approval_india.label,
                    join(self.line(agent.approval_other), self.line(agent.warning)),
                )
                for agent in self.page.agents
            ),
        )

    def indications(self) -> Lines:
        rows = ((use.name, self.line(use.aim), use.evidence.label) for use in self.page.indications)
        yield table(("Concern", "Aim", "Evidence"), rows)

    def contraindications(self) -> Lines:
        for severity, members in layout.grouped(self.page.contraindications, "severity", Severity):
            yield f"{severity.label}:"
            yield bullets(self.contraindication(item) for item in members)
        path = f"/treatments/{self.page.slug}/questions/"
        yield f"[Take this list and your questions to the doctor]({settings.SITE_URL}{path})"

    def contraindication(self, item: content.Contraindication) -> str:
        medical = f" ({item.name_medical})" if item.name_medical else ""
        added = f"{item.origin.label}." if item.origin == "editor" else ""
        return join(f"**{item.name_plain}**{medical}.", self.line(item.reason), self.line(item.what_to_do), added)

    def side_effects(self) -> Lines:
        rows = (
            (with_medical(effect), self.how_often(effect), self.to_know(effect, how_long(effect), starting(effect)))
            for effect in layout.side_effects(self.page, serious=False)
        )
        yield table(("What", "How often", "How long"), rows)

    def serious(self) -> Lines:
        for level, effects in layout.care_cards(self.page):
            yield f"**{CareLevel(level).label} if:**"
            yield bullets(self.line(effect.warning_sign) for effect in effects)
            yield "\n\n".join(self.prose(effect.what_to_do) for effect in effects if effect.what_to_do)
        rows = (
            (with_medical(effect), self.how_often(effect), self.to_know(effect, starting(effect), how_long(effect)))
            for effect in layout.side_effects(self.page, serious=True)
        )
        yield table(("What", "How often", "What to know"), rows)

    def to_know(self, effect: content.SideEffect, *times: str) -> str:
        return join(*times, self.line(effect.text), "" if effect.on_a_card else self.line(effect.what_to_do))

    def how_often(self, effect: content.SideEffect) -> str:
        return join(how_often(effect), self.prose(effect.counted_in))

    def steps(self, phase: Phase) -> Lines:
        steps = layout.steps(self.page, phase)
        yield "\n".join(
            f"{place}. {join(f'**{step.title}.**', self.line(step.text))}" for place, step in enumerate(steps, start=1)
        )

    def aftercare(self) -> Lines:
        yield from self.steps(Phase.AFTER)
        for kind, verb in ((AftercareKind.DO, "Do"), (AftercareKind.DO_NOT, "Do not")):
            items = layout.aftercare(self.page, kind)
            yield bullets(join(f"**{verb} {item.text} {window(item)}.**", self.line(item.reason)) for item in items)

    def healing(self) -> Lines:
        yield bullets(f"**{stage(part)}.** {self.line(part.text)}" for part in self.page.healing)

    def depth(self) -> Lines:
        yield join(f"Depth of the needle: {self.words['depth']}.", self.line(self.page.depth_note))

    def course(self) -> Lines:
        rows = {
            "Sessions": "sessions",
            "Time between sessions": "interval",
            "First to last session": "course_length",
            "First results": "first_result",
            "Maintenance": "maintenance",
        }
        yield bullets(f"{name}: {self.words[fact]}" for name, fact in rows.items() if self.words[fact])

    def price(self) -> Lines:
        price = self.page.price
        if price is None:
            return
        if facts.price_is_old(price, self.today):
            yield OLD_PRICE
        else:
            yield bullets(fact_line(fact) for fact in facts.price_facts(self.page, self.today))
            yield OWN_COURSE if facts.plan(self.page) else ""
        for lead, lines in zip(PRICE_LEADS, (price.factors, price.includes, price.excludes), strict=True):
            yield f"{lead}:\n\n{bullets(lines)}" if lines else ""
        yield join("" if price.includes else "Ask what is included.", price.tax_included.label)

    def insurance(self) -> Lines:
        if self.page.insurance_covered:
            yield f"**{self.page.insurance_covered.label}.**"
        yield self.prose(self.page.insurance_note)

    def approval(self) -> Lines:
        if self.page.rules_checked_on:
            due = "**This part is due for a new check.**" if facts.rules_are_old(self.page, self.today) else ""
            yield join(due, f"Rules and approvals were last checked on {on(self.page.rules_checked_on)}.")
        missing, unlicensed = "No number given by the clinic", "Not given by the clinic"
        products = (
            (join(p.brand, p.maker), p.licence_number or missing, p.licensed_use or unlicensed, on(p.checked_on))
            for p in self.page.products
        )
        yield table(("Product", "Licence in India", "Licensed for", "Checked"), products)
        devices = (
            (
                device.name,
                "Yes, the clinic says" if device.ce_mark else "Not stated",
                device.india_registration or missing,
            )
            for device in self.page.devices
        )
        yield table(("Device", "CE mark", "Registered in India"), devices)

    def alternatives(self) -> Lines:
        rows = (
            (row.attribute.label, *(self.cell(cell) for cell in row.cells))
            for row in comparison.rows(self.page, today=self.today)
        )
        yield table(("What is compared", self.page.name, *(other.name for other in self.page.beside)), rows)
        if path := side_by_side.address_of([self.page.slug, *(other.slug for other in self.page.beside)]):
            yield f"[Compare these and no treatment]({settings.SITE_URL}{path})"

    def cell(self, cell: comparison.Cell) -> str:
        return join(
            cell.text if cell.plain else self.line(cell.text), f"Evidence: {cell.evidence}." if cell.evidence else ""
        )


EXTRAS: dict[str, Callable[[Written], Lines]] = {
    "what-it-is": Written.agents,
    "indications": Written.indications,
    "who-should-avoid": Written.contraindications,
    "common-side-effects": Written.side_effects,
    "rare-complications": Written.serious,
    "preparation": lambda written: written.steps(Phase.BEFORE),
    "procedure": lambda written: written.steps(Phase.DURING),
    "technique": Written.depth,
    "course": Written.course,
    "aftercare": Written.aftercare,
    "healing": Written.healing,
    "cost": Written.price,
    "insurance": Written.insurance,
    "regulation": Written.approval,
    "alternatives": Written.alternatives,
}
"""The typed parts of each place, as `layout.EXTRAS` puts them on the page."""


def reviewed(signed: review.Review | None, *, sources: bool) -> str:
    if signed is None:
        return "**Not yet reviewed by a doctor.**" + " We wrote this page from the sources that it lists." * sources
    by = f"{signed.name} ({signed.credentials})"
    if signed.overdue:
        return f"**The review of this page is overdue.** {by} reviewed it on {on(signed.reviewed_on)}."
    return f"**Reviewed by {signed.name}** ({signed.credentials}) on {on(signed.reviewed_on)}."


def dated(signed: review.Review | None, dates) -> list[str]:
    return [
        f"Last reviewed by a doctor: {on(signed.reviewed_on) if signed else 'Not yet'}",
        f"Next review: {on(signed.next_review) if signed else 'Not set'}",
        f"First published: {on(timezone.localdate(dates.published))}",
        f"Last important change: {on(timezone.localdate(dates.modified))}",
    ]


def fact_line(fact: facts.KeyFact) -> str:
    return f"{fact.label}: {', '.join(part for part in (fact.value, fact.note) if part)}"


def label(statement: content.Statement) -> str:
    if statement.evidence:
        return graded(statement.evidence)
    return "Clinic's statement" if statement.said_by == SaidBy.CLINIC else ""


def source_line(source: content.Source) -> str:
    title = f"[{source.title}]({source.url})" if source.url and source.showable else source.title
    return join(f"{title}.", origin(source), source.finding, CONFLICT if source.conflict else "")
