"""A change of an entry's status, with its reason: what `kb status` shows; and entries that wait for a reviewer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kb.model.entry import Status


class MoveState(StrEnum):
    """How far a move has come."""

    PENDING = "pending"
    """It holds already; the memory file that owns the entry is still to be written."""
    DONE = "done"
    OVERRULED = "overruled"
    """Somebody wrote another status into the file before it was: that one holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One change of an entry's status.  `rule` names what decided it, `reason` says why in words.

    `said` is the status in the entry's own file when it was moved; while a document goes on saying
    that, the move holds, and a status that was written there since wins.
    """

    id: int
    at: datetime
    entry_id: str
    was: Status
    became: Status
    rule: str
    reason: str
    actor: str = ""
    said: Status
    state: MoveState = MoveState.DONE


REVIEWED = "reviewed"
"""The rule of a person who says that an entry is right."""
BY_HAND = "by hand"
"""The rule of a person who moved an entry otherwise."""
UNDONE = "undone"
"""The rule of a person who took a move back."""
ACCEPTED = "accepted"
"""The rule of a proposal that was accepted."""
BY_PERSON = (REVIEWED, BY_HAND, UNDONE, ACCEPTED)
"""The rules by which a person decides; evidence from before such a move moves nothing any more."""
FAILING, EXPIRED, PROVEN = "failing", "expired", "proven"
"""The rules of evidence (`kb.learning.status`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingEntry:
    """An entry that a reviewer should look at: since when it has its status, and who or what gave it."""

    id: str
    kind: str
    title: str
    status: Status
    at: datetime | None
    by: str = ""
    reason: str = ""
    file: str = ""
    """Where it is written: a memory file, or a document."""
    services: tuple[str, ...] = ()
