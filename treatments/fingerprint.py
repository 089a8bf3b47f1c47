"""What a doctor signs: a fingerprint of a page's clinical content, and nothing else of it.

Which fields are clinical is declared beside each field in `content`. Placeholders are not expanded, so a price that
changes voids nothing; the schema number is part of it, so changed medical wording in code voids everything.
"""

import hashlib
import re
import unicodedata
from enum import Enum
from functools import cache
from typing import Any

import msgspec

from treatments import content
from treatments.parts import fields_of

BETWEEN = re.compile(r"\n\s*\n")


def is_clinical(field: msgspec.structs.FieldInfo) -> bool:
    notes = getattr(field.type, "__metadata__", ())
    return all((note.extra or {}).get("clinical", True) for note in notes)


def fingerprint(page: content.Page) -> str:
    """64 hexadecimal digits that change when a clinical word or figure does."""
    record = {"schema": page.schema, "page": clinical(page)}
    return hashlib.sha256(msgspec.json.encode(record, order="sorted")).hexdigest()


def clinical(value: Any) -> Any:
    """The clinical part of a value as plain lists, dicts and normalised text."""
    if isinstance(value, content.Part):
        # A field that a later release adds is no part of what was signed until somebody fills it in.
        given = ((name, getattr(value, name), default) for name, default in signed(type(value)))
        return {name: clinical(item) for name, item, default in given if item != default}
    if isinstance(value, tuple):
        return [clinical(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return normalised(value)
    return value


@cache
def signed(kind: type[content.Part]) -> tuple[tuple[str, Any], ...]:
    """Its clinical fields and what each holds that nobody has filled in."""
    return tuple((field.name, field.default) for field in fields_of(kind) if is_clinical(field))


def normalised(text: str) -> str:
    """The same letters and the same gaps between words, however they were typed; paragraphs stay paragraphs."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    paragraphs = BETWEEN.split(text.strip()) if "\n" in text else [text]
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
