"""`kill -9` of workers under load: no wrong words, and behind nginx not even a broken connection."""

import os
import random
import signal
import time

import pytest

from tests.deploy.nodes import wait_until
from tests.deploy.readers import Readers, get
from tests.deploy.test_outage import right, stored

KILLS = [5, pytest.param(100, marks=pytest.mark.soak)]


@pytest.mark.parametrize("kills", KILLS)
def test_killed_workers_fail_only_those_who_were_talking_to_them(kills, node, nginx, pages):
    wait_until(lambda: stored(node, pages), 30, "not every page was stored")
    check, dice, connections = right(pages), random.Random(1), 8

    with (
        Readers([node.port], list(pages), check, count=connections, rate=150) as direct,
        Readers([nginx.port], list(pages), check, count=connections, rate=150) as behind,
    ):
        for _ in range(kills):
            wait_until(node.workers, 60, "no workers")
            os.kill(dice.choice(node.workers()), signal.SIGKILL)
            time.sleep(dice.uniform(0.5, 1.5))
        wait_until(lambda: len(node.workers()) == 2, 60, "workers did not come back")
        time.sleep(1)

    assert (direct.faults, behind.faults, behind.broken) == ([], [], [])
    refused = [fault for fault in direct.broken if "refused" not in fault.what]
    assert len(refused) <= kills * connections


def test_pages_are_read_from_the_files_when_all_workers_are_gone(node, nginx, pages):
    wait_until(lambda: stored(node, pages), 30, "not every page was stored")
    alive = get(nginx.port, "/treatments/treatment-1/")

    node.stop(signal.SIGKILL)
    try:
        time.sleep(1.5)
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
