from contextlib import nullcontext
from functools import partial

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.shortcuts import redirect
from django.urls import path, reverse

from treatments.admin import advising, parts, words
from treatments.admin.collisions import RefusesStaleSaves
from treatments.admin.forms import DraftForm, PlainChoices
from treatments.admin.places import change_url
from treatments.admin.reviewing import by_place
from treatments.admin.trash import ToTheTrash
from treatments.models import Section, Treatment
from treatments.models.recording import recorded


@admin.register(Section)
class SectionAdmin(PlainChoices, RefusesStaleSaves, ToTheTrash):
    """The words of one part of a treatment's page, as statements."""

    form = DraftForm
    list_display = ("heading", "treatment", "anchor")
    list_filter = ("treatment",)
    list_select_related = ("treatment",)
    search_fields = ("heading", "statements__text", "statements__label")
    search_help_text = "Looks in headings and in the words themselves."
    ordering = ("treatment__name", "anchor")
    change_form_template = "admin/section_form.html"
    inlines = (parts.Statements,)
    fields = (("treatment", "anchor"), "heading")

    class Media:
        js = ["admin-site/parts.js"]

    def get_urls(self):
        found = self.admin_site.admin_view(partial(words.view, self))
        return [path("words/", found, name="treatments_section_words"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        may_replace = {"may_replace": request.user.has_perms(words.NEEDED)}
        return super().changelist_view(request, may_replace | (extra_context or {}))

    def get_readonly_fields(self, request, obj=None):
        """What is written for one place is not true of another."""
        return ("treatment", "anchor") if obj else ()

    def get_changeform_initial_data(self, request):
        given = super().get_changeform_initial_data(request)
        return {name: value for name, value in given.items() if name in ("treatment", "anchor")}

    def view_on_site(self, obj):
        return f"{reverse('admin:treatments_treatment_preview', args=[obj.treatment_id])}#{obj.anchor}"

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        context = {"can_preview": True, "returned": self.remarks(request, object_id)}
        context |= self.advice(request, object_id) | (extra_context or {})
        with self.written_down(request, object_id):
            return super().changeform_view(request, object_id, form_url, context)

    def remarks(self, request, object_id) -> list:
        """What a doctor returned about this part."""
        section = self.get_object(request, unquote(object_id)) if object_id else None
        if section is None or not self.has_view_permission(request, section):
            return []
        return by_place(section.treatment).get(section.anchor, [])

    def advice(self, request, object_id) -> dict:
        section = self.get_object(request, unquote(object_id)) if object_id and request.method == "GET" else None
        if section is None or not self.has_view_permission(request, section):
            return {}
        return advising.panel(section.treatment, anchor=section.anchor)

    def history_view(self, request, object_id, extra_context=None):
        """A section's history is part of its treatment's."""
        section = self.get_object(request, unquote(object_id))
        if section is None or not self.has_view_permission(request, section):
            return super().history_view(request, object_id, extra_context)
        return redirect("admin:treatments_treatment_history", section.treatment_id)

    def written_down(self, request, object_id):
        """A change of a section is one of its treatment's page."""
        treatment = self.treatment_of(request, object_id) if request.method == "POST" else None
        return recorded(treatment, by=request.user) if treatment else nullcontext()

    def treatment_of(self, request, object_id) -> Treatment | None:
        if object_id:
            section = self.get_object(request, unquote(object_id))
            return section.treatment if section else None
        key = request.POST.get("treatment", "")
        return Treatment.objects.filter(pk=key).first() if key.isascii() and key.isdigit() else None

    def response_add(self, request, obj, post_url_continue=None):
        return self.onward(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self.onward(request, obj) or super().response_change(request, obj)

    def onward(self, request, obj):
        return redirect(self.view_on_site(obj)) if "_preview" in request.POST else None

    def response_post_save_add(self, request, obj):
        return redirect(change_url(obj.treatment))

    def response_post_save_change(self, request, obj):
        return redirect(change_url(obj.treatment))
