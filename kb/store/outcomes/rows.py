"""Outcomes as rows, and what each of them counts for.  Pure.

What an outcome counts for is its incident, where the home knows that: it was opened here, or its postmortem is.
Else it is what its lookup was asked in, else the lookup, or the one that it repeats (`kb.store.history`).  An id
that nothing else here speaks of tells nothing: such an outcome has no `trouble` of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kb.model.ledger import DAY, Outcome, Result
from kb.store.database import Row
from kb.text.times import day_of

_INCIDENT = (
    "SELECT {0} WHERE EXISTS (SELECT 1 FROM events e WHERE e.subject = {0} AND e.kind = 'opened')"
    " OR EXISTS (SELECT 1 FROM entries n WHERE n.id = {0} AND n.kind = 'incident')"
)
_LOOKUP = "SELECT coalesce(nullif(l.incident, ''), l.repeats, l.id) FROM lookups l WHERE l.id = {1}"
TROUBLE = f"coalesce(({_INCIDENT}), ({_LOOKUP}), '')"
"""What an outcome of an incident {0} and a lookup {1} counts for; empty where neither is known here."""
OUTCOMES = f"SELECT o.*, {TROUBLE.format('o.incident', 'o.lookup_id')} AS trouble FROM outcomes o"


def of_day(at: datetime) -> str:
    """What an outcome counts for that names nothing the home knows: all of one day count once."""
    return f"{DAY}{day_of(at)}"


def by_entry(rows: Iterable[Row]) -> dict[str, list[Outcome]]:
    """The outcomes of each entry, in the order of the rows."""
    found: dict[str, list[Outcome]] = {}
    for row in rows:
        found.setdefault(row["entry_id"], []).append(outcome_of(row))
    return found


def outcome_of(row: Row) -> Outcome:
    """The outcome of a row of `OUTCOMES`."""
    return Outcome(
        id=row["id"],
        at=datetime.fromisoformat(row["at"]),
        entry_id=row["entry_id"],
        result=Result(row["result"]),
        lookup_id=row["lookup_id"],
        incident=row["incident"],
        service=row["service"],
        actor=row["actor"],
        verified_by=row["verified_by"],
        success=row["success"],
        note=row["note"],
        trouble=row["trouble"] or of_day(datetime.fromisoformat(row["at"])),
    )
