"""Rows to structs and back: what staff edit, what a file holds and what a revision stores have one shape."""

from decimal import Decimal
from typing import Any

import msgspec
from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from treatments import anatomy, content
from treatments.models.concerns import Concern
from treatments.models.directory import Organisation
from treatments.models.evidence import Source
from treatments.models.pages import SitePage
from treatments.models.prose import LinesField
from treatments.models.treatment import Treatment

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
    Organisation: content.Organisation,
}


def read(row: models.Model) -> Any:
    """The draft of a treatment, concern or site page, or a source, as its struct."""
    return msgspec.convert(values_of(row, SHAPES[type(row)]), SHAPES[type(row)])


def values_of(row: models.Model, shape: type[content.Part]) -> dict[str, Any]:
    parts = PARTS.get(shape, {})
    values = {}
    for field in msgspec.structs.fields(shape):
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
        return [line.strip() for line in value.splitlines() if line.strip()]
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    return value


def columns(model: type[models.Model], part: content.Part) -> dict[str, Any]:
    """What a row of `model` holds of `part`; its own parts and its price are left to `write_parts`."""
    values = {}
    for field in msgspec.structs.fields(type(part)):
        if field.name in PARTS.get(type(part), {}) or field.name == "price":
            continue
        column = model._meta.get_field(field.name)
        values[field.name] = stored(column, getattr(part, field.name))
    return values


def stored(column: Any, value: Any) -> Any:
    if isinstance(column, models.ForeignKey):
        related = column.related_model
        return related.objects.get(**{related.KEY: value}) if value else None
    if isinstance(column, LinesField):
        return "\n".join(value)
    if isinstance(column, models.DecimalField):
        return None if value is None else Decimal(str(value))
    if value is None and not column.null:
        return ""
    return value.value if isinstance(value, models.TextChoices) else value


def empty(row: models.Model) -> None:
    """Takes all parts off a draft, before others are written."""
    for name in PARTS[SHAPES[type(row)]]:
        getattr(row, name).all().delete()
    if isinstance(row, Treatment):
        type(row).price.related.related_model.objects.filter(treatment=row).delete()


def write_part(owner: models.Model, name: str, part: content.Part, position: int) -> models.Model:
    """One row under `owner`, checked in full; raises ValidationError."""
    relation = owner._meta.get_field(name)
    model = relation.related_model
    values = columns(model, part)
    if any(field.name == "position" for field in model._meta.fields):
        values["position"] = position
    row = model(**values, **{relation.field.name: owner})
    row.full_clean()
    row.save(force_insert=True)
    return row
