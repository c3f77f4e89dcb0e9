"""The words in which an entry was asked for when it resolved the trouble: rows derived from the ledger.

They are kept beside the entry, not in it: an edit of its text, a change of its status or an index made
anew takes them along (`EntryTable` reads them whenever it indexes an entry).  Which lines are taught,
and which no longer, is decided in `kb.learning.wordings`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from kb.model.ledger import Asked, Result, Told, Wording
from kb.store.database import Database, Row, placeholders
from kb.text.entries.codec import stamp
from kb.text.masking import fingerprint

_COLUMNS = "l.id, l.at, l.fingerprint, l.evidence, l.tool, l.service, l.environment, l.incident"


class WordingTable:
    """The rows of `wordings`, and what of the ledger they are made from."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, entry_id: str) -> list[Wording]:
        """The wordings that the entry was taught, the newest first."""
        rows = self._db.rows(
            "SELECT * FROM wordings WHERE entry_id = ? ORDER BY at DESC, fingerprint", [entry_id]
        )
        return [_wording(row) for row in rows]

    def of_all(self, entry_ids: Sequence[str]) -> dict[str, list[Wording]]:
        """As `of`, for each of the entries that was taught any, by its id."""
        rows = self._db.rows(
            "SELECT * FROM wordings WHERE entry_id IN (SELECT value FROM json_each(?))"
            " ORDER BY entry_id, at DESC, fingerprint",
            [json.dumps(list(entry_ids))],
        )
        found: dict[str, list[Wording]] = {}
        for row in rows:
            found.setdefault(row["entry_id"], []).append(_wording(row))
        return found

    def find(self, entry_ids: Sequence[str], fingerprints: Sequence[str]) -> dict[tuple[str, str], Wording]:
        """Those with these entries and fingerprints, by entry and fingerprint."""
        rows = self._db.rows(
            f"SELECT * FROM wordings WHERE entry_id IN ({placeholders(entry_ids)})"
            f" AND fingerprint IN ({placeholders(fingerprints)})",
            [*entry_ids, *fingerprints],
        )
        return {(row["entry_id"], row["fingerprint"]): _wording(row) for row in rows}

    def replace(self, entry_id: str, wordings: Iterable[Wording]) -> None:
        """Let the entry have these and no others.  Call inside a write."""
        self._db.execute("DELETE FROM wordings WHERE entry_id = ?", [entry_id])
        self._db.execute_many(
            "INSERT INTO wordings VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING",
            [
                (
                    entry_id,
                    one.fingerprint,
                    one.line,
                    stamp(one.at),
                    json.dumps(one.services),
                    int(one.verified),
                )
                for one in wordings
            ],
        )

    def renew(self, entry_ids: Sequence[str] | None = None) -> None:
        """Make the fingerprints (of these entries) anew after a change of the masking rules.  Call inside a write."""
        which, values = "", list[object]()
        if entry_ids is not None:
            which = " WHERE entry_id IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(list(entry_ids)))
        rows = self._db.rows(f"SELECT * FROM wordings{which} ORDER BY at DESC", values)
        self._db.execute(f"DELETE FROM wordings{which}", values)
        self._db.execute_many(
            "INSERT INTO wordings VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING",
            [
                (row["entry_id"], value, row["line"], row["at"], row["services"], row["verified"])
                for row in rows
                if (value := fingerprint(row["line"]))
            ],
        )

    def asked_in(self, incidents: Sequence[str], lookups: Sequence[str]) -> list[Asked]:
        """The lookups of these incidents, those that they were opened with, and those named; oldest first."""
        marks = placeholders(incidents)
        rows = self._db.rows(
            f"SELECT {_COLUMNS} FROM lookups l WHERE l.incident IN ({marks})"
            f" UNION SELECT {_COLUMNS} FROM lookups l WHERE l.id IN ({placeholders(lookups)})"
            f" UNION SELECT l.id, l.at, l.fingerprint, l.evidence, l.tool, l.service, l.environment,"
            " coalesce(l.incident, e.subject) FROM events e"
            " JOIN lookups l ON l.id = json_extract(e.data, '$.lookup_id')"
            f" WHERE e.kind = 'opened' AND e.subject IN ({marks}) ORDER BY 2, 1",
            [*incidents, *lookups, *incidents],
        )
        return [
            Asked(
                id=row["id"],
                at=datetime.fromisoformat(row["at"]),
                fingerprint=row["fingerprint"],
                lines=tuple(json.loads(row["evidence"])),
                tool=row["tool"],
                service=row["service"],
                environment=row["environment"],
                incident=row["incident"],
            )
            for row in rows
        ]

    def resolved_by_others(self, entry_id: str, lookups: Sequence[str]) -> set[str]:
        """Those of the lookups that another entry is known to have resolved."""
        rows = self._db.rows(
            f"SELECT DISTINCT lookup_id FROM outcomes WHERE lookup_id IN ({placeholders(lookups)})"
            " AND result = 'resolved' AND entry_id != ?",
            [*lookups, entry_id],
        )
        return {row["lookup_id"] for row in rows}

    def known_as_others(self, entry_id: str, lookups: Sequence[str]) -> set[str]:
        """Those of the lookups that were known as something else, by what that says of itself.

        Not those of which somebody said that it did not fit or help, nor those that were known by words it was taught:
        what resolved one trouble may not resolve the next.
        """
        rows = self._db.rows(
            f"SELECT l.id FROM lookups l WHERE l.id IN ({placeholders(lookups)}) AND l.verdict = 'known'"
            " AND NOT EXISTS (SELECT 1 FROM offers o WHERE o.lookup_id = l.id AND o.entry_id = ?)"
            " AND NOT EXISTS (SELECT 1 FROM offers o JOIN outcomes t ON t.entry_id = o.entry_id"
            " WHERE o.lookup_id = l.id AND (t.lookup_id = l.id OR t.incident = l.incident)"
            " AND t.result NOT IN ('applied', 'resolved'))"
            # CROSS, so that SQLite begins with the few offers, and not with all lookups of these words
            " AND NOT EXISTS (SELECT 1 FROM offers o CROSS JOIN outcomes t CROSS JOIN lookups p"
            " WHERE o.lookup_id = l.id AND t.entry_id = o.entry_id AND t.result = 'resolved'"
            " AND (p.id = t.lookup_id OR p.incident = t.incident)"
            " AND p.fingerprint = l.fingerprint AND p.id != l.id)",
            [*lookups, entry_id],
        )
        return {row["id"] for row in rows}

    def ended_by(self, entry_id: str, incidents: Sequence[str]) -> dict[str, datetime]:
        """Those of the incidents whose last resolution names the entry, with the time of it."""
        rows = self._db.rows(
            "SELECT subject, at, json_extract(data, '$.entry_id') AS entry FROM events WHERE id IN (SELECT max(id)"
            f" FROM events WHERE kind = 'resolution' AND subject IN ({placeholders(incidents)}) GROUP BY subject)",
            list(incidents),
        )
        return {row["subject"]: datetime.fromisoformat(row["at"]) for row in rows if row["entry"] == entry_id}

    def told_of(self, entry_ids: Sequence[str], fingerprint: str) -> list[Told]:
        """What was told of those of the entries that were refused after a lookup with a fingerprint; oldest first."""
        any_refused = "SELECT 1 FROM outcomes WHERE result = 'not_applied' LIMIT 1"
        if not self._db.kept("anything refused", lambda: self._db.value(any_refused)):
            return []
        refused = self._db.rows(
            "SELECT DISTINCT o.entry_id FROM outcomes o JOIN lookups l ON l.id = o.lookup_id"
            " WHERE o.entry_id IN (SELECT value FROM json_each(?)) AND o.result = 'not_applied'"
            " AND l.fingerprint = ?",
            [json.dumps(list(entry_ids)), fingerprint],
        )
        if not refused:
            return []
        rows = self._db.rows(
            "SELECT o.entry_id, o.lookup_id, o.result, o.at, o.actor, l.evidence, l.service, l.environment, l.tool"
            " FROM outcomes o JOIN lookups l ON l.id = o.lookup_id"
            " WHERE o.entry_id IN (SELECT value FROM json_each(?)) AND o.result IN ('not_applied', 'resolved')"
            " AND l.fingerprint = ? ORDER BY o.at, o.rowid",
            [json.dumps([row["entry_id"] for row in refused]), fingerprint],
        )
        return [
            Told(
                entry_id=row["entry_id"],
                lookup_id=row["lookup_id"],
                result=Result(row["result"]),
                at=datetime.fromisoformat(row["at"]),
                actor=row["actor"] or "",
                lines=tuple(json.loads(row["evidence"])),
                service=row["service"] or "",
                environment=row["environment"] or "",
                tool=row["tool"] or "",
            )
            for row in rows
        ]

    def healthy(self, fingerprints: Sequence[str]) -> set[str]:
        """Those of the fingerprints that stand in logs which are known to be fine."""
        rows = self._db.rows(
            f"SELECT DISTINCT fingerprint FROM healthy WHERE fingerprint IN ({placeholders(fingerprints)})",
            list(fingerprints),
        )
        return {row["fingerprint"] for row in rows}


def _wording(row: Row) -> Wording:
    return Wording(
        fingerprint=row["fingerprint"],
        line=row["line"],
        at=datetime.fromisoformat(row["at"]),
        services=tuple(json.loads(row["services"])),
        verified=bool(row["verified"]),
    )
