"""The schema in PostgreSQL, as steps that are applied once, in order, each in a transaction.

A step that has shipped is never edited: what must change is a new step at the end, beside one of SQLite's
(`kb.store.upkeep.migrations`); a test holds the tables and columns of both against one another.  Where tenants share a
database, `tenants.sql` runs behind each step: a step that changes a function which is there, too, changes both.

Code that knows fewer steps goes on beside a step, also while it is taken, unless that is one of `APART`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from kb.errors import StoreBroken
from kb.expression import expression

if TYPE_CHECKING:
    from kb.store.postgresql.connection import Connection

STEPS: Sequence[tuple[str, Sequence[str]]] = (
    ("the tables of SQLite's step 17", ("tables.sql", "functions.sql")),
    ("memory files as rows, beside the tables of SQLite's step 17", ("memory.sql",)),
    ("what outcomes add up to: SQLite's step 18", ("outcome_sums.sql",)),
    ("writes of lookups have a number of their own, beside the tables of SQLite's step 18", ("asked.sql",)),
)
"""What each step is, and the files with its statements."""
APART: Mapping[int, str] = {}
"""Steps by number that code which does not know them cannot go on beside, each with what it would do wrong.

All others only add: tables, indexes, triggers, columns that may be left out.
"""
SCHEMA = len(STEPS)
"""The schema that this code knows."""
MADE = "SELECT coalesce(max(step), 0) FROM schema_steps"
"""Asks a database for its schema."""
BEGIN = """
    CREATE TABLE IF NOT EXISTS schema_steps (step INTEGER PRIMARY KEY, name TEXT, at TIMESTAMPTZ NOT NULL);
    ALTER TABLE schema_steps ADD COLUMN IF NOT EXISTS apart TEXT
"""
TAKEN = "INSERT INTO schema_steps (step, name, at, apart) VALUES ($1, $2, now(), $3)"
_APART = """
    SELECT steps.step, to_jsonb(steps) ->> 'apart' AS apart
    FROM schema_steps AS steps WHERE to_jsonb(steps) ->> 'apart' IS NOT NULL AND step > $1 ORDER BY step LIMIT 1
"""
"""(A database that an earlier version made has no such column.)"""
THERE = "SELECT to_regclass('schema_steps') IS NOT NULL"
"""Asks whether any step was taken."""
ALONE = "SELECT pg_advisory_xact_lock(hashtext('kb'), hashtext(current_schema()))"
"""Two hosts that open a new database at the same time take the steps one after the other."""
_TEXT = expression(r"\bTEXT\b")


def found(connection: Connection) -> int:
    """The schema of a database; 0 where it is empty."""
    there = connection.execute(THERE).fetchone()
    made = connection.execute(MADE).fetchone() if there and there[0] else None
    return int(made[0]) if made else 0


def refuse_apart(connection: Connection, place: str) -> None:
    """Raises StoreBroken where a newer kb took a step that this code cannot go on beside."""
    if found(connection) <= SCHEMA:
        return
    for row in connection.execute(_APART, [SCHEMA]).fetchall():
        raise StoreBroken(
            f"{place} was written by a newer kb, beside which this one cannot go on (step {row['step']}: "
            f"{row['apart']}; this one knows {SCHEMA}); nothing was changed, update kb"
        )


def statements(number: int) -> tuple[str, str]:
    """What step `number`, from 1 on, is called, and its statements."""
    name, parts = STEPS[number - 1]
    return name, "\n".join(map(as_read, parts))


def as_read(part: str) -> str:
    """The statements of a file, as PostgreSQL is given them."""
    return _TEXT.sub(
        'text COLLATE "C"', files("kb.store.postgresql").joinpath(part).read_text(encoding="utf-8")
    )
