"""What leaves the inbox: exports, and enquiries that are erased. Both are logged."""

from datetime import date, timedelta

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from enquiries import export, forgetting
from enquiries.models import Deed, Enquiry, Event, State

LONGEST = timedelta(days=366)
# No calendar that we reckon with knows the days around the year 1 and the year 9999.
SOME_YEAR = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


class Day(forms.DateInput):
    """The browser's own calendar, which takes and gives this form alone."""

    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class ExportForm(forms.Form):
    first = forms.DateField(label="From", widget=Day, validators=SOME_YEAR)
    last = forms.DateField(label="To", widget=Day, validators=SOME_YEAR)
    kind = forms.ChoiceField(
        label="As", choices=[("xlsx", "Excel workbook"), ("csv", "Comma-separated values")], initial="xlsx"
    )

    def clean(self):
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and not first <= last <= first + LONGEST:
            self.add_error("last", "Choose a day after the first one, at most a year later.")
        return given


class HandingOut(admin.ModelAdmin):
    """What the inbox does besides showing."""

    def export_view(self, request):
        if not request.user.has_perm("enquiries.export_enquiry"):
            raise PermissionDenied
        today = timezone.localdate()
        form = ExportForm(request.POST or None, initial={"first": today - timedelta(days=30), "last": today})
        if request.method == "POST" and form.is_valid():
            return self.exported(request, **form.cleaned_data)
        context = {**self.admin_site.each_context(request), "form": form, "opts": self.opts, "title": "Export"}
        return TemplateResponse(request, "admin/enquiries/export.html", context)

    def exported(self, request, *, first, last, kind):
        found = Enquiry.objects.exclude(state=State.SPAM).received_between(first, last)
        write, content_type = export.FORMATS[kind]
        table = export.rows(found)
        detail = f"{first} to {last}, {len(table) - 1} as {kind}"
        Event.objects.create(what=Deed.EXPORTED, by=request.user, detail=detail)
        name = f"enquiries-{first}-to-{last}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return HttpResponse(write(table), content_type=content_type, headers=headers)

    def has_erase_permission(self, request):
        return request.user.has_perm("enquiries.erase_enquiry")

    @admin.action(description="Erase for ever", permissions=["erase"])
    def erase_selected(self, request, queryset):
        if "really" in request.POST:
            # By number, because the list that they were chosen from may be filtered.
            count = forgetting.erase(queryset, by=request.user)
            self.message_user(request, f"{count} erased for ever.", messages.SUCCESS)
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Erase for ever?",
            "enquiries": queryset,
        }
        return TemplateResponse(request, "admin/enquiries/erase.html", context)
