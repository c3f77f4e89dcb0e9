"""Which entries a search is about, as a condition that every index asks by itself.

A filter that is applied to what an index found would lose whatever the index ranked below its limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kb.model import Status

OFFERED = (Status.ACTIVE, Status.CANDIDATE)
"""The statuses that lookup and search may return."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Entries on offer, of these kinds, that concern the service, since a day; what is empty allows all."""

    kinds: Sequence[str] = ()
    service: str = ""
    since: date | None = None

    def __bool__(self) -> bool:
        """Whether it leaves any entry on offer out."""
        return bool(self.kinds or self.service or self.since)

    def sql(self) -> tuple[str, list[object]]:
        """A condition on `entries e`, with its values."""
        where = [f"e.status IN ({_marks(OFFERED)})"]
        values: list[object] = [*OFFERED]
        if self.kinds:
            where.append(f"e.kind IN ({_marks(self.kinds)})")
            values += self.kinds
        if self.service:
            where.append("EXISTS (SELECT 1 FROM json_each(e.services) WHERE casefold(value) = casefold(?))")
            values.append(self.service)
        if self.since:
            where.append("coalesce(e.happened, e.updated_at) >= ?")
            values.append(self.since.isoformat())
        return " AND ".join(where), values

    def chunks(self) -> tuple[str, list[object]]:
        """A query for the numbers of the chunks of these entries, with its values."""
        where, values = self.sql()
        return f"SELECT c.id FROM chunks c JOIN entries e ON e.id = c.entry_id WHERE {where}", values


EVERYTHING = Filter()
"""Every entry on offer."""


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
