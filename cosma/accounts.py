"""Who may log in, and with what. `manage.py createstaff` or a manager makes accounts; nobody signs up."""

import base64
import hashlib
import secrets
from typing import NamedTuple

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.safestring import mark_safe

# Letters and digits that cannot be taken for one another when they are read aloud or copied from paper.
LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"


class StaffAccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False


class StaffMFAAdapter(DefaultMFAAdapter):
    """Second factors are kept encrypted: a copy of the database alone lets nobody in."""

    def encrypt(self, text):
        return box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        try:
            return box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # Written under another SECRET_KEY. No code fits a secret that nobody has seen; `createstaff --reset` helps.
            return generate_totp_secret()

    def build_totp_svg(self, url):
        """Drawn into the page itself: our policy lets no picture come from a data: address."""
        svg = super().build_totp_svg(url)
        return mark_safe(svg[svg.index("<svg") :])


def box() -> MultiFernet:
    keys = (hashlib.sha256(f"second factors {key}".encode()).digest() for key in all_keys())
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def all_keys() -> list[str]:
    return [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


class SecondFactor(NamedTuple):
    secret: str
    uri: str
    recovery_codes: list[str]


def new_second_factor(user) -> SecondFactor:
    """Takes the place of whatever second factor the person had before."""
    Authenticator.objects.filter(user=user).delete()
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    codes = RecoveryCodes.activate(user).get_unused_codes()
    return SecondFactor(secret, StaffMFAAdapter().build_totp_url(user, secret), codes)


def has_second_factor(user) -> bool:
    return StaffMFAAdapter().is_mfa_enabled(user, [Authenticator.Type.TOTP])


def prove_second_factor(user, code: str) -> None:
    """Raises ValidationError, in words. Each code works once; wrong ones are counted."""
    form = ReauthenticateForm(data={"code": code}, user=user)
    if not form.is_valid():
        raise ValidationError(form.errors["code"])
    form.save()


def new_password() -> str:
    """About 99 bits, in groups that can be read out."""
    return "-".join("".join(secrets.choice(LEGIBLE) for _ in range(4)) for _ in range(5))
