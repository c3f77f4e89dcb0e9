"""The changes to production: what was recorded by hand, and what each ingested file says.

A change is known by its content (`change_id`), so that the same one, recorded twice or standing in two
files, is read once; each file keeps a row of its own, so that a file that goes takes only its own word along.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from kb.errors import StoreBroken
from kb.model.change import Change, ChangeKind, ChangeResult
from kb.records import from_json
from kb.store.database import Database, Row, placeholders, upsert
from kb.store.ids.known_ids import KnownIds
from kb.text.changes import COMMIT, ENDED, is_expired, is_open, service_key
from kb.text.entries.codec import stamp
from kb.text.entries.ids import short_hash
from kb.text.environments import environment_key

_COLUMNS = "at", "kind", "service", "environment", "version", "expires", "file", "data", "actor"


def change_id(change: Change) -> str:
    """The id that follows from what the change is: kind, service, environment, version and moment.

    Where there is no version, its words stand for it.  A commit is one, whichever of its dates was read.
    """
    what = change.version or f"{change.previous}\n{change.summary}\n{change.reason}"
    moment = "" if COMMIT in change.extra else change.at.astimezone(UTC).isoformat(timespec="seconds")
    parts = (change.kind, service_key(change.service), environment_key(change.environment), what, moment)
    return f"{change.kind}-{hashlib.blake2b('|'.join(parts).encode(), digest_size=6).hexdigest()}"


class ChangeTable:
    """The changes of one home."""

    def __init__(self, db: Database) -> None:
        self._db, self.ids = db, KnownIds(db)

    def put(self, change: Change, *, file: str | None = None, actor: str = "") -> Change:
        """Keep a change, under its id or the one that follows from its content; returns it with that id."""
        change = change if change.id else replace(change, id=change_id(change))
        row_id = f"{change.id}@{short_hash(file)}" if file else change.id
        with self._db.write():
            is_drift = change.kind is ChangeKind.DRIFT and ENDED not in change.extra
            if is_drift and (known := self.find(change.id)) and ENDED in known.extra:
                change = replace(change, extra={**change.extra, ENDED: known.extra[ENDED]})
            self._db.execute(
                upsert("changes", ("id",), _COLUMNS),
                [
                    row_id,
                    stamp(change.at),
                    change.kind,
                    service_key(change.service),
                    environment_key(change.environment),
                    change.version,
                    stamp(change.expires) if change.expires else None,
                    file,
                    msgspec.json.encode(change).decode(),
                    actor,
                ],
            )
        return change

    def any(self) -> bool:
        """Whether a change is on record at all."""
        return bool(self._db.value("SELECT EXISTS (SELECT 1 FROM changes)"))

    def renew(self, origin: str, changes: Sequence[Change], *, actor: str = "") -> int:
        """Make what `origin` (a repository) says of these versions anew, and leave its others as they are.

        Returns how many changes were not on record before.
        """
        new = 0
        with self._db.write():
            known = {change.id or change_id(change) for change in changes}
            known = {one for one in known if self.find(one)}
            self._db.execute_many(
                "DELETE FROM changes WHERE file = ? AND version = ?",
                sorted({(origin, change.version) for change in changes}),
            )
            for change in changes:
                new += self.put(change, file=origin, actor=actor).id not in known
        return new

    def bring_in_step(self, file: str, changes: Iterable[Change]) -> int:
        """Make the table say what the file says now; returns how many changes that are."""
        with self._db.write():
            ended = {one.id: one.extra[ENDED] for one in self.of_file(file) if ENDED in one.extra}
            self.drop_file(file)
            kept: set[str] = set()
            for change in changes:
                known = change.id or change_id(change)
                extra = {**change.extra, ENDED: ended[known]} if known in ended else change.extra
                kept.add(self.put(replace(change, id=known, extra=extra), file=file).id)
        return len(kept)

    def end(self, drift_id: str, at: datetime) -> bool:
        """Note that a drift is over since `at`; False when there is no drift with this id."""
        with self._db.write():
            rows = [row for row in self._rows_of(drift_id) if row["kind"] == ChangeKind.DRIFT]
            for row in rows:
                change = _change(row)
                data = msgspec.json.encode(replace(change, extra={**change.extra, ENDED: stamp(at)})).decode()
                self._db.execute("UPDATE changes SET data = ? WHERE id = ?", [data, row["id"]])
        return bool(rows)

    def find(self, wanted: str) -> Change | None:
        """The change with this id, or None."""
        found = _distinct(self._rows_of(wanted))
        return found[0] if found else None

    def between(
        self,
        since: datetime | None,
        until: datetime | None,
        service: str = "",
        environment: str = "",
        kinds: Sequence[ChangeKind] = (),
    ) -> list[Change]:
        """The changes from `since` to before `until` (None: no bound), newest first.

        A service means that service alone.  An environment means that one and the changes that
        name none, which may have been made there.
        """
        rows = self._db.rows(
            "SELECT * FROM changes WHERE at >= ? AND at < ? AND ? IN ('', service)"
            " AND (? = '' OR environment IN (?, ''))"
            f" AND (? OR kind IN ({placeholders(kinds)})) ORDER BY at DESC, id",
            [
                stamp(since) if since else "",
                stamp(until) if until else "9999",
                service_key(service),
                environment_key(environment),
                environment_key(environment),
                not kinds,
                *kinds,
            ],
        )
        return _distinct(rows)

    def of_file(self, file: str) -> list[Change]:
        """What one ingested file says, newest first."""
        return _distinct(self._db.rows("SELECT * FROM changes WHERE file = ? ORDER BY at DESC, id", [file]))

    def drop_file(self, file: str) -> int:
        """Forget what a file said; returns how many changes that were."""
        with self._db.write():
            count = len(self.of_file(file))
            self._db.execute("DELETE FROM changes WHERE file = ?", [file])
        return count

    def drift(self) -> list[Change]:
        """Every drift on record, also what is over, newest first."""
        return self.between(None, None, kinds=(ChangeKind.DRIFT,))

    def open_drift(self, now: datetime) -> list[Change]:
        """The drift that is there at `now`, newest first."""
        return [change for change in self.drift() if is_open(change, now)]

    def expired_drift(self, now: datetime) -> list[Change]:
        """The drift that is still there although its exception has expired, the longest expired first."""
        found = [change for change in self.drift() if is_expired(change, now)]
        return sorted(found, key=lambda change: (change.expires or now, change.id))

    def _rows_of(self, wanted: str) -> list[Row]:
        """The rows that say this change: recorded by hand, or in files."""
        prefix = f"{wanted}@"
        return self._db.rows(
            "SELECT * FROM changes WHERE id = ? OR substr(id, 1, ?) = ? ORDER BY at DESC, id",
            [wanted, len(prefix), prefix],
        )


def _distinct(rows: Iterable[Row]) -> list[Change]:
    """Each change once; where several places say it, the one that knows how it went."""
    found: dict[str, Change] = {}
    for row in rows:
        change = _change(row)
        known = found.get(change.id)
        if known is None or (
            known.result is ChangeResult.UNKNOWN and change.result is not ChangeResult.UNKNOWN
        ):
            found[change.id] = change
    return list(found.values())


def _change(row: Row) -> Change:
    try:
        return from_json(row["data"], Change)
    except msgspec.MsgspecError as error:
        raise StoreBroken(f"a stored change cannot be read ({error}); run: kb doctor") from error
