"""Buttons that were pressed: what was pressed once is not taken a second time.

A request is known again by what its tool gives it (`once`), a person's answer by delivery, person and result.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from kb.store.database import Database
from kb.text.entries.codec import stamp


class PressTable:
    """The rows of `presses`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @contextmanager
    def write(self) -> Iterator[None]:
        """A transaction: a press is kept together with what follows from it."""
        with self._db.write():
            yield

    def is_replayed(self, once: str) -> bool:
        """Whether this very request came before."""
        return bool(self._db.value("SELECT 1 FROM presses WHERE once = ?", [once]))

    def was_pressed(self, delivery: str, person_id: str, result: str) -> bool:
        """Whether this person said this of this notice before."""
        return bool(
            self._db.value(
                "SELECT 1 FROM presses WHERE delivery = ? AND person = ? AND result = ?",
                [delivery, person_id, result],
            )
        )

    def add(self, once: str, delivery: str, person_id: str, result: str, at: datetime) -> None:
        """Keep that a button was pressed."""
        with self._db.write():
            self._db.execute(
                "INSERT INTO presses VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING",
                [once, stamp(at), delivery, person_id, result],
            )

    def sweep(self, before: datetime) -> None:
        """Take away those from before a moment; requests that old are refused anyway."""
        with self._db.write():
            self._db.execute("DELETE FROM presses WHERE at < ?", [stamp(before)])
