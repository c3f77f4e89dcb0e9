"""The ledger: lookups with what they offered, outcomes, the session log.  Rows are added; old ones that nobody needs
are swept (`kb.store.upkeep.sweep`).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from kb.errors import HomeBusy
from kb.model.ledger import (
    Event,
    JudgedLookup,
    Match,
    Outcome,
    Verdict,
)
from kb.store.database import Database, Row, placeholders
from kb.store.deferred import DeferredLookups, LookupRows
from kb.store.history import judged_lookups
from kb.store.ids.known_ids import KnownIds, Space
from kb.store.outcomes.rows import OUTCOMES, TROUBLE, by_entry, of_day, outcome_of
from kb.store.outcomes.sums import OutcomeSums
from kb.store.outcomes.told import ToldOutcomes
from kb.text.entries.codec import stamp


class Ledger:
    """What happened in one home."""

    def __init__(self, db: Database) -> None:
        self._db, self.deferred, self.ids = db, DeferredLookups(db), KnownIds(db)
        self.sums, self.told = OutcomeSums(db), ToldOutcomes(db)

    def record_lookup(
        self,
        *,
        at: datetime,
        verdict: Verdict,
        fingerprint: str,
        evidence: str,
        tool: str,
        service: str,
        environment: str,
        took_ms: float,
        matches: Sequence[Match],
        actor: str = "",
        incident: str | None = None,
    ) -> str:
        """Keep a lookup and what it offered; returns the lookup's id.

        Nobody waits for a disk here: what is told of the lookup later is written behind it, and lasts with it.

        While another process writes, and this one may not wait for it, that is left for later (`is_waiting`).
        """
        rows = LookupRows(
            {
                "id": f"lookup-{uuid.uuid4().hex[:12]}",
                "at": stamp(at),
                "verdict": verdict,
                "fingerprint": fingerprint,
                "evidence": evidence,
                "tool": tool,
                "service": service,
                "environment": environment,
                "took_ms": took_ms,
                "actor": actor,
                "incident": incident,
            },
            [(one.id, rank, one.tier, one.confidence) for rank, one in enumerate(matches, 1)],
        )
        try:
            with self._db.write(lasting=False):
                self.deferred.insert(rows)
                self.sums.keep()
        except HomeBusy:
            self.deferred.keep(rows)
        return str(rows.lookup["id"])

    def is_waiting(self, lookup_id: str) -> bool:
        """Whether the lookup is still to be recorded; any later call that may write does it."""
        return self.deferred.holds(lookup_id)

    def find_lookup(self, lookup_id: str) -> Row | None:
        """The row of a lookup, or None."""
        if self.is_waiting(lookup_id):
            self.deferred.take_in()
        rows = self._db.rows("SELECT * FROM lookups WHERE id = ?", [lookup_id])
        return rows[0] if rows else None

    def lookup(self, given: str) -> Row:
        """The row of the lookup with this id, or a clear part of it.  Raises EntryNotFound or InvalidInput."""
        found = self.find_lookup(given) or self.find_lookup(self.ids.named(Space.LOOKUP, given))
        assert found is not None, "a lookup that was just named is there"
        return found

    def services_of(self, incident_id: str) -> list[str]:
        """The services of an incident that was opened live; none when there is no such incident."""
        rows = self._db.rows(
            "SELECT value FROM events, json_each(events.data, '$.services')"
            " WHERE subject = ? AND kind = 'opened'",
            [incident_id],
        )
        return [row["value"] for row in rows]

    def has_lookup(self, lookup_id: str) -> bool:
        """Whether there was such a lookup."""
        return bool(self._db.value("SELECT 1 FROM lookups WHERE id = ?", [lookup_id]))

    def record_outcome(self, outcome: Outcome) -> None:
        """Keep what came of applying an entry."""
        with self._db.write():
            self._db.execute(
                "INSERT INTO outcomes (id, at, entry_id, result, lookup_id, verified_by, note, actor, incident,"
                " service, success) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                [
                    outcome.id,
                    stamp(outcome.at),
                    outcome.entry_id,
                    outcome.result,
                    outcome.lookup_id,
                    outcome.verified_by,
                    outcome.note,
                    outcome.actor,
                    outcome.incident,
                    outcome.service,
                    outcome.success,
                ],
            )

    def outcomes_of(self, entry_ids: Sequence[str]) -> dict[str, list[Outcome]]:
        """The outcomes of each entry, oldest first."""
        rows = self._db.rows(
            f"{OUTCOMES} WHERE o.entry_id IN ({placeholders(entry_ids)}) ORDER BY o.at, o.rowid",
            list(entry_ids),
        )
        return by_entry(rows)

    def outcomes_in(self, incident: str) -> list[Outcome]:
        """The outcomes that were recorded in an incident, oldest first."""
        rows = self._db.rows(f"{OUTCOMES} WHERE o.incident = ? ORDER BY o.at, o.rowid", [incident])
        return [outcome_of(row) for row in rows]

    def trouble_of(self, incident: str | None, lookup_id: str | None, at: datetime) -> str:
        """What an outcome of these would count for."""
        found = self._db.value(f"SELECT {TROUBLE.format('?1', '?2')}", [incident, lookup_id])
        return str(found or of_day(at))

    def without_outcome(self, since: datetime) -> int:
        """How many lookups since a moment found something known of which nobody said what came of it."""
        return int(
            self._db.value(
                "SELECT count(*) FROM lookups l WHERE at >= ? AND verdict = 'known' AND repeats IS NULL AND NOT EXISTS"
                " (SELECT 1 FROM outcomes o WHERE o.lookup_id IN"
                " (SELECT l.id UNION ALL SELECT r.id FROM lookups r WHERE r.repeats = l.id))",
                [stamp(since)],
            )
        )

    def judged(self) -> list[JudgedLookup]:
        """The lookups of which it is known what came of them, oldest first."""
        return judged_lookups(self._db)

    def used(self) -> list[str]:
        """Ids of the entries that have an outcome."""
        return [row["entry_id"] for row in self._db.rows("SELECT DISTINCT entry_id FROM outcomes ORDER BY 1")]

    def record_event(self, event: Event) -> None:
        """Add a line to the session log."""
        with self._db.write():
            self._db.execute(
                "INSERT INTO events (at, action, details, actor, subject, kind, data) VALUES (?,?,?,?,?,?,?)",
                [
                    stamp(event.at),
                    event.action,
                    event.details,
                    event.actor,
                    event.subject,
                    event.kind,
                    json.dumps(event.data, ensure_ascii=False),
                ],
            )

    def events(self, since: datetime, until: datetime) -> list[Event]:
        """The session log of a window, oldest first."""
        rows = self._db.rows(
            "SELECT * FROM events WHERE at >= ? AND at < ? ORDER BY at, id",
            [stamp(since), stamp(until)],
        )
        return [_event(row) for row in rows]

    def events_of(self, subject: str) -> list[Event]:
        """Everything that was written down about one incident, in the order of writing."""
        rows = self._db.rows("SELECT * FROM events WHERE subject = ? ORDER BY id", [subject])
        return [_event(row) for row in rows]

    def events_by_subject(self, subjects: Sequence[str], without: str = "") -> dict[str, list[Event]]:
        """As `events_of`, for many incidents, in the order in which they are given; but for one kind of event."""
        found = dict[str, list[Event]]((subject, []) for subject in subjects)
        rows = self._db.rows(
            "SELECT e.* FROM json_each(?) s JOIN events e ON e.subject = s.value AND e.kind != ? ORDER BY e.id",
            [json.dumps(list(subjects)), without],
        )
        for row in rows:
            found[row["subject"]].append(_event(row))
        return {subject: events for subject, events in found.items() if events}

    def version(self) -> int:
        """A number that changes whenever another connection, of any process, has written to the database."""
        return self._db.version()

    @property
    def servers(self) -> int:
        """How many servers answered so far: numbers of rows are of one of them alone."""
        return self._db.servers

    def newest_events(self, subjects: Sequence[str]) -> dict[str, int]:
        """The number of the last event of each of these incidents; nothing of those that there are not."""
        rows = self._db.rows(
            "SELECT subject, max(id) AS id FROM events WHERE subject IN (SELECT value FROM json_each(?))"
            " GROUP BY subject",
            [json.dumps(list(subjects))],
        )
        return {row["subject"]: row["id"] for row in rows}

    def noted_after(self, number: int) -> dict[str, int]:
        """The incidents of which a step with a higher number was noted, each with that of its newest."""
        rows = self._db.rows(
            "SELECT subject, max(id) AS id FROM events WHERE id > ? AND subject IS NOT NULL GROUP BY subject",
            [number],
        )
        return {row["subject"]: row["id"] for row in rows}

    def subjects(self, kind: str, since: datetime | None = None, until: datetime | None = None) -> list[str]:
        """The incidents that have an event of a kind (in a window), newest first; what was merged is none any more."""
        rows = self._db.rows(
            "SELECT subject FROM events WHERE kind = ? AND at >= ? AND at < ? AND subject IS NOT NULL"
            " AND subject NOT IN (SELECT incident FROM merged_incidents) GROUP BY subject ORDER BY min(id) DESC",
            [kind, stamp(since) if since else "", stamp(until) if until else "9999"],
        )
        return [row["subject"] for row in rows]

    def open_subjects(self, most: int = -1) -> list[str]:
        """The incidents that were opened and not closed since, newest first, `most` of them."""
        query = "SELECT subject FROM open_incidents ORDER BY opened DESC LIMIT ?"
        return self._db.kept(
            f"open incidents {most}", lambda: [row["subject"] for row in self._db.rows(query, [most])]
        )

    def unresolved(self, most: int = -1) -> list[str]:
        """Those of the open incidents that are not resolved, in any order."""
        rows = self._db.rows("SELECT subject FROM open_incidents WHERE resolved IS NULL LIMIT ?", [most])
        return [row["subject"] for row in rows]

    def resolved_since(self, at: datetime, most: int = -1) -> list[str]:
        """Those of the open incidents that were resolved after a moment, in any order."""
        rows = self._db.rows(
            "SELECT subject FROM open_incidents WHERE resolved > ? LIMIT ?", [stamp(at), most]
        )
        return [row["subject"] for row in rows]

    def open_titled(self, title: str, services: Sequence[str], environment: str) -> list[str]:
        """The open incidents that were opened with exactly this title and place, newest first."""
        rows = self._db.rows(
            "SELECT o.subject, e.data FROM open_incidents o JOIN events e ON e.id = o.opened WHERE o.title = ?"
            " AND coalesce(json_extract(e.data, '$.environment'), '') = ? ORDER BY o.opened DESC",
            [title, environment],
        )
        return [
            row["subject"] for row in rows if json.loads(row["data"]).get("services", []) == list(services)
        ]

    def last_closed(self) -> str | None:
        """The incident that was closed last and is not open again; None when there is none."""
        found = self._db.value(
            "SELECT c.subject FROM events c WHERE c.kind = 'closed' AND NOT EXISTS"
            " (SELECT 1 FROM open_incidents o WHERE o.subject = c.subject) ORDER BY c.at DESC, c.id DESC LIMIT 1"
        )
        return str(found) if found else None

    def with_items_to_do(self) -> list[str]:
        """The incidents lived here that have an action item which is still to do, open or closed."""
        rows = self._db.rows(
            "SELECT DISTINCT subject FROM events WHERE kind = 'action_item' AND id IN ("
            " SELECT max(id) FROM events WHERE kind = 'action_item' GROUP BY subject, action"
            ") AND coalesce(CAST(json_extract(data, '$.done') AS INTEGER), 0) = 0"
        )
        return [row["subject"] for row in rows]

    def anything_since(self, at: datetime) -> bool:
        """Whether anything was asked or noted after a moment."""
        found = self._db.value(
            "SELECT coalesce((SELECT max(at) FROM lookups), '') > ?1"
            " OR coalesce((SELECT max(at) FROM events), '') > ?1",
            [stamp(at)],
        )
        return bool(found)

    @contextmanager
    def write(self) -> Iterator[None]:
        """A transaction: what is read inside it is still true when it commits."""
        with self._db.write():
            yield

    def lookups(self, since: datetime, until: datetime) -> list[Row]:
        """The lookups of a window, oldest first, as rows of the table `lookups`."""
        return self._db.rows(
            "SELECT * FROM lookups WHERE at >= ? AND at < ? ORDER BY at, id",
            [stamp(since), stamp(until)],
        )

    def outcomes(self, since: datetime, until: datetime) -> list[Outcome]:
        """The outcomes of a window, oldest first."""
        rows = self._db.rows(
            f"{OUTCOMES} WHERE o.at >= ? AND o.at < ? ORDER BY o.at, o.rowid",
            [stamp(since), stamp(until)],
        )
        return [outcome_of(row) for row in rows]


def _event(row: Row) -> Event:
    return Event(
        at=datetime.fromisoformat(row["at"]),
        action=row["action"],
        details=row["details"],
        actor=row["actor"],
        subject=row["subject"],
        kind=row["kind"],
        data=json.loads(row["data"]),
        id=row["id"],
    )
