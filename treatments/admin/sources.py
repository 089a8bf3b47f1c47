from contextlib import nullcontext

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList

from treatments.admin.collisions import RefusesStaleSaves
from treatments.admin.forms import DraftForm, PlainChoices
from treatments.admin.trash import ToTheTrash
from treatments.admin.uses import counts
from treatments.admin.where_used import panel, used
from treatments.models import Source
from treatments.models.recording import sources_recorded


class SourceList(ChangeList):
    """Knows how often each source is cited, counted once for the whole list."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        cited = counts()
        for source in self.result_list:
            source.times_cited = cited[source.key]


@admin.register(Source)
class SourceAdmin(PlainChoices, RefusesStaleSaves, ToTheTrash):
    form = DraftForm
    list_display = ("key", "title", "kind", "year", "times_cited", "checked_on")
    list_filter = ("kind", "supports", "conflict", "showable")
    search_fields = ("key", "title", "publisher", "finding", "url")
    readonly_fields = ("where_used",)
    fieldsets = (
        ("What it is", {"fields": ("key", "title", ("kind", "year"), "publisher", "url")}),
        ("What it says", {"fields": ("finding", "supports", "conflict")}),
        ("For staff", {"fields": ("showable", "checked_on")}),
        ("Where it is cited", {"fields": ("where_used",), "classes": ("wide-row",)}),
    )

    def get_changelist(self, request, **kwargs):
        return SourceList

    @admin.display(description="Cited")
    def times_cited(self, obj):
        return {0: "nowhere", 1: "once"}.get(obj.times_cited, f"{obj.times_cited} times")

    @admin.display(description="")
    def where_used(self, obj):
        note = "Its key stays as it is, and it cannot be deleted, while drafts cite it."
        return panel(obj, note=note if obj.pk and used(obj).drafts else "")

    def get_readonly_fields(self, request, obj=None):
        """A key that texts cite would leave them without their source."""
        return (*self.readonly_fields, "key") if obj and used(obj).drafts else self.readonly_fields

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and used(obj).drafts)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """What a source says stands on every page that cites it."""
        with sources_recorded(by=request.user) if request.method == "POST" else nullcontext():
            return super().changeform_view(request, object_id, form_url, extra_context)
