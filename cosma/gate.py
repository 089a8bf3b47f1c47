"""Before Django: what can hang, on the database or on a slow sender, never takes all threads of a worker.

Readers of stored pages do not come this way, so the threads that are left (`server.THREADS`) are theirs.
"""

import threading
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings

from cosma import patience
from cosma.middleware import fixed_headers

AT_ONCE, WAITING, A_MOMENT = 3, 6, 3.0
"""Requests in Django, those that wait for one of these to end, and for how many seconds: longer than the stamps need
to find out that the database hangs, because then nobody in Django waits for it any more."""
EXPLAINING, HARDLY_ANY = 1, 0.3
"""For whom there is no room goes to Django all the same, with hardly any patience for the database, if only one at a
time: a form can then say itself that it cannot be taken, and keeps what was typed."""

SEALED = "; ".join(
    f"{directive} 'none'" for directive in ("default-src", "base-uri", "object-src", "form-action", "frame-ancestors")
)


class Gate:
    def __init__(self, django: Callable):
        self.django = django
        self.inside, self.queue = threading.BoundedSemaphore(AT_ONCE), threading.BoundedSemaphore(WAITING)
        self.desk = threading.BoundedSemaphore(EXPLAINING)

    def __call__(self, environ: dict, start_response):
        if self.admitted(self.inside):
            return self.through(self.inside, environ, start_response)
        if self.admitted(self.desk):
            with patience.seconds(HARDLY_ANY):
                return self.through(self.desk, environ, start_response)
        return busy(start_response)

    def admitted(self, door: threading.BoundedSemaphore) -> bool:
        if door.acquire(blocking=False):
            return True
        if not self.queue.acquire(blocking=False):
            return False
        try:
            return door.acquire(timeout=A_MOMENT)
        finally:
            self.queue.release()

    def through(self, door: threading.BoundedSemaphore, environ: dict, start_response):
        try:
            return self.django(environ, start_response)
        finally:
            door.release()


def busy(start_response) -> list[bytes]:
    """As strict as any answer of Django's, which it never reaches."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    body = b"503 The site is busy or being repaired. Please try again in a minute.\n"
    start_response(
        f"{status.value} {status.phrase}",
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Retry-After", "30"),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", SEALED),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
            ("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY),
            *fixed_headers().items(),
        ],
    )
    return [body]
