"""Two people at one form: whoever saves second is refused, sees both texts, and decides. Nothing typed is lost."""

import copy
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db import IntegrityError, models, transaction
from django.http import QueryDict

from cosma.pressing import SavesOnce
from treatments import content
from treatments.admin.merging import choices, theirs_taken
from treatments.admin.publishing import digest
from treatments.difference import Difference, differences, words
from treatments.models import Opening, Section, Treatment, drafts

NOBODY_SAVED_THIS = "Somebody else saved this page after you opened it. Your words are below, and not saved yet."


class RefusesStaleSaves(SavesOnce):
    """Every form carries the version that was read; the server saves it only over that version."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        # An address without a fragment: a refused form shows what is wrong, not the list that a link once led to.
        form_url = form_url or request.get_full_path()
        row = self.get_object(request, unquote(object_id)) if object_id else None
        if row is None or not self.has_change_permission(request, row):
            return super().changeform_view(request, object_id, form_url, extra_context)
        context = dict(extra_context or {})
        if request.method != "POST":
            context |= {"version": version_of(row), "others": Opening.objects.note(row, by=request.user)}
            return super().changeform_view(request, object_id, form_url, context)
        with transaction.atomic():
            row = type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
            if row is None:  # somebody deletes it at this moment
                return super().changeform_view(request, object_id, form_url, context)
            return self.save_over(request, row, lambda sent: self.saved(sent, object_id, form_url, context))

    def saved(self, request, object_id, form_url, context):
        return super().changeform_view(request, object_id, form_url, context | request.stale)

    def save_over(self, request, row, save: Callable):
        """`save` is Django's own; it answers with a redirect once everything is stored."""
        now = version_of(row)
        read_now = request.POST.get("version") == now
        if not read_now and self.saved_before(request):
            return self.response_change(request, row)
        if request.POST.get("newest") == now:
            request.POST = theirs_taken(request.POST, *self.as_saved(request, row))
        request.POST = request.POST if read_now else self.with_lost_rows(request, row)
        request.stale = {"version": now}
        if not read_now and request.POST.get("over") != now and (found := self.collision(request, row, save)) != []:
            request.stale = {"version": request.POST.get("version", ""), "collision": found, "newest": now}
            request.stale |= {"latest": latest_entry(row)}
            return with_choices(save(request), request.POST)
        try:
            with transaction.atomic():
                return save(request)
        except IntegrityError:
            request.stale = {"version": now, "collision": None, "newest": now, "latest": latest_entry(row)}
            return save(request)

    def collision(self, request, row, save: Callable) -> list[Difference] | None:
        """What saving would take away and bring, found out by saving and taking it back; None if it cannot be saved."""
        trial = copy.copy(request)
        trial._messages = FallbackStorage(trial)
        trial.stale, trial.is_trial = {}, True
        theirs, found = read(row), None
        with suppress(IntegrityError, NotSaved), transaction.atomic():
            if save(trial).status_code == 302:
                found = between(theirs, read(type(row)._default_manager.get(pk=row.pk)))
            transaction.set_rollback(True)
        return found

    def get_inline_formsets(self, request, *args, **kwargs):
        """Asked for once a form is to be shown again, and nobody is going to read that of a trial."""
        if getattr(request, "is_trial", False):
            raise NotSaved
        return super().get_inline_formsets(request, *args, **kwargs)

    def as_saved(self, request, row) -> tuple[Any, list]:
        """The form as it would open now, and its lists."""
        form = super().get_form(request, row, change=True)(instance=row)
        lists = [
            formset(instance=row, prefix=formset.get_default_prefix(), queryset=inline.get_queryset(request))
            for formset, inline in self.get_formsets_with_inlines(request, row)
        ]
        return form, lists

    def with_lost_rows(self, request, row) -> QueryDict:
        """Rows of lists that the other person deleted are new ones now: what was typed in them is still there."""
        sent = request.POST.copy()
        for formset, inline in self.get_formsets_with_inlines(request, row):
            prefix = formset.get_default_prefix()
            own = inline.get_queryset(request).filter(**{formset.fk.name: row})
            there = set(map(str, own.values_list("pk", flat=True))) if rows_sent(sent, prefix) else set()
            renew_lost(sent, prefix, formset.model._meta.pk.name, there, formset.fk.unique)
        return sent

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        refused = "collision" in getattr(request, "stale", {})
        return type(form.__name__, (Refused, form), {}) if refused else form

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """What was sent, as it is: Django copies all of it for each of fourteen lists, and nothing here changes it."""
        given = {"instance": obj, "prefix": prefix, "queryset": inline.get_queryset(request)}
        sent = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
        return given | sent

    def response_change(self, request, obj):
        if "_continue" not in request.POST:
            Opening.objects.forget(obj, by=request.user)
        return super().response_change(request, obj)


class NotSaved(Exception):
    """The form is not as it should be."""


def with_choices(response, sent: QueryDict):
    """Beside the two texts, field by field, whose is to stay."""
    if context := getattr(response, "context_data", None):
        context["choices"] = choices(context, sent)
    return response


class Refused:
    """A form that shows what was typed and is not saved."""

    def clean(self):
        cleaned = super().clean()  # type: ignore[misc]
        self.add_error(None, NOBODY_SAVED_THIS)  # type: ignore[attr-defined]
        return cleaned


def renew_lost(sent: QueryDict, prefix: str, key: str, there: set[str], only_one: bool) -> None:
    rows = rows_sent(sent, prefix)
    for row in rows:
        if only_one and there and row.get(key):
            row[key] = [next(iter(there))]
    kept = [row for row in rows if row.get(key, [""])[0] in there]
    lost = [row | {key: [""]} for row in rows if row not in kept and "DELETE" not in row]
    for name in [name for name in sent if re.match(rf"{re.escape(prefix)}-\d+-", name)]:
        del sent[name]
    for number, row in enumerate(kept + lost):
        for column, values in row.items():
            sent.setlist(f"{prefix}-{number}-{column}", values)
    sent[f"{prefix}-INITIAL_FORMS"], sent[f"{prefix}-TOTAL_FORMS"] = str(len(kept)), str(len(kept + lost))


def rows_sent(sent: QueryDict, prefix: str) -> list[dict[str, list[str]]]:
    rows: dict[int, dict[str, list[str]]] = {}
    for name in sent:
        if found := re.fullmatch(rf"{re.escape(prefix)}-(\d{{1,4}})-(\w+)", name):
            rows.setdefault(int(found[1]), {})[found[2]] = sent.getlist(name)
    return [rows[number] for number in sorted(rows)]


def read(row: models.Model) -> Any:
    """What the form of a row holds, as the record of changes would call it."""
    if isinstance(row, Treatment):
        return msgspec.structs.replace(drafts.read(row), sections=())  # they have forms of their own
    if isinstance(row, Section):
        return msgspec.convert(drafts.values_of(row, content.Section), content.Section)
    if type(row) in drafts.SHAPES:
        return drafts.read(row)
    fields = [field for field in (*row._meta.fields, *row._meta.many_to_many) if not field.primary_key]
    return {str(field.verbose_name).capitalize(): column(row, field) for field in fields}


def column(row: models.Model, field) -> str:
    if field.many_to_many:
        return ", ".join(map(str, getattr(row, field.name).all()))
    shown = getattr(row, f"get_{field.name}_display", None)
    return words(shown() if shown else getattr(row, field.name))


def between(theirs: Any, mine: Any) -> list[Difference]:
    if isinstance(theirs, content.Part):
        return differences(theirs, mine)
    return [Difference(name, theirs[name], mine[name], False) for name in theirs if theirs[name] != mine[name]]


def version_of(row: models.Model) -> str:
    found = read(row)
    return digest([content.encode(found) if isinstance(found, content.Part) else repr(found)])


def latest_entry(row: models.Model) -> LogEntry | None:
    """Who saved it last, and when."""
    kind = ContentType.objects.get_for_model(row)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(row.pk)).select_related("user")
    return entries.order_by("-action_time").first()
