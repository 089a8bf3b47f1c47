"""Treatments set side by side. A cell comes from a field where there is one, else from a comparison fact."""

import datetime
from typing import NamedTuple

import msgspec

from treatments import content, facts, markup
from treatments.choices import Attribute

FROM_FIELDS = {Attribute.SESSIONS: "sessions", Attribute.INTERVAL: "interval", Attribute.DOWNTIME: "downtime"}
PRICE_NOT_GIVEN = "Not given by the clinic"


class Cell(NamedTuple):
    """`text` is Markdown that the page has rendered, or plain words where `plain` says so."""

    text: str
    plain: bool
    unknown: bool = False
    evidence: str = ""
    column: str = ""
    """Whose cell it is: a phone shows no table head."""


class Row(NamedTuple):
    attribute: Attribute
    cells: list[Cell]


def column(page: content.TreatmentPage) -> content.Beside:
    """What another page keeps of this one when it is frozen."""
    return content.Beside(
        slug=page.slug,
        name=page.name,
        summary=page.summary,
        comparison=comparison_facts(page),
        price=page.price,
    )


def own_column(page: content.TreatmentPage) -> content.Beside:
    """On its own page the texts stay as written: so the page finds their HTML."""
    written = {fact.attribute: fact for fact in page.comparison}
    return msgspec.structs.replace(column(page), comparison=tuple((written | derived(facts.frozen(page))).values()))


def comparison_facts(page: content.TreatmentPage) -> tuple[content.ComparisonFact, ...]:
    """Facts from fields first: a field is never overruled by a text about the same thing."""
    words = facts.frozen(page)
    written = {fact.attribute: filled(fact, words) for fact in page.comparison}
    return tuple((written | derived(words)).values())


def derived(words: dict[str, str]) -> dict[Attribute, content.ComparisonFact]:
    return {
        attribute: content.ComparisonFact(attribute=attribute, text=words[name])
        for attribute, name in FROM_FIELDS.items()
        if words[name]
    }


def filled(fact: content.ComparisonFact, words: dict[str, str]) -> content.ComparisonFact:
    """With its own treatment's figures in place: it may be shown on another treatment's page."""
    return msgspec.structs.replace(fact, text=markup.fill(fact.text, words))


def rows(page: content.TreatmentPage, *, today: datetime.date) -> list[Row]:
    """The table on a treatment's own page: this treatment first, then those beside it."""
    columns = [own_column(page), *page.beside]
    return [
        Row(attribute, [cell(other, attribute, today)._replace(column=other.name) for other in columns])
        for attribute in Attribute
    ]


def cell(beside: content.Beside, attribute: Attribute, today: datetime.date) -> Cell:
    if attribute is Attribute.PRICE:
        return price_cell(beside.price, today)
    fact = next((fact for fact in beside.comparison if fact.attribute == attribute), None)
    if fact is None or fact.unknown:
        return Cell("We found no reliable source", plain=True, unknown=True)
    return Cell(fact.text, plain=False, evidence=fact.evidence.label if fact.evidence else "")


def price_cell(price: content.Price | None, today: datetime.date) -> Cell:
    if price is None:
        return Cell(PRICE_NOT_GIVEN, plain=True, unknown=True)
    if facts.price_is_old(price, today):
        return Cell(facts.PRICE_IS_OLD.capitalize(), plain=True, unknown=True)
    return Cell(f"{facts.money((price.min, price.max))} a {price.per.label}", plain=True)
