"""Lookups that could not be recorded at once, since another process was writing: files that the next writer takes in.

A question does not wait for a writer (`Database.at_once`), and what it asked must not be lost.  So its row lies
in a file of its own beside the database, whole or not at all, until a call that may write puts it into the ledger
under the id and the time that it was given.  Taking a file in twice changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from kb.errors import HomeNotWritable
from kb.memory.yaml_file import write_atomically
from kb.store.database import Database, placeholders
from kb.store.history import repeated


class LookupRows(NamedTuple):
    """A row of `lookups` by column, and the rows of `offers` that belong to it, without its id."""

    lookup: Mapping[str, object]
    offers: Sequence[Sequence[object]]


class DeferredLookups:
    """The lookups of one home that are still to be recorded."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._folder = db.path.with_name(f"{db.path.name}.lookups")

    def holds(self, lookup_id: str) -> bool:
        """Whether the lookup is still to be recorded."""
        return self._file(lookup_id).is_file()

    def keep(self, rows: LookupRows) -> None:
        """Keep the rows for later.  Raises HomeNotWritable."""
        try:
            write_atomically(self._file(str(rows.lookup["id"])), json.dumps(rows).encode())
        except OSError as error:
            raise HomeNotWritable(f"{self._folder}: {error.strerror or error}") from error

    def take_in(self) -> None:
        """Record what waits.  Where nothing does, that costs a look for a folder that is not there."""
        if self._db.read_only or not self._folder.is_dir():
            return
        waiting = {file: rows for file in sorted(self._folder.glob("lookup-*.json")) if (rows := _read(file))}
        if not waiting:
            return
        with self._db.write():
            for rows in waiting.values():
                self.insert(rows)
        for file in waiting:
            file.unlink(missing_ok=True)

    def insert(self, rows: LookupRows) -> None:
        """Write the rows, unless they are there.  Call inside a write."""
        first = rows.offers[0][0] if rows.offers else None
        lookup = {**rows.lookup, "repeats": repeated(self._db.rows, rows.lookup, first)}
        self._db.execute(
            f"INSERT INTO lookups ({', '.join(lookup)}) VALUES ({placeholders(list(lookup))}) ON CONFLICT DO NOTHING",
            list(lookup.values()),
        )
        self._db.execute_many(
            "INSERT INTO offers VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING",
            [(rows.lookup["id"], *one) for one in rows.offers],
        )

    def _file(self, lookup_id: str) -> Path:
        return self._folder / f"{Path(lookup_id).name}.json"


def _read(file: Path) -> LookupRows | None:
    """The rows of a file; None where another process was quicker, or where somebody else wrote it."""
    try:
        return LookupRows(*json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
