"""Stand-in until the part on trust lands; never merged."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from kb.records import Status
from kb.storage.codec import stamp
from kb.storage.database import Database
from kb.storage.entries import EntryTable
from kb.storage.identify import fingerprints_of


class Moves:
    """Moves in the database alone."""

    def __init__(self, db: Database, entries: EntryTable) -> None:
        self._db, self._entries = db, entries

    def move(self, entry_id: str, to: Status, *, rule: str, reason: str, actor: str, now: datetime) -> object:
        """Move."""
        with self._db.write():
            entry = self._entries.get(entry_id)
            assert entry
            self._db.execute(
                "INSERT INTO moves (at, entry_id, was, became, rule, reason, actor, done) VALUES (?,?,?,?,?,?,?,1)",
                [stamp(now), entry_id, entry.status, to, rule, reason, actor],
            )
            new = replace(entry, status=to)
            self._entries.put(
                new, file=self._entries.file_of(entry_id) or "", fingerprints=fingerprints_of(new), now=now
            )
        return None
