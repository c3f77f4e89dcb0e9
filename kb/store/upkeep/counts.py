"""Counts of what a home holds, and of what was recorded in it since somebody began to count: for probes and scrapes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kb.model.entry import OFFERED
from kb.store.database import Database, placeholders


class Counts:
    """What is so now."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def version(self) -> int:
        """A number that is another one when somebody else has written."""
        return self._db.version()

    def offered(self) -> int:
        """Entries that lookups may offer.  Raises StoreBroken when the database cannot be read."""
        marks = placeholders(OFFERED)
        return int(self._db.value(f"SELECT count(*) FROM entries WHERE status IN ({marks})", list(OFFERED)))

    def entries(self) -> dict[tuple[str, str], int]:
        """Entries by kind and status."""
        rows = self._db.rows("SELECT kind, status, count(*) FROM entries GROUP BY kind, status")
        return {(row[0], row[1]): row[2] for row in rows}

    def open_incidents(self) -> int:
        """Incidents that were opened here and are not closed."""
        return int(self._db.value("SELECT count(*) FROM open_incidents"))

    def waiting_proposals(self) -> dict[str, int]:
        """Proposals that nobody has decided on, by kind."""
        rows = self._db.rows("SELECT kind, count(*) FROM proposals WHERE state = 'open' GROUP BY kind")
        return {row[0]: row[1] for row in rows}

    def deliveries_to_do(self) -> dict[str, int]:
        """Deliveries of webhooks that are not done, by how far they are."""
        from kb.model.hook import HookState  # who is asked whether a server is well needs none of it

        states = [state for state in HookState if state is not HookState.DONE]
        rows = self._db.rows("SELECT state, count(*) FROM hook_deliveries WHERE state != 'done' GROUP BY 1")
        return {**dict.fromkeys(map(str, states), 0), **{row[0]: row[1] for row in rows}}

    def hooks(self) -> list[str]:
        """The webhooks of which deliveries are kept."""
        return [row[0] for row in self._db.rows("SELECT DISTINCT hook FROM hook_deliveries")]

    def messages(self) -> dict[str, int]:
        """Messages to people, by state; tests of targets are none."""
        from kb.model.notice import DeliveryState

        rows = self._db.rows("SELECT state, count(*) FROM deliveries WHERE kind != 'test' GROUP BY state")
        return {str(state): 0 for state in DeliveryState} | {row[0]: row[1] for row in rows}


@dataclass
class Recorded:
    """How many rows of a table of the ledger were added since this was made, by the word in one column.

    `words` are those that begin at zero, so that the first new row with one is seen as a rise.
    """

    db: Database
    table: str
    column: str
    words: Iterable[str] = ()
    number: str = "rowid"
    """The column that numbers the rows in the order in which they came."""
    _last: int = field(init=False)
    _server: int = field(init=False)
    _counted: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self._last, self._server = self._newest(), self.db.servers
        self._counted = dict.fromkeys(map(str, self.words), 0)

    def counted(self) -> dict[str, int]:
        """The counts up to now; they only grow, whatever is swept meanwhile."""
        newest = self._newest()
        if self._server != self.db.servers:  # (it may have been put back to an earlier time)
            self._server, self._last = self.db.servers, min(self._last, newest)
        rows = self.db.rows(
            f"SELECT {self.column}, count(*) FROM {self.table} WHERE {self.number} > ? AND {self.number} <= ?"
            " GROUP BY 1",
            [self._last, newest],
        )
        for word, count in rows:
            self._counted[word] = self._counted.get(word, 0) + count
        self._last = max(self._last, newest)
        return dict(self._counted)

    def _newest(self) -> int:
        return int(self.db.value(f"SELECT coalesce(max({self.number}), 0) FROM {self.table}"))
