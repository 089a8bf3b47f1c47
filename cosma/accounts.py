"""Who may log in, and with what. `manage.py createstaff` or a manager makes accounts; nobody signs up."""

import base64
import hashlib
import secrets
from typing import NamedTuple

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.safestring import mark_safe

# Letters and digits that cannot be taken for one another when they are read aloud or copied from paper.
LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"


ACCOUNT = """
SELECT auth_user.*, EXISTS (
    SELECT 1 FROM mfa_authenticator WHERE user_id = auth_user.id AND type = %s
) AS has_second_factor
FROM auth_user WHERE id = %s
"""
RIGHTS = """
SELECT django_content_type.app_label, auth_permission.codename
FROM auth_permission JOIN django_content_type ON django_content_type.id = content_type_id
WHERE auth_permission.id IN (
    SELECT permission_id FROM auth_user_user_permissions WHERE user_id = %s
    UNION SELECT permission_id FROM auth_group_permissions JOIN auth_user_groups USING (group_id) WHERE user_id = %s
)
"""


class StaffBackend(AuthenticationBackend):
    """Looks up in two queries what Django looks up in four, because every request of staff begins with it."""

    def get_user(self, user_id):
        user = next(iter(User.objects.raw(ACCOUNT, [Authenticator.Type.TOTP, user_id])), None)
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj, obj=None):
        plain = user_obj.is_active and not user_obj.is_superuser and obj is None
        if plain and not hasattr(user_obj, "_perm_cache"):
            with connection.cursor() as cursor:
                cursor.execute(RIGHTS, [user_obj.pk, user_obj.pk])
                user_obj._perm_cache = {f"{app}.{name}" for app, name in cursor.fetchall()}
        return super().get_all_permissions(user_obj, obj)


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
