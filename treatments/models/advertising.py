"""Words that Indian advertising rules forbid, as data that the clinic keeps, and where somebody kept one on purpose."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from treatments.models.prose import LinesField


class AdvertisingRule(models.Model):
    """Warns whoever writes; forbids nothing by itself."""

    words = LinesField(help_text="Words or phrases, one a line. Capitals do not matter.")
    reason = models.CharField(max_length=300, help_text="Which rule forbids them, and what to write instead.")
    active = models.BooleanField(default=True, help_text="Untick it to stop the warnings and keep the record.")

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return ", ".join(self.phrases)[:60]

    @property
    def phrases(self) -> list[str]:
        return [line.strip() for line in self.words.splitlines() if line.strip()]


class KeptWords(models.Model):
    """Somebody read the warning and kept the words, with a reason. It holds for this very text."""

    rule = models.ForeignKey(AdvertisingRule, models.PROTECT, related_name="kept")
    page = models.CharField(max_length=60)
    place = models.CharField(max_length=200)
    text = models.TextField()
    digest = models.CharField(max_length=16)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "kept words"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "page", "digest"], name="words_are_kept_once_for_each_rule")
        ]

    def __str__(self):
        return f"{self.page}: {self.place}"
