"""Both engines have the same tables, columns, keys and defaults, whatever each needs beside them."""

from __future__ import annotations

import re
from pathlib import Path

from sqlite_utils import Database as SqliteUtils

from kb.store.engines.engine import SCHEMA
from kb.store.postgresql import steps
from kb.store.upkeep.migrations import migrations
from tests.doubles.postgres import PostgresServer

Columns = dict[str, list[tuple[str, str, bool, str, bool]]]
"""Of each table its columns: name, sort of type, whether it must be there, default, whether it is of the key."""
_SORTS = {
    "TEXT": "text",
    "INTEGER": "number",
    "REAL": "fraction",
    "BLOB": "bytes",
    "text": "text",
    "integer": "number",
    "bigint": "number",
    "double precision": "fraction",
    "bytea": "bytes",
}
_OF_POSTGRESQL = {"schema_steps", "writes", "chunk_terms", "postings", "memory_files"}
_COLUMNS = """
    SELECT c.table_name, c.column_name, c.data_type, c.is_nullable = 'NO', coalesce(c.column_default, ''),
        EXISTS (SELECT 1 FROM information_schema.key_column_usage k JOIN information_schema.table_constraints t
            ON t.constraint_name = k.constraint_name AND t.constraint_type = 'PRIMARY KEY'
            WHERE k.table_name = c.table_name AND k.column_name = c.column_name)
    FROM information_schema.columns c JOIN information_schema.tables b ON b.table_name = c.table_name
    WHERE c.table_schema = 'public' AND b.table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position
"""


def of_sqlite() -> Columns:
    db = SqliteUtils(memory=True)
    migrations.apply(db)
    made = db.conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    names = [name for (name,) in made if not name.startswith(("chunk_terms", "sqlite_", "_sqlite_"))]
    found = Columns()
    for name in names:
        for _, column, kind, must, default, key in db.conn.execute(f"PRAGMA table_info({name})"):
            found.setdefault(name, []).append(
                (column, _SORTS[kind], bool(must or key), default or "", bool(key))
            )
    return found


def of_postgresql(server: PostgresServer, database: str) -> Columns:
    found = Columns()
    for table, column, kind, must, default, key in server.run(_COLUMNS, database):
        if table not in _OF_POSTGRESQL and column != "rowid":
            plain = re.sub(r"::text$", "", default)
            found.setdefault(table, []).append((column, _SORTS[kind], must, plain, key))
    return found


def test_tables_columns_keys_and_defaults_are_the_same(
    postgres_server: PostgresServer, database: str, shared_home: Path
) -> None:
    assert shared_home.is_dir()
    assert of_postgresql(postgres_server, database) == of_sqlite()


def test_the_step_of_sqlite_that_the_tables_are_of_is_the_newest() -> None:
    """Whoever adds a step to SQLite's adds one here, and says so in its name."""
    assert steps.STEPS[-1][0].endswith(f"step {SCHEMA}")


def test_what_is_made_is_noted_once(
    postgres_server: PostgresServer, database: str, shared_home: Path
) -> None:
    assert shared_home.is_dir()
    made = postgres_server.run("SELECT step, name FROM schema_steps ORDER BY step", database)
    assert made == [(number, name) for number, (name, _) in enumerate(steps.STEPS, 1)]
