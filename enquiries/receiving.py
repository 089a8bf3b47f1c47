"""From a filled-in form to a row that is committed: once, however often the form arrives."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from enquiries import limits, mails
from enquiries.consent import Notice
from enquiries.models import Enquiry, State
from enquiries.models import Notice as NoticeRow
from enquiries.reception import Reception


@dataclass(frozen=True)
class Arrival:
    """`words` are the checked fields, named as the columns are."""

    slip_key: str
    words: dict
    where: str
    suspicion: str = ""

    @property
    def told(self) -> str:
        return "\x1f".join(str(self.words[name]) for name in sorted(self.words))

    @property
    def key(self) -> str:
        """The same form with the same words is the same enquiry; corrected words are another one."""
        return hashlib.sha256(f"{self.slip_key}\x1e{self.told}".encode()).hexdigest()

    @property
    def likeness(self) -> str:
        """The same for the same words from the same place: who goes back after a time-out gets a new form."""
        return limits.digest("words", f"{self.where}\x1e{self.told}")

    @property
    def contacts(self) -> list[str]:
        named = (("phone", self.words["phone"]), ("email", self.words["email"].lower()))
        return [limits.digest(kind, value) for kind, value in named if value]


def receive(arrival: Arrival, desk: Reception, notice: Notice) -> Enquiry:
    """The enquiry, committed. Raises limits.TooMany."""
    known = Enquiry.objects.filter(key=arrival.key)
    alike = Enquiry.objects.filter(likeness=arrival.likeness, created_at__gt=timezone.now() - limits.HOUR)
    if twin := known.first() or alike.first():
        return twin
    try:
        return write(arrival, desk, notice)
    except IntegrityError:
        if twin := known.all().first():
            return twin  # another worker wrote it meanwhile
        raise


@transaction.atomic
def write(arrival: Arrival, desk: Reception, notice: Notice) -> Enquiry:
    doubt = limits.suspicion(arrival.where, arrival.contacts)
    suspicion = arrival.suspicion or doubt
    row, _ = NoticeRow.objects.get_or_create(version=notice.version, defaults={"text": notice.text})
    enquiry = Enquiry.objects.create(
        **arrival.words,
        key=arrival.key,
        likeness=arrival.likeness,
        notice=row,
        keep_until=timezone.localdate() + timedelta(days=desk.days_kept),
        state=State.SPAM if suspicion else State.NEW,
        suspicion=suspicion,
        is_test=desk.is_test,
    )
    if not suspicion:
        mails.tell(enquiry)
    return enquiry
