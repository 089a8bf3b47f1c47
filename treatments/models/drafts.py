"""Rows to structs and back: what staff edit, what a file holds and what a revision stores have one shape."""

import copy
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec
from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import prefetch_related_objects

from treatments import anatomy, content
from treatments.models.concerns import Concern
from treatments.models.directory import Organisation
from treatments.models.evidence import Source
from treatments.models.glossary import Term
from treatments.models.pages import SitePage
from treatments.models.prepared import Prepared
from treatments.models.prose import LinesField
from treatments.models.treatment import Price, Treatment
from treatments.parts import fields_of

PARTS: dict[type[content.Part], dict[str, type[content.Part]]] = {
    content.Treatment: {
        "sections": content.Section,
        "indications": content.Indication,
        "contraindications": content.Contraindication,
        "side_effects": content.SideEffect,
        "steps": content.Step,
        "aftercare": content.AftercareItem,
        "healing": content.HealingStage,
        "agents": content.Agent,
        "products": content.Product,
        "devices": content.Device,
        "questions": content.Question,
        "alternatives": content.Alternative,
        "comparison": content.ComparisonFact,
        "pictures": content.PlacedPicture,
    },
    content.Section: {"statements": content.Statement},
    content.Concern: {"lines": content.ConcernLine},
    content.SitePage: {"sections": content.SitePageSection},
}
"""Struct to its lists of parts; each list has the name of the row's reverse relation."""

SHAPES: dict[type[models.Model], type[content.Part]] = {
    Treatment: content.Treatment,
    Concern: content.Concern,
    SitePage: content.SitePage,
    Source: content.Source,
    Term: content.Term,
    Organisation: content.Organisation,
}

TOGETHER: dict[type[models.Model], tuple[str, ...]] = {
    Treatment: (
        "sections__statements",
        "indications__concern",
        "contraindications",
        "side_effects__source",
        "steps",
        "aftercare",
        "healing",
        "agents",
        "products",
        "devices",
        "questions",
        "alternatives__other",
        "comparison",
        "pictures__picture",
        "price",
    ),
    Concern: ("lines__treatment",),
    SitePage: ("sections",),
}
"""The parts that are read in one go, be it for one draft or for many."""

INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters, spaces without width, and marks that turn the direction of the words after them."""


def read(row: models.Model) -> Any:
    """The draft of a treatment, concern or site page, or a source, as its struct."""
    return msgspec.convert(values_of(with_parts(row), SHAPES[type(row)]), SHAPES[type(row)])


def with_parts(row: models.Model) -> models.Model:
    """A copy that has read all its parts at once: the row itself goes on asking for what is there now."""
    if type(row) not in TOGETHER:
        return row
    twin = copy.copy(row)
    read_parts(twin)
    return twin


def read_parts(row: Any) -> None:
    known = {**getattr(row, "_prefetched_objects_cache", {})}
    empty = empty_lists(row)
    for name in PARTS[SHAPES[type(row)]]:
        if name not in known:
            known[name] = none(row, name) if name in empty else held(row, name)
    row._prefetched_objects_cache = known
    prefetch_related_objects([row], *TOGETHER[type(row)])


@Prepared
def rows_under(model: type[models.Model], name: str, *, owner: int) -> models.QuerySet:
    relation: Any = model._meta.get_field(name)
    return relation.related_model._default_manager.filter(**{relation.field.name: owner})


def empty_lists(row: models.Model) -> list[str]:
    """Those of its lists that hold nothing: asked at once, because most pages leave many empty."""
    names = [name for name in PARTS[SHAPES[type(row)]] if name not in getattr(row, "_prefetched_objects_cache", {})]
    if len(names) < 2:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(holds(row, name) for name in names)}", [row.pk] * len(names))
        return [name for name, held in zip(names, cursor.fetchone(), strict=True) if not held]


def holds(row: models.Model, name: str) -> str:
    column: Any = row._meta.get_field(name)
    quoted = connection.ops.quote_name
    table, key = quoted(column.related_model._meta.db_table), quoted(column.field.column)
    return f"EXISTS (SELECT 1 FROM {table} WHERE {key} = %s)"


def none(row: models.Model, name: str) -> models.QuerySet:
    relation: Any = row._meta.get_field(name)
    rows = relation.related_model._default_manager.none()
    rows._result_cache, rows._prefetch_done = [], True
    return rows


def held(row: models.Model, name: str) -> models.QuerySet:
    relation: Any = row._meta.get_field(name)
    rows = getattr(row, name).get_queryset()
    rows._result_cache, rows._prefetch_done = rows_under(type(row), name, owner=row.pk), True
    for part in rows:
        setattr(part, relation.field.name, row)
    return rows


def values_of(row: models.Model, shape: type[content.Part]) -> dict[str, Any]:
    parts = PARTS.get(shape, {})
    values: dict[str, Any] = {}
    for field in fields_of(shape):
        if field.name in parts:
            values[field.encode_name] = [values_of(part, parts[field.name]) for part in rows(row, field.name)]
        elif field.name == "price":
            values["price"] = price_of(row)
        elif (value := plain(row, field.name)) not in (None, "") or field.required:
            values[field.encode_name] = value
    return values


def rows(row: models.Model, name: str) -> list:
    parts = list(getattr(row, name).all())
    if name == "sections" and isinstance(row, Treatment):
        parts.sort(key=lambda section: anatomy.ANCHORS.index(section.anchor))
    return parts


def price_of(treatment: models.Model) -> dict | None:
    try:
        return values_of(treatment.price, content.Price)  # type: ignore[attr-defined]
    except ObjectDoesNotExist:
        return None


def plain(row: models.Model, name: str) -> Any:
    """A column as the struct holds it: a related row by its key, lines as a list."""
    value = getattr(row, name)
    if isinstance(value, models.Model):
        return getattr(value, value.KEY)  # type: ignore[attr-defined]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(row._meta.get_field(name), LinesField):
        return [line.strip() for line in clean(value).splitlines() if line.strip()]
    return clean(value) if isinstance(value, str) else value


def clean(text: str) -> str:
    """With one kind of line break, and without the invisible characters that come along when text is pasted."""
    return INVISIBLE.sub("", "\n".join(text.splitlines())).strip()


def columns(model: type[models.Model], part: content.Part) -> dict[str, Any]:
    """What a row of `model` holds of `part`; its own parts and its price are left to `write_parts`."""
    values = {}
    for field in fields_of(type(part)):
        if field.name in PARTS.get(type(part), {}) or field.name == "price":
            continue
        column = model._meta.get_field(field.name)
        values[field.name] = stored(column, getattr(part, field.name))
    return values


def stored(column: Any, value: Any) -> Any:
    if isinstance(column, models.ForeignKey):
        return related(column, value) if value else None
    if isinstance(column, LinesField):
        if not all(line.strip() and "\n" not in line for line in value):
            raise ValidationError({column.name: "Each entry must be one line of text."})
        return "\n".join(value)
    if isinstance(column, models.DecimalField):
        return None if value is None else Decimal(str(value))
    if isinstance(column, models.CharField) and value and "\n" in value:
        raise ValidationError({column.name: "It must be one line of text."})
    if value is None and not column.null:
        return ""
    return value.value if isinstance(value, models.TextChoices) else value


def related(column: Any, key: str) -> models.Model:
    model = column.related_model
    row = model.objects.filter(**{model.KEY: key}).first()
    if row is None:
        raise ValidationError({column.name: f"There is no {model._meta.verbose_name} called {key}."})
    return row


def empty(row: models.Model) -> None:
    """Takes all parts off a draft, before others are written."""
    for name in PARTS[SHAPES[type(row)]]:
        getattr(row, name).all().delete()
    if isinstance(row, Treatment):
        Price.objects.filter(treatment=row).delete()


def write_part(owner: models.Model, name: str, part: content.Part, position: int, *, key=None) -> models.Model:
    """One row under `owner`; raises ValidationError with the names that the part gives to its fields."""
    relation: Any = owner._meta.get_field(name)
    row = relation.related_model(**{relation.field.name: owner, "pk": key})
    if any(field.name == "position" for field in row._meta.fields):
        row.position = position
    write(row, part)
    return row


def write(row: models.Model, part: content.Part) -> None:
    """Checked in full; raises ValidationError with the names that the part gives to its fields."""
    try:
        for name, value in columns(type(row), part).items():
            setattr(row, name, value)
        save(row)
    except ValidationError as error:
        names = {field.name: field.encode_name for field in fields_of(type(part))}
        found = {names.get(name) or refused_by(row, names): told(row, name, error) for name in error.message_dict}
        raise ValidationError(found) from None


def told(row: models.Model, name: str, error: ValidationError) -> list[str]:
    """With the values that would do, where there is a list of them."""
    if not any(one.code == "invalid_choice" for one in error.error_dict[name]):
        return error.message_dict[name]
    column: Any = row._meta.get_field(name)
    values = ", ".join(str(value) for value, _ in column.flatchoices if value)
    return [f"{message} Expected one of: {values}" for message in error.message_dict[name]]


def save(row: models.Model) -> None:
    """What the database refuses by itself is asked about in queries only once it has refused, for the words."""
    try:
        row.clean_fields(exclude=[field.name for field in row._meta.fields if field.is_relation])
        row.clean()
        with transaction.atomic():
            row.save()
    except (IntegrityError, ValidationError):
        row.full_clean()
        raise


def refused_by(row: models.Model, names: dict[str, str]) -> str:
    """The first field that is given of those which a violated constraint compares."""
    constraints: Iterable[Any] = row._meta.constraints
    for constraint in constraints:
        try:
            constraint.validate(type(row), row)
        except ValidationError:
            fields = getattr(constraint, "fields", ()) or constraint.condition.referenced_base_fields
            given = (name for name in names if name in fields and getattr(row, name) not in (None, ""))
            return names.get(next(given, ""), NON_FIELD_ERRORS)
    return NON_FIELD_ERRORS
