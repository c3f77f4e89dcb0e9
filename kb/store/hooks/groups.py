"""The table `hook_groups`: what tools tell apart as one trouble, whether it fires, and which incident it belongs to."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from kb.model.hook import AlertGroup
from kb.store.database import Database, Row, upsert
from kb.text.entries.codec import stamp

_COLUMNS = (
    "hook",
    "key",
    "name",
    "service",
    "environment",
    "fingerprint",
    "incident",
    "joined",
    "firing",
    "started",
    "ended",
    "ends",
    "due",
    "said",
    "seen",
)
_LIVE = "EXISTS (SELECT 1 FROM open_incidents o WHERE o.subject = g.incident AND o.resolved IS NULL)"
"""Whether the incident of a group is open and not resolved."""


class GroupTable:
    """The groups of one home."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, hook: str, key: str) -> AlertGroup | None:
        """The group with this key, or None."""
        found = self._groups("WHERE g.hook = ? AND g.key = ?", hook, key)
        return found[0] if found else None

    def put(self, group: AlertGroup) -> None:
        """Keep a group as it is now.  Call inside a write."""
        self._db.execute(
            upsert("hook_groups", _COLUMNS[:2], _COLUMNS[2:]),
            [
                group.hook,
                group.key,
                group.name,
                group.service,
                group.environment,
                group.fingerprint,
                group.incident,
                int(group.joined),
                int(group.firing),
                _stamp(group.started),
                _stamp(group.ended),
                json.dumps([stamp(one) for one in group.ends]),
                _stamp(group.due),
                group.said,
                _stamp(group.seen),
            ],
        )

    def of_incident(self, incident: str) -> list[AlertGroup]:
        """The groups of an incident."""
        return self._groups("WHERE g.incident = ?", incident)

    def alike(self, fingerprint: str, service: str, environment: str) -> str | None:
        """The incident, open and not resolved, of a group of the same name and place; None when there is none."""
        found = self._groups(
            f"WHERE g.fingerprint = ? AND g.service = ? AND g.environment = ? AND g.joined = 0 AND {_LIVE}"
            " ORDER BY g.seen DESC LIMIT 1",
            fingerprint,
            service,
            environment,
        )
        return found[0].incident if found else None

    def opened_since(self, at: datetime) -> list[str]:
        """The incidents that alerts opened after a moment, the newest first."""
        rows = self._db.rows(
            "SELECT DISTINCT e.subject, e.id FROM events e JOIN hook_groups g ON g.incident = e.subject"
            " WHERE e.kind = 'opened' AND e.at > ? AND g.joined = 0 ORDER BY e.id DESC",
            [stamp(at)],
        )
        return [row["subject"] for row in rows]

    def settled(self, now: datetime) -> list[AlertGroup]:
        """The groups that flapped and were quiet for long enough."""
        return self._groups("WHERE g.due <= ? ORDER BY g.due", stamp(now))

    def next_due(self) -> datetime | None:
        """When the next of them will have been; None when there is none."""
        found = self._db.value("SELECT min(due) FROM hook_groups WHERE due IS NOT NULL")
        return datetime.fromisoformat(found) if found else None

    def forget(self, now: datetime, days: int) -> None:
        """Let go of groups that are over and were not told of for so many days."""
        with self._db.write():
            self._db.execute(
                "DELETE FROM hook_groups WHERE firing = 0 AND due IS NULL AND seen < ?",
                [stamp(now - timedelta(days=days))],
            )

    def _groups(self, where: str, *values: object) -> list[AlertGroup]:
        return [_group(row) for row in self._db.rows(f"SELECT g.* FROM hook_groups g {where}", list(values))]


def _group(row: Row) -> AlertGroup:
    return AlertGroup(
        hook=row["hook"],
        key=row["key"],
        name=row["name"],
        service=row["service"],
        environment=row["environment"],
        fingerprint=row["fingerprint"],
        incident=row["incident"],
        joined=bool(row["joined"]),
        firing=bool(row["firing"]),
        started=_time(row["started"]),
        ended=_time(row["ended"]),
        ends=tuple(map(datetime.fromisoformat, json.loads(row["ends"]))),
        due=_time(row["due"]),
        said=row["said"],
        seen=_time(row["seen"]),
    )


def _stamp(at: datetime | None) -> str | None:
    return stamp(at) if at else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
