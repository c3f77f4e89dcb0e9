"""Tools on proposals: what the record suggests to change, and the decision on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from kb.base import KnowledgeBase
from kb.doors.mcp.arguments import Inputs, Text
from kb.doors.mcp.offers import PAGE, Offer, reading, writing
from kb.model.proposal import KeptProposal, Waiting

Id = Annotated[Text, Field(description="The proposal, as proposals_list gives it.")]


class Proposing:
    """The tools over one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb

    def offers(self) -> Sequence[Offer]:
        """The tools of this group, each with what it may do and how much it may say."""
        return (
            reading(self.proposals_list, PAGE, more="decide on the first ones, then list again"),
            writing(self.proposal_accept, again=True),
            writing(self.proposal_reject, again=True),
        )

    def proposals_list(self) -> Waiting:
        """What the record suggests to change: patterns drafted from unknown texts, merges, retirements, runbooks.

        Each comes with its reasons and the records that it rests on.  `review` names texts that were taken
        over from an incident: read them before you accept.
        """
        return self._kb.proposals.waiting()

    def proposal_accept(
        self,
        proposal_id: Id,
        edits: Annotated[
            Inputs, Field(description="Keys of `item` to replace, such as {meaning: …, fix: …}.")
        ] = {},  # noqa: B006
    ) -> KeptProposal:
        """Write a proposal into the memory files, where people review it.  What is added starts unverified.

        A drafted pattern needs a meaning or a fix: give what you found out, never a guess.
        """
        return self._kb.proposals.accept(proposal_id, edits)

    def proposal_reject(
        self, proposal_id: Id, reason: Annotated[Text, Field(description="Why, in a few words.")]
    ) -> KeptProposal:
        """Turn a proposal down.  It comes back only when far more speaks for it."""
        return self._kb.proposals.reject(proposal_id, reason)
