"""The reviews that were made: where each stopped, and what it put on the watch list.

Rows are only ever added; the fingerprints in them are read as these masking rules make them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from kb.errors import StoreBroken
from kb.records.watch import WatchItem
from kb.storage.codec import stamp
from kb.storage.database import Database, Row
from kb.storage.refingerprint import of_today


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
                [stamp(review.made_at), stamp(review.since), stamp(review.until),
                 msgspec.json.encode(review.watch).decode(), int(review.mark), actor],
            )  # fmt: skip

    def last_mark(self, before: datetime) -> datetime | None:
        """Where the last review stopped that `--since-last` goes on from, or None."""
        found = self._db.value(
            "SELECT until FROM reviews WHERE mark AND until <= ? ORDER BY until DESC, id DESC LIMIT 1",
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
        watch = msgspec.json.decode(row["watch"], type=tuple[WatchItem, ...])
    except msgspec.MsgspecError as error:
        raise StoreBroken(f"a stored review cannot be read ({error}); run: kb doctor") from error
    watch = tuple(
        replace(one, fingerprint=of_today(one.fingerprint, one.title)) if one.fingerprint else one
        for one in watch
    )
    made_at, since, until = (datetime.fromisoformat(row[name]) for name in ("made_at", "since", "until"))
    return ReviewRow(made_at=made_at, since=since, until=until, watch=watch, mark=bool(row["mark"]))
