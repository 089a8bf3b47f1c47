"""Requests as the server hands them over: bytes that no client library has tidied up."""

import io
import sys
from contextlib import contextmanager
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test.signals import setting_changed
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.datastructures import CaseInsensitiveMapping

from cosma.middleware import Handler

HOST = "127.0.0.1"
EXAMPLES = {
    "treatments/<slug:slug>": "mesotherapy",
    "concerns/<slug:slug>": "fine-lines",
    "<int:number>": "1",
    "<slug:name>": "mesotherapy-00000000",
    "<str:token>": "1:no-such-token",
}
"""What stands for the variable part of an address."""


class Answer(NamedTuple):
    status: int
    headers: CaseInsensitiveMapping
    cookies: list[str]
    body: bytes


@cache
def handler() -> Handler:
    return Handler()


setting_changed.connect(lambda **kwargs: handler.cache_clear(), weak=False)


def ask(path="/", *, method="GET", query="", headers=None, body=b"", stream=None, content_type="", peer="127.0.0.1"):
    """One request through all of Django. `path` is as it stands on the wire: `%41` reaches the site as A."""
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": HOST,
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": peer,
        "HTTP_HOST": HOST,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": stream or io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in (headers or {}).items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    return answer_to(environ)


def answer_to(environ: dict) -> Answer:
    said: list = []
    with connections_kept():
        response = handler()(environ, lambda status, headers, exc_info=None: said.extend((status, headers)))
        try:
            body = b"".join(response)
        finally:
            response.close()
    status, headers = said
    cookies = [value for name, value in headers if name.lower() == "set-cookie"]
    return Answer(int(status.split()[0]), CaseInsensitiveMapping(dict(headers)), cookies, body)


@contextmanager
def connections_kept():
    """The connection holds the transaction of the test: it must outlive a request."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def public_paths() -> list[str]:
    """Every address of the site that is not for staff, found where the site itself finds them."""
    found = {path for path in paths(get_resolver()) if not path.startswith(("/admin/", "/accounts/"))}
    return sorted(found)


def paths(resolver: URLResolver, prefix: str = "/"):
    for pattern in resolver.url_patterns:
        if not isinstance(pattern.pattern, RoutePattern):
            continue
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from paths(pattern, address)
        elif isinstance(pattern, URLPattern):
            yield filled(address)


def filled(address: str) -> str:
    for variable, example in EXAMPLES.items():
        address = address.replace(variable, variable.split("<")[0] + example)
    return address
