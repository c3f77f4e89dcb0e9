"""The table `hook_deliveries`: a journal of what was accepted, so that nothing accepted is lost or done twice.

A delivery is known again by the id that its sender gave, for as long as its row is kept; without one by its content.
What follows from a delivery is written in the transaction that marks it as done, so a process that dies leaves it
waiting, and nothing of it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.model.hook import HookDelivery, HookState
from kb.store.database import Database, Row
from kb.text.entries.codec import stamp

_OPEN = "state IN ('waiting', 'lookup')"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """What is to be accepted."""

    hook: str
    body: str
    content: str
    """A hash of the body."""
    key: str = ""
    """The sender's id of the delivery."""
    trouble: str = ""
    """What the tool tells troubles apart by."""
    unique: bool = False
    """Whether the sender never sends the same body for two things that happened."""


class DeliveryTable:
    """The deliveries of one home."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def accept(self, new: NewDelivery, *, now: datetime, known_since: datetime) -> tuple[int, bool]:
        """Keep a delivery; returns its number, and whether it is a new one.

        With a `key`, any delivery of the hook with that key is the same.  Without one, what was accepted at
        `known_since` or later with the same content is; but unless it is `unique`, only while nothing else was heard of
        its trouble: down, up and down again are three.
        """
        with self._db.write():
            known = self._known(new, known_since)
            if known is not None:
                return known, False
            number = self._db.insert(
                "INSERT INTO hook_deliveries (at, hook, key, content, trouble, body, state, due)"
                " VALUES (?,?,?,?,?,?,?,?)",
                [
                    stamp(now),
                    new.hook,
                    new.key,
                    new.content,
                    new.trouble,
                    new.body,
                    HookState.WAITING,
                    stamp(now),
                ],
            )
        return number, True

    def _known(self, new: NewDelivery, since: datetime) -> int | None:
        if new.key:
            query, values = "key = ?2", [new.hook, new.key]
        elif new.unique:
            query, values = "content = ?2 AND at >= ?3", [new.hook, new.content, stamp(since)]
        else:
            query = (
                "id = (SELECT max(id) FROM hook_deliveries WHERE hook = ?1 AND trouble = ?4)"
                " AND content = ?2 AND at >= ?3"
            )
            values = [new.hook, new.content, stamp(since), new.trouble]
        found = self._db.value(f"SELECT max(id) FROM hook_deliveries WHERE hook = ?1 AND {query}", values)
        return None if found is None else int(found)

    def due(self, now: datetime, state: HookState, most: int) -> list[HookDelivery]:
        """The deliveries in a state that may be worked on now, in the order in which they came."""
        rows = self._db.rows(
            "SELECT * FROM hook_deliveries WHERE state = ? AND due <= ? ORDER BY id LIMIT ?",
            [state, stamp(now), most],
        )
        return [_delivery(row) for row in rows]

    def is_in(self, number: int, state: HookState) -> bool:
        """Whether the delivery is still in this state.  Asked inside a write, that stays so."""
        return str(self._db.value("SELECT state FROM hook_deliveries WHERE id = ?", [number])) == state

    def mark(self, number: int, state: HookState, incident: str | None = None, note: str = "") -> None:
        """Say how far a delivery is; of a done one the body goes.  Call inside a write."""
        self._db.execute(
            "UPDATE hook_deliveries SET state = ?1, incident = coalesce(?2, incident),"
            " note = CASE WHEN ?3 != '' THEN ?3 ELSE note END,"
            " body = CASE WHEN ?1 = 'done' THEN '' ELSE body END WHERE id = ?4",
            [state, incident, note, number],
        )

    def failed(self, one: HookDelivery, why: str, *, again: datetime | None) -> None:
        """It could not be worked on; it is tried again at that time, or, without one, no more."""
        with self._db.write():
            self._db.execute(
                "UPDATE hook_deliveries SET attempts = attempts + 1, note = ?, state = ?, due = coalesce(?, due)"
                " WHERE id = ?",
                [why, one.state if again else HookState.FAILED, stamp(again) if again else None, one.id],
            )

    def count(self, *states: HookState) -> int:
        """How many deliveries are in one of these states."""
        marks = ",".join("?" * len(states))
        return int(
            self._db.value(f"SELECT count(*) FROM hook_deliveries WHERE state IN ({marks})", list(states))
        )

    def recent(self, states: Collection[str], most: int) -> list[HookDelivery]:
        """The deliveries in any of these states (or in any), the newest first, `most` of them."""
        rows = self._db.rows(
            "SELECT * FROM hook_deliveries WHERE ?1 = '[]' OR state IN (SELECT value FROM json_each(?1))"
            " ORDER BY id DESC LIMIT ?2",
            [json.dumps([*states]), most],
        )
        return [_delivery(row) for row in rows]

    def these(self, numbers: Collection[int]) -> list[HookDelivery]:
        """The deliveries with these numbers, the newest first."""
        rows = self._db.rows(
            "SELECT * FROM hook_deliveries WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"
            " ORDER BY id DESC",
            [json.dumps([*numbers])],
        )
        return [_delivery(row) for row in rows]

    def failures(self) -> list[tuple[int, str, str, str]]:
        """Number, time, hook and reason of each that could not be worked on, the newest first."""
        rows = self._db.rows(
            "SELECT id, at, hook, note FROM hook_deliveries WHERE state = 'failed' ORDER BY id DESC"
        )
        return [(row["id"], row["at"], row["hook"], row["note"]) for row in rows]

    def try_again(self, numbers: Sequence[int], now: datetime) -> None:
        """Let deliveries that could not be worked on be tried again, from the first attempt on."""
        with self._db.write():
            self._db.execute_many(
                "UPDATE hook_deliveries SET state = ?, attempts = 0, due = ? WHERE id = ? AND state = 'failed'",
                [(HookState.WAITING, stamp(now), number) for number in numbers],
            )

    def forget(self, now: datetime, days: int) -> None:
        """Let go of what was done longer ago than so many days."""
        with self._db.write():
            self._db.execute(
                "DELETE FROM hook_deliveries WHERE state = 'done' AND at < ?",
                [stamp(now - timedelta(days=days))],
            )

    def of_incident(self, incident: str) -> Sequence[Row]:
        """The rows of the deliveries that told of an incident, oldest first."""
        return self._db.rows("SELECT * FROM hook_deliveries WHERE incident = ? ORDER BY id", [incident])


def _delivery(row: Row) -> HookDelivery:
    return HookDelivery(
        id=row["id"],
        at=datetime.fromisoformat(row["at"]),
        hook=row["hook"],
        body=row["body"],
        state=HookState(row["state"]),
        attempts=row["attempts"],
        incident=row["incident"],
        note=row["note"],
    )
