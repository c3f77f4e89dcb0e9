"""The journal of what people are told: a row for each notice and target, from the outbox to the tool's own id.

A row says `sending` before the first byte goes out, so that after a crash it is known which ones nobody knows of.
`events` is how many events of its incident a row and those before it tell of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import msgspec

from kb.errors import StoreBroken
from kb.model.notice import Delivery, DeliveryState, Notice, NoticeKind
from kb.records import from_json
from kb.store.database import Database, Row, placeholders
from kb.store.ids.known_ids import KnownIds, Space
from kb.text.entries.codec import stamp

UNFINISHED = (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.SILENCED)
"""The states of what is still to be told."""
_OPEN = "state IN ('waiting', 'sending', 'silenced')"
_COLUMNS = "id, at, target, notice, state, due, attempts, repeat, reason, reference, sent_at"


@dataclass(frozen=True, slots=True)
class Told:
    """The last delivery of an incident to a target, and how many of its events were told with it."""

    delivery: Delivery
    events: int


class NoticeJournal:
    """The rows of `deliveries`."""

    def __init__(self, db: Database) -> None:
        self._db, self._ids = db, KnownIds(db)

    @contextmanager
    def write(self) -> Iterator[None]:
        """A transaction: what is read inside it is still true when it commits."""
        with self._db.write():
            yield

    def add(self, delivery: Delivery, events: int = 0) -> None:
        """Keep a delivery that is new."""
        with self._db.write():
            self._db.execute(
                f"INSERT INTO deliveries ({_COLUMNS}, incident, kind, events) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                [
                    delivery.id,
                    stamp(delivery.at),
                    delivery.target,
                    msgspec.json.encode(delivery.notice).decode(),
                    delivery.state,
                    stamp(delivery.due),
                    delivery.attempts,
                    int(delivery.repeat),
                    delivery.reason,
                    delivery.reference,
                    stamp(delivery.sent_at) if delivery.sent_at else None,
                    delivery.incident_id,
                    delivery.notice.kind,
                    events,
                ],
            )

    def save(self, delivery: Delivery) -> None:
        """Keep how far a delivery is."""
        with self._db.write():
            self._db.execute(
                "UPDATE deliveries SET at = ?, state = ?, due = ?, attempts = ?, repeat = ?, reason = ?,"
                " reference = ?, sent_at = ? WHERE id = ?",
                [
                    stamp(delivery.at),
                    delivery.state,
                    stamp(delivery.due),
                    delivery.attempts,
                    int(delivery.repeat),
                    delivery.reason,
                    delivery.reference,
                    stamp(delivery.sent_at) if delivery.sent_at else None,
                    delivery.id,
                ],
            )

    def begin(self, delivery_id: str) -> Delivery | None:
        """Let an attempt begin; the delivery as it goes out and nobody changes it, None where it no longer waits."""
        with self._db.write():
            rows = self._db.rows(
                "UPDATE deliveries SET state = 'sending', attempts = attempts + 1 WHERE id = ? AND state = 'waiting'"
                f" RETURNING {_COLUMNS}",
                [delivery_id],
            )
        return _delivery(rows[0]) if rows else None

    def retell(self, delivery_id: str, notice: Notice, events: int) -> bool:
        """Let a delivery tell something else instead; False where it is on its way already."""
        with self._db.write():
            done = self._db.value(
                "UPDATE deliveries SET notice = ?, kind = ?, events = ? WHERE id = ? AND attempts = 0"
                " AND state IN ('waiting', 'silenced') RETURNING 1",
                [msgspec.json.encode(notice).decode(), notice.kind, events, delivery_id],
            )
        return bool(done)

    def take_back(self, target: str, incident: str, kind: NoticeKind) -> None:
        """Forget what of a kind was to be told of an incident and has never been tried."""
        with self._db.write():
            self._db.execute(
                "DELETE FROM deliveries WHERE incident = ? AND target = ? AND kind = ? AND attempts = 0"
                " AND state IN ('waiting', 'silenced')",
                [incident, target, kind],
            )

    def events_with(self, target: str, incident: str, kind: NoticeKind) -> int:
        """How many events of an incident its last notice of a kind told of; 0 where there was none."""
        found = self._db.value(
            "SELECT max(events) FROM deliveries WHERE incident = ? AND target = ? AND kind = ?"
            " AND state != 'dropped'",
            [incident, target, kind],
        )
        return int(found or 0)

    def find(self, delivery_id: str) -> Delivery | None:
        """The delivery with this id, or None."""
        return next(iter(self._of("id = ?", [delivery_id])), None)

    def named(self, given: str) -> Delivery:
        """The delivery with this id, or a clear part of it.  Raises EntryNotFound or InvalidInput."""
        (found,) = self._of("id = ?", [self._ids.named(Space.DELIVERY, given)])
        return found

    def last_of(self, target: str, incident: str) -> Told | None:
        """The last delivery of an incident to a target, whatever became of it."""
        rows = self._db.rows(
            f"SELECT {_COLUMNS}, events FROM deliveries WHERE incident = ? AND target = ? ORDER BY number DESC LIMIT 1",
            [incident, target],
        )
        return Told(_delivery(rows[0]), rows[0]["events"]) if rows else None

    def told_before(self, target: str, incident: str, delivery_id: str) -> int:
        """How many events of the incident the deliveries before this one told of."""
        found = self._db.value(
            "SELECT max(events) FROM deliveries WHERE incident = ? AND target = ? AND number <"
            " (SELECT number FROM deliveries WHERE id = ?)",
            [incident, target, delivery_id],
        )
        return int(found or 0)

    def since(self, target: str, incident: str, kind: NoticeKind, at: datetime) -> int:
        """How many deliveries of a kind were made for an incident and a target after a moment."""
        return int(
            self._db.value(
                "SELECT count(*) FROM deliveries WHERE incident = ? AND target = ? AND kind = ? AND at > ?",
                [incident, target, kind, stamp(at)],
            )
        )

    def targets_of(self, incident: str) -> list[str]:
        """The targets that were told, or are to be told, of an incident."""
        rows = self._db.rows("SELECT DISTINCT target FROM deliveries WHERE incident = ?", [incident])
        return [row["target"] for row in rows]

    def thread_of(self, target: str, incident: str) -> str:
        """What the tool calls the first message of an incident that it has; empty while it has none."""
        found = self._db.value(
            "SELECT reference FROM deliveries WHERE incident = ? AND target = ? AND incident != ''"
            " AND state = 'delivered' AND reference != '' ORDER BY number LIMIT 1",
            [incident, target],
        )
        return str(found or "")

    def next_of(self, target: str) -> Delivery | None:
        """The delivery to a target that is due first; of each incident only the oldest that is not finished."""
        rows = self._db.rows(
            f"SELECT {_COLUMNS} FROM deliveries d WHERE target = ? AND state = 'waiting' AND NOT EXISTS ("
            f" SELECT 1 FROM deliveries e WHERE e.target = d.target AND e.incident = d.incident AND e.{_OPEN}"
            " AND e.incident != '' AND e.number < d.number) ORDER BY due, number LIMIT 1",
            [target],
        )
        return _delivery(rows[0]) if rows else None

    def interrupted(self, reason: str, target: str = "") -> int:
        """Of what was on its way when its process ended nobody knows: it is to be sent again.  Returns how many."""
        with self._db.write():
            rows = self._db.rows(
                "UPDATE deliveries SET state = 'waiting', repeat = 1, reason = ? WHERE state = 'sending'"
                " AND (target = ? OR ? = '') RETURNING 1",
                [reason, target, target],
            )
        return len(rows)

    def silenced(self) -> list[Delivery]:
        """What silences hold back."""
        return self._of("state = 'silenced'", [])

    def waiting_for_others(self, targets: Sequence[str]) -> list[Delivery]:
        """What is to be told to targets that are none of these: they are no longer in the configuration."""
        return self._of(f"{_OPEN} AND target NOT IN ({placeholders(targets)})", list(targets))

    def recent(self, states: Sequence[DeliveryState] = (), limit: int = 50) -> list[Delivery]:
        """Deliveries, the newest first, of these states (of any, where none is given)."""
        where = f"state IN ({placeholders(states)})" if states else "true"
        return self._of(f"{where} ORDER BY number DESC LIMIT ?", [*states, limit])

    def counts(self) -> dict[str, int]:
        """How many deliveries there are, by state."""
        rows = self._db.rows("SELECT state, count(*) AS n FROM deliveries GROUP BY state ORDER BY state")
        return {row["state"]: row["n"] for row in rows}

    def untold(self) -> tuple[int, Delivery | None]:
        """How many messages of incidents could not be delivered, and the last; tests of targets tell nobody of any."""
        where = f"state = 'failed' AND kind != '{NoticeKind.TEST}'"
        count = int(self._db.value(f"SELECT count(*) FROM deliveries WHERE {where}"))
        return count, next(iter(self._of(f"{where} ORDER BY number DESC LIMIT 1", [])), None)

    def sweep(self, before: datetime) -> int:
        """Take away what was finished before a moment; returns how many."""
        with self._db.write():
            rows = self._db.rows(
                f"DELETE FROM deliveries WHERE NOT {_OPEN} AND at < ? RETURNING 1", [stamp(before)]
            )
        return len(rows)

    def _of(self, where: str, values: Sequence[object]) -> list[Delivery]:
        order = "" if "ORDER BY" in where else " ORDER BY number"
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM deliveries WHERE {where}{order}", list(values))
        return [_delivery(row) for row in rows]


def _delivery(row: Row) -> Delivery:
    try:
        notice = from_json(row["notice"], Notice)
    except msgspec.MsgspecError as error:
        raise StoreBroken(f"a stored notice cannot be read ({error}); run: kb doctor") from error
    return Delivery(
        id=row["id"],
        at=datetime.fromisoformat(row["at"]),
        target=row["target"],
        notice=notice,
        state=DeliveryState(row["state"]),
        due=datetime.fromisoformat(row["due"]),
        attempts=row["attempts"],
        repeat=bool(row["repeat"]),
        reason=row["reason"],
        reference=row["reference"],
        sent_at=datetime.fromisoformat(row["sent_at"]) if row["sent_at"] else None,
    )
