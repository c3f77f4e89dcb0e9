"""What is open: what was gathered now, beside what was proposed before and decided.

The rules, in full.  A proposal that shares a key with an earlier one of its kind *is* that one, and has its
id.  An open one whose reason is gone is outdated; if the reason comes back, it is open again.  One that was
decided stays decided, and comes back only when its evidence has grown to `COMES_BACK` times what it was at
the decision, and by `GROWN_BY` records or more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kb.records.proposal import Decision, Proposal, ProposalKind, ProposalState, Proposed

COMES_BACK = 2.0
"""Times its weight at the decision that a decided proposal must have to be proposed again."""
GROWN_BY = 3
"""Records by which it must have grown as well."""

_OPEN = Decision(state=ProposalState.OPEN)
_DECIDED = (ProposalState.ACCEPTED, ProposalState.REJECTED)


@dataclass(frozen=True, slots=True)
class Settled:
    """Every proposal as it stands now, and those of them that changed; `fresh` has what was gathered, by id."""

    all: tuple[Proposed, ...]
    changed: tuple[Proposed, ...]
    fresh: dict[str, Proposal]

    @property
    def open(self) -> list[Proposed]:
        """Those that wait for a decision, in the order of gathering."""
        by_id = {one.proposal.id: one for one in self.all if one.decision.state is ProposalState.OPEN}
        return [by_id[one] for one in self.fresh if one in by_id]


def settle(gathered: Iterable[Proposal], stored: Sequence[Proposed], now: datetime) -> Settled:
    """Bring what was gathered and what is stored together."""
    index = {(one.proposal.kind, key): one for one in stored for key in one.proposal.keys}
    after = {one.proposal.id: one for one in stored}
    fresh: dict[str, Proposal] = {}
    for proposal in gathered:
        before = _earlier(proposal, index)
        known = (
            replace(proposal, id=before.proposal.id, keys=_all_keys(before, proposal)) if before else proposal
        )
        if known.id not in fresh:
            fresh[known.id] = known
            after[known.id] = _renewed(known, before, now)
    for one in stored:
        if one.proposal.id not in fresh and is_waiting(one):
            after[one.proposal.id] = _outdated(one, now)
    before_by_id = {one.proposal.id: one for one in stored}
    changed = tuple(one for key, one in after.items() if before_by_id.get(key) != one)
    return Settled(tuple(after.values()), changed, fresh)


def is_waiting(one: Proposed) -> bool:
    """Whether nobody has decided yet."""
    return one.decision.state is ProposalState.OPEN and one.decision.at is None


def is_unfinished(one: Proposed) -> bool:
    """Whether it was being accepted when the process ended."""
    return one.decision.state is ProposalState.OPEN and one.decision.at is not None


def grown(now: int, before: int) -> bool:
    """Whether so much more speaks for a proposal that it may come back after a decision."""
    return now >= COMES_BACK * before and now >= before + GROWN_BY


def _earlier(proposal: Proposal, index: dict[tuple[ProposalKind, str], Proposed]) -> Proposed | None:
    found = (index.get((proposal.kind, key)) for key in proposal.keys)
    return next((one for one in found if one), None)


def _all_keys(before: Proposed, proposal: Proposal) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before.proposal.keys, *proposal.keys)))


def _renewed(proposal: Proposal, before: Proposed | None, now: datetime) -> Proposed:
    if before is None or before.decision.state is ProposalState.OUTDATED:
        return Proposed(proposal=proposal, at=now, decision=_OPEN)
    if before.decision.state in _DECIDED:
        return _again(proposal, before, now) if grown(proposal.weight, before.proposal.weight) else before
    return replace(before, proposal=proposal) if is_waiting(before) else before


def _again(proposal: Proposal, before: Proposed, now: datetime) -> Proposed:
    """Open again, with what was decided the last time among the reasons."""
    decided = before.decision
    why = f": {decided.reason}" if decided.reason else ""
    day = f" on {decided.at.date()}" if decided.at else ""
    said = f"{decided.state}{day} when {before.proposal.weight} records spoke for it{why}; now {proposal.weight} do"
    return Proposed(proposal=replace(proposal, reasons=(*proposal.reasons, said)), at=now, decision=_OPEN)


def _outdated(one: Proposed, now: datetime) -> Proposed:
    reason = "what it was about is known, changed or gone by now"
    return replace(one, decision=Decision(state=ProposalState.OUTDATED, at=now, reason=reason))
