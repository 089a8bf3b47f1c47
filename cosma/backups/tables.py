"""Rows out of any database and into any other: one line of JSON a row, in the columns of the models as they were.

An archive is read with the models of its own time, which its list of migrations gives; migrating brings it up to date.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import msgspec
from django.apps import apps as current
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from cosma.backups.archive import BrokenArchive

LEFT_OUT = {
    "treatments.stamp",  # versions of stored pages, which restoring moves
    "treatments.guardslifted",  # never holds a row that others can see
    "enquiries.attempt",  # counts of button presses, for a day
}
EMPTIED = {"sessions.session"}
"""Nobody is logged in after a restore: whoever was may have been shut out since."""
AT_ONCE = 500
Nodes = tuple[tuple[str, str], ...]


def kept_models(apps=current) -> dict[str, Any]:
    """Every table that a backup holds, by the name that it has in the file."""
    found = {model._meta.label_lower: model for model in apps.get_models(include_auto_created=True)}
    return {
        name: model
        for name, model in sorted(found.items())
        if model._meta.managed and not model._meta.proxy and name not in LEFT_OUT | EMPTIED
    }


@contextmanager
def snapshot() -> Iterator[None]:
    """All that is read in the block is of one moment, and nobody who writes meanwhile has to wait."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # `atomic` would take the right to write for as long as the backup lasts.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def lines(model) -> Iterator[bytes]:
    """The names of the columns, then the rows."""
    names = [field.attname for field in model._meta.concrete_fields]
    yield msgspec.json.encode(names) + b"\n"
    for row in model._base_manager.order_by("pk").values_list(*names).iterator(AT_ONCE):
        yield msgspec.json.encode(row) + b"\n"


def applied() -> Nodes:
    return tuple(sorted(MigrationExecutor(connection).loader.applied_migrations))


def are_current() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def unknown(nodes: Nodes) -> list[tuple[str, str]]:
    """Migrations that this release does not have: the rows were written by a later one."""
    known = MigrationExecutor(connection).loader.graph.nodes
    return [node for node in nodes if node not in known]


def leaves(loader, nodes: Nodes) -> list[tuple[str, str]]:
    """Those of `nodes` that no other one builds on."""
    chosen = set(nodes)
    return [node for node in nodes if not any(child.key in chosen for child in loader.graph.node_map[node].children)]


def migrate_to(nodes: Nodes) -> None:
    """Makes the tables of an empty database as they were when the backup was made, without a row in them."""
    executor = MigrationExecutor(connection)
    executor.migrate(leaves(executor.loader, nodes))


def models_of(nodes: Nodes) -> dict[str, Any]:
    loader = MigrationExecutor(connection).loader
    return kept_models(loader.project_state(leaves(loader, nodes)).apps)


def empty(found: dict[str, Any]) -> None:
    gone = [*(model._meta.db_table for model in found.values()), "django_session"]
    with connection.cursor() as cursor:
        for table in gone:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def fill(model, written: Iterable[bytes]) -> int:
    """Rows exactly as they were, keys and times included."""
    rows = iter(written)
    names = msgspec.json.decode(next(rows, b"[]"), type=list[str])
    fields = [field for field in model._meta.concrete_fields if field.attname in names]
    if len(fields) != len(names):
        raise BrokenArchive(f"The rows of {model._meta.label} have columns that are not known.")
    by_name = {field.attname: field for field in fields}
    count = 0
    while batch := list(islice(rows, AT_ONCE)):
        insert(model, fields, [instance(model, [by_name[name] for name in names], line) for line in batch])
        count += len(batch)
    return count


def instance(model, fields: list, line: bytes):
    values = msgspec.json.decode(line, type=list)
    return model(**{field.attname: field.to_python(value) for field, value in zip(fields, values, strict=True)})


def insert(model, fields: list, rows: list) -> None:
    size = max(1, connection.ops.bulk_batch_size(fields, rows))
    for start in range(0, len(rows), size):
        # Raw, as for fixtures: a column that is set to "now" by every save keeps what the backup says.
        model._base_manager.all()._insert(rows[start : start + size], fields=fields, using=connection.alias, raw=True)


def count_on(found: dict[str, type[models.Model]]) -> None:
    """The next new row of each table gets a number after the last one that was brought back."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(found.values())):
            cursor.execute(statement)
