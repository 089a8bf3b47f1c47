"""What many tests start from is made once, in transactions around those tests.

A fixture that wears `@shelved` makes rows. They stay for all tests in turn that ask for them: each gets a copy of what
the fixture returned, and takes back only what it did itself.
"""

import copy
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction


class Layer(NamedTuple):
    make: Callable
    around: transaction.Atomic
    made: Any


class Shelf:
    def __init__(self, blocker):
        self.blocker, self.layers = blocker, []

    def keep(self, wanted: list[Callable]) -> None:
        """Takes down what a test has not asked for, and what lies on top of it."""
        while [layer.make for layer in self.layers] != wanted[: len(self.layers)]:
            with self.blocker.unblock():
                transaction.set_rollback(True)
                self.layers.pop().around.__exit__(None, None, None)

    def fill(self, wanted: list[Callable], request) -> None:
        self.keep(wanted)
        for make in wanted[len(self.layers) :]:
            with self.blocker.unblock():
                around = transaction.atomic()
                around.__enter__()
                self.layers.append(Layer(make, around, None))
                self.layers[-1] = Layer(make, around, make(**self.arguments(make, request)))
                connection.check_constraints()  # and now run the triggers that PostgreSQL defers

    def arguments(self, make: Callable, request) -> dict[str, Any]:
        laid = {layer.make.__name__: layer.made for layer in self.layers}
        return {name: laid[name] if name in laid else request.getfixturevalue(name) for name in parameters(make)}

    def made(self, make: Callable) -> Layer | None:
        return next((layer for layer in self.layers if layer.make is make), None)


def parameters(make: Callable) -> list[str]:
    return list(inspect.signature(make).parameters)


def shelved(make):
    """A fixture that makes rows of other such fixtures' and of the whole session's things alone."""

    def fixture(request, shelf, db, **others):
        laid = shelf.made(make)
        return copy.deepcopy(laid.made) if laid else make(**others)

    names = dict.fromkeys(["request", "shelf", "db", *parameters(make)])
    fixture.__signature__ = inspect.Signature([inspect.Parameter(name, inspect._ParameterKind(1)) for name in names])
    fixture.__doc__, fixture.makes = make.__doc__, make
    return pytest.fixture(name=make.__name__)(fixture)


def wanted(item) -> list[Callable]:
    """In the order in which they need each other; none where a test commits."""
    marker = item.get_closest_marker("django_db")
    commits = marker and (marker.kwargs.get("transaction") or marker.args)
    fixtures = getattr(item, "_fixtureinfo", None)
    if commits or fixtures is None or "transactional_db" in item.fixturenames:
        return []
    found: dict[Callable, None] = {}
    for name in item.fixturenames:
        add(name, fixtures.name2fixturedefs, found)
    return list(found)


def add(name: str, definitions: dict, found: dict[Callable, None]) -> None:
    make = getattr(definitions[name][-1].func, "makes", None) if name in definitions else None
    if make and make not in found:
        for other in parameters(make):
            add(other, definitions, found)
        found[make] = None
