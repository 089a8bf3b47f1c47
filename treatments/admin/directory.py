"""Who stands behind the site: the organisation, its clinics, its doctors."""

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.shortcuts import redirect
from django.utils import timezone

from treatments.admin.collisions import RefusesStaleSaves
from treatments.admin.forms import DraftForm, PlainChoices
from treatments.admin.places import change_url
from treatments.admin.trash import ToTheTrash
from treatments.admin.vouching import IDENTIFY, Vouching
from treatments.admin.where_used import panel
from treatments.directory import clinic_path, doctor_path
from treatments.models import Clinic, Organisation, Practitioner, ReviewLink, shown


@admin.register(Organisation)
class OrganisationAdmin(PlainChoices, RefusesStaleSaves, ToTheTrash):
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
class ClinicAdmin(PlainChoices, RefusesStaleSaves, ToTheTrash):
    form = DraftForm
    list_display = ("name", "city", "phone", "shown")
    list_filter = ("shown", "city")
    search_fields = ("name", "city", "address")
    fields = ("name", "city", "address", "phone", "emergency_note", "shown")

    def view_on_site(self, obj):
        return clinic_path(obj.pk, shown.house()) if obj.shown else None


@admin.register(Practitioner)
class PractitionerAdmin(PlainChoices, Vouching, RefusesStaleSaves, ToTheTrash):
    form = DraftForm
    list_display = ("name", "degree", "registration_number", "shown")
    list_filter = ("shown", "degree")
    search_fields = ("name", "registration_number", "email")
    readonly_fields = ("identity", "where_used")
    formfield_overrides = PlainChoices.formfield_overrides | {
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}
    }
    fieldsets = (
        (None, {"fields": ("name", "degree")}),
        ("Registration", {"fields": ("council", "registration_number")}),
        ("For signing", {"fields": ("email", "phone", "user", "identity")}),
        ("On the site", {"fields": ("clinics", "shown")}),
        ("Signed pages", {"fields": ("where_used",), "classes": ("wide-row",)}),
    )
    vouched = ("council", "registration_number", "email", "phone", "user")
    """Where links for signing go, and what stands under a signature: for managers alone."""

    def view_on_site(self, obj):
        return doctor_path(obj.pk, shown.house()) if obj.shown else None

    def get_readonly_fields(self, request, obj=None):
        always = super().get_readonly_fields(request, obj)
        if request.user.has_perm(IDENTIFY):
            return always
        return (*always, *(("name", "degree") if obj else ()), *self.vouched)

    def save_model(self, request, obj, form, change):
        """The database calls the links off; whoever caused it is told."""
        links = ReviewLink.objects.open(at=timezone.now()).filter(practitioner=obj.pk)
        before, known = set(links.values_list("pk", flat=True)), Practitioner.objects.filter(pk=obj.pk).first()
        super().save_model(request, obj, form, change)
        self.note(request, known, obj)
        if request.user.has_perm(IDENTIFY) and not (obj.email and obj.registration_number):
            told = f"{obj} cannot be sent a page to sign yet: that needs an e-mail address and a registration number."
            self.message_user(request, told, messages.INFO)
        if many := len(before - set(links.values_list("pk", flat=True))):
            told = f"{many} open link{'' if many == 1 else 's'} to {obj} no longer work{'s' if many == 1 else ''}."
            self.message_user(request, f"{told} Send the pages again.", messages.WARNING)

    @admin.display(description="")
    def where_used(self, obj):
        return panel(obj)
