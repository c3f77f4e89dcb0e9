"""What stays of swept lookups: how often what was asked in which week, and when, to the moment.

Those of a week that have verdict, template, service and offers in common are one row; `kb.store.upkeep.sweep`
says why.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kb.store.database import Database, Row
from kb.text.masking import fingerprint, mask

_MICROSECOND = timedelta(microseconds=1)
_WEEK = timedelta(weeks=1)
_COMMON_COLUMNS = "verdict", "fingerprint", "line", "service", "offers"


@dataclass(frozen=True, slots=True)
class SweptLookup:
    """One lookup that was swept; `offers` are ids of entries, best first."""

    id: str
    at: datetime
    verdict: str
    fingerprint: str
    line: str
    service: str
    offers: tuple[str, ...]


class SweptLookups:
    """The swept lookups of one home, which are counted by week."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, lookups: Iterable[Row], offers: Mapping[str, Sequence[str]]) -> None:
        """Count these rows of `lookups`, oldest first, with what each offered.  Call inside a write."""
        for row in lookups:
            at = datetime.fromisoformat(row["at"])
            begin = week_of(at)
            line = telling_line(json.loads(row["evidence"]), row["fingerprint"])
            offered = json.dumps(list(offers.get(row["id"], ())))
            same = row["verdict"], row["service"], offered, row["fingerprint"] or mask(line)
            moment = json.dumps([(at - begin) // _MICROSECOND])
            self._db.execute(
                "INSERT INTO swept_lookups VALUES (?,?,?,?,?,?,?,1,?) ON CONFLICT (week, key) DO UPDATE SET"
                " count = swept_lookups.count + 1, line = excluded.line,"
                " moments = substr(swept_lookups.moments, 1, length(swept_lookups.moments) - 1)"
                " || ',' || substr(excluded.moments, 2)",
                [
                    begin.date().isoformat(),
                    _key(*same),
                    row["verdict"],
                    row["fingerprint"],
                    line,
                    row["service"],
                    offered,
                    moment,
                ],
            )

    def between(self, since: datetime, until: datetime) -> list[SweptLookup]:
        """The lookups of a window that were swept, oldest first."""
        if self._db.value("SELECT 1 FROM swept_lookups WHERE week <= ? LIMIT 1", [_day(until)]) is None:
            return []
        rows = self._db.rows(
            "SELECT * FROM swept_lookups WHERE week > ? AND week <= ? ORDER BY week, key",
            [_day(since - _WEEK), _day(until)],
        )
        found = [one for row in rows for one in _unfolded(row) if since <= one.at < until]
        return sorted(found, key=lambda one: (one.at, one.id))

    def renew(self) -> None:
        """Make the fingerprints anew after a change of the masking rules.  Call inside a write."""
        rows = self._db.rows("SELECT week, key, line FROM swept_lookups WHERE fingerprint != ''")
        self._db.execute_many(
            "UPDATE swept_lookups SET fingerprint = ? WHERE week = ? AND key = ?",
            [(fingerprint(row["line"]), row["week"], row["key"]) for row in rows],
        )


def week_of(at: datetime) -> datetime:
    """The begin of its week: Monday, midnight in UTC."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def telling_line(lines: Sequence[str], stored: str) -> str:
    """The line of a lookup that its fingerprint was made from, else its first; empty where it has none."""
    return next((line for line in lines if fingerprint(line) == stored), lines[0] if lines else "")


def _key(*same: str) -> str:
    return hashlib.blake2b("\n".join(same).encode(), digest_size=12).hexdigest()


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()


def _unfolded(row: Any) -> Iterable[SweptLookup]:
    begin = datetime.fromisoformat(row["week"]).replace(tzinfo=UTC)
    common = (*(row[name] for name in _COMMON_COLUMNS[:-1]), tuple(json.loads(row["offers"])))
    for number, moment in enumerate(json.loads(row["moments"])):
        yield SweptLookup(
            f"swept-{row['week']}-{row['key']}-{number}", begin + moment * _MICROSECOND, *common
        )
