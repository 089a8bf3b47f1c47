"""What can keep this machine from serving the site, each in one sentence. Nothing here changes data."""

import os
import re
import socket
from contextlib import suppress

from django.core.management.base import CommandError
from django.db import connection
from django.db.utils import Error as DatabaseError

from cosma.environment import whole_number

HOST = "127.0.0.1"
ENCODING = "server_encoding"
AWAY = re.compile("unable to open|not a database")
UNPREPARED = re.compile(r"no such (table|column)|has no column|(relation|column) .* does not exist")


def port() -> int:
    return whole_number("PORT", 8000, most=65535)


def workers() -> int:
    return whole_number("WEB_CONCURRENCY", 2, most=64)


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


def hold(port: int) -> socket.socket:
    """Until the server, which shares it, has started: two starts at once would find the port free and share it too."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    with suppress(OSError):  # what another program has just let go of cannot be held, only used
        held.bind((HOST, port))
    held.set_inheritable(True)
    return held


def need_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, OSError) as error:
        raise CommandError(refusal(error)) from error
    # SQLite opens such a file without a word, and fails at the first edit.
    file = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and os.path.exists(file) and not os.access(file, os.W_OK):
        raise CommandError(f"{_database()} can be read but not written: make it writable.")
    encoding = "UTF8" if connection.vendor == "sqlite" else connection.connection.info.parameter_status(ENCODING)
    if encoding != "UTF8":
        raise CommandError(f"{_database()} keeps text as {encoding}: make one that keeps it as UTF8.")


def refusal(error: Exception) -> str:
    """What a database that cannot be used says, and what to do about it."""
    code = getattr(error.__cause__, "pgcode", None)  # of an answer; who does not let us in gives none
    if UNPREPARED.search(str(error)):
        advice = "prepare it with `manage.py migrate`"
    elif AWAY.search(str(error)) or (connection.vendor == "postgresql" and not code):
        advice = "start it, or check DATABASE_URL"
    else:
        advice = "see to that, and try again"
    return f"{_database()} cannot be used ({_first_line(error)}): {advice}."


def _database() -> str:
    """Names the database without its password."""
    at = connection.settings_dict
    host = at["HOST"] or at.get("OPTIONS", {}).get("host")
    where = f" at {host}" if host else ""
    return f"The {connection.display_name} database {str(at['NAME'])!r}{where}"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
