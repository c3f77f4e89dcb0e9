"""`Proposals`: what waits for a decision; accept one, or reject it.

Every call first finishes what a killed process was accepting, then gathers from the record anew, so that the list is
never older than the ledger.  A home that cannot be written still lists what it would propose.

What was gathered now is settled with what was proposed before.  A proposal that shares a key with an earlier one of
its kind *is* that one, and has its id.  An open one whose reason is gone is outdated; if the reason comes back, it is
open again.  One that was decided stays decided, and comes back only when its evidence has grown to `COMES_BACK` times
what it was at the decision, and by `GROWN_BY` records or more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kb.errors import EntryNotFound, HomeNotWritable, InvalidInput, KbError, Refused
from kb.learning.lesson import checked
from kb.model.proposal import (
    Decision,
    KeptProposal,
    Proposal,
    ProposalKind,
    ProposalShown,
    ProposalState,
    Waiting,
)
from kb.proposals.accepting import Acceptance, Writer
from kb.proposals.drafts import editable, edited
from kb.proposals.facts import RecordFacts, RecordSources
from kb.proposals.merges import gather_merges, merge_by_hand
from kb.proposals.patterns import gather_patterns
from kb.proposals.runbooks import gather_retirements, gather_runbooks, gather_verifications
from kb.proposals.shown import diff
from kb.store.ids.known_ids import Space
from kb.text.redact import redact_data


@dataclass(frozen=True, slots=True)
class Proposals:
    """The proposals of one home at one moment, for one who decides."""

    sources: RecordSources
    writer: Writer
    now: datetime
    actor: str

    def __call__(self, now: datetime | None = None) -> Proposals:
        """The same proposals, or those of another moment."""
        return replace(self, now=now) if now else self

    def list(self) -> list[KeptProposal]:
        """Those that wait for a decision, what does harm first."""
        return list(self.waiting().proposals)

    def waiting(self) -> Waiting:
        """The same, with how many records were looked at."""
        facts, settled = self._gathered()
        looked_at = {
            "unanswered_lookups": len(facts.asked),
            "entries": len(facts.entries),
            "outcomes": sum(map(len, facts.outcomes.values())),
            "incidents": len(facts.incidents),
        }
        return Waiting(proposals=tuple(settled.open), looked_at=looked_at)

    def get(self, proposal_id: str) -> KeptProposal:
        """The proposal with this id, whatever its state.  Raises EntryNotFound."""
        return self._get(proposal_id, self._settled())

    def accept(
        self, proposal_id: str, edits: Mapping[str, Any] | None = None, *, reviewed_by: str = ""
    ) -> KeptProposal:
        """Write it into the memory files, with `edits` in place of keys of its item.

        `reviewed_by` names who read it and says that it is right: what is added is then active, else a
        candidate.  Accepting again changes nothing.  Raises EntryNotFound, InvalidInput, or what a file refuses with.
        """
        facts, settled = self._gathered()
        found = self._get(proposal_id, settled)
        if found.decision.state is ProposalState.ACCEPTED:
            return found
        proposal = settled.fresh.get(found.proposal.id)
        if proposal is None:
            raise Refused(f"{found.proposal.id} is {found.decision.state}: {found.decision.reason}")
        clean: dict[str, Any] = redact_data(edits or {})
        proposal = replace(edited(proposal, clean), reviewed_by=checked("reviewed_by", reviewed_by))
        begun = Decision(state=ProposalState.OPEN, at=self.now, by=self.actor)
        self.writer.check(proposal, self._acceptance(begun), facts.healthy)
        self.sources.table.save([replace(found, proposal=proposal, decision=begun)])
        try:
            return self._finish(replace(found, proposal=proposal, decision=begun))
        except KbError:
            if done := self._done_meanwhile(found):
                return done
            raise

    def reject(self, proposal_id: str, reason: str) -> KeptProposal:
        """Decide against it: it is not proposed again, unless far more speaks for it one day.

        Raises EntryNotFound, and InvalidInput without a reason or for one that was accepted.
        """
        found = self.get(proposal_id)
        if found.decision.state is ProposalState.ACCEPTED:
            raise Refused(
                f"{found.proposal.id} was accepted already; take it back in the file that it changed"
            )
        if not reason.strip():
            raise InvalidInput("the reason is empty; say in a few words why, for whoever sees this next")
        decision = Decision(
            state=ProposalState.REJECTED, at=self.now, by=self.actor, reason=checked("reason", reason)
        )
        rejected = replace(found, decision=decision)
        self.sources.table.save([rejected])
        return rejected

    def shown(self, proposal_id: str) -> ProposalShown:
        """The proposal, with what accepting it would write.  Raises EntryNotFound."""
        found = self.get(proposal_id)
        proposal, writer = found.proposal, self.writer
        is_open = found.decision.state is ProposalState.OPEN
        return ProposalShown(
            kept=found,
            diff=tuple(diff(proposal, writer.memory, writer.entries, self.actor, self.now))
            if is_open
            else (),
            editable=editable(proposal) if is_open else (),
        )

    def merge(self, entry_id: str, into: str, reason: str) -> KeptProposal:
        """Make one entry part of another, as a proposal that is made and accepted at once.

        Raises InvalidInput without a reason, and Refused where the two cannot be one without losing something.
        """
        if not reason.strip():
            raise InvalidInput("the reason is empty; say in a few words why these two are one")
        gone, kept = self.writer.entries.get(entry_id), self.writer.entries.get(into)
        if gone is None or kept is None:
            raise EntryNotFound(f"there is no entry {entry_id if gone is None else into!r}")
        if gone.id == kept.id:
            raise InvalidInput(f"{entry_id} cannot be merged into itself")
        facts, _ = self._gathered()
        proposal = merge_by_hand(kept, gone, facts)
        proposal = replace(proposal, reasons=(*proposal.reasons, checked("reason", reason)))
        begun = Decision(state=ProposalState.OPEN, at=self.now, by=self.actor, reason=reason.strip())
        self.writer.check(proposal, self._acceptance(begun), facts.healthy)
        kept_proposal = KeptProposal(proposal=proposal, at=self.now, decision=begun)
        self.sources.table.save([kept_proposal])
        return self._finish(kept_proposal)

    def _settled(self) -> Settled:
        return self._gathered()[1]

    def _gathered(self) -> tuple[RecordFacts, Settled]:
        self._finish_all()
        stored = self.sources.table.all()
        facts = self.sources.facts(stored, self.now)
        settled = settle(gather(facts), stored, self.now)
        if settled.changed:
            with suppress(HomeNotWritable):
                self.sources.table.save(settled.changed)
        return facts, settled

    def _finish_all(self) -> None:
        """Complete what a killed process was accepting; what cannot be completed waits for a decision again."""
        for one in filter(is_unfinished, self.sources.table.all()):
            try:
                self._finish(one)
            except HomeNotWritable:
                return
            except KbError:
                self._done_meanwhile(replace(one, decision=Decision(state=ProposalState.OPEN)))

    def _done_meanwhile(self, before: KeptProposal) -> KeptProposal | None:
        """After a failure: what another process has accepted by now, or None, and then it waits as before."""
        current = self.sources.table.find(before.proposal.id)
        if current is not None and current.decision.state is ProposalState.ACCEPTED:
            return current
        self.sources.table.save([before])
        return None

    def _finish(self, begun: KeptProposal) -> KeptProposal:
        changed = self.writer.carry_out(begun.proposal, self._acceptance(begun.decision))
        proposal = replace(begun.proposal, entry_id=changed)
        decision = replace(begun.decision, state=ProposalState.ACCEPTED)
        accepted = replace(begun, proposal=proposal, decision=decision)
        self.sources.table.save([accepted])
        return accepted

    def _acceptance(self, decision: Decision) -> Acceptance:
        return Acceptance(decision.at or self.now, decision.by)

    def _get(self, proposal_id: str, settled: Settled) -> KeptProposal:
        by_id = {one.proposal.id: one for one in settled.all}
        return by_id.get(proposal_id) or by_id[self.sources.table.ids.named(Space.PROPOSAL, proposal_id)]


def gather(facts: RecordFacts) -> list[Proposal]:
    """All proposals that the record gives reason for: what does harm first, then what is missing, then tidiness."""
    retirements = gather_retirements(facts)
    going = {one.retires for one in retirements}
    merges = (one for one in gather_merges(facts) if not going & {one.entry_id, one.retires})
    return [
        *retirements,
        *gather_patterns(facts),
        *gather_runbooks(facts),
        *(one for one in gather_verifications(facts) if one.entry_id not in going),
        *merges,
    ]


COMES_BACK = 2.0
"""Times its weight at the decision that a decided proposal must have to be proposed again."""
GROWN_BY = 3
"""Records by which it must have grown as well."""
_OPEN = Decision(state=ProposalState.OPEN)
_DECIDED = (ProposalState.ACCEPTED, ProposalState.REJECTED)


@dataclass(frozen=True, slots=True)
class Settled:
    """Every proposal as it is now, and those of them that changed; `fresh` has what was gathered, by id."""

    all: tuple[KeptProposal, ...]
    changed: tuple[KeptProposal, ...]
    fresh: dict[str, Proposal]

    @property
    def open(self) -> list[KeptProposal]:
        """Those that wait for a decision, in the order of gathering."""
        by_id = {one.proposal.id: one for one in self.all if one.decision.state is ProposalState.OPEN}
        return [by_id[one] for one in self.fresh if one in by_id]


def settle(gathered: Iterable[Proposal], stored: Sequence[KeptProposal], now: datetime) -> Settled:
    """Bring what was gathered and what is stored together."""
    index = {(one.proposal.kind, key): one for one in stored for key in one.proposal.keys}
    after = {one.proposal.id: one for one in stored}
    fresh: dict[str, Proposal] = {}
    for proposal in gathered:
        before = _same_earlier(proposal, index)
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


def is_waiting(one: KeptProposal) -> bool:
    """Whether nobody has decided yet."""
    return one.decision.state is ProposalState.OPEN and one.decision.at is None


def is_unfinished(one: KeptProposal) -> bool:
    """Whether it was being accepted when the process ended."""
    return one.decision.state is ProposalState.OPEN and one.decision.at is not None


def grown(now: int, before: int) -> bool:
    """Whether so much more speaks for a proposal that it may come back after a decision."""
    return now >= COMES_BACK * before and now >= before + GROWN_BY


def _same_earlier(
    proposal: Proposal, index: dict[tuple[ProposalKind, str], KeptProposal]
) -> KeptProposal | None:
    found = (index.get((proposal.kind, key)) for key in proposal.keys)
    return next((one for one in found if one), None)


def _all_keys(before: KeptProposal, proposal: Proposal) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before.proposal.keys, *proposal.keys)))


def _renewed(proposal: Proposal, before: KeptProposal | None, now: datetime) -> KeptProposal:
    if before is None or before.decision.state is ProposalState.OUTDATED:
        return KeptProposal(proposal=proposal, at=now, decision=_OPEN)
    if before.decision.state in _DECIDED:
        return (
            _open_again(proposal, before, now) if grown(proposal.weight, before.proposal.weight) else before
        )
    return replace(before, proposal=proposal) if is_waiting(before) else before


def _open_again(proposal: Proposal, before: KeptProposal, now: datetime) -> KeptProposal:
    """Open again, with what was decided the last time among the reasons."""
    decided = before.decision
    why = f": {decided.reason}" if decided.reason else ""
    day = f" on {decided.at.date()}" if decided.at else ""
    said = f"{decided.state}{day} when {before.proposal.weight} records spoke for it{why}; now {proposal.weight} do"
    return KeptProposal(proposal=replace(proposal, reasons=(*proposal.reasons, said)), at=now, decision=_OPEN)


def _outdated(one: KeptProposal, now: datetime) -> KeptProposal:
    reason = "what it was about is known, changed or gone by now"
    return replace(one, decision=Decision(state=ProposalState.OUTDATED, at=now, reason=reason))
