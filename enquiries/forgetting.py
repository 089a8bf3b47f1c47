"""Forgetting people: after the promised time, when they ask, and once more when a backup brings them back."""

import hashlib
import hmac
import os
from pathlib import Path

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from enquiries import limits, mails
from enquiries.contact import indian_mobile
from enquiries.models import Deed, Enquiry, Event

AT_ONCE = 500  # a database takes only so many values in one question


def purge() -> int:
    """Deletes what we promised to have forgotten by today. Safe to run twice."""
    limits.forget_old()
    expired = Enquiry.objects.expired(timezone.localdate()).order_by()
    return remove(list(expired.values_list("pk", flat=True)), what=Deed.EXPIRED, by=None)


def erase(enquiries, *, by, what: Deed = Deed.ERASED) -> int:
    """Deletes these for ever, in backups too: their marks are on disk before their rows are gone."""
    marked = dict(enquiries.order_by().values_list("pk", "key"))
    write_marks(marked.values())
    return remove(list(marked), what=what, by=by)


def remove(numbers: list[int], *, what: Deed, by) -> int:
    for start in range(0, len(numbers), AT_ONCE):
        remove_some(numbers[start : start + AT_ONCE], what=what, by=by)
    return len(numbers)


@transaction.atomic
def remove_some(numbers: list[int], *, what: Deed, by) -> None:
    """Rows, notes, mail and the admin's own history; the log keeps that it happened, and not to whom."""
    mails.forget(numbers)
    history = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Enquiry))
    history.filter(object_id__in=[str(number) for number in numbers]).delete()
    Enquiry.objects.filter(pk__in=numbers).delete()
    Event.objects.create(what=what, by=by, detail=f"{len(numbers)} in all")


def named(words: str):
    """Enquiries by a reference number, or all those of a mobile number or an e-mail address."""
    return Enquiry.objects.filter(reference=as_reference(words)) | of_contact(words)


def of_contact(words: str):
    if "@" in words:
        return Enquiry.objects.from_contact(email=words.strip())
    return Enquiry.objects.from_contact(phone=indian_mobile(words) or "")


def as_reference(typed: str) -> str:
    """Forgiving of small letters, spaces and a missing hyphen."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    return f"{signs[:4]}-{signs[4:]}"


# The marks of the erased: one line each, in a file outside the database that only ever grows.


def marks_file() -> Path:
    return settings.VAR_DIR / "erased"


def mark(key: str) -> str:
    """Says nothing about the enquiry, but is the same again when a backup brings it back."""
    return hmac.new(settings.ERASURE_KEY.encode(), key.encode(), hashlib.sha256).hexdigest()


def write_marks(keys) -> None:
    append("".join(f"{timezone.localdate()} {mark(key)}\n" for key in keys))


def append(lines: str) -> None:
    if not lines:
        return
    # One write at the end of the file: two processes that erase at once do not cut each other's lines.
    handle = os.open(marks_file(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, lines.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def read_marks() -> set[str]:
    try:
        return {line.split()[-1] for line in marks_file().read_text().splitlines() if line.strip()}
    except FileNotFoundError:
        return set()


def forget_again() -> int:
    """After a backup was brought back, before the site serves: erases what was erased since it was made."""
    marks = read_marks()
    erased = [pk for pk, key in Enquiry.objects.values_list("pk", "key").iterator() if mark(key) in marks]
    return remove(erased, what=Deed.ERASED, by=None) + purge()
