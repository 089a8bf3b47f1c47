"""Queries that are asked again and again. Django takes ten times as long to write their SQL as the database to answer
it, so it is written once, with marks where the values go.
"""

import copy
import datetime
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections, models

Value = datetime.datetime | int | str


class Written(NamedTuple):
    """SQL, and what the compiler that wrote it knows of the columns."""

    rows: Callable
    compiler: Any
    sql: str
    params: tuple
    marks: dict[Any, str]

    def read(self, connection: Any, values: dict[str, Value]) -> list:
        compiler = copy.copy(self.compiler)
        compiler.connection = connection
        params = tuple(stored(connection, values[self.marks[one]]) if one in self.marks else one for one in self.params)
        compiler.as_sql = lambda: (self.sql, params)
        query = SimpleNamespace(get_compiler=lambda using: compiler)
        asked: Any = SimpleNamespace(db=connection.alias, query=query, _known_related_objects={})
        return list(self.rows(asked))


class Prepared:
    """`build` makes a queryset. What it takes by name are values: times, numbers, texts. The rest decides the SQL."""

    def __init__(self, build: Callable[..., models.QuerySet]):
        self.build = build
        self.written: dict[tuple, Written] = {}

    def __call__(self, *kind: Any, **values: Value) -> list:
        connection = connections[DEFAULT_DB_ALIAS]
        key = (connection.vendor, *kind)
        if key not in self.written:
            self.written[key] = self.write(connection, kind, values)
        return self.written[key].read(connection, values)

    def write(self, connection: Any, kind: tuple, values: dict[str, Value]) -> Written:
        marks = {name: mark(value, place) for place, (name, value) in enumerate(values.items(), start=1)}
        queryset: Any = self.build(*kind, **marks)
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        compiler.connection = None  # whose thread may end
        places = {stored(connection, mark): name for name, mark in marks.items()}
        return Written(queryset._iterable_class, compiler, sql, params, places)


def mark(value: Value, place: int) -> Value:
    """What no query holds otherwise."""
    if isinstance(value, str):
        return f"\N{REPLACEMENT CHARACTER}{place}"
    if isinstance(value, int):
        return -(2**62) - place
    return datetime.datetime(9999, 12, place, tzinfo=datetime.UTC)


def stored(connection: Any, value: Value) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime.datetime) else value
