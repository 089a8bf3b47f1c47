"""Published pages outlive the database, whether it is gone or hangs, a restart, and a full disk."""

import resource
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest

from tests.deploy.nodes import SLACK, accepts, family, wait_until
from tests.deploy.readers import Readers, get
from tests.soak import short_and_long

BACK_WITHIN = 1.0


def right(pages):
    def check(path, answer, asked_at):
        if answer.status != 200:
            return f"{answer.status}"
        return "" if answer.body.count(pages[path].encode()) >= 4 else "other words"

    return check


@contextmanager
def gone(database):
    database.stop()
    try:
        yield
    finally:
        database.start()


@contextmanager
def frozen(database):
    database.freeze()
    try:
        yield
    finally:
        database.thaw()


@contextmanager
def full_disk(node):
    """No process of the node may write one byte more."""
    pids = family(node.server.pid)
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids}
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[pid][1]))
    try:
        yield
    finally:
        for pid in set(pids) & set(family(node.server.pid)):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before[pid])


def stored(node, pages) -> bool:
    """Every page has been rendered and lies on disk."""
    return all((node.folder / "var/pages/store" / f"{path[1:]}index.html.page").exists() for path in pages)


@pytest.mark.parametrize("seconds", short_and_long(5, 60))
@pytest.mark.parametrize("fault", [gone, frozen])
def test_pages_are_read_while_the_database_is_away(fault, seconds, database, node, editor, pages):
    wait_until(lambda: stored(node, pages), 30, "not every page was stored")

    with Readers([node.port], list(pages), right(pages)) as readers:
        time.sleep(0.3)
        with fault(database):
            time.sleep(seconds)
            form = get(node.port, "/enquire/")
            old = get(node.port, next(iter(pages)))
        back = time.monotonic()
        wait_until(lambda: not get(node.port, next(iter(pages)))["cache-status"], 15, "still blind")
        blind_for = time.monotonic() - back
        time.sleep(0.5)

    print(f"{fault.__name__} for {seconds} s: {readers.answers} answers; fresh again after {blind_for:.2f} s")
    assert (readers.faults, readers.broken) == ([], [])
    assert readers.answers > 100 * seconds
    assert form.status == 503
    assert int(old["age"]) >= seconds - 3 and "detail=old" in old["cache-status"]
    assert blind_for < BACK_WITHIN + SLACK


def test_a_publish_is_seen_once_the_database_is_back(database, node, editor, pages):
    with frozen(database):
        time.sleep(3)
    committed = editor.ask("make", slug="after-the-outage", words="words-after-the-outage")

    wait_until(lambda: b"words-after" in get(node.port, "/treatments/after-the-outage/").body, 15, "never seen")

    assert time.time() - committed < BACK_WITHIN + SLACK


def test_pages_survive_a_restart_during_the_outage(database, node, pages):
    wait_until(lambda: stored(node, pages), 30, "not every page was stored")
    check = right(pages)

    with gone(database):
        node.stop()
        wait_until(lambda: not accepts(node.port), 20, "the node did not stop")
        node.start()
        answers = {path: get(node.port, path) for path in pages}

    assert [path for path, answer in answers.items() if check(path, answer, 0)] == []
    wait_until(lambda: not get(node.port, next(iter(pages)))["cache-status"], 15, "still blind")


@pytest.mark.parametrize("fault", [gone, frozen])
def test_pages_survive_a_full_disk_with_the_database_away(fault, database, node, editor, pages):
    wait_until(lambda: stored(node, pages), 30, "not every page was stored")
    path = "/treatments/treatment-0/"

    with full_disk(node):
        editor.ask("publish", slug="treatment-0", words="words-on-a-full-disk")
        wait_until(lambda: b"on-a-full-disk" in get(node.port, path).body, 15, "a full disk kept a publish back")
        with fault(database):
            time.sleep(3)
            faults = [other for other in pages if other != path and right(pages)(other, get(node.port, other), 0)]
    editor.ask("publish", slug="treatment-0", words=pages[path])

    assert faults == []
    wait_until(lambda: pages[path].encode() in get(node.port, path).body, 15, "never fresh again")


def test_forms_keep_what_was_typed_while_the_database_hangs(database, node, pages):
    """Also those that find every thread for such things taken; and readers wait for none of them."""
    path, typed = next(iter(pages)), "Please call after six."
    fields = urlencode({"slip": "x", "name": "Asha Rao", "phone": "9876543210", "message": typed})
    answers, waits = [], []

    def send():
        form = "application/x-www-form-urlencoded"
        answers.append(get(node.port, "/enquire/", method="POST", body=fields, content_type=form))

    with frozen(database), ThreadPoolExecutor(8) as patients:
        for _ in range(40):
            patients.submit(send)
        while len(answers) < 40:
            began = time.monotonic()
            assert get(node.port, path).status == 200
            waits.append(time.monotonic() - began)
            time.sleep(0.02)

    assert {answer.status for answer in answers} == {503}
    assert [answer.body for answer in answers if typed.encode() not in answer.body] == []
    assert sorted(waits)[len(waits) // 2] < 0.25


def test_slow_senders_leave_readers_their_thread(node, pages):
    """Half-sent forms, more than there are threads."""
    import socket

    path, connections = next(iter(pages)), []
    head = f"POST /enquire/ HTTP/1.1\r\nHost: 127.0.0.1:{node.port}\r\nContent-Type: text/plain\r\n"
    for _ in range(40):
        connection = socket.create_connection(("127.0.0.1", node.port))
        connection.sendall(f"{head}Content-Length: 5000\r\n\r\nname=".encode())
        connections.append(connection)
    time.sleep(1)

    began = time.monotonic()
    answers = [get(node.port, path).status for _ in range(20)]
    took = time.monotonic() - began

    for connection in connections:
        connection.close()
    assert answers == [200] * 20
    assert took < 2
