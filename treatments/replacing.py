"""Finding words in every draft, and replacing them without breaking a figure's name, a citation or an address."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q

from treatments import content
from treatments.difference import Difference
from treatments.fingerprint import is_clinical
from treatments.labels import label
from treatments.models import drafts
from treatments.models.concerns import Concern
from treatments.models.pages import SitePage
from treatments.models.recording import record
from treatments.models.treatment import Price, Treatment

MOST = 500
"""Places that are shown and replaced at once."""
AROUND = 60
FIXED = {"slug", "language", "anchor", "picture", "facts"}
"""Names that other things hold on to."""
TOKEN = re.compile(r"\{[a-z_]+\}|\[@[A-Za-z0-9_.-]+\]|(?<=\])\([^)\n]*\)")
GAP = r"(?:[^\S\n]+|[^\S\n]*\n[^\S\n]*)"
"""Between two words, over the end of a line, and not over an empty one."""


class Column(NamedTuple):
    model: Any
    name: str
    part: str
    """The list of the page in which the row stands; empty for the page itself."""
    path: tuple[str, ...]
    """Relations that lead to the page."""
    clinical: bool


class Words(NamedTuple):
    find: str
    replacement: str = ""
    case: bool = False
    whole: bool = False

    @property
    def pattern(self) -> re.Pattern:
        inner = GAP.join(map(re.escape, self.find.split()))
        bounded = rf"(?<!\w){inner}(?!\w)" if self.whole else inner
        return re.compile(bounded, 0 if self.case else re.IGNORECASE)

    def instead_of(self, found: str) -> str:
        """A sentence that began with the words goes on beginning with a capital."""
        given = self.replacement
        return given[0].upper() + given[1:] if given and found[0].isupper() and not self.case else given

    @property
    def longest(self) -> str:
        """What the database looks for: words may stand on two lines."""
        return max(self.find.split(), key=len)


class Place(NamedTuple):
    """One text of a draft in which the words stand."""

    row: Any
    column: Column
    subject: Any
    text: str
    spans: tuple[tuple[int, int], ...]
    inside: tuple[str, ...]
    """Figures, citations and addresses that the words are a part of: they stay."""

    @property
    def key(self) -> str:
        """Comes back with the choice, and no longer fits once the text has changed."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()[:16]
        return f"{self.column.model._meta.model_name}.{self.row.pk}.{self.column.name}.{digest}"

    @property
    def label(self) -> str:
        names = [label(self.column.part) if self.column.part else "", *self.between(), label(self.column.name)]
        return " › ".join(name for name in names if name)

    def between(self) -> list[str]:
        if not self.column.part:
            return []
        section = getattr(self.row, "section", None)
        return [*([str(section)] if section else []), shortened(str(self.row))]

    @property
    def context(self) -> list[tuple[str, bool]]:
        """The words with what stands around the first of them; True for those that were looked for."""
        spans = self.spans or ((0, 0),)
        start, end = max(0, spans[0][0] - AROUND), min(len(self.text), spans[0][1] + 2 * AROUND)
        pieces, at = [("…" if start else "", False)], start
        for low, high in spans:
            if high <= end:
                pieces += [(self.text[at:low], False), (self.text[low:high], True)]
                at = high
        return [*pieces, (self.text[at:end], False), ("…" if end < len(self.text) else "", False)]


def shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:39]}…"


@cache
def columns() -> tuple[Column, ...]:
    """Every text that staff write on a page, in the order of the page's structs."""
    return tuple(
        column
        for model in (Treatment, Concern, SitePage)
        # Site pages say nothing that a doctor would sign.
        for column in columns_of(model, drafts.SHAPES[model], clinical=model is not SitePage)
    )


def columns_of(model, shape, *, part="", path: tuple[str, ...] = (), clinical=True) -> Iterator[Column]:
    lists = drafts.PARTS.get(shape, {})
    for field in msgspec.structs.fields(shape):
        deeper = clinical and is_clinical(field)
        if field.name == "price":
            yield from columns_of(Price, content.Price, part="price", path=("treatment",), clinical=deeper)
        elif field.name in lists:
            relation = model._meta.get_field(field.name)
            inner, further = relation.related_model, (relation.field.name, *path)
            yield from columns_of(inner, lists[field.name], part=part or field.name, path=further, clinical=deeper)
        elif is_written(model._meta.get_field(field.name)):
            yield Column(model, field.name, part, path, deeper)


def is_written(field) -> bool:
    return isinstance(field, models.CharField | models.TextField) and not field.choices and field.name not in FIXED


def find(words: Words) -> Iterator[Place]:
    """In the order of the pages' parts. Stops after MOST and one more."""
    return islice((found for group in by_table() for found in in_table(group, words)), MOST + 1)


@cache
def by_table() -> list[list[Column]]:
    """All texts of a row are looked through at once."""
    found: dict[tuple, list[Column]] = {}
    for column in columns():
        found.setdefault((column.model, column.part, column.path), []).append(column)
    return list(found.values())


def in_table(group: list[Column], words: Words) -> Iterator[Place]:
    holds = Q()
    for column in group:
        holds |= Q(**{f"{column.name}__{'contains' if words.case else 'icontains'}": words.longest})
    model, path = group[0].model, "__".join(group[0].path)
    for row in model._default_manager.filter(holds).order_by("pk").select_related(path or None).iterator():
        yield from filter(None, (place(row, column, words) for column in group))


def place(row, column: Column, words: Words) -> Place | None:
    text = getattr(row, column.name)
    spans, inside = [], []
    tokens = [match.span() for match in TOKEN.finditer(text)]
    for low, high in (match.span() for match in words.pattern.finditer(text)):
        broken = [text[a:b] for a, b in tokens if a < high and low < b and not (low <= a and b <= high)]
        if broken:
            inside += broken
        else:
            spans.append((low, high))
    return Place(row, column, subject_of(row, column), text, tuple(spans), tuple(inside)) if spans or inside else None


def subject_of(row, column: Column):
    for name in column.path:
        row = getattr(row, name)
    return row


class Replacement(NamedTuple):
    place: Place
    after: str
    refusal: str
    """Why it must not be made; empty if it may."""

    @property
    def before(self) -> str:
        return self.place.text

    @property
    def difference(self) -> Difference:
        return Difference(self.place.label, self.before, self.after, self.place.column.clinical)


def replacement(place: Place, words: Words) -> Replacement:
    after, at = "", 0
    for low, high in place.spans:
        after, at = after + place.text[at:low] + words.instead_of(place.text[low:high]), high
    after += place.text[at:]
    return Replacement(place, after, refusal(place, words, after))


def refusal(place: Place, words: Words, after: str) -> str:
    if not place.spans:
        return f"The words stand inside {place.inside[0]}: change that on the page itself."
    if broken := broken_tokens(place, words, after):
        return f"It would break or make {', '.join(broken)}."
    return would_be_refused(place, after)


def broken_tokens(place: Place, words: Words, after: str) -> list[str]:
    """Those that are in the new text and should not be, or the other way round."""
    taken = Counter(token for low, high in place.spans for token in TOKEN.findall(place.text[low:high]))
    given = Counter(TOKEN.findall(words.replacement) * len(place.spans))
    expected = Counter(TOKEN.findall(place.text))
    expected.subtract(taken)
    expected.update(given)
    found = Counter(TOKEN.findall(after))
    return [token for token in (expected | found) if expected[token] != found[token]]


def would_be_refused(place: Place, after: str) -> str:
    """What the form would say: lengths, unknown names, constraints."""
    before = getattr(place.row, place.column.name)
    setattr(place.row, place.column.name, after)
    try:
        place.row.full_clean()
    except ValidationError as error:
        return " ".join(error.messages)
    finally:
        setattr(place.row, place.column.name, before)
    return ""


class Moved(Exception):
    """A text is no longer the one that the person looked at."""


class Refused(Exception):
    """In a sentence that says where."""


@transaction.atomic
def replace(chosen: list[str], words: Words, *, by) -> list[Replacement]:
    """All of it, written down as this person's changes, or nothing."""
    made = []
    for key in chosen:
        found = replacement(locked(key, words), words)
        if found.refusal:
            raise Refused(f"{found.place.subject}, {found.place.label}: {found.refusal}")
        setattr(found.place.row, found.place.column.name, found.after)
        found.place.row.save(update_fields=[found.place.column.name])
        record(found.place.subject, [found.difference], by=by)
        made.append(found)
    return made


def locked(key: str, words: Words) -> Place:
    """The place that a key names, if its text is still the same; nobody else changes it meanwhile."""
    name, pk, column_name, _ = key.split(".")
    column = next(one for one in columns() if (one.model._meta.model_name, one.name) == (name, column_name))
    rows = column.model._default_manager.select_for_update(of=("self",)).filter(pk=pk)
    row = rows.select_related(*["__".join(column.path)] if column.path else []).first()
    found = place(row, column, words) if row else None
    if found is None or found.key != key:
        raise Moved
    return found
