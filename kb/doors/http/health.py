"""Whether the server is well, and what it does for its home while nobody asks.

It is well when its loop turns and the database can be read.  Probes take a late answer for a dead server, so `Health`
waits for no call: it has a connection of its own, and a count that is made again only when somebody has written
since, at most once a second.

For its home a server makes the copy of the day, and sweeps old rows (`looked_after`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kb.base import KnowledgeBase
from kb.errors import KbError
from kb.home import Home
from kb.index.encoder import Encoder
from kb.store.database import Database
from kb.store.upkeep.counts import Counts

COUNTED_FOR = 1.0
"""Seconds that a count of the entries is told again."""


class Health:
    """What `/healthz` tells: how many entries are offered, from a database that can be read."""

    def __init__(self, db: Database) -> None:
        self._counts = Counts(db)
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
        """How many entries are offered.  Raises StoreBroken when the database cannot be read."""
        version, now = self._counts.version(), time.monotonic()
        counted, at, entries = self._counted
        if version != counted and now - at >= COUNTED_FOR:
            entries = self._counts.offered()
            self._counted = version, now, entries
        return entries


EVERY = 600.0
"""Seconds between two looks; `Upkeep.look_after` decides whether there is anything to do."""

_log = logging.getLogger("kb.server")


@contextmanager
def looked_after(home: Home, encoder: Encoder, every: float = EVERY) -> Iterator[None]:
    """Look after the home now and then, on a connection of its own, until the block ends."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(every):
            try:
                with KnowledgeBase(home, encoder=encoder) as kb:
                    kb.upkeep.look_after()
            except (KbError, OSError) as error:  # the next call tells it to somebody who can mend it
                _log.warning("the home could not be looked after: %s", error)

    thread = threading.Thread(target=work, name="look after the home", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
