"""What patients read about a doctor's review of a page, and when it is overdue."""

import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.dateparse import parse_datetime


class Review(NamedTuple):
    """A signature under the words that are shown. `overdue` keeps the name and drops the markup."""

    name: str
    degree: str
    council: str
    registration_number: str
    reviewed_on: datetime.date
    next_review: datetime.date
    overdue: bool
    practitioner: int | None = None
    """Whose entry on the list of doctors it is; nobody's where the doctor is not shown."""
    path: str = ""
    """To that entry."""

    @property
    def credentials(self) -> str:
        """Degree and registration, as a patient can check them with the council."""
        number = f"registration {self.registration_number}"
        return ", ".join(part for part in (self.degree, self.council, number) if part)


def review(signature: dict[str, Any] | None, *, at: datetime.datetime) -> Review | None:
    """From the signature that came with a live revision; nothing if no doctor has signed its words."""
    if not signature:
        return None
    until = moment(signature["valid_until"])
    return Review(
        name=signature["name"],
        degree="" if signature["degree"] == "other" else signature["degree"],
        council=signature["council"],
        registration_number=signature["registration_number"],
        reviewed_on=timezone.localdate(moment(signature["signed_at"])),
        next_review=timezone.localdate(until),
        overdue=until <= at,
        practitioner=signature["practitioner"] if signature["shown"] else None,
    )


def moment(text: str) -> datetime.datetime:
    """SQLite writes times in JSON without their zone, PostgreSQL with it; both mean UTC."""
    parsed = parse_datetime(text)
    assert parsed is not None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=datetime.UTC)
