"""How long this process waits for PostgreSQL. A server that hangs would otherwise hold every thread for ever.

libpq has no such limit of its own: `connect_timeout` ends with the connection, and `statement_timeout` is kept by the
very server that hangs. Only `cosma/wsgi.py` calls `install`: commands may wait as long as they like.
"""

import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

FOR_ANSWERS = 10.0
FOR_STAMPS = 2.0
WHEN_BLIND = 0.2
LOOK_EVERY = 0.25

_mine = threading.local()
_blind = threading.Event()


def install() -> None:
    from psycopg2 import extensions

    extensions.set_wait_callback(wait)


def shorten(blind: bool) -> None:
    """Once the database is known not to answer, nobody waits for it long, those who already wait included."""
    _blind.set() if blind else _blind.clear()


@contextmanager
def seconds(limit: float) -> Iterator[None]:
    """This thread's own limit, whatever is known of the database."""
    _mine.limit = limit
    try:
        yield
    finally:
        del _mine.limit


def allowed() -> float:
    return getattr(_mine, "limit", None) or (WHEN_BLIND if _blind.is_set() else FOR_ANSWERS)


def wait(connection) -> None:
    """What psycopg2 calls while it waits."""
    from psycopg2 import OperationalError, extensions

    began = time.monotonic()
    while (state := connection.poll()) != extensions.POLL_OK:
        event = select.POLLIN if state == extensions.POLL_READ else select.POLLOUT
        while not ready(connection.fileno(), event):
            if time.monotonic() - began > allowed():
                raise OperationalError("the database does not answer")


def ready(descriptor: int, event: int) -> bool:
    watched = select.poll()
    watched.register(descriptor, event)
    return bool(watched.poll(min(LOOK_EVERY, allowed()) * 1000))
