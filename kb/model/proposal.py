"""What the loop proposes to change in the memory files, for a person or an agent to accept or reject."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from kb.model.receipts import Comparison


class ProposalKind(StrEnum):
    """What would be done when the proposal is accepted."""

    PATTERN = "pattern"
    """Add a pattern drafted from texts that nobody knew."""
    MERGE = "merge"
    """Let one of two entries that say the same speak for both, and retire the other."""
    RETIREMENT = "retirement"
    """Take an entry off offer that keeps failing or has expired."""
    RUNBOOK = "runbook"
    """Add a runbook drafted from incidents that happened more than once without one."""
    VERIFICATION = "verification"
    """Say that a runbook was run to its end and still holds."""


class ProposalState(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    OUTDATED = "outdated"
    """Its reason is gone: what it was about is known, retired or changed by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposed change, with the reasons and everything that it rests on.

    `item` is the entry to add, or the values to set in the entry `entry_id`; empty where only a status changes.
    """

    id: str
    """Derived from what is proposed, so that the same proposal made again has the same id."""
    kind: ProposalKind
    title: str
    reasons: tuple[str, ...]
    weight: int
    """How many records speak for it: lookups, failures, incidents."""
    keys: tuple[str, ...]
    """What it is recognised by; a proposal that shares one with an earlier one takes over its id."""
    entry_id: str = ""
    """The entry that would be changed; empty where one would be added."""
    retires: str = ""
    """The entry that would be retired."""
    lines: tuple[str, ...] = ()
    """The lines that it was drafted from, without secrets."""
    services: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    lookups: tuple[str, ...] = ()
    """The last lookups that it was drafted from, or that its failures came with."""
    item: dict[str, Any] = field(default_factory=dict)
    review: dict[str, str] = field(default_factory=dict)
    """Keys of `item` whose text was taken over from elsewhere, each with where from: to be read by a person."""
    reviewed_by: str = ""
    """Who read it and says that it is right; empty while nobody did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided on a proposal, by whom and when; open ones have none of these yet."""

    state: ProposalState
    at: datetime | None = None
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptProposal:
    """A proposal, when it was first made, and what was decided."""

    proposal: Proposal
    at: datetime
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalShown:
    """A proposal with what accepting it as it is would write: `diff` is that of the memory files, as git shows it."""

    kept: KeptProposal
    diff: tuple[str, ...]
    editable: tuple[str, ...] = ()
    """The keys of its item that may be replaced when it is accepted."""
    beside: Comparison | None = None
    """What it adds or retires, beside the entry that is most like it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The proposals that wait for a decision, what does harm first, and how many records were looked at for them."""

    proposals: tuple[KeptProposal, ...]
    looked_at: dict[str, int]
    """`unanswered_lookups`, `entries`, `outcomes` and `incidents`: so that an empty list says what it rests on."""

    @property
    def looked_at_in_words(self) -> str:
        """`1 outcome, 12 incidents`."""
        return ", ".join(_counted(n, name.replace("_", " ")) for name, n in self.looked_at.items())


def _counted(n: int, several: str) -> str:
    one = f"{several.removesuffix('ies')}y" if several.endswith("ies") else several.removesuffix("s")
    return f"{n:,} {one if n == 1 else several}"
