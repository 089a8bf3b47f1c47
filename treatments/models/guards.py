"""Database triggers for what must never be false across tables, on SQLite and PostgreSQL, and the one way past them.

`restore` and the tests' clean-up lift the guards inside a transaction: a row in `treatments_guardslifted` that no
other connection can see until it is gone again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import models, transaction


class GuardsLifted(models.Model):
    """While a row stands here, the transaction that wrote it may change what is otherwise immutable."""

    reason = models.CharField(max_length=80)

    class Meta:
        verbose_name_plural = "guards lifted"

    def __str__(self):
        return self.reason


@contextmanager
def lifted(reason: str) -> Iterator[None]:
    """Lets this transaction alone change guarded rows; for `restore` and test clean-up."""
    with transaction.atomic():
        row = GuardsLifted.objects.create(reason=reason)
        yield
        row.delete()


GUARDED = "NOT EXISTS (SELECT 1 FROM treatments_guardslifted)"


class Refusal:
    """A trigger that refuses `event` on `table` when `condition` holds, with a sentence."""

    def __init__(self, name: str, table: str, event: str, sentence: str, condition: str = "1 = 1", *, alone: str = ""):
        """`alone` is a number in PostgreSQL's SQL: transactions that have it in common go one after the other."""
        self.name, self.table, self.event, self.sentence = name, table, event, sentence
        self.alone = f"PERFORM pg_advisory_xact_lock({alone}); " if alone else ""
        self.condition = f"{GUARDED} AND ({condition})"

    def create(self, schema_editor) -> None:
        postgresql = schema_editor.connection.vendor == "postgresql"
        for statement in self.for_postgresql() if postgresql else self.for_sqlite():
            schema_editor.execute(statement)

    def drop(self, schema_editor) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {self.name}() CASCADE")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.name}")

    def for_sqlite(self) -> list[str]:
        return [
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
            f"WHEN {self.condition} BEGIN SELECT RAISE(ABORT, '{self.sentence}'); END"
        ]

    def for_postgresql(self) -> list[str]:
        row = "OLD" if self.event == "DELETE" else "NEW"
        return [
            f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {self.alone}"
            f"IF {self.condition} THEN RAISE EXCEPTION '{self.sentence}' USING ERRCODE = 'check_violation'; END IF; "
            f"RETURN {row}; END $$",
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


def immutable(table: str, what: str) -> list[Refusal]:
    return [
        Refusal(f"{table}_never_changes", table, "UPDATE", f"{what} never changes"),
        Refusal(f"{table}_is_never_deleted", table, "DELETE", f"{what} is never deleted"),
    ]
