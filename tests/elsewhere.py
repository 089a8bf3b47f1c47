"""Servers of other people, as far as a test needs them: a mail service, a search engine, a site that we link to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Listener(BaseHTTPRequestHandler):
    """Keeps quiet about what it was asked."""

    def read(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def log_message(self, *args):
        pass


@contextmanager
def listening(handler: type[Listener]) -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        # It looks every so often whether it may stop; by itself twice a second, for which each test would wait.
        threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
        yield server
        server.shutdown()
