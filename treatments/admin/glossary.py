from contextlib import nullcontext

from django.contrib import admin

from treatments.admin.collisions import RefusesStaleSaves
from treatments.admin.forms import DraftForm, PlainChoices
from treatments.admin.trash import ToTheTrash
from treatments.admin.where_used import panel
from treatments.models import Term
from treatments.models.recording import glossary_recorded


@admin.register(Term)
class TermAdmin(PlainChoices, RefusesStaleSaves, ToTheTrash):
    form = DraftForm
    list_display = ("term", "definition", "other_forms")
    search_fields = ("term", "also", "definition")
    readonly_fields = ("where_used",)
    fieldsets = (
        ("The word", {"fields": ("term", "also")}),
        ("What it means", {"fields": ("definition",)}),
        ("Where it stands", {"fields": ("where_used",), "classes": ("wide-row",)}),
    )

    @admin.display(description="Other forms")
    def other_forms(self, obj):
        return ", ".join(obj.forms[1:])

    @admin.display(description="")
    def where_used(self, obj):
        return panel(obj, note="The definition follows where a page first uses the word, once the page is published.")

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """What a word means stands on every page that uses it."""
        with glossary_recorded(by=request.user) if request.method == "POST" else nullcontext():
            return super().changeform_view(request, object_id, form_url, extra_context)
