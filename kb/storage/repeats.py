"""Whether a lookup only repeats an earlier one: the same caller asked the same again and got the same answer.

An agent that asks in a loop, or a person who runs the same command ten times, has asked once: what is counted
(weekly review, watch list, proposals, trust) counts the first of them.  The same is the same text (without what
carries its lines: times in front of them differ at each run), place and incident, from the same caller, less than
`AGAIN` after the first; the same answer is the same verdict and the same first offer.  After that it counts anew,
and what anybody else asks, or of another number, service or incident, counts by itself.
Lookups from before this was noted keep what they counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from kb.text.message import message

AGAIN = timedelta(hours=1)
"""How long after a lookup the same one counts no more: as two lookups that close are taken for the same trouble."""

_COMPARED = 20
"""Lookups that one is compared with, the last of its kind: an agent may go through a thousand pods."""
_SAME = "actor", "fingerprint", "verdict", "tool", "service", "environment", "incident"
_FIRST = "(SELECT o.entry_id FROM offers o WHERE o.lookup_id = l.id AND o.rank = 1)"
_BEFORE = (
    f"SELECT l.id, l.evidence FROM lookups l WHERE {' AND '.join(f'l.{name} IS ?' for name in _SAME)}"
    f" AND l.at > ? AND l.at <= ? AND l.id != ? AND l.repeats IS NULL AND {_FIRST} IS ? ORDER BY l.at DESC, l.id"
    f" LIMIT {_COMPARED}"
)

Query = Callable[[str, Sequence[object]], Sequence[Any]]


def repeated(rows: Query, lookup: Mapping[str, Any], first: object) -> str | None:
    """The id of the lookup that this one (a row to be, whose first offer is `first`) repeats, or None."""
    at = datetime.fromisoformat(lookup["at"])
    since = (at - AGAIN).isoformat(timespec="microseconds")
    before = rows(_BEFORE, [*(lookup[name] for name in _SAME), since, lookup["at"], lookup["id"], first])
    asked, marks = lookup["evidence"], _marks(lookup["evidence"]) if before else ()
    return next(
        (str(row[0]) for row in before if all(mark in row[1] for mark in marks) and _same(row[1], asked)),
        None,
    )


def _marks(evidence: str) -> tuple[str, ...]:
    """What any list of lines (as JSON) that says the same must hold: the messages that JSON writes as they are."""
    written = (json.dumps(message(line))[1:-1] for line in json.loads(evidence))
    return tuple(text for text in written if "\\" not in text)


def _same(one: str, other: str) -> bool:
    """Whether two lists of lines (as JSON) say the same, whatever carries them."""
    return one == other or [*map(message, json.loads(one))] == [*map(message, json.loads(other))]
