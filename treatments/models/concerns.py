from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse

from treatments import facts
from treatments.choices import Evidence, Language
from treatments.models.prose import ProseField
from treatments.models.treatment import Treatment


class Concern(models.Model):
    """What bothers a person, as the way in to treatments."""

    KEY = "slug"

    slug = models.SlugField("address", max_length=80)
    language = models.CharField(max_length=10, choices=Language, default=Language.ENGLISH_INDIA)
    name = models.CharField(max_length=80)
    summary = models.TextField(validators=[MaxLengthValidator(300)])
    what_else_helps = ProseField(blank=True, facts=facts.ANYWHERE)
    not_for_you = ProseField("when it is not for you", blank=True, facts=facts.ANYWHERE)
    search_title = models.CharField("title for search engines", max_length=70, blank=True)
    search_description = models.CharField("description for search engines", max_length=200, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "language"],
                name="no_two_concerns_share_an_address",
                violation_error_message="Another concern has this address.",
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("concern", args=[self.slug])


class ConcernLine(models.Model):
    """One honest line on what a treatment can do for a concern. Clinical."""

    concern = models.ForeignKey(Concern, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(default=0)
    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="concern_lines")
    evidence = models.CharField("evidence label", max_length=20, choices=Evidence)
    text = ProseField(facts=facts.ANYWHERE)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self):
        return f"{self.treatment} for {self.concern}"


class Indication(models.Model):
    """Something the treatment is used for, pointing at the concern it answers."""

    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="indications")
    position = models.PositiveSmallIntegerField(default=0)
    concern = models.ForeignKey(Concern, models.PROTECT, null=True, blank=True, related_name="indications")
    name = models.CharField(max_length=80)
    aim = ProseField(blank=True)
    evidence = models.CharField("evidence label", max_length=20, choices=Evidence)
    condition = models.BooleanField(
        "a medical condition",
        default=False,
        db_default=False,
        help_text="Tick it for something that doctors diagnose, such as melasma, and not for a wish about looks. "
        "Once a doctor has signed, search engines are told that this treatment is possible for it.",
    )

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self):
        return self.name
