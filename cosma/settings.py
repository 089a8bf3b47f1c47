"""One settings file: what differs between machines comes from the environment. README.md lists the names.

With an empty environment the site runs on a laptop, on http and loopback. A public address (`SITE_URL`) asks for
more, and what is missing stops the process with a sentence.
"""

import secrets
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def is_loopback(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def writable_folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".probe-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The folder {path} cannot be written ({error.strerror}). "
            "Make it writable, or set VAR_DIR to one that is."
        ) from None
    return path


def kept_secret(path: Path) -> str:
    """A key made once for this copy; two processes that start together agree on one."""
    if not path.exists():
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        fresh.unlink()
    return path.read_text().strip()


# Where it runs

DEBUG = env.bool("DEBUG", False)
SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{env.str('PORT', '8000')}").rstrip("/")
SITE = urlsplit(SITE_URL)
if SITE.scheme not in ("http", "https") or not SITE.hostname:
    raise ImproperlyConfigured(f"SITE_URL must be a web address such as https://example.org, not {SITE_URL!r}")
LOOPBACK = is_loopback(SITE.hostname)
HTTPS = SITE.scheme == "https"
if not (HTTPS or LOOPBACK):
    raise ImproperlyConfigured("SITE_URL must start with https:// unless it is this computer's own address")
if DEBUG and not LOOPBACK:
    raise ImproperlyConfigured("DEBUG shows secrets to visitors: unset it, or set SITE_URL to a loopback address")

VAR_DIR = writable_folder(Path(env.str("VAR_DIR", str(BASE_DIR / "var"))).resolve())
SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    if not LOOPBACK:
        raise ImproperlyConfigured("SECRET_KEY is missing: a public site needs one of its own, 50 random characters")
    SECRET_KEY = kept_secret(VAR_DIR / "secret_key")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[SITE.hostname])
if LOOPBACK:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
"""Addresses whose X-Forwarded-For and X-Forwarded-Proto are believed."""
STAGING = env.bool("STAGING", False)
"""Keeps the whole site out of search engines."""
INDEX_UNREVIEWED = env.bool("INDEX_UNREVIEWED", LOOPBACK)
"""Lets search engines list medical pages that no doctor has signed."""
CLINICAL_REVIEW_DAYS = env.int("CLINICAL_REVIEW_DAYS", 365)
"""How long a doctor's signature stands before the page is due for review."""

# What it is made of

INSTALLED_APPS = [
    "cosma",
    "treatments",
    "django.contrib.admin",
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
    "cosma.middleware.refuse_malformed",
    "cosma.middleware.believe_trusted_proxies",
    "cosma.middleware.security_headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "cosma.middleware.SessionMiddleware",
    "cosma.middleware.CsrfViewMiddleware",
    "cosma.middleware.AuthenticationMiddleware",
    "cosma.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
STAFF_PREFIXES = ("/admin/", "/accounts/")
"""Only here may a session be opened or a cookie be set."""
ROOT_URLCONF = "cosma.urls"
WSGI_APPLICATION = "cosma.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                # These two open no session where the middleware above put neither user nor messages.
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Where it keeps things


def database() -> dict:
    try:
        config = env.db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
    except Exception as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read ({error}). {DATABASE_FORMS}") from None
    if config.get("ENGINE") == "django.db.backends.sqlite3":
        config["OPTIONS"] = {
            # Readers never wait for a writer, and a writer waits for its turn from the start.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
        }
    elif config.get("ENGINE") == "django.db.backends.postgresql":
        config["CONN_MAX_AGE"], config["CONN_HEALTH_CHECKS"] = 60, True
        config.setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
    else:
        raise ImproperlyConfigured(f"DATABASE_URL names no database that this site knows. {DATABASE_FORMS}")
    return config


DATABASE_FORMS = "Write sqlite:///path/to/file, or postgres://user:password@host:5432/name"
DATABASES = {"default": database()}
CACHES = {"default": env.cache_url("CACHE_URL", f"filecache://{VAR_DIR / 'cache'}")}
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
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
DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"

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
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
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

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
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
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Cosma Beauty"

# Mail: without EMAIL_URL nothing is sent and nothing is printed.

EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
if env.str("EMAIL_URL", ""):
    vars().update(env.email_url("EMAIL_URL"))

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "cosma"
