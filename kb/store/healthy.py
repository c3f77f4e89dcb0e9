"""The table of healthy lines, and what was found when all signatures were last held against them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from kb.model.entry import Source, Status
from kb.model.status import BY_PERSON
from kb.store.database import Database, placeholders, raised
from kb.store.entry_index import KNOWLEDGE_VERSION
from kb.text.entries.codec import stamp

if TYPE_CHECKING:
    from kb.model.healthy import HealthyLine, HealthySource
    from kb.text.evidence.templates import Template

RULE = "healthy"
"""The name of the rule in `moves`."""
_VERSION = "healthy_version"
_CHECKED = "healthy_checked"
_STUCK = "healthy_stuck"
_LAST = "SELECT id FROM moves WHERE entry_id = {} AND done != 2 ORDER BY id DESC LIMIT 1"
"""The last move of an entry that was not overruled: a step in the index."""


class HealthyTable:
    """Healthy lines by source and template."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written."""
        return self._db.read_only

    def require_writable(self) -> None:
        """Raise HomeNotWritable before anything is read in vain."""
        with self._db.write():
            pass

    def add(self, source: str, templates: Mapping[str, Template], now: datetime) -> int:
        """Keep the templates of a source; counts of those that it had are replaced.  Returns how many are new."""
        with self._db.write():
            before = self._count(source)
            self._db.execute_many(
                "INSERT INTO healthy (fingerprint, line, count, source, added_at) VALUES (?,?,?,?,?)"
                " ON CONFLICT(source, fingerprint) DO UPDATE SET count = excluded.count",
                [(value, one.line, one.count, source, stamp(now)) for value, one in templates.items()],
            )
            self._touch()
            return self._count(source) - before

    def remove(self, source: str) -> int:
        """Forget a source; returns how many templates that were."""
        with self._db.write():
            count = self._count(source)
            self._db.execute("DELETE FROM healthy WHERE source = ?", [source])
            self._touch()
        return count

    def _count(self, source: str) -> int:
        return int(self._db.value("SELECT count(*) FROM healthy WHERE source = ? AND count > 0", [source]))

    def _touch(self) -> None:
        self._db.execute(
            f"INSERT INTO meta VALUES (?, '1') ON CONFLICT (key) DO UPDATE SET {raised(1)}", [_VERSION]
        )

    def lines(self, source: str = "") -> list[HealthyLine]:
        """The lines of a source, or of all, the most frequent first."""
        from kb.model.healthy import HealthyLine  # most homes have none

        rows = self._db.rows(
            "SELECT * FROM healthy WHERE ? IN ('', source) ORDER BY source, count DESC, fingerprint", [source]
        )
        return [
            HealthyLine(**{**dict(row), "added_at": datetime.fromisoformat(row["added_at"])}) for row in rows
        ]

    def sources(self) -> list[HealthySource]:
        """The sources by name."""
        from kb.model.healthy import HealthySource

        rows = self._db.rows(
            "SELECT source, count(*) FILTER (WHERE count > 0) AS templates, sum(count) AS lines,"
            " max(added_at) AS added_at FROM healthy"
            " GROUP BY source ORDER BY source"
        )
        return [
            HealthySource(**{**dict(row), "added_at": datetime.fromisoformat(row["added_at"])})
            for row in rows
        ]

    def version(self) -> str:
        """What the finding depends on: it changes with the healthy lines and with what is offered.

        Empty when no healthy line was ever added: then there is nothing to check.
        """
        version = self._db.meta(_VERSION)
        return f"{version}/{self._db.meta(KNOWLEDGE_VERSION)}" if version else ""

    def unchecked(self) -> str:
        """The version that is still to be checked; empty where there is none, or nothing can be written."""
        version = "" if self.read_only else self.version()
        return "" if version == self._db.meta(_CHECKED) else version

    def set_checked(self, version: str, stuck: Mapping[str, str]) -> None:
        """Note that this version was checked, and why entries could not be moved, by id."""
        with self._db.write():
            self._db.set_meta(_CHECKED, version)
            self._db.set_meta(_STUCK, json.dumps(dict(stuck)))

    def stuck(self) -> dict[str, str]:
        """Entries that should be moved and could not be, with the reason."""
        return dict(json.loads(self._db.meta(_STUCK, "{}")))

    def quarantined(self) -> dict[str, tuple[Status, str]]:
        """What this rule has in quarantine: the status each entry had before, and the reason."""
        rows = self._db.rows(
            # From the entries that are in quarantine, never through all moves.
            f"SELECT m.entry_id, m.was, m.reason FROM entries e JOIN moves m ON m.id = ({_LAST.format('e.id')})"
            " WHERE e.status = 'quarantined' AND m.rule = ? AND m.became = ? ORDER BY m.entry_id",
            [RULE, Status.QUARANTINED],
        )
        return {row["entry_id"]: (Status(row["was"]), row["reason"]) for row in rows}

    def overruled(self) -> dict[str, str]:
        """The last reason of this rule for entries that a person has moved back since, by id."""
        rows = self._db.rows(
            "SELECT m.entry_id, m.reason FROM"
            " (SELECT entry_id, max(id) id FROM moves WHERE rule = ? AND became = ? GROUP BY entry_id) own"
            f" JOIN moves m ON m.id = own.id JOIN moves p ON p.id = ({_LAST.format('own.entry_id')})"
            f" WHERE p.id > m.id AND p.rule IN ({placeholders(BY_PERSON)})",
            [RULE, Status.QUARANTINED, *BY_PERSON],
        )
        return {row["entry_id"]: row["reason"] for row in rows}

    def places(self, entry_ids: Mapping[str, object], *, everywhere: bool = True) -> dict[str, Source]:
        """Where the entries stand; unless `everywhere`, only those of memory files."""
        rows = self._db.rows(
            "SELECT id, path, line FROM entries WHERE (? OR file LIKE 'learned/%')"
            " AND id IN (SELECT value FROM json_each(?)) ORDER BY path, line, id",
            [everywhere, json.dumps(list(entry_ids))],
        )
        return {row["id"]: Source(path=row["path"], line=row["line"]) for row in rows}
