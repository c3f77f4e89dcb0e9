"""Moves of entries from status to status, as rows; the last one may override what a file says."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from kb.model import Entry, Status
from kb.model.status import ACCEPTED, BY_PERSON, REVIEWED, Move, MoveState
from kb.store.database import Database, Row, placeholders
from kb.text.entries.codec import stamp

_DONE = {0: MoveState.PENDING, 1: MoveState.DONE, 2: MoveState.OVERRULED}
_NUMBER = {state: number for number, state in _DONE.items()}
_COLUMNS = "m.id, m.at, m.entry_id, m.was, m.became, m.rule, m.reason, m.actor, m.said, m.done"
"""By name: the server keeps such a statement."""


class MoveTable:
    """The moves of one home.  Rows are only added; their state alone is updated."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, move: Move) -> Move:
        """Keep a move (its id is given here).  Call inside a write."""
        number = self._db.insert(
            "INSERT INTO moves (at, entry_id, was, became, rule, reason, actor, said, done)"
            " VALUES (?,?,?,?,?,?,?,?,?)",
            [
                stamp(move.at),
                move.entry_id,
                move.was,
                move.became,
                move.rule,
                move.reason,
                move.actor,
                move.said,
                _NUMBER[move.state],
            ],
        )
        return replace(move, id=number)

    def set_state(self, move_id: int, state: MoveState) -> None:
        """Say how far a move has come."""
        self._db.execute("UPDATE moves SET done = ? WHERE id = ?", [_NUMBER[state], move_id])

    def find(self, move_id: int) -> Move | None:
        """The move with this number, or None."""
        rows = self._db.rows("SELECT * FROM moves WHERE id = ?", [move_id])
        return _move(rows[0]) if rows else None

    def of(self, entry_id: str) -> list[Move]:
        """The moves of an entry, oldest first."""
        rows = self._db.rows("SELECT * FROM moves WHERE entry_id = ? ORDER BY id", [entry_id])
        return [_move(row) for row in rows]

    def pending(self) -> list[Move]:
        """The moves whose memory file is still to be written, oldest first."""
        query = "SELECT * FROM moves WHERE done = 0 ORDER BY id"
        return self._db.kept("pending moves", lambda: [*map(_move, self._db.rows(query))])

    def between(self, since: datetime, until: datetime) -> list[Move]:
        """The moves of a window, oldest first."""
        rows = self._db.rows(
            "SELECT * FROM moves WHERE at >= ? AND at < ? ORDER BY id", [stamp(since), stamp(until)]
        )
        return [_move(row) for row in rows]

    def last(self, entry_id: str) -> Move | None:
        """The last move that was not overruled, or None."""
        rows = self._db.rows(
            "SELECT * FROM moves WHERE entry_id = ? AND done != 2 ORDER BY id DESC LIMIT 1", [entry_id]
        )
        return _move(rows[0]) if rows else None

    def quarantined(self, entry_ids: Collection[str]) -> dict[str, Move]:
        """The last move of those of the entries that it put into quarantine, by the entry's id."""
        last = self._last_of(entry_ids)
        return {key: move for key, move in last.items() if move.became is Status.QUARANTINED}

    def _last_of(self, entry_ids: Collection[str]) -> dict[str, Move]:
        """The last move of each entry that was not overruled: a step in the index for each, whatever came before."""
        if not entry_ids:
            return {}
        rows = self._db.rows(
            f"SELECT {_COLUMNS} FROM json_each(?) wanted JOIN moves m ON m.id = (SELECT id FROM moves"
            " WHERE entry_id = wanted.value AND done != 2 ORDER BY id DESC LIMIT 1) ORDER BY m.id",
            [json.dumps(list(entry_ids))],
        )
        return {row["entry_id"]: _move(row) for row in rows}

    def reviewed(self, entry_ids: Collection[str]) -> set[str]:
        """Those of the entries whose last move is a person's word that they are right."""
        return {
            key
            for key, move in self._last_of(entry_ids).items()
            if move.rule in (REVIEWED, ACCEPTED) and move.became is Status.ACTIVE
        }

    def decided_by_person(self, entry_id: str) -> datetime | None:
        """When a person last moved the entry, or None."""
        found = self._db.value(
            f"SELECT max(at) FROM moves WHERE entry_id = ? AND rule IN ({placeholders(BY_PERSON)})",
            [entry_id, *BY_PERSON],
        )
        return datetime.fromisoformat(found) if found else None

    def effective(self, entry: Entry, *, owned: bool) -> Entry:
        """The entry, which says of itself what its file does, in the status that holds.

        A file of the home (`owned`) is right unless a move waits to be written into it; a document
        cannot be written, so the last move holds.  Either way, a status that changed there since wins.
        """
        move = self.last(entry.id)
        if move is None or (owned and move.state is MoveState.DONE):
            return entry
        if entry.status not in ((move.said, move.was) if owned else (move.said,)):
            return entry
        return replace(entry, status=move.became)


def _move(row: Row) -> Move:
    return Move(
        id=row["id"],
        at=datetime.fromisoformat(row["at"]),
        entry_id=row["entry_id"],
        was=Status(row["was"]),
        became=Status(row["became"]),
        rule=row["rule"],
        reason=row["reason"],
        actor=row["actor"],
        said=Status(row["said"]),
        state=_DONE[row["done"]],
    )
