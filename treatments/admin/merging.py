"""Of two texts of one field, whose stays: a choice for each field in which a refused form and the saved page differ."""

from collections.abc import Iterator
from typing import NamedTuple

from django import forms
from django.forms.boundfield import BoundField
from django.forms.formsets import DELETION_FIELD_NAME, ORDERING_FIELD_NAME
from django.forms.models import InlineForeignKeyField
from django.http import QueryDict

PREFIX = "keep:"
THEIRS = "theirs"


class Choice(NamedTuple):
    name: str
    label: str
    theirs: bool
    """Chosen already, on a form that was refused once more."""


def choices(context: dict, sent: QueryDict) -> list[Choice]:
    """In the order of the form; rows that only one of the two has are not among them."""
    found = [(bound, str(bound.label)) for bound in changed(context["adminform"].form)]
    for inline in context["inline_admin_formsets"]:
        name = str(inline.opts.verbose_name_plural).capitalize()
        for form in inline.formset.initial_forms:
            found += [(bound, f"{name} › {form.instance} › {bound.label}") for bound in changed(form)]
    return [
        Choice(f"{PREFIX}{bound.html_name}", label, sent.get(f"{PREFIX}{bound.html_name}") == THEIRS)
        for bound, label in found
    ]


def changed(form: forms.BaseForm) -> Iterator[BoundField]:
    for name in form.changed_data:
        if name not in (DELETION_FIELD_NAME, ORDERING_FIELD_NAME):
            yield form[name]


def theirs_taken(sent: QueryDict, form: forms.ModelForm, formsets: list) -> QueryDict:
    """What was sent, with what is saved now wherever the person chose that."""
    wanted = [name.removeprefix(PREFIX) for name, value in sent.items() if name.startswith(PREFIX) and value == THEIRS]
    merged, saved = sent.copy(), saved_fields(sent, form, formsets)
    for name in set(wanted) & saved.keys():
        merged.pop(name, None)
        if values := as_sent(saved[name]):
            merged.setlist(name, values)
    return merged


def saved_fields(sent: QueryDict, form: forms.ModelForm, formsets: list) -> dict[str, BoundField]:
    """By the name under which each was sent: rows of lists may stand in other places by now."""
    found = {bound.html_name: bound for bound in form}
    for formset in formsets:
        key, rows = formset.model._meta.pk.name, {str(row.instance.pk): row for row in formset.initial_forms}
        for number in range(formset.absolute_max):
            prefix = formset.add_prefix(number)
            if row := rows.get(sent.get(f"{prefix}-{key}", "")):
                own = (bound for bound in row if not isinstance(bound.field, InlineForeignKeyField))
                found |= {f"{prefix}-{bound.name}": bound for bound in own if bound.name != key}
    return found


def as_sent(bound: BoundField) -> list[str]:
    """What a browser would send of a field that nobody has touched."""
    widget, value = bound.field.widget, bound.value()
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if widget.check_test(value) else []
    told = widget.format_value(value)
    if isinstance(told, list | tuple):
        return [str(one) for one in told]
    return ["" if told is None else str(told)]
