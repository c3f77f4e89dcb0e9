"""The table `announcements`: what is to be told of incidents, written in the transaction that made it so.

Whoever tells people reads on from the last number that it has told; so nothing is lost where a process dies between
the incident and the telling, and nothing is told that did not happen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kb.model.hook import NewsKind
from kb.store.database import Database
from kb.text.entries.codec import stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One piece of news of an incident; `body` has what is to be told, as data without secrets."""

    id: int
    at: datetime
    kind: NewsKind
    incident_id: str
    body: Mapping[str, Any]


class AnnouncementTable:
    """The announcements of one home."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, kind: NewsKind, incident_id: str, body: Mapping[str, Any], now: datetime) -> int:
        """Keep a piece of news; returns its number.  Call inside the write that makes it so."""
        return self._db.insert(
            "INSERT INTO announcements (at, kind, incident_id, body) VALUES (?,?,?,?)",
            [stamp(now), kind, incident_id, json.dumps(body, ensure_ascii=False)],
        )

    def after(self, number: int, most: int = 100) -> list[Announcement]:
        """The news behind a number, in order, `most` of them."""
        rows = self._db.rows("SELECT * FROM announcements WHERE id > ? ORDER BY id LIMIT ?", [number, most])
        return [
            Announcement(
                id=row["id"],
                at=datetime.fromisoformat(row["at"]),
                kind=NewsKind(row["kind"]),
                incident_id=row["incident_id"],
                body=json.loads(row["body"]),
            )
            for row in rows
        ]

    def last_of(self, incident_id: str, kind: NewsKind | None = None) -> datetime | None:
        """When news of an incident (of a kind) was last kept; None when there is none."""
        found = self._db.value(
            "SELECT max(at) FROM announcements WHERE incident_id = ?1 AND (CAST(?2 AS TEXT) IS NULL OR kind = ?2)",
            [incident_id, kind],
        )
        return datetime.fromisoformat(found) if found else None

    def forget(self, now: datetime, days: int) -> None:
        """Let go of news that are older than so many days: who has not told them by then need not."""
        with self._db.write():
            self._db.execute("DELETE FROM announcements WHERE at < ?", [stamp(now - timedelta(days=days))])
