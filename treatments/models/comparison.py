from django.db import models
from django.db.models import F, Q

from treatments import facts
from treatments.choices import Attribute, Evidence
from treatments.models.prose import ProseField
from treatments.models.treatment import Treatment


class Alternative(models.Model):
    """Another treatment that the page sets beside this one."""

    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="alternatives")
    position = models.PositiveSmallIntegerField(default=0)
    other = models.ForeignKey(Treatment, models.CASCADE, related_name="+", verbose_name="other treatment")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(treatment=F("other")),
                name="a_treatment_is_not_its_own_alternative",
                violation_error_message="A treatment cannot be its own alternative.",
            ),
            models.UniqueConstraint(
                fields=["treatment", "other"],
                name="each_alternative_is_listed_once",
                violation_error_message="This alternative is already in the list.",
            ),
        ]

    def __str__(self):
        return str(self.other)


class ComparisonFact(models.Model):
    """One cell of a comparison. "Unknown" is a value: an empty cell never looks like a zero."""

    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="comparison")
    position = models.PositiveSmallIntegerField(default=0)
    attribute = models.CharField("row", max_length=20, choices=Attribute)
    text = ProseField(blank=True, facts=facts.BESIDE)
    unknown = models.BooleanField(
        "not known", default=False, help_text="The page then says 'We found no reliable source'."
    )
    evidence = models.CharField("evidence label", max_length=20, choices=Evidence, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(unknown=True) & Q(text="")) | (Q(unknown=False) & ~Q(text="")),
                name="a_comparison_fact_is_text_or_unknown",
                violation_error_message="Write a text, or tick 'not known': exactly one of the two.",
            ),
            models.UniqueConstraint(
                fields=["treatment", "attribute"],
                name="each_comparison_row_is_filled_once",
                violation_error_message="This row is already filled.",
            ),
        ]

    def __str__(self):
        return self.get_attribute_display()
