"""The person of the simulated weekly review: reads what is proposed and decides, now and then wrongly, or not at all.

The reviewer knows what the week's incidents turned out to be, as a team does on Monday, and nothing of later ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from benchmarks.quarter_stream import Cause, Incident, Quarter, causes
from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.model import Entry
from kb.model.proposal import KeptProposal, Proposal, ProposalKind

_REVIEWER = "reviewer"


@dataclass
class Reviewer:
    """Decides on the proposals of one home; `asked` is the incident behind each lookup."""

    quarter: Quarter
    kb: KnowledgeBase
    asked: Mapping[str, Incident]
    decided: Counter[str] = field(default_factory=Counter)
    """How many proposals of which kind were accepted and rejected."""

    def decide(self, at: datetime) -> None:
        """Look once through what waits; whatever is left alone is there again next week."""
        for waiting in self.kb.proposals().list():
            if self.quarter.chance(self.quarter.given.reviews, "reviews", waiting.proposal.id, at):
                self._decide(waiting, at)

    def _decide(self, waiting: KeptProposal, at: datetime) -> None:
        proposal = waiting.proposal
        wrongly = self.quarter.chance(self.quarter.given.review_errs, "review errs", proposal.id, at)
        match proposal.kind:
            case ProposalKind.PATTERN:
                self._pattern(proposal, wrongly)
            case ProposalKind.RETIREMENT:
                self._settle(proposal, self._helps(proposal.retires, at) == wrongly)
            case ProposalKind.MERGE:
                same = (
                    self.kb.get(proposal.entry_id).advice().fix == self.kb.get(proposal.retires).advice().fix
                )
                self._settle(proposal, same != wrongly)

    def _settle(self, proposal: Proposal, accept: bool) -> None:
        self.decided[f"{proposal.kind} {'accepted' if accept else 'rejected'}"] += 1
        if accept:
            self.kb.proposals().accept(proposal.id)
        else:
            self.kb.proposals().reject(proposal.id, "it is not so")

    def _pattern(self, proposal: Proposal, wrongly: bool) -> None:
        """Give the draft the cause and the fix that its incidents turned out to have.

        Where they had several causes, the draft gets that of most, and the others stay unwritten.
        """
        incidents = [self.asked[one] for one in proposal.lookups if one in self.asked]
        if not incidents:
            return
        last = {one.cause.id: one for one in incidents}
        incident = last[Counter(one.cause.id for one in incidents).most_common(1)[0][0]]
        cause = incident.cause
        meaning, fix = cause.wrong if wrongly else (cause.meaning, incident.fix)
        edits = {"meaning": meaning, "fix": fix}
        if not wrongly and self.quarter.chance(self.quarter.given.checks, "review checks", proposal.id):
            edits["check"] = cause.check
        try:
            self.kb.proposals().accept(proposal.id, edits, reviewed_by=_REVIEWER)
            self.decided["pattern accepted"] += 1
        except InvalidInput:
            self.decided["pattern refused by kb"] += 1

    def _helps(self, entry_id: str, at: datetime) -> bool:
        """Whether the entry's fix is, at that time, what helps against a cause of its symptom."""
        entry: Entry = self.kb.get(entry_id)
        return any(entry.advice().fix == self._fix(cause, at) for cause in causes().values())

    def _fix(self, cause: Cause, at: datetime) -> str:
        changed = self.quarter.changes.get(cause.id)
        return cause.later if changed is not None and at >= changed else cause.fix
