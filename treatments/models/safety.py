from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from treatments.choices import Band, CareLevel, Origin, Severity
from treatments.models.evidence import Source
from treatments.models.prose import ProseField
from treatments.models.ranges import within
from treatments.models.treatment import Treatment

FLOORS = {Band.VERY_COMMON: 10, Band.COMMON: 100, Band.UNCOMMON: 1_000, Band.RARE: 10_000}
"""A band holds every rate of at least 1 in this many; the edge belongs to the more frequent band."""


def band_agrees_with_rate() -> Q:
    """The band that staff chose is the one that x in n falls into."""
    agrees, above = Q(band="") | Q(rate_x__isnull=True), 0
    for band, people in FLOORS.items():
        inside = Q(band=band) & Q(rate_n__lte=F("rate_x") * people)
        agrees |= inside & Q(rate_n__gt=F("rate_x") * above) if above else inside
        above = people
    return agrees | Q(band=Band.VERY_RARE, rate_n__gt=F("rate_x") * above)


class Contraindication(models.Model):
    """Someone who should not have the treatment, or should ask or wait first."""

    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="contraindications")
    position = models.PositiveSmallIntegerField(default=0)
    name_plain = models.CharField(
        "plain name", max_length=120, help_text="Completes 'Do not have it if': 'you are pregnant'."
    )
    name_medical = models.CharField("medical name", max_length=120, blank=True)
    severity = models.CharField(max_length=20, choices=Severity)
    reason = ProseField(blank=True)
    what_to_do = ProseField(blank=True)
    origin = models.CharField("who added it", max_length=10, choices=Origin)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["treatment", "name_plain"],
                name="each_contraindication_is_listed_once",
                violation_error_message="This contraindication is already in the list.",
            )
        ]

    def __str__(self):
        return self.name_plain


class SideEffect(models.Model):
    """A risk with a frequency, or with the admission that none is known."""

    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="side_effects")
    position = models.PositiveSmallIntegerField(default=0)
    name_plain = models.CharField("plain name", max_length=120)
    name_medical = models.CharField("medical name", max_length=120, blank=True)
    text = ProseField(blank=True, help_text="What a person notices, on every skin colour.")
    band = models.CharField(
        "how often",
        max_length=20,
        choices=Band,
        blank=True,
        help_text="Empty: the page says it is not known.",
    )
    stated_as = models.CharField("the clinic's own word", max_length=40, blank=True, help_text="Such as 'rare'.")
    rate_x = models.PositiveIntegerField("rate: people", null=True, blank=True)
    rate_n = models.PositiveIntegerField("rate: out of", null=True, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, help_text="A rate needs a source.")
    duration_hours_min = models.PositiveIntegerField("lasts hours, least", null=True, blank=True)
    duration_hours_max = models.PositiveIntegerField("lasts hours, most", null=True, blank=True)
    onset_hours_min = models.PositiveIntegerField("starts after hours, earliest", null=True, blank=True)
    onset_hours_max = models.PositiveIntegerField("starts after hours, latest", null=True, blank=True)
    serious = models.BooleanField(default=False)
    care_level = models.CharField("care", max_length=20, choices=CareLevel, blank=True)
    warning_sign = ProseField(blank=True, help_text="Completes 'See a doctor urgently if:'.")
    what_to_do = ProseField(blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rate_x__isnull=True, rate_n__isnull=True)
                | Q(rate_x__isnull=False, rate_n__isnull=False, source__isnull=False)
                & Q(rate_x__gte=1, rate_x__lte=F("rate_n"), rate_n__lte=1_000_000),
                name="a_rate_is_x_in_n_with_a_source",
                violation_error_message="A rate needs both numbers, the smaller first, and a source.",
            ),
            models.CheckConstraint(
                condition=band_agrees_with_rate(),
                name="band_agrees_with_rate",
                violation_error_message="The rate does not fall into the chosen frequency band.",
            ),
            models.CheckConstraint(
                condition=Q(serious=False) | ~Q(care_level=""),
                name="a_serious_side_effect_says_what_care_it_needs",
                violation_error_message="A serious side effect needs a care level.",
            ),
            within("duration_hours", 0, 100_000, unit="hours", only=True),
            within("onset_hours", 0, 100_000, unit="hours", only=True),
        ]

    def __str__(self):
        return self.name_plain

    def clean(self):
        if self.warning_sign and not self.care_level:
            raise ValidationError(
                {"care_level": "Say what care the warning sign calls for: it stands on a card of it."}
            )
