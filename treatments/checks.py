"""What keeps a composed page from being published, in sentences that say what to do. Pure: asks no database."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from treatments import anatomy, content, facts, layout, markup
from treatments.difference import title
from treatments.labels import label

FILLED_FROM = {
    "sessions": "fill in the sessions",
    "interval": "fill in the weeks between sessions",
    "first_result": "fill in the first result",
    "maintenance": "fill in the maintenance",
    "permanence": "choose how lasting it is",
    "depth": "fill in the depth",
    "downtime": "fill in the downtime",
    "healing": "add a healing stage",
    "aftercare": "add an aftercare item of the kind 'Do not'",
    "course_length": "fill in the sessions and the weeks between them",
    "price": "add the price",
    "course_price": "add the price and the sessions",
    "yearly_price": "add the price of a session and the maintenance",
}
"""What gives each fact its value, for people who edit."""


NOT_READ = {"sources", "beside", "terms", "images", "html", "names", "facts", "qualification"}
"""Written elsewhere, or for staff alone."""


IN_TABLES = {"agents", "comparison", "indications", "side_effects"}
LONG = re.compile(r"[^\s/\u2010-]{31,}")
"""No word, in any language: patients would have to push a table sideways to read beside it."""
TARGET = re.compile(r"\]\([^)\n]*\)|\[@[^\]\n]*\]")


DECIDED_WITH = {"works", "avoid", "risks"}
"""Chapters without which nobody can decide."""


class Problem(NamedTuple):
    field: str
    """The list or column of the page in which the text stands: "sections", "steps", "depth_note"."""
    anchor: str
    """Of its section or question, where it has one."""
    place: str
    """What staff call it."""
    sentence: str


def missing(page: content.Page) -> list[Problem]:
    """Facts and sources that a text names and nobody gives, names where none is filled in, and words without end."""
    values, cited = known_facts(page), {source.key for source in getattr(page, "sources", ())}
    found = [
        Problem(field, anchor, place, sentence)
        for field, anchor, place, text in named_texts(page)
        for sentence in (*unfilled(text, values), *unknown_sources(text, cited), *endless(text, field in IN_TABLES))
    ]
    for field, anchor, place, text in plain_texts(page):
        found += [Problem(field, anchor, place, sentence) for sentence in (*unread(text), *endless(text))]
    return found


def unwritten(page: content.Page) -> list[str]:
    """What a patient decides with and would not find. It stops nobody: a page can grow."""
    if not isinstance(page, content.TreatmentPage):
        return []
    shown = {chapter.id for chapter in layout.chapters(page)}
    return [group.heading for group in anatomy.GROUPS if group.id in DECIDED_WITH - shown]


def known_facts(page: content.Page) -> dict[str, str]:
    """Facts that have words today; the clinic's name always has."""
    values = {"clinic": "clinic"}
    if isinstance(page, content.Treatment):
        values |= facts.frozen(page) | {name: words(page) for name, words in facts.PRICES.items()}
    return values


def named_texts(page: content.Page) -> Iterator[tuple[str, str, str, str]]:
    """Field, anchor, place and Markdown of every text that staff write on the page itself."""
    for field in msgspec.structs.fields(page):
        value = getattr(page, field.name)
        if field.name in ("sources", "beside"):
            continue
        if content.is_markdown(field) and value:
            yield field.name, "", label(field.name), value
        for part in value if isinstance(value, tuple) else ():
            if isinstance(part, content.Part):
                for text in content.texts(part):
                    yield field.name, getattr(part, "anchor", ""), f"{label(field.name)}: {title(part)}", text


def plain_texts(page: content.Page) -> Iterator[tuple[str, str, str, str]]:
    """The same of the short ones, which patients read as they are typed."""
    for field in msgspec.structs.fields(page):
        value = getattr(page, field.name)
        if field.name in NOT_READ or content.is_markdown(field):
            continue
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, str):
                yield field.name, "", label(field.name), part
            elif isinstance(part, content.Part):
                for text in short_texts(part):
                    yield field.name, getattr(part, "anchor", ""), f"{label(field.name)}: {title(part)}", text


def short_texts(part: content.Part) -> Iterator[str]:
    for name, markdown in content.written(type(part)):
        value = getattr(part, name)
        if markdown or name in NOT_READ:
            continue
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, content.Part):
                yield from short_texts(item)
            elif isinstance(item, str):
                yield item


def unread(text: str) -> Iterator[str]:
    names = [f"{{{name}}}" for name in sorted(markup.named_facts(text))]
    names += [f"[@{key}]" for key in sorted(markup.cited_sources(text))]
    if names:
        shown = " and ".join(names)
        yield f"Patients would read {shown} as it is typed: only longer texts are filled in. Write the words."


def endless(text: str, in_table: bool = True) -> Iterator[str]:
    for word in LONG.findall(TARGET.sub(" ", text)) if in_table else ():
        yield f"“{word[:20]}…” is {len(word)} letters long, too wide for a phone: divide it with a space or a hyphen."


def unfilled(text: str, values: dict[str, str]) -> Iterator[str]:
    for name in sorted(markup.named_facts(text)):
        if name not in values:
            yield f"It names {{{name}}}, which this page does not have: write the words instead."
        elif not values[name]:
            yield f"It names {{{name}}}, which has no value: {FILLED_FROM[name]}, or take the name out of the text."


def unknown_sources(text: str, cited: set[str]) -> Iterator[str]:
    for key in sorted(markup.cited_sources(text) - cited):
        yield f"It cites [@{key}], which is not among the sources: add the source, or take the citation out."
