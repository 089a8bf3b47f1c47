"""When each published address last changed, for the page store (`cosma/stamps.py` reads it, twice a second).

One row an address, named by the address itself; `/` stands for what every page shows, and the row without a name
is the counter that the others take their version from. A version is the time in microseconds, and always more than
the one before, so versions of an older copy of the database never look newer than what has been stored since.

Triggers move them, so bulk and shell edits do as well as the verbs. On PostgreSQL they run at commit: two people who
publish wait for each other only there, and nobody can read a version before all that came before it.
"""

from django.db import connection, models

TABLE = "treatments_stamp"
NOW = {
    "postgresql": "(extract(epoch from clock_timestamp()) * 1000000)::bigint",
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
}
LATER = {"postgresql": "greatest", "sqlite": "max"}


class Stamp(models.Model):
    name = models.CharField(max_length=200, primary_key=True)
    version = models.BigIntegerField(db_index=True)

    def __str__(self):
        return f"{self.name or 'counter'}: {self.version}"


def count_up(vendor: str) -> str:
    now = NOW[vendor]
    return (
        f"INSERT INTO {TABLE} (name, version) VALUES ('', {now}) ON CONFLICT (name) "
        f"DO UPDATE SET version = {LATER[vendor]}({TABLE}.version + 1, {now})"
    )


def move(names: str) -> str:
    """SQL that gives the counter's version to every name that the query `names` finds."""
    return (
        f"INSERT INTO {TABLE} (name, version) SELECT moved.name, counter.version "
        f"FROM ({names}) AS moved, {TABLE} counter WHERE counter.name = '' "
        "ON CONFLICT (name) DO UPDATE SET version = excluded.version"
    )


def move_all() -> None:
    """Makes every stored page old, on every node: for after a backup was brought back."""
    with connection.cursor() as cursor:
        cursor.execute(count_up(connection.vendor))
        cursor.execute(move(EVERY_PAGE))


def move_page(revision: models.Model) -> None:
    """Has every worker make the stored page of its address anew, though nobody has asked for it yet."""
    with connection.cursor() as cursor:
        cursor.execute(count_up(connection.vendor))
        cursor.execute(move(f"{ADDRESS} WHERE r.id = %s"), [revision.pk])


class Mover:
    """Triggers that move the stamps which `names` finds, whenever a row of `table` is written."""

    def __init__(self, table: str, names: str):
        self.table, self.names = table, names

    def create(self, schema_editor) -> None:
        vendor = schema_editor.connection.vendor
        for statement in self.for_postgresql() if vendor == "postgresql" else self.for_sqlite():
            schema_editor.execute(statement)

    def drop(self, schema_editor) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {self.table}_moves_stamps() CASCADE")
        else:
            for event in ("insert", "update", "delete"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {self.table}_moves_stamps_on_{event}")

    def for_sqlite(self) -> list[str]:
        return [
            f"CREATE TRIGGER {self.table}_moves_stamps_on_{event} AFTER {event.upper()} ON {self.table} BEGIN "
            f"{count_up('sqlite')}; {move(self.of(row))}; END"
            for event, row in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD"))
        ]

    def for_postgresql(self) -> list[str]:
        name = f"{self.table}_moves_stamps"
        changed, gone = (f"{count_up('postgresql')}; {move(self.of(row))};" for row in ("NEW", "OLD"))
        return [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN {gone} ELSE {changed} END IF; RETURN NULL; END $$",
            f"CREATE CONSTRAINT TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {self.table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]

    def of(self, row: str) -> str:
        return self.names.replace("{row}", row)


ADDRESS = (
    "SELECT DISTINCT CASE WHEN r.treatment_id IS NOT NULL THEN '/treatments/' "
    "WHEN r.concern_id IS NOT NULL THEN '/concerns/' ELSE '/' END || r.slug || '/' AS name FROM treatments_revision r"
)
PUBLISHED = f"{ADDRESS} WHERE r.id = {{row}}.revision_id"
SIGNED = f"{ADDRESS} WHERE r.fingerprint = {{row}}.fingerprint"
WITHDRAWN = f"{ADDRESS} JOIN treatments_signoff s ON s.fingerprint = r.fingerprint WHERE s.id = {{row}}.sign_off_id"
EVERY_PAGE = "SELECT '/' AS name"
MOVERS = [
    Mover("treatments_publication", PUBLISHED),
    Mover("treatments_signoff", SIGNED),
    Mover("treatments_withdrawal", WITHDRAWN),
    Mover("treatments_organisation", EVERY_PAGE),
    Mover("treatments_clinic", EVERY_PAGE),
    Mover("treatments_practitioner", EVERY_PAGE),
]
WORKS_AT = Mover("treatments_practitioner_clinics", EVERY_PAGE)
"""Who works where: written on its own when rows are edited in bulk."""
