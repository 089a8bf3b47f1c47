"""Where a source is cited: in any text of any draft, and as the source of a rate."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from django.apps import apps
from django.db import models
from django.db.models import Q

from treatments import glossary, markup
from treatments.admin.places import change_url, fragment
from treatments.models import SideEffect, Source, Term, drafts
from treatments.models.prose import ProseField

MOST = 100
"""Uses that are looked up and shown: a source may be cited in every part of every page."""
OWNERS = ("treatment", "concern", "page")
"""The relation from a part to the page it stands on; a statement stands in a section of one."""


class Use(NamedTuple):
    label: str
    url: str


def prose_columns() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_app_config("treatments").get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, ProseField):
                yield model, field.name


def counts() -> Counter:
    """How often each key is cited, over all drafts."""
    found = Counter(SideEffect.objects.filter(source__isnull=False).values_list("source__key", flat=True))
    for model, column in prose_columns():
        for text in model._default_manager.filter(**{f"{column}__contains": "[@"}).values_list(column, flat=True):
            found.update(markup.cited_sources(text))
    return found


def uses(source: Source) -> tuple[list[Use], bool]:
    """Those that are shown, and whether there are more."""
    rates = SideEffect.objects.filter(source=source).select_related("treatment")[: MOST + 1]
    rows: list[tuple[models.Model, str]] = [(row, "side_effects") for row in rates]
    for model, column in prose_columns():
        if len(rows) > MOST:
            break
        citing = model._default_manager.filter(**{f"{column}__contains": f"[@{source.key}]"})
        rows += [(row, list_name(row) or column) for row in citing.select_related(*owners(model))[: MOST + 1]]
    return list(dict.fromkeys(use(row, name) for row, name in rows[:MOST])), len(rows) > MOST


def mentions(term: Term) -> Iterator[Use]:
    """Places in drafts of treatments where the word stands; one more than are shown."""
    found = 0
    for model, column in prose_columns():
        if (relation := owner_relation(model)) and relation.name in ("treatment", "section"):
            named = Q()
            for form in term.forms:
                named |= Q(**{f"{column}__icontains": form})
            for row in model._default_manager.filter(named).select_related(*owners(model)):
                if found <= MOST and glossary.stands_in(drafts.read(term), getattr(row, column)):
                    found += 1
                    yield use(row, list_name(row))


def owners(model: type[models.Model]) -> list[str]:
    relation = owner_relation(model)
    return [{"section": "section__treatment"}.get(relation.name, relation.name)] if relation else []


def list_name(row: models.Model) -> str:
    """The name of the list that the row is part of; nothing for a page itself."""
    relation = owner_relation(row)
    return relation.remote_field.get_accessor_name() if relation else ""


def owner_relation(row: models.Model | type[models.Model]):
    return next((field for field in row._meta.fields if field.name in (*OWNERS, "section")), None)


def use(row: models.Model, name: str) -> Use:
    relation = owner_relation(row)
    if relation is None:
        return Use(str(row), change_url(row, fragment(type(row), name)))
    owner = getattr(row, relation.name)
    if relation.name == "section":
        return Use(f"{owner.treatment}: {owner}", change_url(owner))
    return Use(f"{owner}: {row}", change_url(owner, fragment(type(owner), name)))
