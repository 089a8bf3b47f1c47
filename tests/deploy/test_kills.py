"""`kill -9` of workers under load: no wrong words, and behind nginx not even a broken connection."""

import os
import random
import signal
import time

import pytest

from tests.deploy.nodes import Node, accepts, command, family, tell, wait_until
from tests.deploy.readers import Readers, get
from tests.deploy.test_outage import right, stored
from tests.soak import short_and_long


@pytest.mark.parametrize("kills", short_and_long(5, 100))
def test_killed_workers_fail_only_those_who_were_talking_to_them(kills, node, nginx, pages):
    wait_until(lambda: stored(node, pages), 30, "not every page was stored")
    check, dice, connections = right(pages), random.Random(1), 8

    with (
        Readers([node.port], list(pages), check, count=connections, rate=150) as direct,
        Readers([nginx.port], list(pages), check, count=connections, rate=150) as behind,
    ):
        for _ in range(kills):
            wait_until(node.workers, 60, "no workers")
            tell(dice.choice(node.workers()), signal.SIGKILL)
            time.sleep(dice.uniform(0.1, 1.0))
        wait_until(lambda: len(node.workers()) == 2, 60, "workers did not come back")
        time.sleep(0.5)

    print(f"{kills} kills: {direct.answers} answers, {len(direct.broken)} broken; {behind.answers} behind nginx")
    assert (direct.faults, behind.faults, behind.broken) == ([], [], [])
    # Where no worker listens, for a moment, connections are refused.
    cut = [fault for fault in direct.broken if "refused" not in fault.what]
    assert len(cut) <= kills * connections


def test_the_site_outlives_workers_that_are_killed_again_and_again(node, pages):
    def killed(count: int) -> None:
        """The youngest: those that have just replaced others."""
        victims = sorted(node.workers())[-count:]
        for pid in victims:
            tell(pid, signal.SIGKILL)
        wait_until(lambda: len(set(node.workers()) - set(victims)) == 2, 30, "nobody replaced the workers")

    for count in (1, 1, 1, 2, 2):
        killed(count)
    wait_until(lambda: accepts(node.port), 60, "the workers did not come back")

    assert get(node.port, next(iter(pages))).status == 200
    assert not node.ended(), node.log.read_text()


@pytest.mark.parametrize("how", ["by Ctrl-C", "by its end"])
def test_a_terminal_stops_the_site_even_while_workers_are_replaced(how, database, node, folder):
    site = Node(folder / "terminal", database.url, VAR_DIR=str(node.folder / "var")).start(in_terminal=True)
    wait_until(lambda: len(site.workers()) == 2, 30, "no workers")
    everyone = family(site.server.pid)
    for pid in site.workers():
        tell(pid, signal.SIGKILL)
    wait_until(lambda: set(site.workers()) - set(everyone), 30, "nobody replaced the workers")

    everyone += family(site.server.pid)
    if how == "by Ctrl-C":
        os.write(site.terminal, b"\x03")
    else:
        os.close(site.terminal)

    wait_until(site.ended, 15, "the site goes on")
    wait_until(lambda: not any(map(command, everyone)), 5, "a worker was left behind")
    assert not accepts(site.port)


def test_new_code_is_loaded_without_a_failed_answer(node, pages):
    """As `systemctl reload` does."""
    wait_until(lambda: stored(node, pages), 30, "not every page was stored")
    before = set(node.workers())

    with Readers([node.port], list(pages), right(pages)) as readers:
        tell(node.server.pid, signal.SIGHUP)
        wait_until(lambda: len(node.workers()) == 2 and not before & set(node.workers()), 90, "old workers stay")

    # A connection that an old worker keeps open ends with it, and is opened again.
    assert readers.faults == []
    assert [fault for fault in readers.broken if "refused" in fault.what] == []


def test_pages_are_read_from_the_files_when_all_workers_are_gone(node, nginx, pages):
    wait_until(lambda: stored(node, pages), 30, "not every page was stored")
    alive = get(nginx.port, "/treatments/treatment-1/")

    node.stop(signal.SIGKILL)
    try:
        time.sleep(1.2)  # what nginx keeps for a second
        dead = {path: get(nginx.port, path) for path in pages}
        small = get(nginx.port, "/treatments/treatment-1/", accept_encoding="gzip")
        sheet = get(nginx.port, "/enquire/"), get(nginx.port, "/enquire/", method="POST", body="name=x")
        missing, odd = (
            get(nginx.port, "/treatments/none/"),
            get(nginx.port, "/treatments/treatment-1/index.html.page"),
        )
    finally:
        node.start()

    assert [path for path, answer in dead.items() if right(pages)(path, answer, 0)] == []
    assert small["content-encoding"] == "gzip" and small["vary"] == "Accept-Encoding"
    assert {answer.status for answer in (*sheet, missing, odd)} == {503}
    kept = {"content-security-policy", "permissions-policy", "referrer-policy", "x-frame-options", "content-type"}
    same = {"x-content-type-options", "cross-origin-opener-policy", "cross-origin-resource-policy", "x-frame-options"}
    for answer in (dead["/treatments/treatment-1/"], *sheet, missing):
        assert kept - {"content-type"} <= set(answer.headers)
        assert {name: answer[name] for name in same} == {name: alive[name] for name in same}
        assert policy(answer) == policy(alive)


def policy(answer) -> set[str]:
    return {part.strip() for part in answer["content-security-policy"].split(";")}
