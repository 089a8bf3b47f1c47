"""What the form stands on: who receives enquiries, what may be chosen, and if the form is open.

The last known answer is kept in a file, so that the form can still name a telephone number when the database is down.
"""

import os
import secrets
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import Error as DatabaseError
from django.utils import timezone

from treatments import content
from treatments.directory import House
from treatments.models import Clinic, Organisation, Revision, shown
from treatments.models.prepared import Prepared


class Standing(Enum):
    OPEN = "open"
    TEST = "test"
    CLOSED = "closed"


OFFERED = 200
"""Treatments to choose from in the form. Whoever comes from the page of another one finds that one too."""


class Reception(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""
    legal_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    grievance_contact: str = ""
    desk_email: str = ""
    retention_days: int | None = None
    treatments: tuple[tuple[str, str], ...] = ()
    clinics: tuple[tuple[str, str], ...] = ()
    doctors: int = 0
    answers: bool = True
    """False when the database did not, and this is what was known before."""

    @property
    def house(self) -> House:
        return House(self.name, len(self.clinics), self.doctors)

    @property
    def missing(self) -> list[str]:
        """What the notice must name and nobody has entered yet."""
        needed = {
            "legal name": self.legal_name,
            "contact e-mail or telephone": self.contact_email or self.contact_phone,
            "grievance contact": self.grievance_contact,
            "enquiry desk's address": self.desk_email,
            "days enquiries are kept": self.retention_days,
        }
        return [name for name, value in needed.items() if not value]

    @property
    def standing(self) -> Standing:
        if not self.missing:
            return Standing.OPEN
        return Standing.TEST if settings.LOOPBACK else Standing.CLOSED

    @property
    def is_test(self) -> bool:
        return self.standing is Standing.TEST

    @property
    def days_kept(self) -> int:
        return self.retention_days or settings.ENQUIRY_TEST_DAYS


READER = msgspec.json.Decoder(Reception)
"""Made before there are threads, as in `treatments/content.py`."""


def reception(*, about: str = "") -> Reception:
    """With the treatment that is asked `about` among those to choose from, however many there are."""
    try:
        current = read()
        some = len(current.treatments) == OFFERED
        asked = named(live(at=timezone.now()).filter(slug=about)[:1]) if about and some else ()
    except DatabaseError:
        return msgspec.structs.replace(recalled(), answers=False)
    remember(current)
    return msgspec.structs.replace(current, treatments=tuple(dict.fromkeys((*current.treatments, *asked))))


def read() -> Reception:
    house = shown.house()
    row = Organisation.objects.first() or Organisation()
    clinics = Clinic.objects.filter(shown=True) if house.clinics else ()
    names = {field.name for field in Organisation._meta.fields} & set(Reception.__struct_fields__)
    return Reception(
        **{name: getattr(row, name) for name in names},
        treatments=named(offered(OFFERED, at=timezone.now())),
        clinics=tuple((str(clinic.pk), str(clinic)) for clinic in clinics),
        doctors=house.doctors,
    )


def live(*, at):
    """The cards of treatments that patients can read about at that moment; a draft is never among them."""
    return Revision.objects.live(at=at).filter(treatment__isnull=False).values_list("card", flat=True)


@Prepared
def offered(most: int, *, at):
    return live(at=at).order_by("slug")[:most]


def named(cards: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Slug and name, by name."""
    known = [content.decode(card, content.Card) for card in cards]
    return tuple(sorted({card.slug: card.name for card in known}.items(), key=lambda pair: pair[1]))


remembered: dict[Path, Reception] = {}


def remember(current: Reception) -> None:
    path = memory()
    if remembered.get(path) == current:
        return
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    try:
        fresh.write_bytes(msgspec.json.encode(current))
        os.replace(fresh, path)
    except OSError:
        return  # the form works without it; /readyz tells about the folder
    remembered[path] = current


def recalled() -> Reception:
    try:
        return READER.decode(memory().read_bytes())
    except (OSError, msgspec.MsgspecError):
        return Reception()


def memory() -> Path:
    """Holds what any patient may read on the site, and nothing about a patient."""
    return settings.VAR_DIR / "reception.json"
