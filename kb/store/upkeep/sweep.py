"""Rows that nobody needs any more are swept: old lookups that came to nothing, and entries that left long ago unused.

A lookup goes when it is old enough, has no outcome, was asked in no incident, opened none, and no open proposal is
drafted from it; lookups that repeat one another (`kb.store.history`) go or stay together.  What outcomes taught
rests on lookups with an outcome or an incident, so it stays.  A retired entry goes when nothing that happened names
it; incidents and runbooks stay, since reviews of their time are counted from them.  Work is done in small
transactions, so that nobody waits for long; what is swept is asked for under the lock.

Of entries their titles stay.  Of lookups it stays how often what was asked in which week, exact to the moment: a
lookup takes one or two kilobytes, with its lines and what it offered; those of a week that have verdict, template,
service and offers in common become one row, which keeps their number, the newest telling line and when each was
asked, some ten bytes a lookup.  So whatever window a review counts, it finds the numbers that it would have found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from kb.model.receipts import SweepReport
from kb.store.database import Database, Row, placeholders
from kb.store.upkeep.swept import SweptLookups
from kb.text.entries.codec import stamp

_AT_ONCE = 500
"""Rows that are swept in one transaction."""
_NEEDED = """WITH named (id, why) AS (
    SELECT lookup_id, 'outcome' FROM outcomes WHERE lookup_id IS NOT NULL
    UNION ALL SELECT json_extract(data, '$.lookup_id'), 'incident' FROM events WHERE kind = 'opened'
    UNION ALL SELECT id, 'incident' FROM lookups WHERE incident != ''
    UNION ALL SELECT l.value, 'proposal' FROM proposals p, json_each(p.data, '$.lookups') l WHERE p.state = 'open'
), needed (id, why) AS (
    SELECT coalesce(l.repeats, l.id), n.why FROM named n JOIN lookups l ON l.id = n.id
), going (id) AS (
    SELECT l.id FROM lookups l WHERE l.at < ?1 AND coalesce(l.repeats, l.id) NOT IN (SELECT id FROM needed)
)"""
"""Lookups that something names, with why; the first of those that repeat one another; and what goes, before ?1."""
_GOING_ENTRIES = f"""{_NEEDED}, used (id) AS (
    SELECT entry_id FROM outcomes UNION SELECT entry_id FROM moves UNION SELECT entry_id FROM wordings
    UNION SELECT entry_id FROM copies UNION SELECT entry_id FROM offers WHERE lookup_id NOT IN (SELECT id FROM going)
    UNION SELECT json_extract(data, '$.entry_id') FROM events WHERE kind != 'note'
    UNION SELECT subject FROM events WHERE subject IS NOT NULL
)
SELECT id FROM entries e WHERE status = 'retired' AND retired_at < ?1 AND kind NOT IN ('incident', 'runbook')
    AND id NOT IN (SELECT id FROM used WHERE id IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM proposals p WHERE p.state = 'open' AND instr(p.data, e.id) > 0)
ORDER BY id"""


class Sweep:
    """The old rows of one home."""

    def __init__(self, db: Database) -> None:
        self._db, self._swept = db, SweptLookups(db)

    def plan(self, days: int, now: datetime) -> SweepReport:
        """What a sweep would do now.  Changes nothing."""
        before = stamp(now - timedelta(days=days))
        (found,) = self._db.rows(
            f"{_NEEDED} SELECT count(*) n, min(at) oldest, max(at) newest, (SELECT count(*) FROM offers o WHERE"
            " o.lookup_id IN (SELECT id FROM going)) offers FROM lookups WHERE id IN (SELECT id FROM going)",
            [before],
        )
        kept = self._db.rows(
            f"{_NEEDED} SELECT n.why, count(DISTINCT l.id) n FROM lookups l JOIN needed n ON"
            " n.id = coalesce(l.repeats, l.id) WHERE l.at < ?1 GROUP BY n.why",
            [before],
        )
        stay = {row["why"]: int(row["n"]) for row in kept}
        size = self._db.size()[0]
        return SweepReport(
            days=days,
            dry_run=True,
            lookups=found["n"],
            offers=found["offers"],
            oldest=found["oldest"],
            newest=found["newest"],
            kept_with_outcome=stay.get("outcome", 0),
            kept_in_incident=stay.get("incident", 0),
            kept_for_proposal=stay.get("proposal", 0),
            entries=tuple(self._entries(before)),
            bytes_before=size,
            bytes_after=size,
        )

    def run(self, days: int, now: datetime) -> None:
        """Sweep.  Raises HomeNotWritable; what is swept by then is swept whole."""
        before = stamp(now - timedelta(days=days))
        while self._some_lookups(before):
            pass
        while self._some_entries(before, stamp(now)):
            pass

    def _some_lookups(self, before: str) -> int:
        with self._db.write():
            rows = self._db.rows(
                f"{_NEEDED} SELECT * FROM lookups WHERE id IN (SELECT id FROM going) ORDER BY at, id LIMIT {_AT_ONCE}",
                [before],
            )
            ids = [row["id"] for row in rows]
            # What repeats another counted nothing, so nothing of it is kept.
            self._swept.add([row for row in rows if not row["repeats"]], self._offered(ids))
            self._delete("offers", "lookup_id", ids)
            self._delete("lookups", "id", ids)
        return len(ids)

    def _some_entries(self, before: str, now: str) -> int:
        with self._db.write():
            ids = self._entries(before)[:_AT_ONCE]
            self._db.execute(
                "INSERT INTO swept_entries SELECT id, kind, headline, origin, happened, created_at,"
                f" retired_at, ? FROM entries WHERE id IN ({placeholders(ids)}) ON CONFLICT DO NOTHING",
                [now, *ids],
            )
            self._delete("entries", "id", ids)
        return len(ids)

    def _entries(self, before: str) -> list[str]:
        return [row["id"] for row in self._db.rows(_GOING_ENTRIES, [before])]

    def _offered(self, ids: Sequence[str]) -> dict[str, list[str]]:
        found = dict[str, list[str]]()
        rows: list[Row] = self._db.rows(
            f"SELECT lookup_id, entry_id FROM offers WHERE lookup_id IN ({placeholders(ids)}) ORDER BY lookup_id, rank",
            ids,
        )
        for row in rows:
            found.setdefault(row["lookup_id"], []).append(row["entry_id"])
        return found

    def _delete(self, table: str, column: str, ids: Sequence[str]) -> None:
        self._db.execute(f"DELETE FROM {table} WHERE {column} IN ({placeholders(ids)})", ids)
