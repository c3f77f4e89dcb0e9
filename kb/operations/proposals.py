"""Operations of whoever reviews: what the record suggests to change, entries to look at, edits, and decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from kb.base import KnowledgeBase
from kb.errors import InvalidInput
from kb.model.entry import Status
from kb.operations.arguments import Flag, Inputs, Limit, Text, whole
from kb.operations.operation import PAGE, reading, writing

if TYPE_CHECKING:
    from kb.model.overview import Unknowns
    from kb.model.proposal import KeptProposal, ProposalShown, Waiting
    from kb.model.receipts import Comparison, EntryEdited, EntrySource
    from kb.model.status import Move
    from kb.operations.records import Deeds, EntriesWaiting


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


@reading("GET /proposals/{proposal_id}", PAGE, slow=True)
def proposal_show(kb: KnowledgeBase, proposal_id: ProposalId) -> ProposalShown:
    """One proposal: what accepting it would write, as a diff, and that beside the entry that is most like it."""
    from dataclasses import replace

    from kb.proposals.shown import drafted

    shown = kb.proposals.shown(proposal_id)
    proposal = shown.kept.proposal
    if proposal.entry_id and proposal.retires:
        beside = kb.known.compare(kb.get(proposal.retires), kb.get(proposal.entry_id))
    elif draft := drafted(proposal):
        beside = kb.known.compare(draft)
    else:
        beside = kb.known.compare(kb.get(proposal.retires or proposal.entry_id))
    return replace(shown, beside=beside)


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
Reason = Annotated[Text, "Why, in a few words."]


@reading("GET /entries-waiting", more="decide on the first ones, then ask again")
def entries_waiting(
    kb: KnowledgeBase,
    status: Annotated[Text, "candidate (nobody verified it) or quarantined."] = "candidate",
    limit: Limit = 20,
) -> EntriesWaiting:
    """Entries that a reviewer should look at, the newest first: since when, who wrote or moved them, and why."""
    from kb.operations.records import EntriesWaiting

    if status not in list(Status):
        raise InvalidInput(f"entries_waiting: `status` {status!r} is none of: {', '.join(Status)}")
    found, total = kb.known.waiting(Status(status), limit)
    return EntriesWaiting(entries=tuple(found), total=total)


@reading("GET /entries/{entry_id}/compare", PAGE)
def entry_compare(
    kb: KnowledgeBase,
    entry_id: EntryId,
    other: Annotated[Text, "The other entry; else the one that is most like it."] = "",
) -> Comparison:
    """An entry beside the one that is most like it: do they say the same, and if not, what separates them?"""
    return kb.known.compare(kb.get(entry_id), kb.get(other) if other else None)


@reading("GET /entries/{entry_id}/source", PAGE)
def entry_source(kb: KnowledgeBase, entry_id: EntryId) -> EntrySource:
    """What may be edited of an entry of a memory file, by the keys of that file, and its version for entry_edit."""
    return kb.editing.source(entry_id)


@writing("POST /entries/{entry_id}/edit", PAGE)
def entry_edit(
    kb: KnowledgeBase,
    entry_id: EntryId,
    values: Annotated[Inputs, "Keys of the entry to set, such as {fix: …}; entry_source shows them."],
    version: Annotated[Text, "The version that entry_source gave: who edits later is told."],
    reason: Annotated[Text, "Why, in a few words."] = "",
    dry_run: Annotated[Flag, "Whether nothing is written, and what would be is told."] = None,
) -> EntryEdited:
    """Edit an entry of a memory file; comments and other keys stay.  Returns the diff, and what a new pattern finds.

    Ask with dry_run first: it tells which past lookups a changed pattern gains and loses, and on which healthy lines it
    fires.  What would be quarantined is not written.
    """
    return kb.editing.edit(entry_id, values, version, reason=reason, dry_run=bool(dry_run))


@writing("POST /entries/{entry_id}/merge", again=True)
def entry_merge(
    kb: KnowledgeBase,
    entry_id: EntryId,
    into: Annotated[Text, "The entry that stays and speaks for both."],
    reason: Reason,
) -> KeptProposal:
    """Make one entry part of another that says the same: its texts become samples there, and it is retired."""
    return kb.proposals.merge(kb.get(entry_id).id, kb.get(into).id, reason)


@reading("GET /decisions", more="a smaller limit shows the newest")
def decisions(kb: KnowledgeBase, limit: Limit = 20) -> Deeds:
    """What people decided on proposals and entries, and edited, the newest first: who, when and why."""
    from kb.operations.records import Deeds

    found, total = kb.upkeep.deeds.between(by_person=True, limit=limit)
    return Deeds(deeds=tuple(found), total=total)


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
