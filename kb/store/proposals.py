"""The proposals that were made, with the decision on each, and the reviews that were made.

`ProposalTable` has the questions that proposals are drafted from as well.  `Reviews` has where each review stopped
and what it put on the watch list; its rows are only ever added, and the fingerprints in them are read as today's
masking rules make them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from kb.errors import StoreBroken
from kb.model.ledger import Asked
from kb.model.proposal import Decision, KeptProposal, Proposal, ProposalState
from kb.model.review import WatchItem
from kb.records import from_json
from kb.store.database import Database, Row, upsert
from kb.store.ids.known_ids import KnownIds
from kb.text.entries.codec import stamp
from kb.text.entries.identify import of_today

_TOLD = (
    "EXISTS (SELECT 1 FROM outcomes o WHERE o.lookup_id IN"
    " (SELECT l.id UNION ALL SELECT r.id FROM lookups r WHERE r.repeats = l.id) AND o.result"
)
"""What came of a lookup, or of one that repeats it."""
_REFUSED = f"{_TOLD} IN ('failed', 'made_worse', 'not_applied'))"
_DISPROVED = f"(verdict != 'unknown' AND {_REFUSED} AND NOT {_TOLD} = 'resolved'))"
_COLUMNS = "at", "kind", "data", "state", "decided_at", "decided_by", "reason"


class ProposalTable:
    """The rows of `proposals`.  One that is open and has a time of decision was accepted but not finished."""

    def __init__(self, db: Database) -> None:
        self._db, self.ids = db, KnownIds(db)

    def all(self) -> list[KeptProposal]:
        """Every proposal that was ever made, oldest first."""
        return [_proposed(row) for row in self._db.rows("SELECT * FROM proposals ORDER BY at, id")]

    def find(self, proposal_id: str) -> KeptProposal | None:
        """The proposal with this id, or None."""
        rows = self._db.rows("SELECT * FROM proposals WHERE id = ?", [proposal_id])
        return _proposed(rows[0]) if rows else None

    def save(self, changed: Sequence[KeptProposal]) -> None:
        """Add or replace these proposals, all of them or none."""
        with self._db.write():
            self._db.execute_many(upsert("proposals", ("id",), _COLUMNS), map(_row_of, changed))

    def unanswered(self, since: datetime, until: datetime, most: int) -> list[Asked]:
        """Lookups of a window that nobody knew, related ones that nobody resolved, and those whose offers did not help.

        The newest, oldest first; what the same caller asked again at once is one lookup.
        """
        rows = self._db.rows(
            f"SELECT id, at, fingerprint, evidence, tool, service, environment, incident, {_DISPROVED} AS disproved"
            f" FROM lookups l WHERE at >= ? AND at <= ? AND repeats IS NULL AND (verdict = 'unknown' OR {_DISPROVED}"
            f" OR (verdict = 'related' AND NOT {_TOLD} = 'resolved'))) ORDER BY at DESC, id DESC LIMIT ?",
            [stamp(since), stamp(until), most],
        )
        return [_asked(row) for row in reversed(rows)]

    def healthy(self) -> list[str]:
        """The lines that are known to be fine."""
        return [
            row["line"]
            for row in self._db.rows("SELECT DISTINCT line FROM healthy WHERE count > 0 ORDER BY line")
        ]

    def incidents_by_lookup(self) -> dict[str, str]:
        """The incident of each lookup that an incident was opened with, by the lookup's id."""
        rows = self._db.rows(
            "SELECT e.subject, coalesce(l.repeats, e.lookup) AS lookup FROM"
            " (SELECT subject, json_extract(data, '$.lookup_id') AS lookup, id FROM events WHERE kind = 'opened') e"
            " LEFT JOIN lookups l ON l.id = e.lookup WHERE e.lookup IS NOT NULL ORDER BY e.id"
        )
        return {row["lookup"]: row["subject"] for row in rows}

    def owned(self, folder: str) -> list[str]:
        """Ids of the entries that stand in a memory file below the folder, such as `learned/`."""
        rows = self._db.rows(
            "SELECT id FROM entries WHERE retired_at IS NULL AND substr(file, 1, ?) = ?",
            [len(folder), folder],
        )
        return [row["id"] for row in rows]


def _asked(row: Row) -> Asked:
    return Asked(
        id=row["id"],
        at=datetime.fromisoformat(row["at"]),
        fingerprint=row["fingerprint"],
        lines=tuple(json.loads(row["evidence"])),
        tool=row["tool"],
        service=row["service"],
        environment=row["environment"],
        incident=row["incident"],
        disproved=bool(row["disproved"]),
    )


def _row_of(one: KeptProposal) -> list[object]:
    data, decision = msgspec.json.encode(one.proposal).decode(), one.decision
    decided_at = stamp(decision.at) if decision.at else None
    return [
        one.proposal.id,
        stamp(one.at),
        one.proposal.kind,
        data,
        decision.state,
        decided_at,
        decision.by,
        decision.reason,
    ]


def _proposed(row: Row) -> KeptProposal:
    try:
        proposal = from_json(row["data"], Proposal)
    except msgspec.MsgspecError as error:
        raise StoreBroken(f"the stored proposal {row['id']} cannot be read ({error})") from error
    decided = row["decided_at"]
    decision = Decision(
        state=ProposalState(row["state"]),
        at=datetime.fromisoformat(decided) if decided else None,
        by=row["decided_by"],
        reason=row["reason"],
    )
    return KeptProposal(proposal=proposal, at=datetime.fromisoformat(row["at"]), decision=decision)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """One review: its window and its watch items; `mark` where `--since-last` goes on from its end."""

    made_at: datetime
    since: datetime
    until: datetime
    watch: tuple[WatchItem, ...] = ()
    mark: bool = False


class Reviews:
    """The reviews of one home."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, review: ReviewRow, actor: str = "") -> None:
        """Keep that a review was made.  Raises HomeNotWritable."""
        with self._db.write():
            self._db.execute(
                "INSERT INTO reviews (made_at, since, until, watch, mark, actor) VALUES (?,?,?,?,?,?)",
                [
                    stamp(review.made_at),
                    stamp(review.since),
                    stamp(review.until),
                    msgspec.json.encode(review.watch).decode(),
                    int(review.mark),
                    actor,
                ],
            )

    def last_mark(self, before: datetime) -> datetime | None:
        """Where the last review stopped that `--since-last` goes on from, or None."""
        found = self._db.value(
            "SELECT until FROM reviews WHERE mark = 1 AND until <= ? ORDER BY until DESC, id DESC LIMIT 1",
            [stamp(before)],
        )
        return datetime.fromisoformat(found) if found else None

    def before(self, until: datetime) -> list[ReviewRow]:
        """The reviews that ended before this moment and wrote a watch list, oldest first."""
        rows = self._db.rows(
            "SELECT * FROM reviews WHERE until < ? AND made_at < ? AND watch != '[]' ORDER BY until, id",
            [stamp(until), stamp(until)],
        )
        return [_review(row) for row in rows]


def _review(row: Row) -> ReviewRow:
    try:
        watch = from_json(row["watch"], tuple[WatchItem, ...])
    except msgspec.MsgspecError as error:
        raise StoreBroken(f"a stored review cannot be read ({error}); run: kb doctor") from error
    watch = tuple(
        replace(one, fingerprint=of_today(one.fingerprint, one.title)) if one.fingerprint else one
        for one in watch
    )
    made_at, since, until = (datetime.fromisoformat(row[name]) for name in ("made_at", "since", "until"))
    return ReviewRow(made_at=made_at, since=since, until=until, watch=watch, mark=bool(row["mark"]))
