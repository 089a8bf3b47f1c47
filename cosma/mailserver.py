"""Which mail server EMAIL_URL names, as Django's settings want it. Read before the settings exist."""

from importlib.util import find_spec
from pkgutil import iter_modules
from urllib.parse import parse_qsl, unquote

import environ
from django.core.exceptions import ImproperlyConfigured

FORMS = "Write smtp+tls://user:password@host:587, or anymail+service://its-api-key"
KEY_NAMES = ("API_KEY", "API_TOKEN", "SERVER_TOKEN", "SECRET_KEY")
"""What services call their key. A service takes one of these, and does not look at the others."""
NO_SERVICES = {"base", "base_requests", "console", "test"}


def settings_from(url: str) -> dict:
    return through_anymail(url) if url.startswith("anymail+") else through_smtp(url)


def through_smtp(url: str) -> dict:
    try:
        config = environ.Env.email_url_config(url)
    except Exception:  # which might quote a password
        raise ImproperlyConfigured(f"EMAIL_URL cannot be read. {FORMS}") from None
    if config["EMAIL_BACKEND"].endswith(".smtp.EmailBackend") and not config["EMAIL_HOST"]:
        raise ImproperlyConfigured(f"EMAIL_URL names no mail server. {FORMS}")
    return config


def through_anymail(url: str) -> dict:
    """A mail service by its name and key, and what else it wants: anymail+mailgun://key?sender_domain=example.org"""
    service, _, rest = url.removeprefix("anymail+").partition("://")
    key, _, options = rest.partition("?")
    if not find_spec("anymail"):
        raise ImproperlyConfigured(
            "EMAIL_URL asks for anymail, which is not installed: run bin/install requirements requirements-mail"
        )
    if service not in services():
        raise ImproperlyConfigured(f"EMAIL_URL names no mail service that anymail knows: {', '.join(services())}.")
    if not key:
        raise ImproperlyConfigured(f"EMAIL_URL names no key of the mail service. {FORMS}")
    given = dict.fromkeys(KEY_NAMES, unquote(key)) | {name.upper(): value for name, value in parse_qsl(options)}
    return {
        "EMAIL_BACKEND": f"anymail.backends.{service}.EmailBackend",
        "ANYMAIL": {"REQUESTS_TIMEOUT": 20} | {f"{service.upper()}_{name}": value for name, value in given.items()},
    }


def services() -> list[str]:
    folder = find_spec("anymail.backends")
    found = iter_modules(folder.submodule_search_locations if folder else None)
    return sorted(module.name for module in found if module.name not in NO_SERVICES)
