"""Patients: many who read at a steady pace, each over a connection of their own, and note what they got."""

import http.client
import random
import threading
import time
from collections.abc import Callable
from typing import NamedTuple


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def __getitem__(self, name):
        return self.headers.get(name, "")


class Fault(NamedTuple):
    at: float
    path: str
    what: str


def get(port: int, path: str, *, method="GET", body=None, timeout=10.0, **headers: str) -> Answer:
    """One request over a connection of its own. `accept_encoding="br"` is a header."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        return ask(
            connection, path, method=method, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
    finally:
        connection.close()


def ask(connection, path, *, method="GET", body=None, headers=None) -> Answer:
    connection.request(method, path, body=body, headers=headers or {})
    response = connection.getresponse()
    return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())


class Readers:
    """`check(path, answer, asked_at)` says what is wrong with an answer, or nothing."""

    def __init__(self, ports: list[int], paths: list[str], check: Callable, *, count=8, rate=200.0):
        self.ports, self.paths, self.check = ports, paths, check
        self.pause = count / rate
        self.answers, self.faults, self.broken = 0, [], []
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self.read, args=(number,), daemon=True) for number in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join(20)

    def read(self, number: int) -> None:
        dice, connection = random.Random(number), None
        while not self.ending.is_set():
            path, began = dice.choice(self.paths), time.time()
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", dice.choice(self.ports), timeout=15)
                answer = ask(connection, path)
            except (OSError, http.client.HTTPException) as error:
                self.broken.append(Fault(began, path, repr(error)))
                connection.close()
                connection = None
                time.sleep(0.01)
                continue
            self.answers += 1
            if fault := self.check(path, answer, began):
                self.faults.append(Fault(began, path, fault))
            self.ending.wait(max(0.0, self.pause - (time.time() - began)))
