"""Which incidents there is something to tell of: steps that people took, and announcements of what alerts did.

Both are rows that are only added, in the transaction that made them so; what was told up to is two numbers in the
store, raised in the transaction that keeps what is to be told.  So nothing is told twice, and nothing is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kb.store.database import Database
from kb.text.entries.codec import stamp

_EVENTS, _ANNOUNCEMENTS = "notices.events", "notices.announcements"
_STEPS = "subject IS NOT NULL AND kind != 'note' AND coalesce(CAST(json_extract(data, '$.by_alert') AS INTEGER), 0) = 0"
"""Lines of the log are told with the next step; what an alert did is announced once it was looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """An incident of which there is something to tell, since when, and what was announced of it."""

    incident: str
    at: datetime
    bodies: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What is to be told, in the order in which it happened, and the numbers of the last of it."""

    incidents: tuple[Signal, ...] = ()
    event: int = 0
    announcement: int = 0


class SignalTable:
    """The signals of one home."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def version(self) -> int:
        """Changes whenever another connection has written."""
        return self.db.version()

    def waiting(self, since: datetime, most: int) -> Signals:
        """What was not told yet, at most so many rows of each sort.

        A home that never told anybody begins with what happened after `since`.
        """
        event, announcement = (
            self._from("events", _EVENTS, since),
            self._from("announcements", _ANNOUNCEMENTS, since),
        )
        found = dict[str, Signal]()
        rows = self.db.rows(
            f"SELECT id, at, subject FROM events WHERE id > ? AND {_STEPS} ORDER BY id LIMIT ?", [event, most]
        )
        for row in rows:
            event = row["id"]
            found.setdefault(
                row["subject"], Signal(incident=row["subject"], at=datetime.fromisoformat(row["at"]))
            )
        rows = self.db.rows(
            "SELECT * FROM announcements WHERE id > ? ORDER BY id LIMIT ?", [announcement, most]
        )
        for row in rows:
            announcement, at = row["id"], datetime.fromisoformat(row["at"])
            signal = found.setdefault(row["incident_id"], Signal(incident=row["incident_id"], at=at))
            signal.bodies.append(json.loads(row["body"]))
        return Signals(
            incidents=tuple(sorted(found.values(), key=lambda one: one.at)),
            event=event,
            announcement=announcement,
        )

    def done(self, signals: Signals) -> None:
        """All of these are kept as deliveries, or are for nobody.  Call inside the write that keeps them."""
        self.db.set_meta(_EVENTS, signals.event)
        self.db.set_meta(_ANNOUNCEMENTS, signals.announcement)

    def _from(self, table: str, key: str, since: datetime) -> int:
        told = self.db.meta(key)
        if told:
            return int(told)
        return int(self.db.value(f"SELECT coalesce(max(id), 0) FROM {table} WHERE at < ?", [stamp(since)]))
