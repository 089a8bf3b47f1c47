from django.contrib import admin
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string

from treatments.admin import parts
from treatments.admin.attention import Stands
from treatments.admin.contents import contents
from treatments.admin.forms import DraftForm
from treatments.admin.listing import Listed
from treatments.admin.pages import PageAdmin
from treatments.models import Term, Treatment
from treatments.models.drafts import TOGETHER

RANGES = (
    ("sessions_min", "sessions_max"),
    ("interval_weeks_min", "interval_weeks_max"),
    ("first_result_min", "first_result_max"),
    ("maintenance_months_min", "maintenance_months_max"),
)


class TreatmentForm(DraftForm):
    def clean_terms_explained(self) -> str:
        """A word that the glossary does not hold would be left out of nothing."""
        text = self.cleaned_data["terms_explained"]
        known = {form.casefold() for term in Term.objects.all() for form in term.forms}
        unknown = [line for line in map(str.strip, text.splitlines()) if line and line.casefold() not in known]
        if unknown and "terms_explained" in self.changed_data:
            raise ValidationError(f"The glossary does not hold {', '.join(unknown)}. Write a word as it stands there.")
        return text


@admin.register(Treatment)
class TreatmentAdmin(Listed, PageAdmin):
    form = TreatmentForm
    list_display = ("name", "state", "evidence", "heading")
    list_filter = (Stands, "evidence")
    list_per_page = 25
    list_select_related = ("price",)
    search_fields = ("name", "slug", "heading", "also_called", "summary", "sections__statements__text")
    search_help_text = "Looks in names, headings and the words of all sections."
    readonly_fields = ("the_page", "as_listed")
    inlines = parts.OF_A_TREATMENT
    read_together = TOGETHER[Treatment]
    fieldsets = (
        (
            "In brief",
            {
                "fields": (
                    "name",
                    "also_called",
                    "heading",
                    "summary",
                    ("procedure_type", "specialty"),
                    ("body_location", "evidence"),
                )
            },
        ),
        ("The page, from top to bottom", {"fields": ("the_page",), "classes": ("wide-row",)}),
        ("Figures of the course", {"fields": (*RANGES, "permanence")}),
        ("Technique", {"fields": (("depth_mm_min", "depth_mm_max"), "depth_note")}),
        ("Recovery", {"fields": (("downtime_hours_min", "downtime_hours_max"), "return_to_work")}),
        ("Insurance", {"fields": ("insurance_covered", "insurance_note")}),
        ("Regulation", {"fields": ("rules_checked_on",)}),
        ("Glossary", {"fields": ("terms_explained",)}),
        (
            "Address and search engines",
            {
                "fields": (("slug", "language"), "search_title", "search_description", "as_listed"),
                "description": "The address stays as it is once the page has been published.",
            },
        ),
    )

    def get_fieldsets(self, request, obj=None):
        """A page that is not saved yet has no parts to lead to."""
        found = super().get_fieldsets(request, obj)
        return found if obj else tuple(fieldset for fieldset in found if "the_page" not in fieldset[1]["fields"])

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ("name",)}

    @admin.display(description="")
    def the_page(self, obj):
        return render_to_string("admin/_contents.html", {"contents": contents(obj)})
