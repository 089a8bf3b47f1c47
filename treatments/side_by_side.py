"""The comparison page: what live pages say in their fields and comparison facts, row by row, no treatment beside them.

Not knowing is said in words wherever another treatment has an answer. What stands for no treatment follows from what
the words mean; everything else about it is said to be unknown.
"""

import datetime
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlencode

from treatments import comparison, content, facts, layout, markup
from treatments.choices import Attribute, Severity
from treatments.comparison import Cell
from treatments.review import Review

FEWEST, MOST = 2, 4
UNKNOWN = "We found no reliable source"
NO_COUNT = "We found no reliable count."
NO_TREATMENT = "No treatment"
REVIEW, COMMON, SERIOUS = "Review by a doctor", "Common side effects", "Serious problems"
FIRST, LASTING, MAINTENANCE = "First results", "How lasting", "Maintenance"
BACK, COURSE_PRICE, INSURANCE = "Back to work", "Price of a course", "Insurance"
FROM_KEY_FACTS = (FIRST, LASTING, MAINTENANCE, BACK, COURSE_PRICE, INSURANCE)
ASK_THE_CLINIC = (Attribute.PRICE.label, COURSE_PRICE, INSURANCE)
ROWS = (
    *(Attribute.EVIDENCE.label, Attribute.USED_FOR.label, REVIEW),
    *(Attribute.NOT_FOR.label, COMMON, SERIOUS, Attribute.SKIN_TONES.label),
    *(Attribute.NEEDLES.label, Attribute.GOES_IN.label),
    *(Attribute.SESSIONS.label, Attribute.INTERVAL.label, FIRST, LASTING, MAINTENANCE),
    *(Attribute.DOWNTIME.label, BACK, Attribute.APPROVAL.label),
    *(Attribute.PRICE.label, COURSE_PRICE, INSURANCE),
)
"""In the order in which a person decides."""
NOTHING_DONE = {
    Attribute.NEEDLES.label: "None",
    Attribute.GOES_IN.label: "Nothing",
    Attribute.SESSIONS.label: "None",
    Attribute.DOWNTIME.label: "None",
    Attribute.SKIN_TONES.label: "No marks from a treatment",
    Attribute.PRICE.label: "Nothing to pay",
    COURSE_PRICE: "Nothing to pay",
}
NOTHING_TO_SAY = (
    *(REVIEW, Attribute.USED_FOR.label, Attribute.INTERVAL.label, FIRST, LASTING, MAINTENANCE, BACK),
    *(Attribute.APPROVAL.label, INSURANCE),
)


class Side(NamedTuple):
    """One treatment of the comparison, as patients read it now."""

    page: content.TreatmentPage
    review: Review | None = None


class Row(NamedTuple):
    label: str
    cells: list[Cell]
    """The treatments in order, then no treatment."""

    @property
    def differs(self) -> bool:
        """Between the treatments: to have none differs nearly everywhere."""
        return len({(bare(cell.text), cell.evidence) for cell in self.cells[:-1]}) > 1


def rows(sides: list[Side], *, today: datetime.date) -> list[Row]:
    told = [(side.page.name, cells(side, today)) for side in sides]
    told.append((NO_TREATMENT, without_treatment()))
    return [Row(label, [cells[label]._replace(column=name) for name, cells in told]) for label in ROWS]


def cells(side: Side, today: datetime.date) -> dict[str, Cell]:
    page, beside = side.page, comparison.column(side.page)
    found = {attribute.label: comparison.cell(beside, attribute, today) for attribute in Attribute}
    known = {fact.label: said(fact.value, fact.note) for fact in facts.key_facts(page, today=today)}
    return {
        **found,
        **{label: cell for label, cell in listed(page).items() if cell.text and found[label].unknown},
        **{label: known.get(label) or unknown(label) for label in FROM_KEY_FACTS},
        Attribute.EVIDENCE.label: graded(found[Attribute.EVIDENCE.label], page),
        Attribute.PRICE.label: dated(found[Attribute.PRICE.label], page),
        REVIEW: reviewed(side.review),
        COMMON: effects(layout.side_effects(page, serious=False)),
        SERIOUS: effects(layout.side_effects(page, serious=True)),
    }


def said(*pieces: str) -> Cell:
    return Cell(", ".join(piece for piece in pieces if piece), plain=True)


def unknown(label: str) -> Cell:
    words = comparison.PRICE_NOT_GIVEN if label in ASK_THE_CLINIC else UNKNOWN
    return Cell(words, plain=True, unknown=True)


def listed(page: content.TreatmentPage) -> dict[str, Cell]:
    """What the page's own lists say, for rows that no comparison fact fills."""
    never = [item.name_plain for item in page.contraindications if item.severity == Severity.DO_NOT_HAVE]
    return {
        Attribute.USED_FOR.label: said(*(item.name for item in page.indications)),
        Attribute.NOT_FOR.label: said(f"Not if {'; '.join(never)}" if never else ""),
        Attribute.NEEDLES.label: said(page.procedure_type.label),
        Attribute.GOES_IN.label: said(*(agent.name for agent in page.agents)),
    }


def graded(cell: Cell, page: content.TreatmentPage) -> Cell:
    """With the page's own label where the fact beside it has none; the label alone where there is no fact."""
    if cell.unknown and page.evidence:
        return said(page.evidence.label)
    return cell._replace(evidence=cell.evidence or (page.evidence.label if page.evidence else ""))


def dated(cell: Cell, page: content.TreatmentPage) -> Cell:
    return cell if cell.unknown or page.price is None else said(cell.text, facts.price_date(page.price))


def reviewed(review: Review | None) -> Cell:
    if review is None:
        return said("Not yet")
    day = f"{review.reviewed_on.day} {review.reviewed_on:%B %Y}"
    return said(review.name, day, "overdue" if review.overdue else "")


def effects(found: Iterable[content.SideEffect]) -> Cell:
    """Each with its band or rate, or the words that nobody has counted."""
    listed = list(found)
    if not listed:
        return unknown("")
    words = ", ".join(filter(None, map(effect, listed)))
    counted = all(effect.band or effect.rate_n for effect in listed)
    return said(f"{words[0].upper()}{words[1:]}." + ("" if counted else f" {NO_COUNT}"))


def effect(found: content.SideEffect) -> str:
    x, n = found.rate_x, found.rate_n
    count = f"{facts.grouped(x)} in {facts.grouped(n)} people" if x and n else ""
    often = count or (found.band.label.lower() if found.band else "")
    name = found.name_plain
    if name[1:2].islower():  # a short form keeps its capitals
        name = name[0].lower() + name[1:]
    return f"{name} ({often})" if often else name


def without_treatment() -> dict[str, Cell]:
    """What is so by the meaning of the words, and an admission for the rest."""
    known = {label: said(words) for label, words in NOTHING_DONE.items()}
    known |= {label: said("Does not apply") for label in NOTHING_TO_SAY}
    known |= {label: said("None from a treatment") for label in (COMMON, SERIOUS)}
    return {label: known.get(label) or unknown("") for label in ROWS}


def bare(text: str) -> str:
    """Without the marks of sources: the same words from two sources are the same answer."""
    return " ".join(markup.CITATION.sub("", text).casefold().split()).replace(" .", ".")


def cited(found: list[Row], sources: dict[str, content.Source]) -> tuple[content.Source, ...]:
    """The sources of all cells, in the order of reading."""
    texts = [cell.text for row in found for cell in row.cells if not cell.plain]
    keys = dict.fromkeys(key for text in texts for key in markup.CITATION.findall(text))
    return tuple(sources[key] for key in keys if key in sources)


def words(found: list[Row], sources: tuple[content.Source, ...], *, clinic: str) -> markup.Words:
    numbers = {source.key: place for place, source in enumerate(sources, start=1)}
    texts = {cell.text for row in found for cell in row.cells if not cell.plain}
    return markup.Words({text: markup.to_html(text, facts={}, numbers=numbers) for text in texts}, {"clinic": clinic})


def address_of(slugs: list[str]) -> str:
    """Where a page leads that speaks of these treatments; nowhere if they are too few or too many."""
    return address(slugs) if FEWEST <= len(set(slugs)) <= MOST else ""


def address(slugs: Iterable[str], *, only: bool = False) -> str:
    """The one address of a comparison, whatever order its treatments were chosen in."""
    chosen = [("t", slug) for slug in sorted(set(slugs))]
    return "/compare/?" + urlencode(chosen + ([("only", "differences")] if only else []))
