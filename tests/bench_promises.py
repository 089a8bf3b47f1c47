"""What one visitor waits, how soon a publish shows, and what a worker weighs. `make bench` runs it after the others.

`python -m tests.bench_promises [pages]`: two nodes of two workers on one PostgreSQL, and a third of one worker for the
memory. By the wall clock, so only a quiet machine tells the truth: the load average is printed with the figures.
"""

import http.client
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.bench_enquiries import prepare
from tests.deploy.nodes import Editor, Node, wait_until
from tests.deploy.readers import ask, get

PAGES, PUBLISHES, VISITS, CONNECTIONS = 1000, 50, 300, 12
PATH, SLUG = "/treatments/mesotherapy/", "often-published"
GOALS = {
    "stored, one visitor, p99": (5, "ms"),
    "uncached, one visitor, p99": (40, "ms"),
    "publish to 4 workers on 2 nodes, p99": (1000, "ms"),
    "memory for the stored pages": (60, "MB"),
}


def main(pages: int = PAGES) -> bool:
    """True when the goals are met."""
    prepare()
    with tempfile.TemporaryDirectory() as folder:
        nodes = [Node(Path(folder) / name, os.environ["DATABASE_URL"]).start() for name in ("first", "second")]
        editor = Editor(nodes[0])
        try:
            figures = one_visitor(nodes[0]) | publishes(nodes, editor) | memory(nodes[0], editor, Path(folder), pages)
        finally:
            editor.stop()
            for node in nodes:
                node.stop()
    return report(figures)


def one_visitor(node: Node) -> dict[str, float]:
    """On a site that has started and compressed its pages: what it does in the first minute is not a visitor's lot."""
    waited(node.port, PATH)
    wait_until(lambda: still(node), 600, "it goes on compressing")
    stored = [waited(node.port, PATH) for _ in range(VISITS)]
    # Search is never stored, and renders a page of its own each time.
    uncached = [waited(node.port, f"/search/?q=needle+{number}") for number in range(VISITS)]
    return {"stored, one visitor, p99": p99(stored), "uncached, one visitor, p99": p99(uncached)}


def waited(port: int, path: str) -> float:
    began = time.monotonic()
    assert get(port, path, accept_encoding="br").status == 200
    return 1000 * (time.monotonic() - began)


def publishes(nodes: list[Node], editor: Editor) -> dict[str, float]:
    """Each worker is asked over connections of its own: a connection stays with the worker that took it."""
    editor.ask("make", slug=SLUG, words="mark-0-end")
    ports = [node.port for node in nodes for _ in range(CONNECTIONS)]
    connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=15) for port in ports]
    times = []
    for number in range(1, PUBLISHES + 1):
        committed, behind = editor.ask("publish", slug=SLUG, words=f"mark-{number}-end"), list(connections)
        while behind:
            behind = [one for one in behind if f"mark-{number}-end".encode() not in words(one)]
        times.append(1000 * (time.time() - committed))
    return {"publish to 4 workers on 2 nodes, p99": p99(times)}


def words(connection: http.client.HTTPConnection) -> bytes:
    return ask(connection, f"/treatments/{SLUG}/").body


def memory(node: Node, editor: Editor, folder: Path, pages: int) -> dict[str, float]:
    slugs = [f"weighed-{number}" for number in range(pages)]
    for slug in slugs:
        editor.ask("make", slug=slug, words=slug)
    scale = Node(folder / "third", node.environment["DATABASE_URL"], workers=1).start()
    try:
        get(scale.port, "/about/")
        empty = weight(scale)
        for slug in slugs:
            assert get(scale.port, f"/treatments/{slug}/").status == 200
        wait_until(lambda: still(scale), 600, "it goes on compressing")
        return {"memory for the stored pages": weight(scale) - empty}
    finally:
        scale.stop()


def still(node: Node) -> bool:
    """Its workers have nothing to do in the background any more."""
    before, _ = spent(node), time.sleep(2)
    return spent(node) - before < 0.1 * len(node.workers())


def spent(node: Node) -> float:
    lines = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in node.workers()]
    return sum(int(ticks) for fields in lines for ticks in fields[11:13]) / os.sysconf("SC_CLK_TCK")


def weight(node: Node) -> float:
    """Megabytes that its worker alone holds."""
    [worker] = node.workers()
    lines = Path(f"/proc/{worker}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def report(figures: dict[str, float]) -> bool:
    print("\nload average", *(f"{load:.1f}" for load in os.getloadavg()), "on", os.cpu_count(), "cores")
    for name, figure in figures.items():
        goal, unit = GOALS[name]
        print(f"{name:40} {figure:8.1f} {unit}, the goal is {goal}{'' if figure <= goal else ': MISSED'}")
    return all(figure <= GOALS[name][0] for name, figure in figures.items())


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if sys.argv[1:] else PAGES))
