"""What a doctor signs: a fingerprint of a page's clinical content, and nothing else of it.

Which fields are clinical is declared beside each field in `content`. Placeholders are not expanded, so a price that
changes voids nothing; the schema number is part of it, so changed medical wording in code voids everything.
"""

import hashlib
import re
import unicodedata
from enum import Enum
from typing import Any

import msgspec

from treatments import content
from treatments.parts import fields_of


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
        fields = [field for field in fields_of(type(value)) if is_clinical(field)]
        given = {field.name: getattr(value, field.name) for field in fields}
        return {field.name: clinical(given[field.name]) for field in fields if given[field.name] != field.default}
    if isinstance(value, tuple):
        return [clinical(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return normalised(value)
    return value


def normalised(text: str) -> str:
    """The same letters and the same gaps between words, however they were typed; paragraphs stay paragraphs."""
    paragraphs = re.split(r"\n\s*\n", unicodedata.normalize("NFC", text).strip())
    return "\n\n".join(re.sub(r"\s+", " ", paragraph).strip() for paragraph in paragraphs)
