from contextlib import nullcontext

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.template.loader import render_to_string

from treatments.admin.collisions import RefusesStaleSaves
from treatments.admin.forms import DraftForm, PlainChoices
from treatments.admin.trash import ToTheTrash
from treatments.admin.uses import Use, counts, uses
from treatments.models import Source
from treatments.models.recording import source_recorded


def cited_in(source: Source) -> list[Use]:
    """Looked up once a page: the form asks several times."""
    if not hasattr(source, "found_uses"):
        source.found_uses = uses(source)  # type: ignore[attr-defined]
    return source.found_uses  # type: ignore[attr-defined]


class SourceList(ChangeList):
    """Knows how often each source is cited, counted once for the whole list."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        cited = counts()
        for source in self.result_list:
            source.times_cited = cited[source.key]


@admin.register(Source)
class SourceAdmin(RefusesStaleSaves, ToTheTrash, PlainChoices):
    form = DraftForm
    list_display = ("key", "title", "kind", "year", "times_cited", "checked_on")
    list_filter = ("kind", "supports", "conflict", "showable")
    search_fields = ("key", "title", "publisher", "finding", "url")
    readonly_fields = ("cited_in",)
    fieldsets = (
        ("What it is", {"fields": ("key", "title", ("kind", "year"), "publisher", "url")}),
        ("What it says", {"fields": ("finding", "supports", "conflict")}),
        ("For staff", {"fields": (("showable", "checked_on"), "cited_in")}),
    )

    def get_changelist(self, request, **kwargs):
        return SourceList

    @admin.display(description="Cited")
    def times_cited(self, obj):
        return {0: "nowhere", 1: "once"}.get(obj.times_cited, f"{obj.times_cited} times")

    @admin.display(description="Cited in")
    def cited_in(self, obj):
        return render_to_string("admin/_uses.html", {"uses": cited_in(obj) if obj.pk else []})

    def get_readonly_fields(self, request, obj=None):
        """A key that texts cite would leave them without their source."""
        return (*self.readonly_fields, "key") if obj and cited_in(obj) else self.readonly_fields

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and cited_in(obj))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """What a source says stands on every page that cites it."""
        changed = self.get_object(request, unquote(object_id)) if object_id and request.method == "POST" else None
        with source_recorded(changed, by=request.user) if changed else nullcontext():
            return super().changeform_view(request, object_id, form_url, extra_context)
