"""What can keep this machine from serving the site, each in one sentence. Nothing here changes data."""

import os
import socket

from django.core.management.base import CommandError
from django.db import connection
from django.db.utils import Error as DatabaseError

HOST = "127.0.0.1"


def port() -> int:
    return whole_number("PORT", 8000, most=65535)


def workers() -> int:
    return whole_number("WEB_CONCURRENCY", 2, most=64)


def whole_number(name: str, default: int, *, most: int) -> int:
    text = os.environ.get(name) or str(default)
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= most:
        raise CommandError(f"{name} must be a whole number from 1 to {most}, not {text!r}.")
    return number


def need_free(port: int) -> None:
    try:
        with socket.socket() as probe:
            # Addresses of a server that has just stopped count as free; one that listens still does not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
    except OSError as error:
        raise CommandError(
            f"Port {port} of {HOST} cannot be used ({error.strerror}): "
            f"stop what holds it, or choose another, e.g. PORT={port % 65000 + 1}."
        ) from error


def need_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, OSError) as error:
        raise CommandError(
            f"{_database()} cannot be used ({_first_line(error)}): start it, or check DATABASE_URL."
        ) from error
    # SQLite opens such a file without a word, and fails at the first edit.
    file = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and os.path.exists(file) and not os.access(file, os.W_OK):
        raise CommandError(f"{_database()} can be read but not written: make it writable.")


def _database() -> str:
    """Names the database without its password."""
    at = connection.settings_dict
    host = at["HOST"] or at.get("OPTIONS", {}).get("host")
    where = f" at {host}" if host else ""
    return f"The {connection.display_name} database {str(at['NAME'])!r}{where}"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
