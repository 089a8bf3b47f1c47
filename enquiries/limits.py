"""How often one address and one contact may press the button: counted in the database, so that workers agree."""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.utils import timezone
from django.utils.crypto import salted_hmac

from enquiries.models import Attempt, Enquiry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Many people share one address at an Indian mobile company: the first number only sends to the spam folder.
ADDRESS_SUSPECT, ADDRESS_REFUSED = 20, 100
CONTACT_SUSPECT = 4
WITHDRAWALS = 20
REFUSED_FOR = 3600


def digest(kind: str, value: str) -> str:
    return salted_hmac("enquiry limits", f"{kind} {value}", algorithm="sha256").hexdigest()[:32]


def address(request) -> str:
    """One household: a whole /64 of IPv6 belongs to one customer."""
    text = request.META.get("REMOTE_ADDR", "")
    try:
        found = ip_address(text)
    except ValueError:
        return digest("address", "unknown")
    if isinstance(found, IPv6Address):
        return digest("address", str(ip_network((found, 64), strict=False)))
    return digest("address", str(found))


def count(mark: str, within: timedelta) -> int:
    return Attempt.objects.filter(digest=mark, at__gt=timezone.now() - within).count()


def record(*marks: str) -> None:
    Attempt.objects.bulk_create(Attempt(digest=mark) for mark in marks)


def forget_old() -> int:
    """What was only kept to count by; of enquiries, where they came from."""
    Enquiry.objects.exclude(likeness="").filter(created_at__lt=timezone.now() - DAY).update(likeness="")
    return Attempt.objects.filter(at__lt=timezone.now() - DAY).delete()[0]


class TooMany(Exception):
    """So many that even the spam folder is closed."""


def suspicion(where: str, contacts: list[str]) -> str:
    """Why this one goes to the spam folder, or nothing. Counts it; raises TooMany."""
    from_there = count(where, HOUR)
    if from_there >= ADDRESS_REFUSED:
        raise TooMany
    to_them = max((count(mark, DAY) for mark in contacts), default=0)
    record(where, *contacts)
    if from_there >= ADDRESS_SUSPECT:
        return "Many enquiries from one internet address within an hour."
    if to_them >= CONTACT_SUSPECT:
        return "Many enquiries with this number or e-mail within a day."
    return ""
