"""One settings file: what differs between machines comes from the environment. README.md lists the names.

With an empty environment the site runs on a laptop, on http and loopback. A public address (`SITE_URL`) asks for
more, and what is missing stops the process with a sentence.
"""

import re

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from cosma import mailserver
from cosma.environment import (
    BASE_DIR,
    cache,
    database,
    env,
    folder,
    host_names,
    is_loopback,
    kept_secret,
    media_storage,
    networks,
    secret_key,
    sender,
    site_address,
    switch,
    whole_number,
    writable_folder,
)

# Where it runs

DEBUG = switch("DEBUG", False)
SITE = site_address(f"http://127.0.0.1:{whole_number('PORT', 8000, most=65535)}")
SITE_URL = SITE.geturl()
LOOPBACK = is_loopback(SITE.hostname)
HTTPS = SITE.scheme == "https"
if not (HTTPS or LOOPBACK):
    raise ImproperlyConfigured("SITE_URL must start with https:// unless it is this computer's own address")
if DEBUG and not LOOPBACK:
    raise ImproperlyConfigured("DEBUG shows secrets to visitors: unset it, or set SITE_URL to a loopback address")

VAR_DIR = writable_folder(folder("VAR_DIR", BASE_DIR / "var"), "VAR_DIR")
SECRET_KEY = secret_key(public=not LOOPBACK) or kept_secret(VAR_DIR / "secret_key")

ALLOWED_HOSTS = host_names("ALLOWED_HOSTS") or [SITE.hostname or ""]
if LOOPBACK:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
"""Addresses whose X-Forwarded-For and X-Forwarded-Proto are believed."""
STAGING = switch("STAGING", False)
"""Keeps the whole site out of search engines by a header on every answer; they must read it to obey."""
INDEX_UNREVIEWED = switch("INDEX_UNREVIEWED", LOOPBACK)
"""Lets search engines list medical pages that no doctor has signed."""
PUBLISH_UNREVIEWED = switch("PUBLISH_UNREVIEWED", LOOPBACK)
"""Lets staff publish medical words that no doctor has signed; the page then says so."""
ASSISTANTS = env.str("ASSISTANTS", "all")
"""Which crawlers of AI assistants robots.txt lets in: `all`; `answers`, those that look a page up for a person who
asks, but not those that collect texts to train on; or `none`. By default all: people who ask an assistant about a
treatment should get these pages' words and not a seller's."""
if ASSISTANTS not in ("all", "answers", "none"):
    raise ImproperlyConfigured(f"ASSISTANTS must be all, answers or none, not {ASSISTANTS!r}")
SITE_VERIFICATION = [
    (name, env.str(variable))
    for name, variable in (
        ("google-site-verification", "GOOGLE_SITE_VERIFICATION"),
        ("msvalidate.01", "BING_SITE_VERIFICATION"),
    )
    if env.str(variable, "")
]
"""Codes that search engines give to the site's owner; shown on the first page alone."""
INDEXNOW_KEY = env.str("INDEXNOW_KEY", "")
"""Tells search engines that take part in IndexNow of each significant change. Off without a key."""
if INDEXNOW_KEY and not re.fullmatch(r"[A-Za-z0-9-]{8,128}", INDEXNOW_KEY):
    raise ImproperlyConfigured("INDEXNOW_KEY must have 8 to 128 letters, digits or hyphens")
CLINICAL_REVIEW_DAYS = whole_number("CLINICAL_REVIEW_DAYS", 365, most=3_650)
"""How long a doctor's signature stands before the page is due for review."""
REGULATION_REVIEW_DAYS = whole_number("REGULATION_REVIEW_DAYS", 182, most=3_650)
"""How long what a page says of rules and approvals stands after it was checked."""
PRICE_REVIEW_DAYS = whole_number("PRICE_REVIEW_DAYS", 90, most=3_650)
"""How long a price shows as current after it was checked."""
REMIND_DAYS_BEFORE = whole_number("REMIND_DAYS_BEFORE", 21, least=0, most=3_650)
"""How long before any of these ends staff are reminded."""

# What it is made of

INSTALLED_APPS = [
    "cosma",
    "treatments",
    "outbox",
    "enquiries",
    "cosma.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "crispy_forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "cosma.middleware.security_headers",
    "csp.middleware.CSPMiddleware",
    "cosma.middleware.believe_trusted_proxies",
    "django.middleware.security.SecurityMiddleware",
    "cosma.middleware.refuse_malformed",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "treatments.addresses.one_address",
    "cosma.middleware.SessionMiddleware",
    "cosma.middleware.CsrfViewMiddleware",
    "cosma.middleware.AuthenticationMiddleware",
    "cosma.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cosma.middleware.admit_that_the_database_is_down",
]
STAFF_PREFIXES = ("/admin/", "/accounts/")
"""Only here may a session be opened or a cookie be set."""
ROOT_URLCONF = "cosma.urls"
WSGI_APPLICATION = "cosma.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["cosma.tidy_templates.Files", "cosma.tidy_templates.Apps"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                # These two open no session where the middleware above put neither user nor messages.
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "cosma.form_renderer.QuickForms"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Where it keeps things

DATABASES = {"default": database(VAR_DIR)}
CACHES = {"default": cache(VAR_DIR)}
PAGES_MEMORY_MB = whole_number("PAGES_MEMORY_MB", 40, least=0, most=1_000_000)
PAGES_DISK_MB = whole_number("PAGES_DISK_MB", 4096, least=0, most=1_000_000_000)
"""Bounds of the page store: in the memory of each worker, and under VAR_DIR/pages."""
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "cosma.finders.BuiltFinder",
    "cosma.finders.SourcesFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
MEDIA_ROOT = folder("MEDIA_ROOT", VAR_DIR / "media")
MEDIA_URL = "/media/"
STORAGES = {
    "default": media_storage(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 60

# How it speaks

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Asia/Kolkata"
USE_I18N = False
USE_TZ = True
# Where Django asks the language for its formats, ours come first.
FORMAT_MODULE_PATH = "cosma.formats"
DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"

# What it tells whoever operates it

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "discreet": {"()": "cosma.logs.Discreet", "format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "discreet"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Django's own handler shows whole errors while DEBUG is on; refusals and missing pages are no news.
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},  # or anybody could fill the disk with made-up host names
        "django.server": {"handlers": ["console"], "level": "ERROR", "propagate": False},
    },
}

# What it refuses

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # cosma.middleware sends what these two look for elsewhere
    "security.W003",
    "security.W008",  # the proxy in front leads from http to https
]
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if HTTPS else 0
# Right for a host of its own; on a shared domain it would bind its neighbours to https too.
HSTS_SUBDOMAINS = switch("HSTS_SUBDOMAINS", True)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS and HSTS_SUBDOMAINS
# `__Host-` cookies need https; on an http loopback copy nobody could log in with them.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "cosma.views.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a treatment's change form with all its parts

# Who may come in

AUTHENTICATION_BACKENDS = ["cosma.accounts.StaffBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_ADAPTER = "cosma.accounts.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "cosma.accounts.StaffMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
"""A code that was read just before it changed still counts."""
MFA_ALLOW_UNVERIFIED_EMAIL = True
"""Nobody signs up with somebody else's address: accounts are made by people who know the person."""
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
MFA_TOTP_ISSUER = "Cosma Beauty"

# Mail: without EMAIL_URL nothing is sent and nothing is printed.

EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
MAIL_IS_SENT = bool(env.str("EMAIL_URL", ""))
if MAIL_IS_SENT:
    vars().update(mailserver.settings_from(env.str("EMAIL_URL")))
DEFAULT_FROM_EMAIL = sender("EMAIL_FROM", f"no-reply@{'localhost' if LOOPBACK else SITE.hostname}")
EMAIL_TIMEOUT = 20
OUTBOX_AT_ONCE = switch("OUTBOX_AT_ONCE", True)
"""Sends each mail as soon as it is committed; without it, mail waits for send_outbox."""

# Enquiries: the only personal data

ERASURE_KEY = kept_secret(VAR_DIR / "erasure_key")
"""Marks what was erased, so that a restored backup can be told to forget it again. Never changes."""
ENQUIRY_TEST_DAYS = whole_number("ENQUIRY_TEST_DAYS", 30, most=3_650)
"""How long test enquiries are kept. For real ones the organisation's record says it."""

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "cosma"
