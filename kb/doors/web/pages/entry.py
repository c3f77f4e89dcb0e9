"""Entry: what it says, where it comes from, how often it answered, and what came of that."""

from __future__ import annotations

from starlette.responses import Response

from kb.doors.web.page import action, page
from kb.doors.web.view import View
from kb.model.ledger import Result
from kb.operations.records import EntryRecord, WholeEntry

ENTRY = "/entries/{entry_id}"


@page(ENTRY)
async def shown(view: View) -> Response:
    """One entry, with its record."""
    entry: WholeEntry = await view.ask("get_entry", entry_id=view.path["entry_id"])
    near = view.query.get("near") == "1"  # it takes longest: asked when the page is there
    record: EntryRecord = await view.ask("entry_record", entry_id=entry.id, near=near)
    done, lookup = view.query.get("done", ""), view.query.get("lookup", "")
    return view.show(
        "entry.html",
        entry=entry,
        said=entry.entry,
        record=record,
        near=record.near if near else None,
        done=Result(done) if done in list(Result) else None,
        asked=next((one for one in record.answered if one.id == lookup), None),
    )


@action(f"{ENTRY}/undo")
async def undo(view: View) -> Response:
    """Take back the last move of its status; then the entry, which has changed."""
    entry_id = view.path["entry_id"]
    await view.ask("entry_undo", entry_id=entry_id, reason=view.form.text("reason"))
    return view.go(f"/entries/{entry_id}")


@action(f"{ENTRY}/outcomes")
async def outcome(view: View) -> Response:
    """Keep what came of applying it; then its record, which has changed, and the way to another answer."""
    form, entry_id = view.form, view.path["entry_id"]
    result, lookup = form.text("result"), form.text("lookup_id")
    await view.ask(
        "record_outcome",
        entry_id=entry_id,
        result=result,
        lookup_id=lookup,
        verified_by=form.text("verified_by"),
        note=form.text("note"),
    )
    again = {"lookup": lookup} if lookup and result == Result.NOT_APPLIED else {}
    return view.go(f"/entries/{entry_id}", done=result, **again)
