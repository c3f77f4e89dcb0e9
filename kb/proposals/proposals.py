"""`Proposals`: what waits for a decision; accept one, or reject it.  Thin: the rules are in the modules beside.

Every call first finishes what a killed process was accepting, then gathers anew, so that the list is never
older than the ledger.  A home that cannot be written still lists what it would propose.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kb.errors import EntryNotFound, HomeNotWritable, InvalidInput, KbError
from kb.loop.learning import checked
from kb.proposals.accepting import Acceptance, Writer
from kb.proposals.drafts import edited
from kb.proposals.facts import Facts
from kb.proposals.gather import gather
from kb.proposals.settle import Settled, is_unfinished, settle
from kb.proposals.sources import Sources
from kb.records.proposal import Decision, KeptProposal, ProposalState, Waiting
from kb.text.redact import redact_data


@dataclass(frozen=True, slots=True)
class Proposals:
    """The proposals of one home at one moment, for one who decides."""

    sources: Sources
    writer: Writer
    now: datetime
    actor: str

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
        """The proposal with this id, whatever became of it.  Raises EntryNotFound."""
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
        proposal = settled.fresh.get(proposal_id)
        if proposal is None:
            raise InvalidInput(f"{proposal_id} is {found.decision.state}: {found.decision.reason}")
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
        """Do not propose it again, unless far more speaks for it one day.  Raises EntryNotFound, InvalidInput."""
        found = self.get(proposal_id)
        if found.decision.state is ProposalState.ACCEPTED:
            raise InvalidInput(
                f"{proposal_id} was accepted already; take it back in the file that it changed"
            )
        if not reason.strip():
            raise InvalidInput("the reason is empty; say in a few words why, for whoever sees this next")
        decision = Decision(
            state=ProposalState.REJECTED, at=self.now, by=self.actor, reason=checked("reason", reason)
        )
        rejected = replace(found, decision=decision)
        self.sources.table.save([rejected])
        return rejected

    def _settled(self) -> Settled:
        return self._gathered()[1]

    def _gathered(self) -> tuple[Facts, Settled]:
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
        found = next((one for one in settled.all if one.proposal.id == proposal_id), None)
        if found is None:
            raise EntryNotFound(f"there is no proposal {proposal_id!r}; see: kb proposals")
        return found
