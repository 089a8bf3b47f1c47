"""The indexes under the rows of `searching`, which each database makes in its own way.

SQLite: two FTS5 tables, filled by triggers; one of words for matching, one of three-letter pieces for mistyped words.
PostgreSQL: full-text indexes over the same words, and one of three-letter pieces where the extension pg_trgm can be
had. The words have been brought to their stems before (`vocabulary.py`), so neither database's own rules come in.
"""

from django.db import DatabaseError, connections, transaction

from treatments.indexing import Rank

ENTRIES, WORDS = "treatments_searchentry", "treatments_searchword"
ENTRY_INDEX, WORD_INDEX = "treatments_searchentry_index", "treatments_searchword_index"
LETTERS = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'"
VECTOR = "treatments_search_vector({column})"
# What it costs is said, or the database would rather read row by row until it has enough: quick for one common word,
# but seconds for two that never stand together.
FUNCTION = (
    "CREATE OR REPLACE FUNCTION treatments_search_vector(words text) RETURNS tsvector LANGUAGE plpgsql "
    "IMMUTABLE STRICT COST 1000 AS $$ BEGIN "
    "RETURN pg_catalog.array_to_tsvector(pg_catalog.string_to_array(words, ' ')); END $$"
)
COLUMNS = ("title_words", "all_words")
PIECES = "(word || '')"
"""Not the bare column: PostgreSQL would take the index of pieces to look up whole words, a hundred times slower."""


def create(schema_editor) -> None:
    connection = schema_editor.connection
    for statement in for_postgresql() if connection.vendor == "postgresql" else for_sqlite():
        schema_editor.execute(statement, params=None)
    if connection.vendor == "postgresql":
        sharpen(connection.alias)


def renew(schema_editor) -> None:
    """PostgreSQL's indexes as they are made now. SQLite's have not changed."""
    if schema_editor.connection.vendor == "postgresql":
        for statement in for_postgresql():
            schema_editor.execute(statement, params=None)


def drop(schema_editor) -> None:
    """On PostgreSQL the indexes go with their tables."""
    if schema_editor.connection.vendor == "sqlite":
        for name in (ENTRY_INDEX, WORD_INDEX):
            schema_editor.execute(f"DROP TABLE IF EXISTS {name}")
        for table in (ENTRIES, WORDS):
            for event in ("insert", "update", "delete"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_is_indexed_on_{event}")


def for_postgresql() -> list[str]:
    """Also where there are older ones. Names have an index of their own, however many headings say the same."""
    indexes = {
        "names": VECTOR.format(column="title_words") + f") WHERE (rank = {Rank.NAME.value}",
        **{column: VECTOR.format(column=column) for column in COLUMNS},
    }
    return [
        FUNCTION,
        *(f"DROP INDEX IF EXISTS {ENTRIES}_{name}" for name in indexes),
        *(f"CREATE INDEX {ENTRIES}_{name} ON {ENTRIES} USING gin ({what})" for name, what in indexes.items()),
    ]


def for_sqlite() -> list[str]:
    return [
        *of_sqlite_table(ENTRIES, ENTRY_INDEX, COLUMNS, f'tokenize = "{LETTERS}"'),
        *of_sqlite_table(WORDS, WORD_INDEX, ("word",), "tokenize = 'trigram'"),
    ]


def of_sqlite_table(table: str, index: str, columns: tuple[str, ...], options: str) -> list[str]:
    """The index keeps no text of its own, so it must be told what stood in a row that changes or goes."""
    names = ", ".join(columns)
    new, old = (", ".join(f"{row}.{column}" for column in columns) for row in ("NEW", "OLD"))
    add = f"INSERT INTO {index} (rowid, {names}) VALUES (NEW.id, {new});"
    remove = f"INSERT INTO {index} ({index}, rowid, {names}) VALUES ('delete', OLD.id, {old});"
    return [
        f"CREATE VIRTUAL TABLE {index} USING fts5({names}, content = '{table}', content_rowid = 'id', {options})",
        f"CREATE TRIGGER {table}_is_indexed_on_insert AFTER INSERT ON {table} BEGIN {add} END",
        f"CREATE TRIGGER {table}_is_indexed_on_delete AFTER DELETE ON {table} BEGIN {remove} END",
        f"CREATE TRIGGER {table}_is_indexed_on_update AFTER UPDATE ON {table} BEGIN {remove} {add} END",
    ]


def sharpen(alias: str) -> bool:
    """Has PostgreSQL find mistyped words by three-letter pieces; false where the extension cannot be had."""
    try:
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {WORD_INDEX} ON {WORDS} USING gin ({PIECES} gin_trgm_ops)")
    except DatabaseError:
        return False
    return True


def sharpen_anew(schema_editor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {WORD_INDEX}")
        sharpen(schema_editor.connection.alias)


def refresh(connection) -> None:
    """Has each database do anew what it keeps of its own beside the rows."""
    if connection.vendor == "postgresql":
        sharpen(connection.alias)
        return
    with connection.cursor() as cursor:
        for index in (ENTRY_INDEX, WORD_INDEX):
            cursor.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")


def is_sharp(connection) -> bool:
    """Whether mistyped words are found by their pieces."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_indexes WHERE indexname = %s", [WORD_INDEX])
        return cursor.fetchone() is not None
