"""Operations of whoever reviews: what the record suggests to change, and decisions on that and on entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from kb.base import KnowledgeBase
from kb.operations.arguments import Flag, Inputs, Limit, Text, whole
from kb.operations.operation import PAGE, reading, writing

if TYPE_CHECKING:
    from kb.model.overview import Unknowns
    from kb.model.proposal import KeptProposal, Waiting
    from kb.model.status import Move


@reading("GET /unknowns", PAGE, more="a smaller limit shows the first")
def unknowns(
    kb: KnowledgeBase,
    order: Annotated[Text, "count (the most asked first), newest or oldest."] = "count",
    only_new: Annotated[Flag, "Only what was first asked within the last seven days."] = False,
    days: Annotated[int, whole(1, 400), "How many days back from now."] = 180,
    limit: Limit = 20,
) -> Unknowns:
    """What was asked and is not known to this day, how often and since when, with the pattern proposed for it.

    What was asked three times wants a draft: learn_pattern it, or accept its proposal.
    """
    return kb.reviews.unknowns(days, order, only_new=bool(only_new), most=limit)


ProposalId = Annotated[Text, "The proposal, as proposals_list gives it."]


@reading("GET /proposals", PAGE, slow=True, more="decide on the first ones, then list again")
def proposals_list(kb: KnowledgeBase) -> Waiting:
    """What the record suggests to change: patterns drafted from unknown texts, merges, retirements, runbooks.

    Each comes with its reasons and the records that it rests on.  `review` names texts that were taken over from an
    incident: read them before you accept.
    """
    return kb.proposals.waiting()


@writing("POST /proposals/{proposal_id}/accept", again=True)
def proposal_accept(
    kb: KnowledgeBase,
    proposal_id: ProposalId,
    edits: Annotated[Inputs, "Keys of `item` to replace, such as {meaning: …, fix: …}."] = {},  # noqa: B006
) -> KeptProposal:
    """Write a proposal into the memory files, where people review it.  What is added starts unverified.

    A drafted pattern needs a meaning or a fix: give what you found out, never a guess.
    """
    return kb.proposals.accept(proposal_id, edits)


@writing("POST /proposals/{proposal_id}/reject", again=True)
def proposal_reject(
    kb: KnowledgeBase, proposal_id: ProposalId, reason: Annotated[Text, "Why, in a few words."]
) -> KeptProposal:
    """Turn a proposal down.  It comes back only when far more speaks for it."""
    return kb.proposals.reject(proposal_id, reason)


EntryId = Annotated[Text, "The entry."]


@writing("POST /entries/{entry_id}/status", again=True)
def entry_status(
    kb: KnowledgeBase,
    entry_id: EntryId,
    status: Annotated[Text, "active (you reviewed it), candidate, quarantined or retired."],
    reason: Annotated[Text, "Why, in a few words."],
    by: Annotated[Text, "Who says so, where that is not who asks."] = "",
) -> Move:
    """Say that an entry was reviewed, or take it away: quarantined and retired ones are no longer offered."""
    return kb.moves.set_status(entry_id, status, reason, by)


@writing("POST /entries/{entry_id}/undo")
def entry_undo(
    kb: KnowledgeBase, entry_id: EntryId, reason: Annotated[Text, "Why, in a few words."] = ""
) -> Move:
    """Take back the last change of an entry's status, whoever or whatever made it."""
    return kb.moves.undo(entry_id, reason)
