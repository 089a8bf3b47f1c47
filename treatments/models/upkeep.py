"""What the commands that run by themselves have done already, so that running them again does nothing twice."""

from django.db import models
from django.utils import timezone

from treatments.models.publishing import Publication


class Reminder(models.Model):
    """Staff were told once that something falls due, or has."""

    occasion = models.CharField(max_length=80, unique=True)
    batch = models.CharField(max_length=16, db_index=True)
    """Those of one run go out in one mail."""
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return self.occasion


class FollowUp(models.Model):
    """What goes with the beginning or the end of a publication was done."""

    class Event(models.TextChoices):
        BEGUN = "begun", "Went live"
        ENDED = "ended", "Was taken off the site"

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="follow_ups")
    event = models.CharField(max_length=10, choices=Event)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "event"], name="each_publication_is_followed_up_once_for_each_event"
            )
        ]

    def __str__(self):
        return f"{self.publication}: {self.get_event_display()}"
