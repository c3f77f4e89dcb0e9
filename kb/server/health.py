"""Whether the server is well: its loop turns, and the database can be read.

Asked by probes that take a late answer for a dead server, so it waits for no call: a connection of its own, and a
count that is made again only when somebody has written since, at most once a second.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from kb.home import Home
from kb.storage.database import Database
from kb.storage.entries import OFFERED

COUNTED_FOR = 1.0
"""Seconds that a count of the entries is told again."""
_COUNT = f"SELECT count(*) FROM entries WHERE status IN ({','.join('?' * len(OFFERED))})"


class Health:
    """What `/healthz` tells."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._counted = -1, -COUNTED_FOR, 0

    @classmethod
    @contextmanager
    def of(cls, home: Home) -> Iterator[Health]:
        """Over a connection that is closed at the end."""
        db = Database(home.database)
        try:
            yield cls(db)
        finally:
            db.close()

    def entries(self) -> int:
        """How many entries are on offer.  Raises StoreBroken when the database cannot be read."""
        version, now = int(self._db.value("PRAGMA data_version")), time.monotonic()
        counted, at, entries = self._counted
        if version != counted and now - at >= COUNTED_FOR:
            entries = int(self._db.value(_COUNT, list(OFFERED)))
            self._counted = version, now, entries
        return entries
