from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from outbox.kinds import Letter, Ping, writers

PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440)]
"""How long to wait after the first failure, the second and so on. After the last one nobody tries again unasked."""
TOO_OLD = timedelta(days=4)
ABANDONED = timedelta(minutes=10)


class State(models.TextChoices):
    PENDING = "pending", "To be sent"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    IN_DOUBT = "in_doubt", "May have been sent"
    DEAD = "dead", "Given up"


class MailQuerySet(models.QuerySet["Mail"]):
    def due(self, *, at: datetime):
        return self.filter(state=State.PENDING, not_before__lte=at)

    def abandoned(self, *, at: datetime):
        """Claimed by a process that has not been heard of since."""
        return self.filter(state=State.SENDING, claimed_at__lt=at - ABANDONED)

    def finished_before(self, moment: datetime):
        return self.filter(state=State.SENT, sent_at__lt=moment)

    def about(self, kinds, keys):
        return self.filter(kind__in=kinds, key__in=[str(key) for key in keys])

    def put(self, kind: str, key) -> "Mail":
        """One mail of a kind for each thing, however often it is asked for; sent once this is committed."""
        from outbox.sending import send_soon  # which needs this module

        mail, _ = self.get_or_create(kind=kind, key=str(key))
        send_soon(kind)
        return mail

    @transaction.atomic
    def claim(self, *, at: datetime, kinds=None) -> "Mail | None":
        """The next mail for this process alone: two that run at once never get the same one."""
        due = self.due(at=at) if kinds is None else self.due(at=at).filter(kind__in=kinds)
        mail = due.select_for_update(skip_locked=True).order_by("not_before", "pk").first()
        if mail:
            mail.move(State.SENDING, claimed_at=at, attempts=mail.attempts + 1)
        return mail


class Mail(models.Model):
    """A mail to be sent: a kind and the key of the thing. It holds no word of it and no address."""

    kind = models.CharField(max_length=40)
    key = models.CharField("about", max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField("next try", default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField("what went wrong", max_length=120, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = "mail"
        verbose_name_plural = "mail"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="a_thing_has_one_mail_of_a_kind"),
            models.CheckConstraint(
                condition=~Q(state=State.SENT) | Q(sent_at__isnull=False), name="a_sent_mail_says_when"
            ),
        ]
        indexes = [models.Index(fields=["state", "not_before"], name="mail_due")]

    def __str__(self):
        return f"{self.kind} {self.key}"

    def letter(self) -> Letter | Ping | None:
        return writers[self.kind](self.key)

    def message(self, letter: Letter) -> EmailMessage:
        host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
        # The same for every try, so that a mailbox can tell a mail that arrived twice.
        headers = {"Message-ID": f"<outbox-{self.pk}-{self.created_at:%Y%m%d%H%M%S}@{host}>"}
        reply_to = [letter.reply_to] if letter.reply_to else None
        return EmailMessage(letter.subject, letter.body, to=[letter.to], reply_to=reply_to, headers=headers)

    def move(self, state: State, **columns) -> None:
        for name, value in {"state": state, **columns}.items():
            setattr(self, name, value)
        self.save(update_fields=["state", *columns])

    def settle(self, *, at: datetime) -> None:
        self.move(State.SENT, sent_at=at, fault="")

    def doubt(self, fault: str) -> None:
        """It may have arrived: sending it again unasked could send it twice."""
        self.move(State.IN_DOUBT, fault=fault)

    def postpone(self, fault: str, *, at: datetime) -> None:
        """It was certainly not sent: try later, or give up so that a person looks at it."""
        if self.attempts > len(PAUSES) or at - self.created_at > TOO_OLD:
            self.move(State.DEAD, fault=fault)
        else:
            self.move(State.PENDING, fault=fault, not_before=at + PAUSES[self.attempts - 1])

    def send_again(self, *, at: datetime) -> None:
        self.move(State.PENDING, attempts=0, created_at=at, not_before=at, fault="")
