"""What the settings read from the environment, each with one sentence for when it cannot be used."""

import secrets
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

DATABASE_FORMS = "Write sqlite:///path/to/file, or postgres://user:password@host:5432/name"
env = environ.Env()


def is_loopback(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def listed(name: str) -> list[str]:
    return [entry.strip() for entry in env.list(name, default=[]) if entry.strip()]


def networks(name: str) -> list[str]:
    try:
        return [str(ip_network(entry, strict=False)) for entry in listed(name)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must list addresses or networks such as 10.0.0.0/8: {error}") from None


def writable_folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".probe-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The folder {path} cannot be written ({error.strerror}). Make it writable, or set VAR_DIR to one that is."
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


def own_alone(path: Path) -> None:
    """SQLite gives its journal files the mode of the database, which holds enquiries: nobody else reads them."""
    try:
        path.touch(mode=0o600, exist_ok=False)
    except OSError:  # it exists, or SQLite will say what is wrong
        pass


def database(folder: Path) -> dict:
    """From DATABASE_URL; a file in `folder` without it."""
    try:
        config = env.db_url("DATABASE_URL", f"sqlite:///{folder / 'db.sqlite3'}")
    except Exception as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read ({error}). {DATABASE_FORMS}") from None
    if config.get("ENGINE") == "django.db.backends.sqlite3":
        if not config["NAME"].startswith((":", "file:")):
            own_alone(Path(config["NAME"]))
        config["OPTIONS"] = {
            # Readers never wait for a writer, and a writer waits for its turn from the start.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
        }
        # To open the file and to close it again costs a quarter of a page.
        config["CONN_MAX_AGE"] = 60
    elif config.get("ENGINE") == "django.db.backends.postgresql":
        config["CONN_MAX_AGE"], config["CONN_HEALTH_CHECKS"] = 60, True
        config.setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
    else:
        raise ImproperlyConfigured(f"DATABASE_URL names no database that this site knows. {DATABASE_FORMS}")
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
