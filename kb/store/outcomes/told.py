"""What was told of entries in a time, and up to a moment: what reviews ask of outcomes, without reading all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from kb.model.ledger import Outcome, Result
from kb.store.database import Database, placeholders
from kb.store.outcomes.rows import OUTCOMES, by_entry
from kb.text.entries.codec import stamp


class ToldOutcomes:
    """The outcomes of one home, by when they were told."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def last(self, entry_ids: Sequence[str], until: datetime) -> dict[str, list[Outcome]]:
        """The last failure and the last success that somebody verified, of each entry and before a moment."""
        rows = self._db.rows(
            f"{OUTCOMES} WHERE o.id IN (SELECT id FROM (SELECT id, row_number() OVER"
            " (PARTITION BY entry_id, result = 'resolved' ORDER BY at DESC, id) AS place FROM outcomes"
            " WHERE entry_id IN (SELECT value FROM json_each(?)) AND at < ? AND (result IN ('failed', 'made_worse')"
            " OR result = 'resolved' AND coalesce(verified_by, '') != '')) AS told WHERE place = 1)"
            " ORDER BY o.at, o.rowid",
            [json.dumps(list(entry_ids)), stamp(until)],
        )
        return by_entry(rows)

    def entries_in(
        self, incidents: Iterable[str], since: datetime, until: datetime, results: Sequence[Result]
    ) -> dict[str, set[str]]:
        """The entries that had one of these results in each of the incidents, told in a window."""
        rows = self._db.rows(
            "SELECT DISTINCT incident, entry_id FROM outcomes WHERE incident IN (SELECT value FROM json_each(?))"
            f" AND at >= ? AND at < ? AND result IN ({placeholders(results)})",
            [json.dumps(list(incidents)), stamp(since), stamp(until), *results],
        )
        found: dict[str, set[str]] = {}
        for row in rows:
            found.setdefault(row["incident"], set()).add(row["entry_id"])
        return found

    def since(self, entry_ids: Sequence[str], at: datetime) -> dict[str, list[Outcome]]:
        """The outcomes of each entry from a moment on, oldest first."""
        rows = self._db.rows(
            f"{OUTCOMES} WHERE o.at >= ? AND o.entry_id IN (SELECT value FROM json_each(?)) ORDER BY o.at, o.rowid",
            [stamp(at), json.dumps(list(entry_ids))],
        )
        return by_entry(rows)

    def counting_with(self, outcomes: Iterable[Outcome], at: datetime) -> set[str]:
        """The entries of which an outcome before a moment counts for one of the troubles that these count for."""
        rows = self._db.rows(
            "SELECT DISTINCT o.entry_id FROM outcomes o WHERE o.at < ?1 AND (o.incident IN"
            " (SELECT value FROM json_each(?2)) OR o.lookup_id IN (SELECT l.id FROM lookups l WHERE l.id IN"
            " (SELECT value FROM json_each(?2)) OR l.incident IN (SELECT value FROM json_each(?2)) OR l.repeats IN"
            " (SELECT value FROM json_each(?2))))",
            [stamp(at), json.dumps(sorted({one.trouble for one in outcomes}))],
        )
        return {row["entry_id"] for row in rows}
