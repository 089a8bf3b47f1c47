"""What keeps a revision from going live: words that no doctor has signed, an address that another page has."""

import datetime

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone


class NotSigned(ValidationError):
    """On a public site, clinical words go live with a doctor's signature only."""


class AddressTaken(ValidationError):
    """Two pages cannot be read at one address."""


class AlreadyLive(Exception):
    """Only a publication that has not begun can be cancelled."""


def refuse_unsigned(revision, *, at: datetime.datetime, after: str = "") -> None:
    """Words that patients read already may stay; `after` says what they read before `at`."""
    if settings.PUBLISH_UNREVIEWED or revision.site_page_id:
        return
    before = type(revision).objects.of(revision.subject).live(at=at - datetime.timedelta.resolution)
    shown = after or next((one.words for one in before), "")
    signed = apps.get_model("treatments", "SignOff").objects.valid(at=max(at, timezone.now()))
    if shown != revision.words and not signed.filter(fingerprint=revision.fingerprint).exists():
        raise NotSigned(
            f"No doctor has signed the medical words of revision {revision.number}. "
            "Send it to a doctor; once it is signed, publish it."
        )


def refuse_taken_address(revision, *, at: datetime.datetime, until: datetime.datetime | None) -> None:
    kind = revision.kind
    others = (
        apps.get_model("treatments", "Publication")
        .objects.not_cancelled()
        .exclude(**{f"revision__{kind}": revision.subject})
    )
    others = others.filter(
        Q(live_until__isnull=True) | Q(live_until__gt=at),
        revision__slug=revision.slug,
        revision__language=revision.language,
        **{f"revision__{kind}__isnull": False},
    )
    if (others.filter(live_from__lt=until) if until else others).exists():
        raise AddressTaken(
            f"Another page is, or is planned to be, at {revision.subject.get_absolute_url()}. "
            "Take that page off the site first, or give this one another address."
        )
