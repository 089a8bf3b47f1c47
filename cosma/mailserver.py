"""Which mail server EMAIL_URL names, as Django's settings want it. Read before the settings exist."""

from importlib.util import find_spec

import environ
from django.core.exceptions import ImproperlyConfigured

FORMS = "Write smtp+tls://user:password@host:587, or anymail+service://its-api-key"


def settings_from(url: str) -> dict:
    return through_anymail(url) if url.startswith("anymail+") else through_smtp(url)


def through_smtp(url: str) -> dict:
    try:
        return environ.Env.email_url_config(url)
    except Exception as error:
        raise ImproperlyConfigured(f"EMAIL_URL cannot be read ({error}). {FORMS}") from None


def through_anymail(url: str) -> dict:
    """A mail service by its name and key: anymail+brevo://its-api-key"""
    service, _, key = url.removeprefix("anymail+").partition("://")
    if not find_spec("anymail"):
        raise ImproperlyConfigured("EMAIL_URL asks for anymail, which is not installed: pip install django-anymail")
    if not (service.isidentifier() and key):
        raise ImproperlyConfigured(f"EMAIL_URL names no mail service and key. {FORMS}")
    backend = f"anymail.backends.{service}.EmailBackend"
    return {"EMAIL_BACKEND": backend, "ANYMAIL": {f"{service.upper()}_API_KEY": key}}
