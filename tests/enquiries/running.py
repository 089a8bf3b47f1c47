"""The real site in processes of its own, with a database of its own, and a mail server that keeps what it gets."""

import http.client
import json
import os
import random
import re
import signal
import socketserver
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.enquiries.patient import COMPLETE, FORM
from tests.servers import free_port, keep_static_files, lend_static_files
from tests.tools import BASE_DIR

OPEN_THE_FORM = """
from treatments.models import Organisation
Organisation.objects.update_or_create(name="Cosma Beauty", defaults={fields!r})
"""


@dataclass
class Running:
    folder: Path
    port: int
    environment: dict[str, str]
    server: subprocess.Popen | None = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, *models: str) -> list[list[dict]]:
        """Of each model: one start of Python for all of them."""
        found = json.loads(self.manage("dumpdata", *models))
        return [[row["fields"] | {"pk": row["pk"]} for row in found if row["model"] == model] for model in models]

    def workers(self) -> list[int]:
        listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
        pairs = (map(int, line.split()) for line in listing.stdout.splitlines())
        return [pid for pid, parent in pairs if parent == self.server.pid]

    def kill_a_worker(self) -> bool:
        assert self.server.poll() is None, f"The site ended:\n{self.log.read_text()}"
        up = self.workers()
        if up:
            with suppress(ProcessLookupError):
                os.kill(random.choice(up), signal.SIGKILL)
        return bool(up)

    def ask(self, method: str, path: str, body: str = "", *, address="10.0.0.1", timeout=15):
        """Status, headers and text. Raises OSError or HTTPException when the connection breaks."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Content-Type": FORM, "X-Forwarded-For": address} if body else {"X-Forwarded-For": address}
        try:
            connection.request(method, path, body.encode() or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def slip(self) -> str:
        return re.search(r'name="slip" value="([^"]+)"', self.ask("GET", "/enquire/")[2])[1]

    def send(self, fields: dict, path="/enquire/", **options):
        return self.ask("POST", path, urlencode(fields), **options)


@contextmanager
def running_site(folder: Path, **environment: str) -> Iterator[Running]:
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    own = {
        "VAR_DIR": str(folder / "var"),
        "PORT": str(port),
        "TRUSTED_PROXIES": "127.0.0.1",
        **database(),
        **environment,
    }
    site = Running(folder, port, os.environ | own)
    lend_static_files(folder / "var")
    with site.log.open("w") as log:
        command = [sys.executable, "manage.py", "serve"]
        site.server = subprocess.Popen(command, cwd=BASE_DIR, env=site.environment, stdout=log, stderr=log)
    try:
        wait_for(site)
        keep_static_files(folder / "var")
        # After the start, which loads the shipped content and the organisation with it.
        site.manage("shell", "-v0", "-c", OPEN_THE_FORM.format(fields=COMPLETE))
        yield site
    finally:
        site.server.terminate()
        try:
            site.server.wait(20)
        except subprocess.TimeoutExpired:
            site.server.kill()
            site.server.wait()


def database() -> dict[str, str]:
    """A new database in the PostgreSQL of this run, or a file in the site's own folder."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return {}
    import psycopg2

    name = f"site_{uuid.uuid4().hex[:12]}"
    connection = psycopg2.connect(host=url.rpartition("host=")[2], user="cosma", dbname="postgres")
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    return {"DATABASE_URL": url.replace("/postgres?", f"/{name}?")}


def wait_for(site: Running) -> None:
    deadline = time.monotonic() + 240  # a busy machine starts it in a minute
    while time.monotonic() < deadline:
        try:
            if site.ask("GET", "/healthz")[0] == 200:
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        assert site.server.poll() is None, site.log.read_text()
    raise AssertionError(f"The site did not start:\n{site.log.read_text()}")


class Mailbox(socketserver.ThreadingTCPServer):
    """Takes every mail and keeps its text."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Talk)
        self.mails: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def about(self, subject: str) -> list[str]:
        return [mail for mail in self.mails if f"Subject: {subject}" in mail]


class Talk(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            self.talk()
        except OSError:
            pass  # the other side was killed

    def talk(self):
        self.say("220 ready")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.say("354 go on")
                if text := self.text():
                    self.server.mails.append(text)
                    self.say("250 kept")
            elif verb == b"QUIT":
                return self.say("221 bye")
            else:
                self.say("250 ok")

    def text(self) -> str:
        """Nothing when the line breaks before the end: then no mail was taken."""
        lines = []
        while line := self.rfile.readline():
            if line == b".\r\n":
                return b"".join(lines).decode()
            lines.append(line)
        return ""

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@dataclass
class Tally:
    """What came of many patients who all press the button while workers are killed."""

    thanked: list[str] = field(default_factory=list)
    gave_up: list[str] = field(default_factory=list)
    kills: int = 0
