"""The schema in PostgreSQL, as steps that are applied once, in order, each in a transaction.

A step that has shipped is never edited: what must change is a new step at the end, beside one of SQLite's
(`kb.store.upkeep.migrations`); a test holds the tables and columns of both against one another.  Where tenants share a
database, `tenants.sql` runs behind each step: a step that changes a function which is there, too, changes both.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from kb.expression import expression

if TYPE_CHECKING:
    from kb.store.postgresql.connection import Connection

STEPS: Sequence[tuple[str, Sequence[str]]] = (
    ("the tables of SQLite's step 17", ("tables.sql", "functions.sql")),
    ("memory files as rows, beside the tables of SQLite's step 17", ("memory.sql",)),
    ("what outcomes add up to: SQLite's step 18", ("outcome_sums.sql",)),
)
"""What each step is, and the files with its statements."""
SCHEMA = len(STEPS)
"""The schema that this code knows."""
MADE = "SELECT coalesce(max(step), 0) FROM schema_steps"
"""Asks a database for its schema."""
BEGIN = (
    "CREATE TABLE IF NOT EXISTS schema_steps (step INTEGER PRIMARY KEY, name TEXT, at TIMESTAMPTZ NOT NULL)"
)
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


def statements(number: int) -> tuple[str, str]:
    """What step `number`, from 1 on, is called, and its statements."""
    name, parts = STEPS[number - 1]
    return name, "\n".join(map(as_read, parts))


def as_read(part: str) -> str:
    """The statements of a file, as PostgreSQL is given them."""
    return _TEXT.sub(
        'text COLLATE "C"', files("kb.store.postgresql").joinpath(part).read_text(encoding="utf-8")
    )
