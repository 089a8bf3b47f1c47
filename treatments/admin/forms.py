"""What all forms over drafts share: errors beside the field they are about, rows in an order of their own."""

import re
from collections.abc import Iterator, Mapping
from math import inf
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import F, Q
from django.forms.formsets import ORDERING_FIELD_NAME
from django.forms.models import BaseInlineFormSet, InlineForeignKeyField
from django.utils.functional import cached_property

from treatments.admin.selects import QuickSelect
from treatments.models import drafts
from treatments.models.prose import ProseField
from treatments.models.trash import Trashed, throw_away


class TextArea(forms.Textarea):
    """Browsers send two characters for each new line: enough to make a text too long that was not."""

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if value else value


BULLET = re.compile(r"^[ \t]*[•▪‣◦·\uf0b7][ \t]+", re.MULTILINE)
"""As word processors begin each line of a list; Markdown would run those lines together."""
ENDED_BY_THE_PAGE = ("label", "name_plain", "text", "title")
"""Short texts, each in one line, after which the page goes on or puts its own full stop."""
TEXT_FIELDS: dict[type, dict[str, Any]] = {
    ProseField: {"widget": TextArea(attrs={"rows": 4})},
    models.TextField: {"widget": TextArea(attrs={"rows": 3})},
    models.URLField: {"assume_scheme": "https"},
    # The browser's own date field: it works without a script and with a keyboard.
    models.DateField: {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})},
}


class DraftForm(forms.ModelForm):
    """A violated constraint shows its sentence beside the field it is about, not somewhere above the form."""

    media = forms.Media()
    """No field brings files of its own. Django would ask each of a thousand fields."""

    @cached_property
    def changed_data(self):
        """A new row that was only given a place, as the script does, is still empty."""
        changed = super().changed_data
        return [] if changed == [ORDERING_FIELD_NAME] and self.instance._state.adding else changed

    def _clean_fields(self):
        """Rows hold what pages and files show of them, without what comes along invisibly when text is pasted."""
        super()._clean_fields()  # type: ignore[misc]  # private, and not in the stubs
        for name, value in self.cleaned_data.items():
            if isinstance(value, str):
                several = isinstance(self.fields[name].widget, forms.Textarea)
                self.cleaned_data[name] = prose(value) if several else line(name, value)

    def _post_clean(self):
        """A row that nobody touched is as the database let it in: nothing is asked about it again."""
        if self.instance._state.adding or self.has_changed():
            super()._post_clean()  # type: ignore[misc]  # private, and not in the stubs

    def add_error(self, field, error):
        if field is None and hasattr(error, "error_dict"):
            error = ValidationError(self.beside_fields(error.error_dict))
        super().add_error(field, error)

    def beside_fields(self, errors: dict[str, list[ValidationError]]) -> dict[str, list[ValidationError]]:
        placed = {name: list(found) for name, found in errors.items() if name != NON_FIELD_ERRORS}
        for error in errors.get(NON_FIELD_ERRORS, []):
            placed.setdefault(self.field_of(error), []).append(error)
        return placed

    def field_of(self, error: ValidationError) -> str:
        for constraint in self._meta.model._meta.constraints:
            if constraint.get_violation_error_message() == error.message:
                return next(iter(self.visible(columns(constraint))), NON_FIELD_ERRORS)
        return NON_FIELD_ERRORS

    def visible(self, names: list[str]) -> list[str]:
        """Those in the form: people look for a fault in what they typed, last of all in what it belongs to."""
        model, order = self._meta.model, list(self.fields)
        shown = [name for name in names if name in order and not isinstance(self.fields[name], InlineForeignKeyField)]
        changed = set(self.changed_data)
        return sorted(shown, key=lambda n: (model._meta.get_field(n).is_relation, n not in changed, order.index(n)))


def prose(typed: str) -> str:
    return BULLET.sub("- ", drafts.clean(typed))


def line(name: str, typed: str) -> str:
    text = drafts.clean(typed).replace("\n", " ")
    return text.removesuffix(".") if name in ENDED_BY_THE_PAGE else text


def columns(constraint: models.BaseConstraint) -> list[str]:
    if isinstance(constraint, models.UniqueConstraint):
        return list(constraint.fields)
    if isinstance(constraint, models.CheckConstraint):
        return list(named_in(constraint.condition))
    return []


def named_in(condition) -> Iterator[str]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from named_in(child)
        else:
            yield child[0].split("__")[0]
            if isinstance(child[1], F):
                yield child[1].name  # type: ignore[attr-defined]


class AlreadyRead(forms.ModelChoiceField):
    """Looks a chosen row up among those that were read for the page; Django asks the database for each."""

    rows: Mapping[str, models.Model] = MappingProxyType({})

    def to_python(self, value):
        return self.rows.get(str(value)) or super().to_python(value)


class PartFormSet(BaseInlineFormSet):
    """The rows of one list: each in its place, none of them twice."""

    model: type[models.Model]
    saved_by = None

    can_stand_twice = {"faq-more"}
    """Values that a unique column may repeat."""

    @classmethod
    def get_ordering_widget(cls):
        return forms.NumberInput(attrs={"min": 1, "class": "place"})

    def get_queryset(self):
        """What was read for the rest of the page is not read again; what was sent meets the rows of now."""
        read = getattr(self.instance, "_prefetched_objects_cache", {}).get(self.fk.remote_field.get_accessor_name())
        return super().get_queryset() if read is None or self.is_bound else read

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if ORDERING_FIELD_NAME in form.fields:
            form.fields[ORDERING_FIELD_NAME].label = "Place"
        if self.is_bound and index is not None:
            self.look_up_key(form)

    @cached_property
    def empty_form(self):
        """Django makes a new one each time: five times for each list of a page."""
        return super().empty_form

    def look_up_key(self, form) -> None:
        name = self.model._meta.pk.name
        key = form.fields.get(name)
        if isinstance(key, forms.ModelChoiceField) and not isinstance(key, InlineForeignKeyField):
            known = AlreadyRead(key.queryset, initial=key.initial, required=False, widget=key.widget)
            known.rows = self.by_key
            form.fields[name] = known

    @cached_property
    def by_key(self) -> dict[str, models.Model]:
        return {str(row.pk): row for row in self.get_queryset()}

    def validate_unique(self):
        """Beside the second of two equal rows; Django would say it above the list, and not for every constraint."""
        for constraint in self.model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                self.refuse_repeats(constraint)

    def refuse_repeats(self, constraint: models.UniqueConstraint):
        names = [name for name in constraint.fields if name != self.fk.name]
        seen = set()
        for form in self.kept():
            values = tuple(form.cleaned_data.get(name) for name in names)
            if values in seen:
                form.add_error(names[0], constraint.violation_error_message)
            if None not in values and not self.can_stand_twice.intersection(map(str, values)):
                seen.add(values)

    def kept(self) -> list:
        """Rows that stay: neither deleted nor left empty."""
        used = [*self.initial_forms, *(form for form in self.extra_forms if form.has_changed())]
        return [form for form in used if not getattr(form, "cleaned_data", {}).get("DELETE") and form.is_valid()]

    def delete_existing(self, obj, commit=True):
        if commit:
            self.trashed.append(throw_away(obj, by=self.saved_by))

    def save(self, commit=True):
        self.trashed: list[Trashed] = []
        saved = super().save(commit)
        if commit and self.can_order:
            self.renumber()
        return saved

    def renumber(self):
        rows = [form.instance for form in sorted(self.kept(), key=place)]
        moved = [row for number, row in enumerate(rows) if row.position != number]
        for number, row in enumerate(rows):
            row.position = number
        self.model._default_manager.bulk_update(moved, ["position"])


def place(form) -> tuple:
    """Where a row goes: one that was moved up goes before the row that stood there, one moved down after it."""
    before, wanted = form.fields[ORDERING_FIELD_NAME].initial, form.cleaned_data.get(ORDERING_FIELD_NAME)
    if wanted is None:
        return inf, 0
    return wanted, (wanted > before) - (wanted < before) if before else 0


class PlainChoices(BaseModelAdmin):
    """Related rows in a plain list, read once for all rows of a page: it works without a script and by keyboard."""

    formfield_overrides = TEXT_FIELDS
    show_facets = admin.ShowFacets.NEVER

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget  # without the buttons that open windows
        return field

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        return super().formfield_for_choice_field(db_field, request, **{"widget": QuickSelect, **kwargs})

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs = {"widget": QuickSelect, "form_class": AlreadyRead} | kwargs
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field and field.queryset is not None:
            rows = list(field.queryset)
            field.choices = [("", "Choose"), *((row.pk, str(row)) for row in rows)]
            if isinstance(field, AlreadyRead):
                field.rows = {str(row.pk): row for row in rows}
        return field


class OnlyRead(BaseModelAdmin):
    """For what is written down as it happens: staff look, and nobody adds, changes or deletes."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class PartInline(PlainChoices, admin.StackedInline):
    """A list inside a page: each row folded away behind its name, and movable."""

    template = "admin/parts.html"
    form = DraftForm
    formset = PartFormSet
    extra = 0
    max_num = 200
    ordered = True
    starts_open = rows_open = False
    related: tuple[str, ...] = ()
    """Relations that a row's name crosses."""

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.select_related(*self.related) if self.related else rows

    def get_formset(self, request, obj=None, **kwargs):
        """Made once for a request: to save over somebody else's words looks at every list three times."""
        made = request.__dict__.setdefault("formsets_made", {})
        place = (type(self), obj.pk if obj else None, *kwargs)
        if place not in made:
            made[place] = self.make_formset(request, obj, **kwargs)
        return made[place]

    def make_formset(self, request, obj, **kwargs):
        may_order = self.ordered and self.has_change_permission(request, obj)
        # A form that claims to hold a million rows is read no further than this.
        limits = {"validate_max": True, "absolute_max": self.max_num + 50}
        formset = super().get_formset(request, obj, can_order=may_order, **limits, **kwargs)
        # `?add=steps` brings an empty row: that is how a list grows without JavaScript.
        formset.extra = int(request.GET.get("add") == formset.get_default_prefix())
        return formset
