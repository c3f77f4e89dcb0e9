"""What the outcomes of an entry add up to, kept until one of them, or what it counts for, changes.

Trust is a sum over all outcomes of an entry, and a lookup asks for that of some twenty entries: with years of outcomes
that would be ten thousand rows a question.  So each entry that has an outcome has one row with the sums.  Triggers,
which no writer can forget, empty it and give it another mark whenever an outcome of the entry comes, changes or goes,
or what tells its incident or lookup does (`kb.store.outcomes.tables`).  Whoever adds them up next notes the sums, and
the next lookup that is recorded keeps them, unless the mark has changed meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from kb.store.database import Database


class KeptSums(NamedTuple):
    """The sums of one entry as JSON, empty where they are to be added up, and the mark of the outcomes they are of."""

    mark: int
    sums: str


_AT_HAND = 10_000
"""Entries whose sums are held here at most where no lookup is recorded."""


class OutcomeSums:
    """The sums of the entries of one home."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._noted = dict[str, KeptSums]()

    def of(self, entry_ids: Sequence[str]) -> dict[str, KeptSums]:
        """Those of each of the entries that has an outcome, by id.  Ask before the outcomes themselves are read."""
        rows = self._db.rows(
            "SELECT entry_id, mark, sums FROM outcome_sums WHERE entry_id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(entry_ids))],
        )
        found = {row["entry_id"]: KeptSums(row["mark"], row["sums"]) for row in rows}
        return {key: self._newer(key, one) for key, one in found.items()}

    def _newer(self, entry_id: str, kept: KeptSums) -> KeptSums:
        noted = self._noted.get(entry_id)
        return noted if noted and noted.mark == kept.mark else kept

    def missing(self, most: int, after: str = "") -> list[str]:
        """Entries whose sums are not kept, by id and behind an id, `most` of them."""
        rows = self._db.rows(
            "SELECT entry_id FROM outcome_sums WHERE sums = '' AND entry_id > ? ORDER BY entry_id LIMIT ?",
            [after, most],
        )
        return [row["entry_id"] for row in rows]

    def note(self, entry_id: str, sums: KeptSums) -> None:
        """Have these kept with the next lookup that is recorded; until then they are at hand here."""
        if len(self._noted) >= _AT_HAND:
            self._noted.clear()
        self._noted[entry_id] = sums

    def keep(self) -> None:
        """Keep what was noted, of the entries whose outcomes are those that were added up.  Call inside a write."""
        noted, self._noted = self._noted, {}
        if noted:
            self._db.execute_many(
                "UPDATE outcome_sums SET sums = ? WHERE entry_id = ? AND mark = ?",
                [(one.sums, entry_id, one.mark) for entry_id, one in noted.items()],
            )
