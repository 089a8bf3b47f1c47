"""What search knows of a page: an entry for each of its parts, with the words that a reader finds there.

What depends on the day, a price above all, is not in it: its name stays, `{price}`, and is filled in when it is shown.
"""

import datetime
import re
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

import msgspec

from treatments import content, facts, layout, markup, plain

ANY_DAY = datetime.date.min
RULE = re.compile(r"\|(?: --- \|)+")
ADDRESSES = {
    content.TreatmentPage: "/treatments/{}/",
    content.ConcernPage: "/concerns/{}/",
    content.SitePagePage: "/{}/",
}


class Rank(IntEnum):
    """What the title of an entry is. A word that is found in a name comes before one in a heading, and so on."""

    NAME = 1
    HEADING = 2
    QUESTION = 3


class Entry(NamedTuple):
    rank: Rank
    place: str
    """What follows the address of its page."""
    title: str
    text: str
    also: str = ""
    """Other names for the title."""


def address(page: content.Page) -> str:
    return ADDRESSES[type(page)].format(page.slug)


def page_name(page: content.Page) -> str:
    return page.title if isinstance(page, content.SitePage) else page.name


def entries(page: content.Page) -> Iterator[Entry]:
    if isinstance(page, content.TreatmentPage):
        return of_treatment(page)
    return of_concern(page) if isinstance(page, content.ConcernPage) else of_site_page(page)


def of_treatment(page: content.TreatmentPage) -> Iterator[Entry]:
    timeless = without_prices(page)
    yield Entry(Rank.NAME, "", page.name, page.summary, ", ".join(page.also_called))
    known = " ".join(f"{plain.fact_line(fact)}." for fact in facts.key_facts(timeless, today=ANY_DAY))
    yield Entry(Rank.HEADING, "#key-facts", "Key facts", known)
    written = plain.Written(timeless, organisation="", today=ANY_DAY)
    written.numbers = {}
    written.words |= {name: f"{{{name}}}" for name in facts.LIVE}
    for chapter in layout.chapters(page):
        for block in chapter.blocks:
            yield from of_block(block, chapter, written, page)
    yield Entry(Rank.HEADING, "changes/", "What changed", f"Important changes to our page on {page.name}, by date.")


def of_block(block: layout.Block, chapter: layout.Chapter, written: plain.Written, page) -> Iterator[Entry]:
    place = f"#{block.anchor}"
    lines = [line for line in written.block(block._replace(questions=())) if line and not line.startswith("### ")]
    if block.anchor == "cost" and page.price:
        told = zip(plain.PRICE_LEADS, (page.price.factors, page.price.includes, page.price.excludes), strict=True)
        lines += [f"{lead}: {', '.join(listed)}." for lead, listed in told if listed]
    if text := unmarked("\n\n".join(map(ended, lines))):
        title = block.heading or chapter.heading
        also = chapter.heading if block == chapter.blocks[0] and title != chapter.heading else ""
        yield Entry(Rank.HEADING, place, title, text, also)
    for question in block.questions:
        yield Entry(Rank.QUESTION, place, question.question, unmarked(written.prose(question.answer)))


def ended(line: str) -> str:
    """A label such as "Evidence: none found" stands apart from the sentence after it."""
    return f"{line}." if line[-1].isalpha() else line


def without_prices(page: content.TreatmentPage) -> content.TreatmentPage:
    beside = tuple(msgspec.structs.replace(other, price=None) for other in page.beside)
    return msgspec.structs.replace(page, price=None, beside=beside)


def of_concern(page: content.ConcernPage) -> Iterator[Entry]:
    yield Entry(Rank.NAME, "", page.name, page.summary)
    lines = (f"{page.names.get(line.treatment, line.treatment)}: {unmarked(line.text)}" for line in page.lines)
    yield Entry(Rank.HEADING, "#treatments", "Treatments used for it", " ".join(lines))
    if page.what_else_helps:
        yield Entry(Rank.HEADING, "#what-else-helps", "What else helps", unmarked(page.what_else_helps))
    if page.not_for_you:
        yield Entry(Rank.HEADING, "#not-for-you", "When treatment is not for you", unmarked(page.not_for_you))


def of_site_page(page: content.SitePagePage) -> Iterator[Entry]:
    yield Entry(Rank.NAME, "", page.title, page.summary)
    for section in page.sections:
        yield Entry(Rank.HEADING, f"#{section.anchor}", section.heading, unmarked(section.text))


def unmarked(text: str) -> str:
    """The words of a Markdown text; a row of a table becomes a sentence."""
    lines = text.split("\n")
    heads = {place - 1 for place, line in enumerate(lines) if RULE.fullmatch(line)}
    told = [
        row(line) if line.startswith("| ") else line
        for place, line in enumerate(lines)
        if place not in heads and not RULE.fullmatch(line)
    ]
    return markup.plain("\n".join(told), facts={})


def row(line: str) -> str:
    first, *rest = (cell.strip() for cell in line.strip("|").split(" | "))
    told = " ".join(cell if cell.endswith((".", "?")) else f"{cell}." for cell in rest if cell)
    return f"- {first}: {told}" if told else f"- {first}."
