"""Deleting that can be undone: what goes, goes to the trash, and the message that says so has the way back."""

from contextlib import ExitStack

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import Http404
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html

from treatments.admin.forms import OnlyRead
from treatments.admin.places import change_url
from treatments.difference import Difference
from treatments.models import Section, Source, Term, Trashed
from treatments.models.recording import glossary_recorded, record, recorded, sources_recorded
from treatments.models.trash import KEPT, PAGES, RECORDS, going, page_of, pages_of, throw_away

UNDO = (
    '{} is in the trash for 30 days. <form method="post" action="{}" class="undo">'
    '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><button>Undo</button></form>'
)


def offer_undo(request, trashed: Trashed) -> None:
    url = reverse("admin:treatments_trashed_undo", args=[trashed.pk])
    messages.success(request, format_html(UNDO, trashed, url, get_token(request)))


def touched(rows: list[Model], *, by) -> ExitStack:
    """Pages that lose or regain a part are changed by who does it."""
    stack = ExitStack()
    for page in pages_of(rows):
        stack.enter_context(recorded(page, by=by))
    if any(isinstance(row, Term) for row in rows):
        stack.enter_context(glossary_recorded(by=by))
    if any(isinstance(row, Source) for row in rows):
        stack.enter_context(sources_recorded(by=by))
    return stack


class ToTheTrash(admin.ModelAdmin):
    """For everything that can be deleted and brought back as it was."""

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, {"to_the_trash": True} | (extra_context or {}))
        except self.model.DoesNotExist:
            # A second press at the same moment is told what Django tells one that comes later.
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]

    def delete_model(self, request, obj):
        with transaction.atomic(), touched(going(obj), by=request.user):
            request.trashed = throw_away(obj, by=request.user)

    def response_delete(self, request, obj_display, obj_id):
        response = super().response_delete(request, obj_display, obj_id)
        offer_undo(request, request.trashed)
        return response

    def save_formset(self, request, form, formset, change):
        formset.saved_by = request.user
        super().save_formset(request, form, formset, change)
        for trashed in getattr(formset, "trashed", ()):
            offer_undo(request, trashed)


@admin.register(Trashed)
class TrashedAdmin(OnlyRead, admin.ModelAdmin):
    """What was deleted in the last thirty days."""

    list_display = ("__str__", "way_back", "place", "deleted", "deleted_by", "kept_until_day")
    list_display_links = None
    list_select_related = ("deleted_by",)
    list_per_page = 50
    search_fields = ("name", "place", "deleted_by__email")
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def get_queryset(self, request):
        return super().get_queryset(request).filter(deleted_at__gt=timezone.now() - KEPT)

    def get_urls(self):
        undo = path("<path:object_id>/undo/", self.admin_site.admin_view(self.undo), name="treatments_trashed_undo")
        return [undo, *super().get_urls()]

    def undo(self, request, object_id):
        """Asks first when it is opened as a page; a press on the button brings everything back."""
        trashed = self.get_object(request, object_id)
        if trashed is None:
            return self.back_already(request)
        found = trashed.contents()
        if not self.has_view_permission(request, trashed) or not may_add(request.user, found):
            raise PermissionDenied
        try:
            if request.method == "POST" and (back := self.bring_back(request, trashed, found)):
                return redirect(back)
        except Trashed.DoesNotExist:
            return self.back_already(request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Bring back {trashed.name}?",
            "trashed": trashed,
            "counts": counted(found),
        }
        return TemplateResponse(request, "admin/undo.html", context)

    def back_already(self, request):
        """For the second of two presses."""
        if request.method != "POST" or not self.has_view_permission(request):
            raise Http404
        messages.warning(request, "That is not in the trash any more.")
        return redirect(reverse("admin:treatments_trashed_changelist"))

    def bring_back(self, request, trashed: Trashed, found: list[Model]) -> str:
        """Where it stands again; nothing when it does not fit, with the reason in a message."""
        said = str(trashed)
        try:
            with transaction.atomic(), touched(found, by=request.user):
                row = trashed.bring_back(by=request.user)
                if isinstance(row, PAGES):
                    back = Difference("The whole page", "in the trash", str(row), clinical=False)
                    record(row, [back], by=request.user)
        except ValidationError as error:
            words = f"It cannot come back as things stand. {' '.join(error.messages)} It stays in the trash."
            messages.error(request, words)
            return ""
        self.log_change(request, row, "Brought back from the trash.")
        messages.success(request, f"{said} is back.")
        return place_of(row)

    @admin.display(description="Deleted", ordering="deleted_at")
    def deleted(self, obj):
        return moment(obj.deleted_at)

    @admin.display(description="Kept until", ordering="deleted_at")
    def kept_until_day(self, obj):
        return moment(obj.kept_until).partition(",")[0]

    @admin.display(description="The way back")
    def way_back(self, obj):
        url = reverse("admin:treatments_trashed_undo", args=[obj.pk])
        return format_html('<a href="{}">Bring back<span class="visually-hidden"> {}</span> …</a>', url, obj.name)


def moment(at) -> str:
    here = timezone.localtime(at)
    return f"{here.day} {here:%B %Y, %H:%M}"


def may_add(user, rows: list[Model]) -> bool:
    """Whoever may write such things may bring them back; the record of changes comes along by itself."""
    written = {type(row)._meta for row in rows if not isinstance(row, RECORDS)}
    return all(user.has_perm(f"{opts.app_label}.add_{opts.model_name}") for opts in written if not opts.auto_created)


def counted(rows: list[Model]) -> list[tuple[str, int]]:
    kinds = [type(row) for row in rows if not type(row)._meta.auto_created]
    return [(str(kind._meta.verbose_name_plural), kinds.count(kind)) for kind in dict.fromkeys(kinds)]


def place_of(row: Model) -> str:
    """The form on which it is edited."""
    has_form = type(row) in admin.site._registry or isinstance(row, (*PAGES, Section))
    owner = row if has_form else (getattr(row, "section", None) or page_of(row))
    assert owner is not None
    return change_url(owner)
