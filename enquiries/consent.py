"""The notice beside the consent box. Its version is kept with each enquiry, and its words with the version."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.template.defaultfilters import urlize

from enquiries.reception import Reception

NUMBER = 2
"""Raised when these words change their meaning."""


linked = lru_cache(maxsize=100)(urlize)
"""Text whose addresses can be followed; the same few for every reader."""


@dataclass(frozen=True)
class Notice:
    points: list[tuple[str, str]]

    @property
    def shown(self) -> list[tuple[str, str, str, str]]:
        """Each label with its words before, in and after the link to withdraw, if they hold it."""
        split = ((label, *words.partition(withdrawal_url())) for label, words in self.points)
        return [(label, linked(before), url, after) for label, before, url, after in split]

    @property
    def text(self) -> str:
        return "\n".join(f"{label}: {words}" for label, words in self.points)

    @property
    def version(self) -> str:
        """Differs as soon as one word does, a name from the organisation's record included."""
        return f"{NUMBER}-{hashlib.sha256(self.text.encode()).hexdigest()[:12]}"


def notice(desk: Reception) -> Notice:
    points = test_points(desk) if desk.is_test else real_points(desk)
    return Notice(points)


WHAT = (
    "What we keep",
    "Your name, your mobile number or e-mail address, your city, and what you choose or write here. "
    "Against misuse, for up to two days, a scrambled form of your IP address.",
)


def real_points(desk: Reception) -> list[tuple[str, str]]:
    reach = desk.contact_email or desk.contact_phone
    return [
        WHAT,
        ("Why", "To answer your enquiry. For nothing else."),
        ("Who", f"{desk.legal_name}, at its enquiry desk."),
        ("How long", f"{desk.days_kept} days. Then we delete it all."),
        ("To change your mind", f"Withdraw at any time at {withdrawal_url()}. We then delete it at once."),
        ("Your rights", f"Ask to see, correct or delete what we keep: {reach}."),
        ("To complain", f"{desk.grievance_contact}. You can also go to the Data Protection Board of India."),
    ]


def test_points(desk: Reception) -> list[tuple[str, str]]:
    return [
        WHAT,
        ("Why", "To try this form. Nobody will answer."),
        ("Who", "Whoever runs this test copy. All of it stays on this computer, and no mail is sent."),
        ("How long", f"{desk.days_kept} days. Then it is deleted."),
        ("To change your mind", f"Withdraw at any time at {withdrawal_url()}. It is then deleted at once."),
    ]


def withdrawal_url() -> str:
    return f"{settings.SITE_URL}/enquire/withdraw/"
