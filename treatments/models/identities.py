"""Who a doctor is and where links for signing go: what somebody changes there counts once a second person confirms it.

Otherwise one manager could lead a doctor's mail to a mailbox of their own, and sign.
"""

import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from outbox.models import Mail
from treatments.models.directory import Practitioner

WAIT = datetime.timedelta(days=3)
"""A clinic may have one manager alone: unconfirmed, it counts after this. Until then the doctor can object."""
CHANGED_MAIL = "identity-changed"
REPLACED = " → "
"""Stands in the line of what was something else before."""
WATCHED = ("name", "council", "registration_number", "email", "phone", "user")


class Unconfirmed(ValidationError):
    """Nobody has confirmed yet that this is the doctor."""


def wait_over() -> datetime.datetime:
    return timezone.now() + WAIT


class IdentityChangeQuerySet(models.QuerySet):
    def waiting(self, *, at: datetime.datetime):
        """Those for which nothing is signed yet."""
        return self.unconfirmed().filter(counts_from__gt=at)

    def unconfirmed(self):
        return self.filter(confirmed_at__isnull=True)

    def confirmable(self, *, by):
        """By anybody but the one who made the change."""
        return self.unconfirmed().exclude(by=by)

    def confirm(self, *, by) -> int:
        return self.confirmable(by=by).update(confirmed_by=by, confirmed_at=timezone.now())


class IdentityChange(models.Model):
    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="identity_changes")
    what = models.TextField()
    """One line a field: its name, what it was, what it became."""
    told = models.EmailField(blank=True)
    """The address of before: the doctor is told there."""
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    """The account of before: its words stay the doctor's own."""
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    counts_from = models.DateTimeField(default=wait_over)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = IdentityChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | Q(by__isnull=True) | ~Q(confirmed_by=F("by")),
                name="nobody_confirms_their_own_change",
            )
        ]

    def __str__(self):
        return f"{self.practitioner}, {self.at:%d %B %Y %H:%M}"


def note_identity(
    before: Practitioner | None, doctor: Practitioner, *, by, witnessed: bool = True
) -> IdentityChange | None:
    """Writes down what was changed, and tells the doctor where they could be reached until now.

    A doctor whom the site did not know counts at once where nobody is there to confirm: without `witnessed`.
    """
    lines = [line for name in WATCHED if (line := changed(name, before, doctor))]
    if not lines:
        return None
    told = before.email if before else ""
    account = before.user if before else None
    at_once = not witnessed and is_stranger(before) and not is_known(doctor)
    change = IdentityChange.objects.create(
        practitioner=doctor,
        what="\n".join(lines),
        told=told,
        account=account,
        by=by,
        counts_from=timezone.now() if at_once else wait_over(),
    )
    if told:
        Mail.objects.put(CHANGED_MAIL, change.pk)
    return change


def is_stranger(doctor: Practitioner | None) -> bool:
    """Nobody, or a record that has been a name alone since it was entered: nothing in it could be taken over."""
    if doctor is None:
        return True
    details = any(getattr(doctor, name) for name in WATCHED if name != "name")
    return not details and not doctor.identity_changes.filter(what__contains=REPLACED).exists()


def is_known(doctor: Practitioner) -> bool:
    """From another record, under this name or number."""
    same = Q(name__iexact=doctor.name) | Q(registration_number=doctor.registration_number)
    return Practitioner.objects.filter(same).exclude(pk=doctor.pk).exists()


def changed(name: str, before: Practitioner | None, after: Practitioner) -> str:
    old, new = getattr(before, name, None) or "", getattr(after, name) or ""
    field: Any = Practitioner._meta.get_field(name)
    label = str(field.verbose_name).capitalize()
    if old == new:
        return ""
    return f"{label}: {old}{REPLACED}{new or 'nothing'}" if old else f"{label}: {new}"


def refuse_unconfirmed(doctor: Practitioner, *, at: datetime.datetime) -> None:
    waiting = IdentityChange.objects.waiting(at=at).filter(practitioner=doctor)
    if change := waiting.order_by("counts_from").last():
        until = timezone.localtime(change.counts_from)
        raise Unconfirmed(
            f"Who {doctor} is, or where links for signing go, was written by {change.by} and is not confirmed yet. "
            f"Another manager must confirm it first, or it counts from {until.day} {until:%B %Y, %H:%M}."
        )
