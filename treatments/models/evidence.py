from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.db.models import Q

from treatments.choices import SourceKind, Supports


def refuse_future_year(year: int) -> None:
    if year > date.today().year:
        raise ValidationError("The year is in the future.")


class Source(models.Model):
    """Something that text can cite as `[@key]`; frozen into each revision that cites it."""

    KEY = "key"

    key = models.CharField(
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z][A-Za-z0-9_.-]*$", "Use letters, digits, dots, - and _.")],
        help_text="The short name that text cites, as in [@rev2021]. Do not change it once it is used.",
    )
    title = models.CharField(max_length=300, help_text="The title, or what it is in plain words. Never a guess.")
    url = models.URLField(
        "address",
        max_length=500,
        blank=True,
        help_text="https:// or a doi.org address. Empty if none is known.",
    )
    publisher = models.CharField(max_length=120, blank=True, help_text="Journal, regulator or organisation.")
    year = models.PositiveSmallIntegerField(null=True, blank=True, validators=[refuse_future_year])
    kind = models.CharField(max_length=20, choices=SourceKind)
    finding = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(300)],
        help_text="What it says, in our words. Patients read this.",
    )
    supports = models.CharField(
        max_length=10,
        choices=Supports,
        blank=True,
        help_text="For or against the treatment's claimed effect.",
    )
    conflict = models.BooleanField(
        "conflict of interest",
        default=False,
        help_text="Tick if the maker or a specialist group paid or wrote it.",
    )
    showable = models.BooleanField(
        default=True,
        help_text="Untick if only a copy was seen: patients then read what it is, without a link.",
    )
    checked_on = models.DateField("last checked", null=True, blank=True)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(year__isnull=True) | Q(year__gte=1950),
                name="source_is_from_1950_or_later",
                violation_error_message="The year must be 1950 or later.",
            ),
            models.CheckConstraint(
                condition=Q(url="") | Q(url__startswith="https://") | Q(url__startswith="http://"),
                name="source_address_is_a_web_address",
                violation_error_message="The address must start with https:// or http://.",
            ),
        ]

    def __str__(self):
        return f"{self.key}: {self.title}"
