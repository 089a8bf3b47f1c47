from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from treatments.choices import AftercareKind, Phase
from treatments.models.prose import ProseField
from treatments.models.treatment import Treatment


class Step(models.Model):
    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(default=0)
    phase = models.CharField(max_length=10, choices=Phase)
    title = models.CharField(max_length=80)
    text = ProseField(blank=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self):
        return self.title


class AftercareItem(models.Model):
    """Something to do or leave for some hours after a session."""

    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="aftercare")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=10, choices=AftercareKind)
    text = models.CharField(
        max_length=160,
        validators=[RegexValidator(r"^[a-z]", "Start with a verb in small letters: 'wear make-up'.")],
        help_text="Starts with a verb and names no hours: 'wear make-up'. The page writes 'Do not ... for 24 hours'.",
    )
    from_hours = models.PositiveSmallIntegerField("from hour", default=0)
    until_hours = models.PositiveSmallIntegerField("until hour")
    reason = ProseField(blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_hours__lt=F("until_hours"), until_hours__lte=2160),
                name="aftercare_starts_before_it_ends",
                violation_error_message="The first hour must come before the last, within 2,160 hours (90 days).",
            )
        ]

    def __str__(self):
        return self.text


class HealingStage(models.Model):
    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="healing")
    position = models.PositiveSmallIntegerField(default=0)
    from_hours = models.PositiveSmallIntegerField("from hour")
    until_hours = models.PositiveSmallIntegerField("until hour")
    text = ProseField(help_text="What a person notices in these hours.")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_hours__lt=F("until_hours")),
                name="a_healing_stage_starts_before_it_ends",
                violation_error_message="The first hour must come before the last.",
            )
        ]

    def __str__(self):
        return f"{self.from_hours} to {self.until_hours} hours"
