"""The schema in PostgreSQL, as steps that are applied once, in order, each in a transaction.

A step that has shipped is never edited: what must change is a new step at the end, beside one of SQLite's
(`kb.store.upkeep.migrations`); a test holds the tables and columns of both against one another.  Where tenants share a
database, `tenants.sql` runs behind each step: a step that changes a function which is there, too, changes both.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from kb.expression import expression

STEPS: Sequence[tuple[str, Sequence[str]]] = (
    ("the tables of SQLite's step 17", ("tables.sql", "functions.sql")),
)
"""What each step is, and the files with its statements."""
SCHEMA = len(STEPS)
"""The schema that this code knows."""
MADE = "SELECT coalesce(max(step), 0) FROM schema_steps"
"""Asks a database for its schema."""
BEGIN = (
    "CREATE TABLE IF NOT EXISTS schema_steps (step INTEGER PRIMARY KEY, name TEXT, at TIMESTAMPTZ NOT NULL)"
)
ALONE = "SELECT pg_advisory_xact_lock(hashtext('kb'), hashtext(current_schema()))"
"""Two hosts that open a new database at the same time take the steps one after the other."""
_TEXT = expression(r"\bTEXT\b")


def statements(number: int) -> tuple[str, str]:
    """What step `number`, from 1 on, is called, and its statements."""
    name, parts = STEPS[number - 1]
    return name, "\n".join(map(as_read, parts))


def as_read(part: str) -> str:
    """The statements of a file, as PostgreSQL is given them."""
    return _TEXT.sub(
        'text COLLATE "C"', files("kb.store.postgresql").joinpath(part).read_text(encoding="utf-8")
    )
