"""What the settings read from the environment, each with one sentence for when it cannot be used."""

import errno
import os
import re
import secrets
import warnings
from email.utils import parseaddr
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
DATABASE_FORMS = "Write sqlite:///path/to/file, or postgres://user:password@host:5432/name (%2F for / in a password)"
HOST = re.compile(r"(\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])", re.IGNORECASE)
FULL = (errno.ENOSPC, errno.EDQUOT)
PORTS = {"http": 80, "https": 443}
SHORTEST_SECRET = 32


class AsWritten:
    """A key or password may begin with `$`: environ would take it for the name of another variable."""

    def __getitem__(self, name: str) -> str:
        return os.environ[name].replace("$", r"\$")


env = environ.Env()
env.ENVIRON, env.escape_proxy = AsWritten(), True


def is_loopback(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def switch(name: str, default: bool) -> bool:
    """A word that is neither on nor off must not pass for off."""
    text = env.str(name, "").strip().lower()
    if text in env.BOOLEAN_TRUE_STRINGS:
        return True
    if text not in ("", "false", "off", "no", "n", "0"):
        raise ImproperlyConfigured(f"{name} must be on or off, not {text!r}")
    return default and not text


def whole_number(name: str, default: int, *, least: int = 1, most: int) -> int:
    text = env.str(name, "") or str(default)
    # No number that is written out has more digits; Python refuses to read one of thousands.
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
    if not least <= number <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return number


def site_address(default: str) -> SplitResult:
    """SITE_URL as browsers write an origin: they compare it letter by letter."""
    text = env.str("SITE_URL", default)
    try:
        site = urlsplit(text.strip().rstrip("/").lower())
        port = site.port
    except ValueError:
        site, port = SplitResult("", "", "", "", ""), None
    host = site.netloc.removesuffix(f":{port}")
    if site.scheme not in PORTS or not HOST.fullmatch(host) or any(site[2:]):
        raise ImproperlyConfigured(
            f"SITE_URL must be a web address such as https://example.org, with nothing after the host, not {text!r}"
        )
    return site._replace(netloc=host) if port == PORTS[site.scheme] else site


def secret_key(*, public: bool) -> str:
    """What the environment says; a public site cannot do without."""
    key = env.str("SECRET_KEY", "")
    if public and not key:
        raise ImproperlyConfigured("SECRET_KEY is missing: a public site needs one of its own, 50 random characters")
    if public and len(key) < SHORTEST_SECRET:
        raise ImproperlyConfigured("SECRET_KEY is too short to be secret: a public site needs 50 random characters")
    return key


def host_names(name: str) -> list[str]:
    for entry in listed(name):
        if not HOST.fullmatch(entry):
            raise ImproperlyConfigured(
                f"{name} must list host names such as www.example.org, each without https:// or a port, not {entry!r}"
            )
    return listed(name)


def sender(name: str, default: str) -> str:
    text = env.str(name, default)
    if "@" not in parseaddr(text)[1] or not text.isprintable():
        raise ImproperlyConfigured(f"{name} must be an e-mail address, not {text!r}")
    return text


def listed(name: str) -> list[str]:
    return [entry.strip() for entry in env.list(name, default=[]) if entry.strip()]


def networks(name: str) -> list[str]:
    try:
        return [str(ip_network(entry, strict=False)) for entry in listed(name)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must list addresses or networks such as 10.0.0.0/8: {error}") from None


def folder(name: str, default: Path) -> Path:
    """One that is not absolute lies beside manage.py, wherever a command is run from."""
    path = Path(BASE_DIR, env.str(name, "") or default).resolve()
    if path.exists() and not path.is_dir():
        raise ImproperlyConfigured(f"{name} must name a folder, and {path} is a file")
    return path


def writable_folder(path: Path, name: str) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".probe-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        if error.errno in FULL and path.is_dir():
            return path  # a site that has served before goes on with what it has stored
        raise ImproperlyConfigured(
            f"The folder {path} cannot be written ({error.strerror}). Make it writable, or set {name} to one that is."
        ) from None
    return path


def kept_secret(path: Path) -> str:
    """A key made once for this copy; two processes that start together agree on one."""
    if not path.exists():
        try:
            make_secret(path)
        except OSError as error:
            raise ImproperlyConfigured(f"{path} cannot be written ({error.strerror}).") from None
    if not (kept := path.read_text().strip()):
        raise ImproperlyConfigured(f"{path} is empty: bring it back from a backup, or remove it to have a new one made")
    return kept


def make_secret(path: Path) -> None:
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(50))
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    fresh.unlink()


def own_alone(path: Path) -> None:
    """SQLite gives its journal files the mode of the database, which holds enquiries: nobody else reads them."""
    try:
        path.touch(mode=0o600, exist_ok=False)
    except OSError:  # it exists, or SQLite will say what is wrong
        pass


def database(folder: Path) -> dict:
    """From DATABASE_URL; a file in `folder` without it."""
    try:
        with warnings.catch_warnings(action="ignore"):  # what it warns of is refused below
            config = env.db_url("DATABASE_URL", f"sqlite:///{folder / 'db.sqlite3'}")
    except Exception:  # which might quote a password
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read. {DATABASE_FORMS}") from None
    if config.get("ENGINE") == "django.db.backends.sqlite3":
        return sqlite(config)
    if config.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"DATABASE_URL names no database that this site knows. {DATABASE_FORMS}")
    if not config["NAME"]:
        raise ImproperlyConfigured(f"DATABASE_URL does not say which database of the server. {DATABASE_FORMS}")
    config["CONN_MAX_AGE"], config["CONN_HEALTH_CHECKS"] = 60, True
    config.setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
    return config


def sqlite(config: dict) -> dict:
    if config["NAME"].startswith(":"):
        # Each process would have one of its own, and lose it when it ends.
        raise ImproperlyConfigured(f"DATABASE_URL names no file. {DATABASE_FORMS}")
    path = Path(BASE_DIR, config["NAME"])
    own_alone(path)
    return config | {
        "NAME": str(path),
        "OPTIONS": {
            # Readers never wait for a writer, and a writer waits for its turn from the start.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
        },
        # To open the file and to close it again costs a quarter of a page.
        "CONN_MAX_AGE": 60,
    }


def cache(folder: Path) -> dict:
    """From CACHE_URL; files in `folder` without it."""
    try:
        config = env.cache_url("CACHE_URL", f"filecache://{folder / 'cache'}")
    except Exception as error:
        raise ImproperlyConfigured(
            f"CACHE_URL cannot be read ({error}). Write redis://host:6379/0, or filecache:///path/to/folder"
        ) from None
    if config.get("BACKEND", "").endswith("FileBasedCache"):
        writable_folder(Path(config["LOCATION"]), "CACHE_URL")
    return config


def media_storage() -> dict:
    """Pictures in a folder, or in an object store with S3_BUCKET; patients get them from this site either way."""
    bucket = env.str("S3_BUCKET", "")
    if not bucket:
        return {"BACKEND": "cosma.media.WholeFiles"}
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise ImproperlyConfigured("S3_BUCKET needs more packages: run bin/install requirements requirements-s3")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": env.str("S3_ENDPOINT_URL", "") or None,
            "region_name": env.str("S3_REGION", "") or None,
            "default_acl": None,
            "querystring_auth": False,
        },
    }
