"""What is measured: nginx with a static file, our server alone, behind nginx, without its store, and plain Django."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.nodes import Nginx, Node, family, free_port, wait_until
from tests.deploy.nodes import accepts as accepts
from tests.deploy.readers import Answer, get
from tests.tools import NO_NGINX, find_nginx

PATH = "/treatments/mesotherapy/"
SERVER_CPU, CLIENT_CPU = 0, (os.cpu_count() or 1) - 1
ENCODINGS = {"identity": "", "gzip": "gz", "br": "br"}


@dataclass
class Target:
    name: str
    port: int
    pids: list[int]
    path: str = PATH
    headers: dict[str, str] = field(default_factory=dict)
    reference: str = ""
    most_connections: int = 1000
    bytes_on_the_wire: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    def answer(self) -> Answer:
        return get(self.port, self.path, **{name.replace("-", "_"): value for name, value in self.headers.items()})


def pinned(cpu: int) -> list[str]:
    taskset = shutil.which("taskset")
    return [taskset, "-c", str(cpu)] if taskset else []


def pin(pid: int) -> None:
    if taskset := shutil.which("taskset"):
        subprocess.run([taskset, "-a", "-c", "-p", str(SERVER_CPU), str(pid)], check=True, capture_output=True)


@contextmanager
def started(folder: Path) -> Iterator[list[Target]]:
    with ExitStack() as stack:
        node = Node(folder / "node", f"sqlite:///{folder}/db.sqlite3", workers=1, TRUSTED_PROXIES="127.0.0.1").start()
        stack.callback(node.stop)
        front = Nginx(folder / "nginx", node.port, folder / "node" / "var", workers=1).start()
        stack.callback(front.stop)
        plain = PlainDjango(folder / "plain")
        stack.callback(plain.stop)
        wait_until(lambda: is_ready(node), 60, "the page was not stored in its best form")
        wait_until(lambda: not get(front.port, PATH)["etag"], 60, "nginx has no file of the page")
        targets = [*of_ours(node, front), *of_django(node, plain)]
        static = StaticNginx(folder / "static", {target.name: target for target in targets if target.headers})
        stack.callback(static.stop)
        targets = static.targets() + targets
        for pid in {pid for target in targets for parent in target.pids for pid in family(parent)}:
            pin(pid)
        for target in targets:
            check(target)
        yield targets


def is_ready(node: Node) -> bool:
    """The page has its best compression: its ETag stands still."""
    first = get(node.port, PATH, accept_encoding="br")
    time.sleep(2)
    second = get(node.port, PATH, accept_encoding="br")
    return first.status == 200 and first["etag"] == second["etag"]


def of_ours(node: Node, front: Nginx) -> list[Target]:
    targets = []
    for encoding in ENCODINGS:
        headers = {"Accept-Encoding": encoding}
        targets.append(Target(f"stored, {encoding}", node.port, [node.server.pid], headers=headers))
        both = [node.server.pid, front.server.pid]
        targets.append(Target(f"behind nginx, {encoding}", front.port, both, headers=headers))
    etag = get(node.port, PATH, accept_encoding="br")["etag"]
    unchanged = {"Accept-Encoding": "br", "If-None-Match": etag}
    targets.append(Target("not modified (304)", node.port, [node.server.pid], headers=unchanged))
    return targets


def of_django(node: Node, plain: "PlainDjango") -> list[Target]:
    """Our page past the store, and a plain page that lies in Django's own cache."""
    return [
        Target("uncached", plain.port, [plain.server.pid], path=PATH, most_connections=2),
        Target("Django's per-site cache", plain.cached_port, [plain.cached.pid], path="/page/", most_connections=8),
    ]


def check(target: Target) -> None:
    answer = target.answer()
    assert answer.status in (200, 304), (target.name, answer.status)
    target.bytes_on_the_wire = len(answer.body)
    if encoding := target.headers.get("Accept-Encoding", "identity").replace("identity", ""):
        assert answer.status == 304 or answer["content-encoding"] == encoding, target.name


class PlainDjango:
    """Two more servers: our own Django without the store, and a bare project with Django's cache."""

    def __init__(self, folder: Path):
        folder.mkdir()
        var = folder.parent / "node" / "var"
        common = {"VAR_DIR": str(var), "DATABASE_URL": f"sqlite:///{folder.parent}/db.sqlite3"}
        self.port, self.cached_port = free_port(), free_port()
        self.server = granian("tests.benches.uncached:application", self.port, common | {"PORT": str(self.port)})
        self.cached = granian("tests.benches.plain:application", self.cached_port, {"BENCH_FOLDER": str(folder)})
        for port in (self.port, self.cached_port):
            wait_until(lambda port=port: accepts(port), 30, "no answer")

    def stop(self) -> None:
        for server in (self.server, self.cached):
            server.terminate()
            server.wait(20)


def granian(target: str, port: int, environment: dict[str, str]) -> subprocess.Popen:
    options = ["--interface", "wsgi", "--http", "1", "--blocking-threads", "4", "--backpressure", "512", "--no-ws"]
    where = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--log-level", "warning"]
    return subprocess.Popen(
        [sys.executable, "-m", "granian", *options, *where, target],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
    )


class StaticNginx:
    """nginx with the very bytes that we send, one file an encoding, and nothing else to do."""

    def __init__(self, folder: Path, ours: dict[str, Target]):
        folder.mkdir()
        self.port, self.ours = free_port(), ours
        locations = "".join(self.location(folder, encoding, ours[f"stored, {encoding}"]) for encoding in ENCODINGS)
        for encoding in ENCODINGS:
            for start in ("stored", "behind nginx"):
                ours[f"{start}, {encoding}"].reference = f"nginx, static file, {encoding}"
        ours["not modified (304)"].reference = "nginx, static file, br"
        conf, program = folder / "nginx.conf", find_nginx()
        assert program, NO_NGINX
        temporary = "".join(
            f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        conf.write_text(
            f"{'user root;' if os.geteuid() == 0 else ''} worker_processes 1; pid {folder}/pid; "
            f"error_log {folder}/errors; "
            "events { worker_connections 4096; } http { access_log off; sendfile on; tcp_nopush on; server_tokens off; "
            "open_file_cache max=100 inactive=300s; open_file_cache_valid 300s; keepalive_requests 1000000; "
            f"{temporary} server {{ listen 127.0.0.1:{self.port}; root {folder}; {locations} }} }}"
        )
        self.server = subprocess.Popen([program, "-e", f"{folder}/first", "-c", str(conf), "-g", "daemon off;"])
        wait_until(lambda: accepts(self.port), 10, "nginx does not answer")

    def location(self, folder: Path, encoding: str, target: Target) -> str:
        (folder / encoding).write_bytes(target.answer().body)
        coded = f"add_header Content-Encoding {encoding};" if encoding != "identity" else ""
        return f"location = /{encoding} {{ default_type 'text/html; charset=utf-8'; {coded} }} "

    def targets(self) -> list[Target]:
        headers = {encoding: {"Accept-Encoding": encoding} for encoding in ENCODINGS}
        return [
            Target(f"nginx, static file, {encoding}", self.port, [self.server.pid], f"/{encoding}", headers[encoding])
            for encoding in ENCODINGS
        ]

    def stop(self) -> None:
        self.server.terminate()
        self.server.wait(10)
