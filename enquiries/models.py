"""The only personal data of the site. Every row here but `Notice` and `Event` goes when its enquiry is forgotten."""

import secrets
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that are mixed up when read over the telephone


def new_reference() -> str:
    half = ["".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(2)]
    return "-".join(half)


class State(models.TextChoices):
    NEW = "new", "New"
    ASSIGNED = "assigned", "Assigned"
    CONTACTED = "contacted", "Contacted"
    CLOSED = "closed", "Closed"
    SPAM = "spam", "Spam"


class CallTime(models.TextChoices):
    ANY = "any", "Any time"
    MORNING = "morning", "Morning"
    AFTERNOON = "afternoon", "Afternoon"
    EVENING = "evening", "Evening"


class Notice(models.Model):
    """The words that patients consented to. Holds nothing about a patient, and stays."""

    version = models.CharField(max_length=20, unique=True)
    text = models.TextField()
    first_used_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return self.version


class EnquiryQuerySet(models.QuerySet):
    def expired(self, on: date):
        """Enquiries we promised to have forgotten by `on`."""
        return self.filter(keep_until__lt=on)

    def waiting(self):
        return self.filter(state__in=[State.NEW, State.ASSIGNED, State.CONTACTED])

    def from_contact(self, *, phone: str = "", email: str = ""):
        """Enquiries of whoever can be reached there."""
        same = Q(pk__in=[])
        if phone:
            same |= Q(phone=phone)
        if email:
            same |= Q(email__iexact=email)
        return self.filter(same)

    def received_between(self, first: date, last: date):
        """By the clinic's calendar, both days included."""
        start, end = (datetime.combine(day, datetime.min.time()) for day in (first, last + timedelta(days=1)))
        return self.filter(created_at__gte=timezone.make_aware(start), created_at__lt=timezone.make_aware(end))


class Enquiry(models.Model):
    reference = models.CharField(max_length=9, unique=True, default=new_reference)
    key = models.CharField(max_length=64, unique=True, editable=False)
    likeness = models.CharField(max_length=32, blank=True, editable=False, default="", db_default="")
    """A keyed hash of all that was typed and of where it came from."""
    name = models.CharField(max_length=120)
    phone = models.CharField("mobile number", max_length=16, blank=True, db_index=True)
    email = models.EmailField("e-mail", blank=True, db_index=True)
    city = models.CharField(max_length=80)
    treatment_slug = models.CharField(max_length=80, blank=True)
    treatment_name = models.CharField("treatment", max_length=200, blank=True)
    clinic = models.ForeignKey("treatments.Clinic", models.SET_NULL, null=True, blank=True, related_name="+")
    call_time = models.CharField("good time to call", max_length=10, choices=CallTime, default=CallTime.ANY)
    message = models.TextField(blank=True)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("received", default=timezone.now, db_index=True)
    changed_at = models.DateTimeField(auto_now=True)
    keep_until = models.DateField(db_index=True)
    state = models.CharField(max_length=10, choices=State, default=State.NEW, db_index=True)
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    suspicion = models.CharField(max_length=120, blank=True)
    is_test = models.BooleanField("test", default=False)

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "enquiries"
        ordering = ["-created_at"]
        permissions = [
            ("export_enquiry", "Can export enquiries"),
            ("erase_enquiry", "Can erase an enquiry for ever"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(phone="") | ~Q(email=""), name="an_enquiry_can_be_answered"),
        ]

    def __str__(self):
        # Shows in titles, logs and the history: never a name.
        return self.reference

    def get_absolute_url(self):
        return reverse("admin:enquiries_enquiry_change", args=[self.pk])

    def assign(self, *, to, by) -> None:
        self.move(State.ASSIGNED, by=by, assigned_to=to)

    @transaction.atomic
    def move(self, state: State, *, by, **columns) -> None:
        """Into another folder, with a line in the log."""
        for name, value in {"state": state, **columns}.items():
            setattr(self, name, value)
        self.save(update_fields=["state", "changed_at", *columns])
        self.log(Deed(str(state)), by=by)

    def log(self, what: "Deed", *, by) -> "Event":
        return Event.objects.create(enquiry=self, what=what, by=by)


class Note(models.Model):
    """What the desk wrote down about an enquiry."""

    enquiry = models.ForeignKey(Enquiry, models.CASCADE, related_name="notes")
    text = models.TextField("note", max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self):
        # The admin writes this into its own history, which outlives the note.
        return f"{timezone.localtime(self.at):%d %b %Y, %H:%M}"


class Deed(models.TextChoices):
    OPENED = "opened", "Opened"
    SEARCHED = "searched", "Searched"
    NOTED = "noted", "Wrote a note"
    NEW = State.NEW.value, "Moved to new"
    ASSIGNED = State.ASSIGNED.value, "Assigned"
    CONTACTED = State.CONTACTED.value, "Moved to contacted"
    CLOSED = State.CLOSED.value, "Closed"
    SPAM = State.SPAM.value, "Moved to spam"
    EXPORTED = "exported", "Exported"
    ERASED = "erased", "Erased"
    WITHDRAWN = "withdrawn", "Withdrawn by the patient"
    EXPIRED = "expired", "Deleted after the promised time"


class Event(models.Model):
    """Who did what, and when. Once its enquiry is forgotten, the line no longer says whose it was."""

    enquiry = models.ForeignKey(Enquiry, models.SET_NULL, null=True, related_name="events")
    what = models.CharField(max_length=10, choices=Deed)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name="who", null=True, related_name="+")
    at = models.DateTimeField("when", default=timezone.now, db_index=True)
    detail = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = "log line"
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.get_what_display()}, {timezone.localtime(self.at):%d %b %Y, %H:%M}"


class Attempt(models.Model):
    """One press of a button, counted for a day under a keyed hash of where it came from."""

    digest = models.CharField(max_length=32)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["digest", "at"], name="attempts_of_one"),
            models.Index(fields=["at"], name="attempt_age"),
        ]

    def __str__(self):
        return f"{self.at:%d %b %Y, %H:%M}"
