"""What differs between two versions of a page, in the words of staff: place, field, before, after, clinical or not.

The record of who changed what, the comparison of a draft with the live page and the doctor's view all use it.
"""

import datetime
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import Enum
from itertools import groupby, zip_longest
from operator import itemgetter
from typing import Any, NamedTuple

from treatments import content
from treatments.fingerprint import is_clinical, normalised
from treatments.labels import KEYS, label, spoken
from treatments.parts import fields_of

DERIVED = {"schema", "html", "names"}
"""Made from the rest when a page is composed; a difference in them is not one that a person made."""
TITLES = (
    "label",
    "heading",
    "question",
    "name",
    "name_plain",
    "title",
    "brand",
    "attribute",
    "other",
    "slug",
    "key",
    "anchor",
    "term",
)


class Difference(NamedTuple):
    place: str
    before: str
    after: str
    clinical: bool


class Piece(NamedTuple):
    text: str
    kind: str
    """ "same", "gone" or "new"."""


def differences(before: content.Part, after: content.Part) -> list[Difference]:
    """Clinical ones first, each group in the order of the fields."""
    found = list(between(before, after, place="", clinical=True))
    return sorted(found, key=lambda difference: not difference.clinical)


def between(before: Any, after: Any, *, place: str, clinical: bool) -> Iterator[Difference]:
    if same(before, after):
        return
    if isinstance(before, content.Image) and isinstance(after, content.Image):
        yield Difference(place, words(before), words(after), clinical and before.source != after.source)
    elif isinstance(before, content.Part) and isinstance(after, content.Part):
        for field in fields_of(type(after)):
            if field.name in DERIVED:
                continue
            pair = (shown(field.name, getattr(part, field.name, None)) for part in (before, after))
            here = joined(place, label(field.name, type(after).__name__))
            yield from between(*pair, place=here, clinical=clinical and is_clinical(field))
    elif holds_parts(before) or holds_parts(after):
        yield from between_lists(before or (), after or (), place=place, clinical=clinical)
    else:
        yield Difference(place, words(before), words(after), clinical)


def same(before: Any, after: Any) -> bool:
    if isinstance(before, str) and isinstance(after, str):
        return normalised(before) == normalised(after)
    return before == after


def holds_parts(value: Any) -> bool:
    return isinstance(value, tuple) and any(isinstance(item, content.Part) for item in value)


def between_lists(before: tuple, after: tuple, *, place: str, clinical: bool) -> Iterator[Difference]:
    """Parts that stayed are passed over; those in the same stretch are compared with one another."""
    old_keys, new_keys = ([content.encode(part) for part in parts] for parts in (before, after))
    for kind, b1, b2, a1, a2 in SequenceMatcher(None, old_keys, new_keys, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for old, new in zip_longest(before[b1:b2], after[a1:a2]):
            here = joined(place, title(new or old))
            if old and new and type(old) is type(new):
                yield from between(old, new, place=here, clinical=clinical)
            else:
                yield Difference(here, words(old), words(new), clinical)


def title(part: content.Part) -> str:
    """What staff call a part: its heading, its name, or the start of its text."""
    if isinstance(part, content.Image):
        return "Picture"
    names = (words(shown(name, getattr(part, name, ""))) for name in (*TITLES, "text"))
    name = next((name for name in names if name), type(part).__name__)
    return name if len(name) <= 50 else f"{name[:49]}…"


def joined(place: str, name: str) -> str:
    return f"{place} › {name}" if place else name


def shown(name: str, value: Any) -> Any:
    """A value as a person reads it: the key of a place by its name, that of a picture in short."""
    if not value or not isinstance(value, str) or isinstance(value, Enum):
        return value
    if name in KEYS:
        return spoken(value)
    return photograph(value) if name == "picture" else value


def photograph(key: str) -> str:
    return f"photograph {key[:6]}"


def words(value: Any) -> str:
    """A value as one text: enumerations by their words, parts field by field."""
    if value is None:
        return ""
    if isinstance(value, content.Image):
        told = f"{photograph(value.source)}, {value.width} × {value.height}"
        return f"{told}, {value.credit}" if value.credit else told
    if isinstance(value, content.Part):
        fields = ((f.name, getattr(value, f.name)) for f in fields_of(type(value)) if f.name not in DERIVED)
        kind = type(value).__name__
        given = ((name, shown(name, item)) for name, item in fields if item not in (None, "", ()))
        return "\n".join(f"{label(name, kind)}: {words(item)}" for name, item in given)
    if isinstance(value, tuple):
        return "\n".join(map(words, value))
    if isinstance(value, Enum):
        return str(getattr(value, "label", value.value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.date):
        return f"{value.day} {value:%B %Y}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def word_by_word(before: str, after: str) -> list[Piece]:
    """Both texts as one run of pieces: what stayed, what went, what came."""
    old, new = (re.findall(r"\s+|[^\s]+", text) for text in (before, after))
    pieces = []
    for same, b1, b2, a1, a2 in stretches(old, new):
        if same:
            pieces.append(Piece("".join(old[b1:b2]), "same"))
            continue
        if b2 > b1:
            pieces.append(Piece("".join(old[b1:b2]), "gone"))
        if a2 > a1:
            pieces.append(Piece("".join(new[a1:a2]), "new"))
    return pieces


def stretches(old: list[str], new: list[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """What is equal and what is not, in turn. A gap between two changed words is part of one change of both."""
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    last = len(codes) - 1
    found = [
        (kind == "equal" and (place in (0, last) or "".join(old[b1:b2]).strip() != ""), b1, b2, a1, a2)
        for place, (kind, b1, b2, a1, a2) in enumerate(codes)
    ]
    for same, run in groupby(found, key=itemgetter(0)):
        parts = list(run)
        yield same, parts[0][1], parts[-1][2], parts[0][3], parts[-1][4]
