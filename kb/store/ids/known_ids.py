"""`KnownIds`: the ids of one home, found by what a person gave for one, and shown as short as they are unique.

The one place where a part of an id is taken for the whole, for entries, incidents, lookups, proposals and changes
alike.  A part that several share is refused with the list of them, one that nothing has with the nearest ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from kb.errors import EntryNotFound, InvalidInput, NotThere
from kb.store.database import Database
from kb.store.ids.short_ids import SHOWN, ending, is_digits, is_lived, meant, nearest, shortened

_LISTED = 5
"""Ids that a message names."""
_COMPARED = 2_000
"""Ids that a mistyped one is compared with: some tenths of a second."""
_WORD = 3
"""Letters of a word by which ids are looked for that a mistyped one may mean."""
_LAST = "\U0010ffff"


class Space(StrEnum):
    """What an id may be of, by the word for it."""

    ENTRY = "entry"
    LIVED = "incident"
    """An incident that was opened here."""
    INCIDENT = "known incident"
    """One that was opened here, or that a document tells of."""
    LOOKUP = "lookup"
    PROPOSAL = "proposal"
    CHANGE = "change"
    DELIVERY = "delivery"
    """Of a message to people."""


_IDS = {
    Space.ENTRY: "SELECT id, headline AS title FROM entries",
    Space.LIVED: "SELECT subject AS id, action AS title FROM events WHERE kind = 'opened'",
    Space.INCIDENT: "SELECT subject AS id, action AS title FROM events WHERE kind = 'opened'"
    " UNION SELECT id, headline FROM entries WHERE kind = 'incident'",
    Space.LOOKUP: "SELECT id, coalesce(json_extract(evidence, '$[0]'), '') AS title FROM lookups",
    Space.PROPOSAL: "SELECT id, coalesce(json_extract(data, '$.title'), kind) AS title FROM proposals",
    Space.CHANGE: "SELECT DISTINCT substr(id, 1, instr(id || '@', '@') - 1) AS id, kind AS title FROM changes",
    Space.DELIVERY: "SELECT id, target AS title FROM deliveries",
}
_WHENCE = {
    Space.ENTRY: "ids come from: kb check, kb search",
    Space.LIVED: "see: kb incident list",
    Space.INCIDENT: "see: kb incident list",
    Space.LOOKUP: "leave it out, or give the id that the check returned",
    Space.PROPOSAL: "see: kb proposals",
    Space.CHANGE: "ids come from: kb change list --json",
    Space.DELIVERY: "see: kb notify list",
}
_IS_KNOWN = (
    "SELECT EXISTS (SELECT 1 FROM events WHERE subject = ?1 AND kind = 'opened')"
    " OR EXISTS (SELECT 1 FROM entries WHERE id = ?1 AND kind = 'incident')"
)
_WAS_ASKED_IN = "SELECT 1 FROM lookups WHERE incident = ?1 LIMIT 1"
_ARGUMENTS = {Space.LOOKUP, Space.CHANGE}
"""Of these an id that is not there is an argument of no use, not a thing that was asked for."""


class Known(NamedTuple):
    """An id and what it is called."""

    id: str
    title: str


class KnownIds:
    """The ids of one home."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def named(self, space: Space, given: str) -> str:
        """The whole id that is meant.

        Raises InvalidInput where several are, NotThere for a lookup or change that is not there, else EntryNotFound.
        """
        if not given.strip():
            raise InvalidInput(f"the id of the {space} is empty; {_WHENCE[space]}")
        if found := self.find(space, given):
            return found
        error = NotThere if space in _ARGUMENTS else EntryNotFound
        was = "was" if space is Space.LOOKUP else "is"
        raise error(f"there {was} no {space} {given!r}; {self._instead(space, given)}")

    def find(self, space: Space, given: str) -> str | None:
        """The whole id that is meant, or None.  Raises InvalidInput where several are."""
        found = meant(given, self._like(space, given)) if given else []
        if len(found) > 1:
            more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
            listed = ", ".join(found[:_LISTED])
            raise InvalidInput(f"{given!r} may be {len(found)} ids, give more of it: {listed}{more}")
        return found[0] if found else None

    def merged_into(self, incident: str) -> str:
        """The incident that goes on for this one: what it was merged into, else itself."""
        query = "SELECT into_incident FROM merged_incidents WHERE incident = ?"
        while found := self._db.value(query, [incident]):
            incident = str(found)
        return incident

    def referred(self, given: str) -> str:
        """The incident that is meant, or what was given: incidents of other systems have any name.

        So no part of a name is completed here that does not say itself that it is one of ours.  What was merged stands
        for the incident that goes on.
        """
        ours = given.startswith("incident-") or len(given) == SHOWN
        found = meant(given, self._like(Space.INCIDENT, given)) if ours else []
        clear = len(found) == 1 and (given.startswith("incident-") or ending(found[0]) == given)
        return self.merged_into(found[0] if clear else given)

    def to_count_for(self, given: str) -> str:
        """As `referred`, for what counts once an incident.

        Raises NotThere for a name in our form that no incident has: it would count for one that there never was.
        """
        named = self.referred(given)
        if is_lived(named) and not self._db.value(_IS_KNOWN, [named]):
            raise NotThere(f"there is no incident {given!r}; {self._instead(Space.INCIDENT, given)}")
        return named

    def strange(self, given: str) -> str:
        """What is to be said of an incident that a question names; empty where it is known, or none is named.

        A name of another system is told once: what was asked in it before knows it.
        """
        named = self.referred(given) if given else ""
        if not named or self._db.value(_IS_KNOWN, [named]):
            return ""
        if not named.startswith("incident-") and self._db.value(_WAS_ASKED_IN, [named]):
            return ""
        told = self._instead(Space.INCIDENT, given)
        return f"there is no incident {given!r} here ({told}): the lookup is kept under that name"

    def short(self, space: Space, ids: Iterable[str]) -> dict[str, str]:
        """For each id the shortest form that stands for it alone; of one that is not known, the id itself."""
        wanted = list(dict.fromkeys(ids))
        others = self._with_stems(space, [digits[:SHOWN] for one in wanted if (digits := ending(one))])
        return {
            one: shortened(one, others if ending(one) else [*self._like(space, one[:SHOWN])])
            for one in wanted
        }

    def begin(self, space: Space, given: str, most: int) -> list[Known]:
        """Ids that begin with the text, with their titles; those that end with it as digits where none begins so."""
        rows = self._rows(space, "id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3", [given, given + _LAST, most])
        if not rows and is_digits(given):
            rows = self._rows(space, "instr(id, ?1) > 0 ORDER BY id LIMIT ?2", [f"-{given}", most])
        return rows

    def _like(self, space: Space, given: str) -> list[str]:
        """Every id that a text may stand for, and perhaps some more."""
        found = self._rows(space, "id >= ?1 AND id < ?2", [given, given + _LAST])
        if is_digits(given):
            found += self._rows(space, "instr(id, ?1) > 0", [f"-{given}"])
        return [one.id for one in found]

    def _with_stems(self, space: Space, stems: Sequence[str]) -> list[str]:
        where = "EXISTS (SELECT 1 FROM json_each(?1) s WHERE instr(known.id, s.value) > 0)"
        return [one.id for one in self._rows(space, where, [json.dumps(list(stems))])] if stems else []

    def _instead(self, space: Space, given: str) -> str:
        """What to do where nothing has the id: the nearest ones, or what it is the id of, or where ids come from."""
        for other in Space:
            if other is not space and given and len(whole := meant(given, self._like(other, given))) == 1:
                return f"it is {'an' if other[0] in 'aei' else 'a'} {other}: {whole[0]}"
        near = self._near(space, given)
        return f"did you mean {', or '.join(near)}?" if near else _WHENCE[space]

    def _near(self, space: Space, given: str) -> list[str]:
        words = [word for word in given.casefold().split("-") if len(word) >= _WORD]
        where = "EXISTS (SELECT 1 FROM json_each(?1) w WHERE instr(known.id, w.value) > 0) LIMIT ?2"
        rows = self._rows(space, where, [json.dumps(words), _COMPARED]) or self._rows(
            space, "true LIMIT ?1", [_COMPARED]
        )
        return nearest(given, [one.id for one in rows]) or self._titled(space, given)

    def _titled(self, space: Space, given: str) -> list[str]:
        """Ids of what is called so: people remember titles."""
        words = [word for word in given.casefold().replace("-", " ").split() if len(word) >= _WORD]
        where = "NOT EXISTS (SELECT 1 FROM json_each(?1) w WHERE instr(casefold(known.title), w.value) = 0) LIMIT 3"
        return [one.id for one in self._rows(space, where, [json.dumps(words)])] if words else []

    def _rows(self, space: Space, where: str, values: Sequence[object]) -> list[Known]:
        found = self._db.rows(f"SELECT id, title FROM ({_IDS[space]}) known WHERE {where}", values)
        return [Known(row["id"], row["title"]) for row in found]
