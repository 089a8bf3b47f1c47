"""What is to be mended on a page that patients read, in sentences for staff. Pure: asks no database."""

import re
from collections.abc import Iterator
from urllib.parse import urldefrag

from treatments import checks, content, layout, markup
from treatments.choices import Evidence, SaidBy
from treatments.labels import spoken

FILE_NAME = re.compile(r"\.(?:jpe?g|png|webp|avif|heic|tiff?)\b", re.IGNORECASE)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)")
NEEDS_SOURCE = (Evidence.GOOD, Evidence.SOME)
BY_OTHERS = (SaidBy.STUDY, SaidBy.REGULATOR)
AROUND = {"sources", "dates", "what-changed", "on-this-page"}
"""Anchors that every treatment page has."""


def faults(page: content.Page, paths: set[str]) -> Iterator[str]:
    """`paths` are the addresses that patients can open."""
    yield from unsourced(page)
    yield from broken_links(page, paths)
    yield from without_alt(page)
    if isinstance(page, content.TreatmentPage):
        yield from untold(page)


def unsourced(page: content.Page) -> Iterator[str]:
    """Claims that ask to be believed and do not say why."""
    for section in getattr(page, "sections", ()):
        for statement in getattr(section, "statements", ()):
            reason = needs_source(statement)
            if reason and not markup.cited_sources(statement.text):
                yield f"{section.heading}: “{start(statement.text)}” {reason} and cites no source."
    for line in getattr(page, "lines", ()):
        if line.evidence in NEEDS_SOURCE and not markup.cited_sources(line.text):
            yield f"“{start(line.text)}” is labelled {line.evidence.label} and cites no source."


def needs_source(statement: content.Statement) -> str:
    if statement.evidence in NEEDS_SOURCE:
        return f"is labelled {statement.evidence.label}"
    return f"is said by {statement.said_by.label.lower()}" if statement.said_by in BY_OTHERS else ""


def start(text: str) -> str:
    words = markup.plain(text, facts={})
    return words if len(words) <= 60 else f"{words[:59]}…"


def broken_links(page: content.Page, paths: set[str]) -> Iterator[str]:
    anchors = anchors_of(page)
    for _, _, place, text in checks.named_texts(page):
        for target in LINK.findall(text):
            path, fragment = urldefrag(target)
            if path.startswith("/") and not path.startswith("//") and path.partition("?")[0] not in paths:
                yield f"{place}: the link to {target} leads nowhere."
            elif not path and fragment not in anchors:
                yield f"{place}: there is no part #{fragment} on this page."


def anchors_of(page: content.Page) -> set[str]:
    if not isinstance(page, content.TreatmentPage):
        return {section.anchor for section in getattr(page, "sections", ())} | AROUND
    chapters = layout.chapters(page)
    blocks = {block.anchor for chapter in chapters for block in chapter.blocks}
    return AROUND | {chapter.id for chapter in chapters} | blocks | {f"source-{s.key}" for s in page.sources}


def without_alt(page: content.Page) -> Iterator[str]:
    """Pictures that say nothing to those who do not see them."""
    for placed in getattr(page, "pictures", ()):
        if not placed.decorative and not describes(placed.alt):
            told = f"the description of the picture, “{placed.alt}”, does not say what it shows."
            yield f"{spoken(placed.anchor)}: {told}"


def describes(alt: str) -> bool:
    """Names of files and single words are what people type to be let through."""
    return len(alt.split()) > 1 and not FILE_NAME.search(alt)


def untold(page: content.TreatmentPage) -> Iterator[str]:
    """What a patient must be told before deciding, by law and by the medical council's code."""
    if not page.contraindications:
        yield "It does not say who should not have it."
    if not page.side_effects:
        yield "It lists no side effects."
    if not any(section.anchor == "disclaimer" for section in page.sections):
        yield "It has no disclaimer."
    if page.price and not page.price.checked_on:
        yield "Its price has no date: patients read that the clinic gave none."
