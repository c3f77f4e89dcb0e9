"""The past as others read it: windows for reviews, lookups for a dry run, and which lookups only repeat another.

`Windows` tells the weekly summary what was there before a moment; rows written later are not told.  `PastLookups`
tells a dry run what each lookup asked, what it answered, and its last outcome.
`judged_lookups` tells what is known to have come of them.

`repeated` tells whether a lookup repeats an earlier one.  An agent that asks in a loop, or a person who runs the
same command ten times, has asked once: what is counted (weekly review, watch list, proposals, trust) counts the
first of them.  The same question is the same text (without what carries its lines: times in front of them differ at
each run), place and incident, from the same caller, less than `AGAIN` after the first; the same answer is the same
verdict and the same first offer.  Later it counts anew, and what anybody else asks, or asks of another number,
service or incident, counts by itself.  Lookups from before this was noted keep what they counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from kb.model import Status
from kb.model.entry import OFFERED
from kb.model.ledger import JudgedLookup, KnownOutcome, Result, Tier, Verdict
from kb.model.status import ACCEPTED, REVIEWED
from kb.store.database import Database, Row
from kb.store.upkeep.swept import SweptLookups
from kb.text.entries.codec import stamp
from kb.text.masking import message

_EXPIRES = "json_extract(data, '$.expires')"


class Windows:
    """The database of one home, asked for windows: from `since`, which is included, to `until`, which is not."""

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

    def created(self, since: datetime, until: datetime) -> list[Row]:
        """Rows (id, kind, headline, origin, happened, created_at) of entries that came in a window."""
        columns, window = (
            "id, kind, headline, origin, happened, created_at",
            "created_at >= ?1 AND created_at < ?2",
        )
        return self._db.rows(
            f"SELECT {columns} FROM entries WHERE {window} UNION ALL SELECT {columns} FROM swept_entries WHERE {window}"
            " ORDER BY created_at, id",
            [stamp(since), stamp(until)],
        )

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
        """The verdict of each of these lookups, by its id."""
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
        """Rows (id, headline, expires) of the offered entries that expire up to a day, the soonest first."""
        return self._db.rows(
            f"SELECT id, headline, {_EXPIRES} AS expires FROM entries"
            f" WHERE status IN (?, ?) AND created_at < ? AND {_EXPIRES} <= ? ORDER BY expires, id",
            [*OFFERED, stamp(until), last_day.isoformat()],
        )

    def moves(self, since: datetime, until: datetime) -> list[Row]:
        """The rows of the table `moves` of a window, oldest first."""
        return self._db.rows(
            "SELECT * FROM moves WHERE at >= ? AND at < ? ORDER BY at, id", [stamp(since), stamp(until)]
        )

    def reviewed(self, entry_ids: Sequence[str], until: datetime) -> set[str]:
        """Those of the entries whose last move before `until` is a person's word that they are right."""
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


_AT_ONCE = 1_000
"""Lookups that are read at a time."""


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """One lookup; `lines` are its telling lines, redacted, as the ledger keeps them."""

    id: str
    at: datetime
    verdict: Verdict
    service: str
    lines: tuple[str, ...]


class PastLookups:
    """The lookups of one home, to be read again."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def newest_first(self) -> Iterator[AskedBefore]:
        """All lookups, a thousand in memory at a time."""
        before = ("9999", "")
        while rows := self._db.rows(
            "SELECT id, at, verdict, service, evidence FROM lookups WHERE (at, id) < (?, ?)"
            " ORDER BY at DESC, id DESC LIMIT ?",
            [*before, _AT_ONCE],
        ):
            for row in rows:
                yield AskedBefore(
                    row["id"],
                    datetime.fromisoformat(row["at"]),
                    Verdict(row["verdict"]),
                    row["service"],
                    tuple(json.loads(row["evidence"])),
                )
            before = (rows[-1]["at"], rows[-1]["id"])

    def answered_by(self, entry_id: str, since: datetime, limit: int) -> tuple[list[Row], int]:
        """The last lookups that the entry was the first answer to, and how many there were since a moment.

        Those that only repeat another count no more than it does.
        """
        which = (
            "FROM offers o JOIN lookups l ON l.id = o.lookup_id WHERE o.entry_id = ? AND o.rank = 1"
            " AND l.verdict <> 'unknown' AND l.repeats IS NULL"
        )
        rows = self._db.rows(
            f"SELECT l.id, l.at, l.verdict, l.service, l.evidence, o.tier {which} ORDER BY l.at DESC, l.id LIMIT ?",
            [entry_id, limit],
        )
        return rows, int(self._db.value(f"SELECT count(*) {which} AND l.at >= ?", [entry_id, stamp(since)]))

    def found_by_signature(self, entry_id: str) -> set[str]:
        """The lookups that offered the entry because its signature was in the text."""
        rows = self._db.rows(
            "SELECT lookup_id FROM offers WHERE entry_id = ? AND tier = ?", [entry_id, Tier.SIGNATURE]
        )
        return {row["lookup_id"] for row in rows}

    def last_outcomes(self, lookup_ids: Sequence[str]) -> dict[str, tuple[Result, str]]:
        """The last outcome of each lookup that has one, with the entry that it is about."""
        rows = self._db.rows(
            "SELECT lookup_id, result, entry_id FROM outcomes"
            " WHERE lookup_id IN (SELECT value FROM json_each(?)) ORDER BY at, id",
            [json.dumps(list(lookup_ids))],
        )
        return {row["lookup_id"]: (Result(row["result"]), row["entry_id"]) for row in rows}


AGAIN = timedelta(hours=1)
"""How long after a lookup the same one counts no more: as two lookups that close are taken for the same trouble."""

_COMPARED = 20
"""Lookups that one is compared with, the last of its kind: an agent may go through a thousand pods."""
_SAME_COLUMNS = "actor", "fingerprint", "verdict", "tool", "service", "environment", "incident"
_FIRST_OFFER = "(SELECT o.entry_id FROM offers o WHERE o.lookup_id = l.id AND o.rank = 1)"
_EARLIER = (
    f"SELECT l.id, l.evidence FROM lookups l WHERE {' AND '.join(f'l.{name} IS ?' for name in _SAME_COLUMNS)}"
    f" AND l.at > ? AND l.at <= ? AND l.id != ? AND l.repeats IS NULL AND {_FIRST_OFFER} IS ? ORDER BY l.at DESC, l.id"
    f" LIMIT {_COMPARED}"
)

Query = Callable[[str, Sequence[object]], Sequence[Any]]


def repeated(rows: Query, lookup: Mapping[str, Any], first: object) -> str | None:
    """The id of the lookup that this one (a row to be, whose first offer is `first`) repeats, or None."""
    at = datetime.fromisoformat(lookup["at"])
    since = (at - AGAIN).isoformat(timespec="microseconds")
    before = rows(
        _EARLIER, [*(lookup[name] for name in _SAME_COLUMNS), since, lookup["at"], lookup["id"], first]
    )
    asked, marks = lookup["evidence"], _messages_as_written(lookup["evidence"]) if before else ()
    return next(
        (
            str(row[0])
            for row in before
            if all(mark in row[1] for mark in marks) and _say_the_same(row[1], asked)
        ),
        None,
    )


def _messages_as_written(evidence: str) -> tuple[str, ...]:
    """What any list of lines (as JSON) that says the same must hold: the messages that JSON writes as they are."""
    written = (json.dumps(message(line))[1:-1] for line in json.loads(evidence))
    return tuple(text for text in written if "\\" not in text)


def _say_the_same(one: str, other: str) -> bool:
    """Whether two lists of lines (as JSON) say the same, whatever carries them."""
    return one == other or [*map(message, json.loads(one))] == [*map(message, json.loads(other))]


def judged_lookups(db: Database) -> list[JudgedLookup]:
    """The lookups with an outcome, oldest first.

    An outcome without a lookup belongs to those of its incident; without one, too, to the last lookup of the day before
    it that offered the entry.
    """
    rows = db.rows(
        "WITH told AS (SELECT o.*, CASE WHEN o.lookup_id IS NOT NULL THEN o.lookup_id"
        " WHEN coalesce(o.incident, '') = '' THEN (SELECT x.id FROM offers f JOIN lookups x ON x.id = f.lookup_id"
        " WHERE f.entry_id = o.entry_id AND x.at <= o.at AND julianday(o.at) - julianday(x.at) <= 1"
        " ORDER BY x.at DESC, x.id DESC LIMIT 1) END AS asked FROM outcomes o)"
        " SELECT l.*, o.entry_id, o.result, o.at AS told_at, coalesce(o.verified_by, '') AS verified_by,"
        " coalesce(e.headline, o.entry_id) AS title FROM lookups l JOIN told o ON o.asked = l.id"
        " OR (o.lookup_id IS NULL AND o.incident = l.incident AND o.incident != '')"
        " LEFT JOIN entries e ON e.id = o.entry_id ORDER BY l.at, l.id, o.at, o.id"
    )
    return [_judged([*group]) for _, group in groupby(rows, key=lambda row: row["id"])]


def _judged(rows: Sequence[Row]) -> JudgedLookup:
    first = rows[0]
    told = (
        KnownOutcome(
            entry_id=row["entry_id"],
            title=row["title"],
            result=Result(row["result"]),
            at=datetime.fromisoformat(row["told_at"]),
            verified_by=row["verified_by"],
        )
        for row in rows
    )
    return JudgedLookup(
        id=first["id"],
        at=datetime.fromisoformat(first["at"]),
        fingerprint=first["fingerprint"],
        lines=tuple(json.loads(first["evidence"])),
        tool=first["tool"],
        service=first["service"],
        environment=first["environment"],
        outcomes=tuple(told),
    )
