"""Who has which form open: a courtesy between colleagues, forgotten after a quarter of an hour."""

import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

LASTS = datetime.timedelta(minutes=15)


class OpeningQuerySet(models.QuerySet):
    def note(self, row: models.Model, *, by) -> list:
        """Notes that `by` has opened the form of `row`, and returns those who have it open as well."""
        now = timezone.now()
        self.filter(at__lte=now - LASTS).delete()
        self.update_or_create(form=form_of(row), by=by, defaults={"at": now})
        return list(self.filter(form=form_of(row)).exclude(by=by).select_related("by"))

    def forget(self, row: models.Model, *, by) -> None:
        self.filter(form=form_of(row), by=by).delete()


class Opening(models.Model):
    form = models.CharField(max_length=80)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    objects = OpeningQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["form", "by"], name="a_person_is_noted_once_for_a_form"),
        ]

    def __str__(self):
        return f"{self.form}, {self.by}"


def form_of(row: models.Model) -> str:
    return f"{row._meta.label_lower}:{row.pk}"
