"""The real servers: PostgreSQL, nodes of granian workers, nginx. Gone when the run ends."""

import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.servers import end_with_run, free_port, postgres_user, run_as, start_postgres
from tests.tools import BASE_DIR, NO_NGINX, find_nginx

SLACK = 0.7
"""Seconds that a busy machine may add to what we promise."""
FIRST_ANSWER_WITHIN, STOPS_WITHIN = 240, 20
IN_TERMINAL = (
    "import os, sys; os.open({!r}, os.O_RDWR); os.execv(sys.executable, [sys.executable, '-m', 'cosma.server'])"
)
OURS = ("DATABASE_URL", "VAR_DIR", "PORT", "SITE_URL", "DEBUG", "TEST_RUN", "DJANGO_SETTINGS_MODULE")


def family(pid: int) -> list[int]:
    """A process and all that it started, eldest first."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                pass
    found = [pid] if pid in parents else []
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def wait_until(done, seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, what
        time.sleep(0.02)


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class Database:
    """A PostgreSQL of our own, that can be stopped, started, frozen and thawed."""

    def __init__(self):
        self.cluster = start_postgres()
        self.url = self.cluster.url
        self.data = self.cluster.folder / "data"

    def control(self, *command: str) -> None:
        run_as(postgres_user(), self.cluster.programs / "pg_ctl", *command, "--pgdata", self.data, "--wait")

    def stop(self) -> None:
        self.control("stop", "--mode", "immediate")

    def start(self) -> None:
        options = f"-c listen_addresses= -c fsync=off -c synchronous_commit=off -k {self.cluster.folder}"
        self.control("start", "--log", str(self.cluster.folder / "log"), "--options", options)
        end_with_run(self.cluster.folder, self.pid)

    def log_statements(self) -> None:
        for statement in ("ALTER SYSTEM SET log_statement = 'all'", "SELECT pg_reload_conf()"):
            subprocess.run(
                [self.cluster.programs / "psql", self.url, "-qc", statement], check=True, capture_output=True
            )
        wait_until(lambda: "treatments_stamp" in self.log(), 30, "no statement is logged")

    def log(self) -> str:
        return (self.cluster.folder / "log").read_text()

    @property
    def pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def freeze(self) -> None:
        for pid in family(self.pid):
            tell(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in family(self.pid):
            tell(pid, signal.SIGCONT)


class Node:
    """A machine that serves the site: a folder and a port. Nothing starts the site again: it must not end."""

    def __init__(self, folder: Path, database: str, *, workers: int = 2, **environment: str):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, free_port()
        self.log = folder / "log"
        self.environment = {name: value for name, value in os.environ.items() if name not in OURS} | {
            "VAR_DIR": str(folder / "var"),
            "DATABASE_URL": database,
            "PORT": str(self.port),
            "WEB_CONCURRENCY": str(workers),
            **environment,
        }

    def manage(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=BASE_DIR, env=self.environment, check=True)

    def start(self, *, in_terminal: bool = False) -> "Node":
        if in_terminal:
            self.spawn_in_terminal()
        else:
            self.spawn("manage.py", "serve")
        wait_until(lambda: accepts(self.port) or self.ended(), FIRST_ANSWER_WITHIN, "no answer")
        assert not self.ended(), self.log.read_text()
        return self

    def spawn_in_terminal(self) -> None:
        """A session's first terminal that its leader opens is the one that rules it: typed into `self.terminal`."""
        self.terminal, its_end = pty.openpty()
        self.spawn("-c", IN_TERMINAL.format(os.ttyname(its_end)))
        os.close(its_end)

    def spawn(self, *arguments: str) -> None:
        # A pipe to cat, not a file: the log must not fill the disk that a test says is full.
        with self.log.open("a") as log:
            self.reader = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=log, start_new_session=True)
        self.server = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=BASE_DIR,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.reader.stdin,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.reader.stdin.close()
        if "TEST_RUN" in os.environ:
            end_with_run(self.folder / "none", self.server.pid)

    def ended(self) -> bool:
        return self.server.poll() is not None

    def workers(self) -> list[int]:
        return [pid for pid in family(self.server.pid)[1:] if "multiprocessing" not in command(pid)]

    def stop(self, how: int = signal.SIGTERM) -> None:
        """By a signal to its first process, or to all of them at once when it is SIGKILL."""
        assert not self.ended(), f"The site had ended:\n{self.log.read_text()}"
        everyone = family(self.server.pid)
        for pid in everyone if how == signal.SIGKILL else everyone[:1]:
            tell(pid, how)
        try:
            self.server.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            for pid in family(self.server.pid):
                tell(pid, signal.SIGKILL)
            raise


def tell(pid: int, number: int) -> None:
    """It may have ended a moment ago."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def end(process: subprocess.Popen) -> None:
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


class Editor:
    """Somebody who publishes from another process: `tests/deploy/editing.py`."""

    def __init__(self, node: Node):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.deploy.editing"],
            cwd=BASE_DIR,
            env=node.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, verb: str, **arguments):
        self.process.stdin.write(json.dumps([verb, arguments]) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert answer[0] == "done", answer
        return answer[1]

    def stop(self) -> None:
        self.process.stdin.close()
        end(self.process)


class Nginx:
    """`deploy/nginx.conf` with other ports and folders, and without TLS unless it is asked for."""

    def __init__(self, folder: Path, upstream: int, var: Path, *, tls: bool = False, workers: int | str = "auto"):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port, self.tls, self.workers = folder, free_port(), tls, workers
        self.program = find_nginx()
        assert self.program, NO_NGINX
        self.conf = folder / "nginx.conf"
        self.conf.write_text(self.adapted((BASE_DIR / "deploy" / "nginx.conf").read_text(), upstream, var))

    def adapted(self, text: str, upstream: int, var: Path) -> str:
        other, plain = self.port if self.tls else free_port(), free_port()
        changes = {
            "worker_processes auto;": f"worker_processes {self.workers};",
            "user www-data;": "user root;" if os.geteuid() == 0 else "",
            "/run/nginx.pid": f"{self.folder}/pid",
            "/var/log/nginx": str(self.folder),
            "/var/cache/nginx/cosma": f"{self.folder}/cache",
            "/etc/nginx/mime.types": self.mime_types(),
            "/var/lib/cosma": str(var),
            "/etc/letsencrypt/live/example.org": str(self.folder),
            "127.0.0.1:8000": f"127.0.0.1:{upstream}",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port}{' ssl http2' if self.tls else ''};",
            "listen 443 ssl default_server;": f"listen 127.0.0.1:{other} ssl default_server;",
            "listen 80 default_server;": f"listen 127.0.0.1:{plain} default_server;",
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "server_name example.org;": "server_name example.org 127.0.0.1;",
        }
        missing = [ours for ours in changes if ours not in text]
        assert not missing, missing
        kept = [line for line in text.splitlines() if "[::]" not in line]
        if not self.tls:
            kept = [line for line in kept if "ssl_" not in line or "reject" in line]
        text = "\n".join(kept)
        for ours, theirs in changes.items():
            text = text.replace(ours, theirs)
        temporary = "".join(
            f"    {kind}_temp_path {self.folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        return text.replace("http {\n", "http {\n" + temporary, 1)

    def mime_types(self) -> str:
        places = [Path("/etc/nginx/mime.types"), Path(self.program).parent.parent / "conf" / "mime.types"]
        found = next((place for place in places if place.exists()), None)
        if found is None:
            found = self.folder / "mime.types"
            found.write_text("types { text/html html; text/css css; application/xml xml; text/plain txt; }\n")
        return str(found)

    def start(self) -> "Nginx":
        if self.tls:
            self.make_certificate()
        log = (self.folder / "log").open("w")
        self.server = subprocess.Popen(
            [self.program, "-e", str(self.folder / "first"), "-c", str(self.conf), "-g", "daemon off;"],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        if "TEST_RUN" in os.environ:
            end_with_run(self.folder / "none", self.server.pid)
        wait_until(lambda: accepts(self.port), 10, (self.folder / "log").read_text() or "nginx does not answer")
        return self

    def make_certificate(self) -> None:
        openssl = shutil.which("openssl")
        assert openssl, "openssl is needed for a certificate to test with"
        subject = ["-subj", "/CN=example.org", "-addext", "subjectAltName=DNS:example.org"]
        files = ["-keyout", self.folder / "privkey.pem", "-out", self.folder / "fullchain.pem"]
        new = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        subprocess.run([*new, *subject, *files], check=True, capture_output=True)

    def stop(self) -> None:
        self.server.terminate()
        end(self.server)
