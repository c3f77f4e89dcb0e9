"""Inbox: what agents wrote and what the record suggests, for somebody to decide on: one by one, or several at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.responses import Response

from kb.doors.web.fields import Field, changed, fields_of
from kb.doors.web.page import action, page
from kb.doors.web.view import View
from kb.errors import InvalidInput, KbError
from kb.model.proposal import KeptProposal, ProposalKind, ProposalShown, Waiting
from kb.model.receipts import Comparison
from kb.operations.records import EntriesWaiting, WholeEntry

SHOWS: Mapping[str, str] = {
    "proposals": "Proposals",
    "duplicates": "Duplicates",
    "runbooks": "Runbooks to verify",
    "unverified": "Unverified",
    "quarantined": "Quarantined",
    "decided": "Decided",
}
"""What can be shown, in the order of the page."""
_KINDS: Mapping[str, tuple[ProposalKind, ...]] = {
    "proposals": (ProposalKind.PATTERN, ProposalKind.RUNBOOK, ProposalKind.RETIREMENT),
    "duplicates": (ProposalKind.MERGE,),
    "runbooks": (ProposalKind.VERIFICATION,),
}
_STATUSES = {"unverified": "candidate", "quarantined": "quarantined"}
_MOST = 50
PROPOSAL, ENTRY = "/inbox/proposals/{proposal_id}", "/inbox/entries/{entry_id}"


@page("/inbox", nav="Inbox", meanwhile="The record is being looked through for what it suggests …")
async def shown(view: View) -> Response:
    """What waits, of one sort."""
    return await _list(view, view.query.get("show", "proposals"))


async def _list(view: View, show: str, failed: tuple[str, ...] = (), done: int = 0) -> Response:
    show = show if show in SHOWS else "proposals"
    found: dict[str, Any] = {"waiting": None, "proposals": (), "entries": None, "decisions_of": None}
    if show in _KINDS:
        waiting: Waiting = await view.ask("proposals_list")
        kinds = _KINDS[show]
        found |= {
            "waiting": waiting,
            "proposals": [one for one in waiting.proposals if one.proposal.kind in kinds][:_MOST],
        }
    elif show in _STATUSES:
        found["entries"] = await view.ask("entries_waiting", status=_STATUSES[show], limit=_MOST)
    else:
        found["decisions_of"] = await view.ask("decisions", limit=_MOST)
    return view.show(
        "inbox.html",
        show=show,
        shows=SHOWS,
        counts=_counts(found["waiting"]) | await _in_statuses(view, show, found["entries"]),
        failed=failed,
        done=done or view.query.get("done", ""),
        **found,
    )


def _counts(waiting: Waiting | None) -> dict[str, int]:
    """How many proposals there are of each sort, where they were gathered."""
    if waiting is None:
        return {}
    return {
        show: sum(one.proposal.kind in kinds for one in waiting.proposals) for show, kinds in _KINDS.items()
    }


async def _in_statuses(view: View, show: str, shown: EntriesWaiting | None) -> dict[str, int]:
    """How many entries there are of each status that a reviewer looks at: two counts, whichever sort is shown."""
    return {
        name: (
            shown if shown and name == show else await view.ask("entries_waiting", status=status, limit=1)
        ).total
        for name, status in _STATUSES.items()
    }


@action("/inbox/decide")
async def decide(view: View) -> Response:
    """One decision on all that were chosen; what could not be done is told, the rest is done."""
    form = view.form
    show, chosen = form.text("show"), form.texts("chosen")
    decision, reason = form.text("decision"), form.text("reason")
    if not chosen:
        return await _list(view, show, ("Nothing was chosen, so nothing was done.",))
    if decision not in _DECISIONS:
        raise InvalidInput(f"there is no decision {decision[:40]!r}")
    if decision != "accept" and not reason:
        return await _list(
            view, show, ("Say in a few words why, for whoever sees this next. Nothing was done.",)
        )
    failed, done = list[str](), 0
    for one in chosen:
        try:
            await _DECISIONS[decision](view, one, reason)
            done += 1
        except KbError as error:
            failed.append(str(error))
    if failed:
        return await _list(view, show, tuple(failed), done)
    return view.go("/inbox", show=show, done=str(done))


async def _accept(view: View, proposal_id: str, reason: str) -> None:
    del reason
    await view.ask("proposal_accept", proposal_id=proposal_id)


async def _reject(view: View, proposal_id: str, reason: str) -> None:
    await view.ask("proposal_reject", proposal_id=proposal_id, reason=reason)


def _status(status: str) -> Callable[[View, str, str], Awaitable[None]]:
    async def move(view: View, entry_id: str, reason: str) -> None:
        await view.ask("entry_status", entry_id=entry_id, status=status, reason=reason, by=view.visitor.name)

    return move


_DECISIONS: Mapping[str, Callable[[View, str, str], Awaitable[None]]] = {
    "accept": _accept,
    "reject": _reject,
    **{one: _status(one) for one in ("active", "candidate", "quarantined", "retired")},
}


@page(PROPOSAL, title="Proposal", meanwhile="The record is being looked through for what speaks for it …")
async def proposal(view: View) -> Response:
    """One proposal: its reasons, the diff that accepting it would write, and what is most like it."""
    return await _proposal(view)


async def _proposal(view: View, wrong: str = "", status: int = 200) -> Response:
    found: ProposalShown = await view.ask("proposal_show", proposal_id=view.path["proposal_id"])
    fields = _fields(found)
    return view.show(
        "inbox_proposal.html",
        status,
        found=found,
        proposal=found.kept.proposal,
        decision=found.kept.decision,
        fields=[one.filled(view.form) for one in fields] if wrong else fields,
        wrong=wrong,
    )


def _fields(found: ProposalShown) -> list[Field]:
    item = found.kept.proposal.item
    known = {key: item[key] for key in found.editable if key in item}
    return fields_of(known, [key for key in found.editable if key not in known])


@action(f"{PROPOSAL}/accept")
async def accept(view: View) -> Response:
    """Write it into the memory files, with what was changed in the form; active at once where somebody checked it."""
    proposal_id = view.path["proposal_id"]
    found: ProposalShown = await view.ask("proposal_show", proposal_id=proposal_id)
    try:
        edits = changed(one.filled(view.form) for one in _fields(found))
        accepted: KeptProposal = await view.ask("proposal_accept", proposal_id=proposal_id, edits=edits)
        if view.form.text("checked") and accepted.proposal.kind in (
            ProposalKind.PATTERN,
            ProposalKind.RUNBOOK,
        ):
            reason = f"checked by {view.visitor.name} when it was accepted"
            await _status("active")(view, accepted.proposal.entry_id, reason)
    except InvalidInput as error:
        return await _proposal(view, str(error), 400)
    return view.go(f"/inbox/proposals/{accepted.proposal.id}")


@action(f"{PROPOSAL}/reject")
async def reject(view: View) -> Response:
    """Turn it down, with the reason."""
    try:
        await _reject(view, view.path["proposal_id"], view.form.text("reason"))
    except InvalidInput as error:
        return await _proposal(view, str(error), 400)
    return view.go(f"/inbox/proposals/{view.path['proposal_id']}")


@page(ENTRY)
async def entry(view: View) -> Response:
    """One entry beside the one that is most like it, and what can be decided on it."""
    return await _entry(view)


async def _entry(view: View, wrong: str = "", status: int = 200) -> Response:
    entry_id = view.path["entry_id"]
    found: WholeEntry = await view.ask("get_entry", entry_id=entry_id)
    other = view.query.get("other", "").strip()
    beside: Comparison = await view.ask("entry_compare", entry_id=found.id, other=other)
    return view.show(
        "inbox_entry.html",
        status,
        entry=found,
        said=found.entry,
        beside=beside,
        wrong=wrong,
        form=view.form,
        is_ours=_path(found).startswith("learned/"),
    )


def _path(found: WholeEntry) -> str:
    provenance = found.entry.get("provenance") or {}
    return str((provenance.get("source") or {}).get("path", ""))


async def _decided(view: View, work: Awaitable[object]) -> Response:
    """The entry again, after a decision; beside the form what was wrong with it."""
    try:
        await work
    except InvalidInput as error:
        return await _entry(view, str(error), 400)
    return view.go(f"/inbox/entries/{view.path['entry_id']}")


@action(f"{ENTRY}/status")
async def status(view: View) -> Response:
    """Give it another status, with the reason."""
    status = view.form.text("status")
    return await _decided(view, _status(status)(view, view.path["entry_id"], view.form.text("reason")))


@action(f"{ENTRY}/undo")
async def undo(view: View) -> Response:
    """Take its last move back."""
    reason = view.form.text("reason")
    return await _decided(view, view.ask("entry_undo", entry_id=view.path["entry_id"], reason=reason))


@action(f"{ENTRY}/merge")
async def merge(view: View) -> Response:
    """Make it part of another one."""
    into, reason = view.form.text("into"), view.form.text("reason")
    merging = view.ask("entry_merge", entry_id=view.path["entry_id"], into=into, reason=reason)
    return await _decided(view, merging)
