"""Questions of the weekly summary to the store: what was there before a moment.  Rows written later are not told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from kb.records import Status
from kb.records.moves import ACCEPTED, REVIEWED
from kb.storage.codec import stamp
from kb.storage.database import Database, Row
from kb.storage.entries import OFFERED
from kb.storage.swept import SweptLookups


class Windows:
    """The database of one home, asked for windows."""

    def __init__(self, db: Database) -> None:
        self._db, self.swept = db, SweptLookups(db)

    def offers(self, since: datetime, until: datetime) -> list[Row]:
        """Rows (lookup_id, entry_id, rank) of what the lookups of a window offered, best first."""
        return self._db.rows(
            "SELECT o.lookup_id, o.entry_id, o.rank FROM offers o JOIN lookups l ON l.id = o.lookup_id"
            " WHERE l.at >= ? AND l.at < ? ORDER BY o.lookup_id, o.rank",
            [stamp(since), stamp(until)],
        )

    def verdicts(self, since: datetime, until: datetime) -> list[tuple[datetime, str]]:
        """Time and verdict of each lookup of a window that repeats no other."""
        rows = self._db.rows(
            "SELECT at, verdict FROM lookups WHERE at >= ? AND at < ? AND repeats IS NULL",
            [stamp(since), stamp(until)],
        )
        swept = [(one.at, one.verdict) for one in self.swept.between(since, until)]
        return swept + [(datetime.fromisoformat(row["at"]), row["verdict"]) for row in rows]

    def titles_of_swept(self, entry_ids: Sequence[str]) -> dict[str, str]:
        """The headline of each of the entries that was swept."""
        rows = self._db.rows(
            "SELECT id, headline FROM swept_entries WHERE id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(entry_ids))],
        )
        return {row["id"]: row["headline"] for row in rows}

    def first_lookups(self, incident_ids: list[str], until: datetime) -> dict[str, str]:
        """The verdict of the first lookup of each incident, where there was one before `until`."""
        rows = self._db.rows(
            "SELECT incident, verdict FROM lookups WHERE incident IN (SELECT value FROM json_each(?)) AND at < ?"
            " ORDER BY at, id",
            [json.dumps(incident_ids), stamp(until)],
        )
        return {row["incident"]: row["verdict"] for row in reversed(rows)}

    def verdicts_of(self, lookup_ids: list[str]) -> dict[str, str]:
        """The verdict of each lookup."""
        rows = self._db.rows(
            "SELECT id, verdict FROM lookups WHERE id IN (SELECT value FROM json_each(?))",
            [json.dumps(lookup_ids)],
        )
        return {row["id"]: row["verdict"] for row in rows}

    def known_at(self, kind: str, until: datetime, first_day: date = date.min) -> list[Row]:
        """Rows (id, file, created_at, updated_at) of the entries of a kind that the home held at `until`.

        Of incidents those from `first_day` on.
        """
        return self._db.rows(
            "SELECT id, file, created_at, updated_at FROM entries WHERE kind = ? AND created_at < ?"
            " AND (retired_at IS NULL OR retired_at >= ?) AND coalesce(happened, '9999') >= ? ORDER BY id",
            [kind, stamp(until), stamp(until), first_day.isoformat()],
        )

    def incidents_written_later(self, first_day: date, until: datetime) -> int:
        """How many incidents of these days came into the home only after `until`."""
        found = self._db.value(
            "SELECT count(*) FROM entries WHERE kind = 'incident' AND happened BETWEEN ? AND ? AND created_at >= ?"
            " AND retired_at IS NULL AND id NOT IN (SELECT subject FROM events WHERE subject IS NOT NULL)",
            [first_day.isoformat(), until.date().isoformat(), stamp(until)],
        )
        return int(found or 0)

    def undated_incidents(self, since: datetime, until: datetime) -> list[Row]:
        """Rows (id, headline) of the incidents without a day that came into the home in a window."""
        return self._db.rows(
            "SELECT id, headline FROM entries WHERE kind = 'incident' AND happened IS NULL AND created_at >= ?"
            " AND created_at < ? ORDER BY id",
            [stamp(since), stamp(until)],
        )

    def expiring(self, until: datetime, last_day: date) -> list[Row]:
        """Rows (id, headline, expires) of the entries on offer that expire up to a day, the first first."""
        return self._db.rows(
            "SELECT id, headline, json_extract(data, '$.expires') AS expires FROM entries"
            " WHERE status IN (?, ?) AND created_at < ? AND expires <= ? ORDER BY expires, id",
            [*OFFERED, stamp(until), last_day.isoformat()],
        )

    def moves(self, since: datetime, until: datetime) -> list[Row]:
        """The rows of the table `moves` of a window, oldest first."""
        return self._db.rows(
            "SELECT * FROM moves WHERE at >= ? AND at < ? ORDER BY at, id", [stamp(since), stamp(until)]
        )

    def reviewed(self, entry_ids: Sequence[str], until: datetime) -> set[str]:
        """Those of the entries that were a person's word at `until`; see `MoveTable.reviewed`."""
        rows = self._db.rows(
            "SELECT entry_id FROM moves WHERE id IN (SELECT max(id) FROM moves WHERE done != 2 AND at < ? AND"
            " entry_id IN (SELECT value FROM json_each(?)) GROUP BY entry_id) AND rule IN (?, ?) AND became = ?",
            [stamp(until), json.dumps(list(entry_ids)), REVIEWED, ACCEPTED, Status.ACTIVE],
        )
        return {row["entry_id"] for row in rows}

    def open_proposals(self, until: datetime) -> list[Row]:
        """Rows (id, at, kind, data) of the proposals that nobody had decided at `until`, oldest first."""
        return self._db.rows(
            "SELECT id, at, kind, data FROM proposals WHERE at < ? AND (decided_at >= ? OR (decided_at IS NULL"
            " AND state = 'open')) ORDER BY at, id",
            [stamp(until), stamp(until)],
        )
