"""Has Django make a page, for a request of our own."""

import io
import sys
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings

from cosma.pagestore import TICKET, Ticket
from cosma.storedpage import Headers


class Answer(NamedTuple):
    """What Django answered."""

    status: str
    headers: Headers
    body: bytes

    def answer(self, environ, start_response) -> list[bytes]:
        start_response(self.status, self.headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else self.body]

    @property
    def failed(self) -> bool:
        return self.status.startswith("5")


def request_for(key: str, ticket: Ticket) -> dict:
    """A request with nothing of a visitor in it."""
    path, _, query = key.partition("?")
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_HOST": settings.SITE.netloc,
        "SERVER_NAME": settings.SITE.hostname,
        "SERVER_PORT": str(settings.SITE.port or (443 if settings.HTTPS else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": settings.SITE.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        TICKET: ticket,
    }


def call(django: Callable, environ: dict) -> Answer:
    said: list = []
    response = django(environ, lambda status, headers, exc_info=None: said.extend((status, headers)))
    try:
        return Answer(said[0], said[1], b"".join(response))
    finally:
        getattr(response, "close", lambda: None)()


def may_be_kept(answer: Answer) -> bool:
    headers = {name.lower(): value.lower() for name, value in answer.headers}
    varies = {name.strip() for name in headers.get("vary", "").split(",")} - {"", "accept-encoding"}
    private = any(word in headers.get("cache-control", "") for word in ("no-store", "private"))
    return answer.status.startswith("200") and "set-cookie" not in headers and not varies and not private
