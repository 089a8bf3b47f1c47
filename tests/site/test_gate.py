"""Requests that hang leave threads for readers; who finds no room can still be told so by the form."""

import threading

import pytest

from cosma import gate, patience, server
from tests.deploy.nodes import wait_until


class Hanging:
    """A Django whose requests hang until they are let go; it notes how long each would wait for the database."""

    def __init__(self):
        self.arrived, self.go = threading.Semaphore(0), threading.Event()
        self.patience: list[float] = []

    def __call__(self, environ, start_response):
        self.patience.append(patience.allowed())
        self.arrived.release()
        assert self.go.wait(10)
        start_response("200 OK", [])
        return [b"done"]


@pytest.fixture
def hanging():
    return Hanging()


@pytest.fixture
def send(hanging, monkeypatch):
    """Sends one request in a thread of its own; the answers gather in `send.answers`."""
    monkeypatch.setattr(gate, "A_MOMENT", 0.05)
    ours, threads = gate.Gate(hanging), []

    def one():
        statuses = []
        ours({}, lambda status, headers: statuses.append(status))
        send.answers.append(statuses[0][:3])

    def send():
        threads.append(threading.Thread(target=one))
        threads[-1].start()

    send.answers = []
    yield send
    hanging.go.set()
    for thread in threads:
        thread.join()


def test_hanging_requests_leave_threads_for_readers(hanging, send):
    for _ in range(gate.AT_ONCE + gate.EXPLAINING):
        send()
        assert hanging.arrived.acquire(timeout=5)
    for _ in range(server.THREADS):
        send()
    wait_until(lambda: len(send.answers) == server.THREADS, 5, "readers wait behind requests that hang")

    assert send.answers == ["503"] * server.THREADS
    assert gate.AT_ONCE + gate.WAITING + gate.EXPLAINING < server.THREADS - 1


def test_who_finds_no_room_has_hardly_any_patience_for_the_database(hanging, send):
    for _ in range(gate.AT_ONCE + gate.EXPLAINING):
        send()
        assert hanging.arrived.acquire(timeout=5)

    assert hanging.patience == [patience.FOR_ANSWERS] * gate.AT_ONCE + [gate.HARDLY_ANY]


def test_who_waits_comes_in_when_somebody_leaves(hanging, send, monkeypatch):
    monkeypatch.setattr(gate, "A_MOMENT", 5)
    for _ in range(gate.AT_ONCE):
        send()
        assert hanging.arrived.acquire(timeout=5)
    for _ in range(gate.WAITING):
        send()

    hanging.go.set()
    for _ in range(gate.WAITING):
        assert hanging.arrived.acquire(timeout=5)

    assert set(hanging.patience) == {patience.FOR_ANSWERS}


def test_a_signal_that_comes_while_another_is_noted_does_not_stop_the_server_from_stopping():
    site = server.Server("cosma.wsgi:application")

    def interrupted():
        with site.main_loop_interrupt._cond:  # as `set` does, when the second signal comes
            site.signal_handler_interrupt()

    note = threading.Thread(target=interrupted, daemon=True)
    note.start()
    note.join(2)

    assert not note.is_alive()
    assert site.interrupt_signal and site.main_loop_interrupt.is_set()
