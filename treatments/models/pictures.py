"""Photographs that staff upload, and where they stand. Their files are made once and named by what they hold."""

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.urls import reverse

from treatments import images
from treatments.models.publishing import Revision
from treatments.models.treatment import Treatment
from treatments.models.words import SECTION_CHOICES
from treatments.pictures import OPENING


class Shape(models.TextChoices):
    WIDE = "wide", "Wide, 3 : 2"
    PANORAMA = "panorama", "Very wide, 16 : 9"
    SQUARE = "square", "Square"
    WHOLE = "whole", "As it is, nothing cut off"


RATIOS: dict[str, float | None] = {Shape.WIDE: 3 / 2, Shape.PANORAMA: 16 / 9, Shape.SQUARE: 1.0, Shape.WHOLE: None}


class Focus(models.TextChoices):
    """What must stay in sight when the edges are cut off."""

    CENTRE = "centre", "The middle"
    TOP = "top", "Top"
    BOTTOM = "bottom", "Bottom"
    LEFT = "left", "Left"
    RIGHT = "right", "Right"
    TOP_LEFT = "top-left", "Top left"
    TOP_RIGHT = "top-right", "Top right"
    BOTTOM_LEFT = "bottom-left", "Bottom left"
    BOTTOM_RIGHT = "bottom-right", "Bottom right"

    @property
    def point(self) -> tuple[float, float]:
        """As fractions of width and height."""
        across = {"left": 0.0, "right": 1.0}.get(self.value.split("-")[-1], 0.5)
        down = {"top": 0.0, "bottom": 1.0}.get(self.value.split("-")[0], 0.5)
        return across, down


class Picture(models.Model):
    """An upload. It never changes: another crop or a better photograph is another row."""

    KEY = "key"

    key = models.CharField(max_length=20, unique=True, editable=False)
    source = models.CharField(max_length=64, editable=False, help_text="SHA-256 of the file that was uploaded.")
    title = models.CharField("name for staff", max_length=80)
    shape = models.CharField(max_length=10, choices=Shape, default=Shape.WIDE)
    focus = models.CharField("what must stay in sight", max_length=12, choices=Focus, default=Focus.CENTRE)
    widths = models.JSONField(editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    credit = models.CharField(max_length=120, blank=True, help_text="Whose picture it is. Patients see it below.")
    shows_person = models.BooleanField("a person can be seen", default=False)
    consent = models.TextField(
        blank=True, help_text="Who agreed to be shown, when, and where the signed paper is kept. Patients never see it."
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(shows_person=False) | ~models.Q(consent=""),
                name="a_picture_of_a_person_names_the_consent",
                violation_error_message="A person can be seen: write down who agreed, when, and where the paper is.",
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("picture", args=[self.smallest.removeprefix("pictures/")])

    @property
    def smallest(self) -> str:
        return images.file_name(self.key, self.widths[0], "jpg")

    @property
    def files(self) -> list[str]:
        return [images.file_name(self.key, width, ending) for width in self.widths for ending in images.FORMATS]

    def delete(self, *args, **kwargs):
        """Refused by the database while a draft or a revision holds it; the files go once the row is gone."""
        files = self.files
        deleted = super().delete(*args, **kwargs)
        transaction.on_commit(lambda: discard(files))
        return deleted


class PlacedPicture(models.Model):
    """A picture on a treatment's page, with the words for people who do not see it."""

    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="pictures")
    anchor = models.CharField(
        "where it stands", max_length=40, choices=[(OPENING, "At the top of the page"), *SECTION_CHOICES]
    )
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="places")
    alt = models.CharField(
        "description", max_length=200, blank=True, help_text="What it shows, for people who cannot see it."
    )
    decorative = models.BooleanField(
        default=False, help_text="Tick it only if nothing is lost for somebody who cannot see the picture."
    )
    caption = models.CharField(max_length=200, blank=True, help_text="A line below the picture, for everybody.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["treatment", "anchor"],
                name="each_place_has_one_picture",
                violation_error_message="Another picture stands there already.",
            ),
            models.CheckConstraint(
                condition=models.Q(decorative=True, alt="") | (models.Q(decorative=False) & ~models.Q(alt="")),
                name="a_picture_is_described_or_decorative",
                violation_error_message="Describe the picture, or tick that it is decorative; not both.",
            ),
        ]

    def __str__(self):
        return f"{self.get_anchor_display()}: {self.picture}"


class RevisionPicture(models.Model):
    """A revision shows this picture: for as long as one does, its files stay."""

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="pictures")
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="revisions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "picture"], name="a_revision_names_each_picture_once")
        ]

    def __str__(self):
        return f"{self.revision}: {self.picture}"


def keep(rendition: images.Rendition) -> None:
    """Idempotent: a file with that name holds the same already."""
    if not default_storage.exists(rendition.name):
        default_storage.save(rendition.name, ContentFile(rendition.content))


def discard(files: list[str]) -> None:
    for name in files:
        default_storage.delete(name)
