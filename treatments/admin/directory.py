"""Who stands behind the site: the organisation, its clinics, its doctors."""

from django import forms
from django.contrib import admin
from django.db import models
from django.shortcuts import redirect

from treatments.admin.collisions import RefusesStaleSaves
from treatments.admin.forms import DraftForm, PlainChoices
from treatments.admin.places import change_url
from treatments.admin.trash import ToTheTrash
from treatments.admin.where_used import panel
from treatments.models import Clinic, Organisation, Practitioner


@admin.register(Organisation)
class OrganisationAdmin(RefusesStaleSaves, ToTheTrash, PlainChoices):
    form = DraftForm
    fieldsets = (
        ("The clinic as patients know it", {"fields": ("name", "legal_name", "address")}),
        ("How to reach it", {"fields": ("contact_email", "contact_phone", "grievance_contact")}),
        ("Enquiries", {"fields": ("desk_email", "retention_days")}),
    )

    def changelist_view(self, request, extra_context=None):
        """There is one: a list of one row would be a click for nothing."""
        only = Organisation.objects.first()
        if only and self.has_view_permission(request, only):
            return redirect(change_url(only))
        return super().changelist_view(request, extra_context)

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not Organisation.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Clinic)
class ClinicAdmin(RefusesStaleSaves, ToTheTrash, PlainChoices):
    form = DraftForm
    list_display = ("name", "city", "phone", "shown")
    list_filter = ("shown", "city")
    search_fields = ("name", "city", "address")
    fields = ("name", "city", "address", "phone", "emergency_note", "shown")


@admin.register(Practitioner)
class PractitionerAdmin(RefusesStaleSaves, ToTheTrash, PlainChoices):
    form = DraftForm
    list_display = ("name", "degree", "registration_number", "shown")
    list_filter = ("shown", "degree")
    search_fields = ("name", "registration_number", "email")
    readonly_fields = ("where_used",)
    formfield_overrides = PlainChoices.formfield_overrides | {
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}
    }
    fieldsets = (
        (None, {"fields": ("name", "degree")}),
        ("Registration", {"fields": ("council", "registration_number")}),
        ("For signing", {"fields": ("email", "phone", "user")}),
        ("On the site", {"fields": ("clinics", "shown")}),
        ("Signed pages", {"fields": ("where_used",), "classes": ("wide-row",)}),
    )

    @admin.display(description="")
    def where_used(self, obj):
        return panel(obj)
