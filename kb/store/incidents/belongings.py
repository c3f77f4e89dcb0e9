"""`Belongings`: what belongs to an incident beside its steps: outcomes, lookups, and the groups of alerts.

They name their incident in a column of their own.  Where incidents are merged or split, they go along, so that whoever
counts by incident (trust, reviews, an alert's end) needs to know nothing of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from kb.errors import InvalidInput
from kb.model.hook import AlertGroup
from kb.store.database import Database, Row
from kb.store.hooks.groups import GroupTable

_SHOWS_A_RETURN = "applied again: "
"""How the note of a recurrence begins that nobody typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """What one incident takes along; `groups` are names of hooks with the keys of their alerts.

    `returns` are the rows of outcomes that said that a success did not last since the entry was applied in the other
    incident: with both in one, nothing had come back.
    """

    outcomes: Sequence[str] = ()
    lookups: Sequence[str] = ()
    groups: Sequence[Sequence[str]] = ()
    returns: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Belonging:
        """As a step's data keep it."""
        return cls(**{name: data.get(name, ()) for name in cls.__slots__})

    def data(self) -> dict[str, Any]:
        """As a step's data."""
        return asdict(self)


class Belongings:
    """The belongings of the incidents of one home.  Call what moves them inside a write."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all_of(self, incident_id: str) -> Belonging:
        """Everything that belongs to an incident."""
        return Belonging(
            outcomes=self._ids("SELECT id FROM outcomes WHERE incident = ? ORDER BY rowid", incident_id),
            lookups=self._ids("SELECT id FROM lookups WHERE incident = ? ORDER BY rowid", incident_id),
            groups=[
                [row["hook"], row["key"]]
                for row in self._db.rows(
                    "SELECT hook, key FROM hook_groups WHERE incident = ? ORDER BY 1, 2", [incident_id]
                )
            ],
        )

    def alerts_named(self, incident_id: str, names: Iterable[str]) -> list[AlertGroup]:
        """The groups of alerts of an incident, by the names of the alerts.  Raises InvalidInput for one it has not."""
        groups = GroupTable(self._db).of_incident(incident_id)
        wanted = {name.casefold(): name for name in names}
        for name in wanted.keys() - {one.name.casefold() for one in groups}:
            there = ", ".join(dict.fromkeys(one.name for one in groups)) or "none"
            raise InvalidInput(f"{incident_id} has no alert {wanted[name]!r}; alerts of it: {there}")
        return [one for one in groups if one.name.casefold() in wanted]

    def entries_of(self, belonging: Belonging) -> list[str]:
        """The entries of its outcomes."""
        return self._ids(
            "SELECT DISTINCT entry_id AS id FROM outcomes WHERE id IN (SELECT value FROM json_each(?)) ORDER BY 1",
            json.dumps([*belonging.outcomes, *(one["id"] for one in belonging.returns)]),
        )

    def join(self, belonging: Belonging, incident_id: str) -> Belonging:
        """Move it to the incident that another one is merged into; returns it with the returns that were none."""
        self._move(belonging, incident_id)
        found = self._db.rows(
            "SELECT again.* FROM outcomes again JOIN outcomes success ON success.id = again.success"
            " WHERE again.incident = ?1 AND success.incident = ?1 AND again.note LIKE ?2",
            [incident_id, f"{_SHOWS_A_RETURN}%"],
        )
        for row in found:
            self._db.execute("DELETE FROM outcomes WHERE id = ?", [row["id"]])
        return replace(belonging, returns=[_row_of(row) for row in found])

    def part(self, belonging: Belonging, incident_id: str) -> None:
        """Move it to an incident of its own; what had come back has come back again."""
        for row in belonging.returns:
            names, marks = ", ".join(row), ", ".join("?" * len(row))
            self._db.execute(f"INSERT INTO outcomes ({names}) VALUES ({marks})", [*row.values()])
        self._move(belonging, incident_id)

    def _move(self, belonging: Belonging, incident_id: str) -> None:
        among = "id IN (SELECT value FROM json_each(?2))"
        self._db.execute(
            f"UPDATE outcomes SET incident = ?1 WHERE {among}",
            [incident_id, json.dumps([*belonging.outcomes])],
        )
        self._db.execute(
            f"UPDATE lookups SET incident = ?1 WHERE {among}", [incident_id, json.dumps([*belonging.lookups])]
        )
        for hook, key in belonging.groups:
            self._db.execute(
                "UPDATE hook_groups SET incident = ?, joined = 0 WHERE hook = ? AND key = ?",
                [incident_id, hook, key],
            )

    def _ids(self, query: str, value: str) -> list[str]:
        return [row["id"] for row in self._db.rows(query, [value])]


def _row_of(outcome: Row) -> dict[str, Any]:
    """Its columns, without the number that only PostgreSQL keeps as one."""
    return {name: value for name, value in dict(outcome).items() if name != "rowid"}
