from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from treatments.choices import (
    Evidence,
    InsuranceCover,
    Language,
    Permanence,
    PriceUnit,
    ProcedureType,
    ReturnToWork,
    Specialty,
    TaxIncluded,
)
from treatments.models.prose import LinesField, ProseField
from treatments.models.ranges import within


def refuse_future_day(day: date) -> None:
    if day > timezone.localdate():
        raise ValidationError("The day is in the future.")


class Treatment(models.Model):
    """A treatment as staff edit it. Patients never read this row: they read a `Revision` of it."""

    KEY = "slug"

    slug = models.SlugField(
        "address", max_length=80, help_text="The end of the page's address: /treatments/<address>/."
    )
    language = models.CharField(max_length=10, choices=Language, default=Language.ENGLISH_INDIA)
    name = models.CharField(max_length=80, validators=[MinLengthValidator(3)], help_text="As patients call it.")
    also_called = LinesField(blank=True, help_text="Other names, one a line.")
    heading = models.CharField(max_length=65, help_text="The page's heading, in plain words. Not a question.")
    summary = models.TextField(
        validators=[MaxLengthValidator(300)], help_text="One sentence under the heading. Also shown in lists."
    )
    search_title = models.CharField(
        "title for search engines",
        max_length=70,
        blank=True,
        help_text="50 to 60 characters. Empty: the heading.",
    )
    search_description = models.CharField(
        "description for search engines", max_length=200, blank=True, help_text="110 to 160 characters."
    )
    body_location = models.CharField("where on the body", max_length=80, blank=True)
    specialty = models.CharField(max_length=30, choices=Specialty, default=Specialty.DERMATOLOGY)
    procedure_type = models.CharField(max_length=20, choices=ProcedureType)
    evidence = models.CharField(
        "evidence over all",
        max_length=20,
        choices=Evidence,
        blank=True,
        help_text="Shown among the key facts.",
    )

    sessions_min = models.PositiveSmallIntegerField("sessions, fewest", null=True, blank=True)
    sessions_max = models.PositiveSmallIntegerField("sessions, most", null=True, blank=True)
    interval_weeks_min = models.PositiveSmallIntegerField("weeks between sessions, fewest", null=True, blank=True)
    interval_weeks_max = models.PositiveSmallIntegerField("weeks between sessions, most", null=True, blank=True)
    first_result_min = models.PositiveSmallIntegerField("first result after sessions, fewest", null=True, blank=True)
    first_result_max = models.PositiveSmallIntegerField("first result after sessions, most", null=True, blank=True)
    maintenance_months_min = models.PositiveSmallIntegerField("maintenance every months, fewest", null=True, blank=True)
    maintenance_months_max = models.PositiveSmallIntegerField("maintenance every months, most", null=True, blank=True)
    permanence = models.CharField("how lasting", max_length=20, choices=Permanence, blank=True)
    depth_mm_min = models.DecimalField("depth in mm, least", max_digits=4, decimal_places=1, null=True, blank=True)
    depth_mm_max = models.DecimalField("depth in mm, most", max_digits=4, decimal_places=1, null=True, blank=True)
    depth_note = ProseField(blank=True, help_text="Shown under the picture of the skin.")
    downtime_hours_min = models.PositiveSmallIntegerField("downtime in hours, least", null=True, blank=True)
    downtime_hours_max = models.PositiveSmallIntegerField("downtime in hours, most", null=True, blank=True)
    return_to_work = models.CharField("back to work", max_length=20, choices=ReturnToWork, blank=True)

    insurance_covered = models.CharField("insurance", max_length=20, choices=InsuranceCover, blank=True)
    insurance_note = ProseField(blank=True, help_text="Shown under the price.")
    rules_checked_on = models.DateField(
        "rules and approvals, last checked",
        null=True,
        blank=True,
        validators=[refuse_future_day],
        help_text="Shown with what the page says of regulation. Half a year later patients read that it is due for a "
        "new check. Empty: no date is shown.",
    )

    terms_explained = LinesField(
        "words that the text explains itself",
        blank=True,
        db_default="",
        help_text="One a line. The glossary's definition is left out where the text already says what the word means.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "language"],
                name="no_two_treatments_share_an_address",
                violation_error_message="Another treatment has this address.",
            ),
            within("sessions", 1, 20, unit="sessions"),
            within("interval_weeks", 1, 26, unit="weeks"),
            within("first_result", 1, 20, unit="sessions"),
            within("maintenance_months", 1, 36, unit="months"),
            within("depth_mm", 0.1, 13, unit="mm"),
            within("downtime_hours", 0, 4380, unit="hours"),
            models.CheckConstraint(
                condition=models.Q(first_result_max__isnull=True)
                | models.Q(sessions_max__isnull=True)
                | models.Q(first_result_max__lte=models.F("sessions_max")),
                name="first_result_comes_within_the_course",
                violation_error_message="The first result cannot come after the last session.",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("treatment", args=[self.slug])


class Price(models.Model):
    """What one session or one course costs, in whole rupees, and when that was checked."""

    treatment = models.OneToOneField(Treatment, models.CASCADE, related_name="price")
    min = models.PositiveIntegerField("lowest price", help_text="Whole rupees.")
    max = models.PositiveIntegerField("highest price", help_text="Whole rupees.")
    per = models.CharField(max_length=10, choices=PriceUnit, default=PriceUnit.SESSION)
    factors = LinesField("what changes it", help_text="One a line. At least one.")
    includes = LinesField("what is included", blank=True, help_text="One a line. Empty: the page says to ask.")
    excludes = LinesField("what is not included", blank=True, help_text="One a line.")
    tax_included = models.CharField(max_length=5, choices=TaxIncluded, default=TaxIncluded.ASK)
    checked_on = models.DateField(
        "last checked",
        null=True,
        blank=True,
        help_text="Without a date, the page says so. After 90 days the price no longer shows as current.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(min__gt=0, max__lte=1_000_000, min__lte=models.F("max")),
                name="price_runs_from_lowest_to_highest",
                violation_error_message="Give the lowest price first; both between ₹1 and ₹10,00,000.",
            )
        ]

    def __str__(self):
        return f"Price of {self.treatment}"

    def clean(self):
        if self.checked_on and self.checked_on > timezone.localdate():
            raise ValidationError({"checked_on": "The day is in the future."})
