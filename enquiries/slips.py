"""The signed, timed slip that each form carries in place of a cookie."""

import secrets
import time
from dataclasses import dataclass

from django.core import signing

OPEN_FOR = 24 * 3600
"""Longer than anybody takes to fill in a form, in seconds."""
TOO_QUICK = 3
"""Nobody reads the form and fills it in within so many seconds; a program does."""


@dataclass(frozen=True)
class Slip:
    """`key` makes one enquiry of a form however often it arrives; `version` is of the notice that was shown."""

    key: str
    version: str
    made_at: float

    @property
    def age(self) -> float:
        return time.time() - self.made_at

    @property
    def expired(self) -> bool:
        return not -60 < self.age < OPEN_FOR

    @property
    def too_quick(self) -> bool:
        return self.age < TOO_QUICK


def issue(version: str = "") -> str:
    return sign([secrets.token_hex(16), version, round(time.time(), 1)], salt="enquiry form")


def read(text: str) -> Slip | None:
    """None when it is not one of ours."""
    try:
        key, version, made_at = signing.loads(text[:600], salt="enquiry form")
        return Slip(str(key), str(version), float(made_at))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def receipt(key: str) -> str:
    """Names the answer page of one enquiry: it cannot be guessed, says nothing, and stops working."""
    return sign([key, round(time.time())], salt="enquiry receipt")


def read_receipt(text: str) -> str | None:
    try:
        key, made_at = signing.loads(text[:600], salt="enquiry receipt")
        return str(key) if time.time() - float(made_at) < 3600 else None
    except (signing.BadSignature, ValueError, TypeError):
        return None


def sign(value, *, salt: str) -> str:
    return signing.dumps(value, salt=salt)
