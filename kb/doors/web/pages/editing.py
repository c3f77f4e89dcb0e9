"""Edit an entry: first tried, shown as the diff of git and as what a changed pattern finds; then written."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from starlette.responses import Response

from kb.doors.web.fields import Field, changed, fields_of
from kb.doors.web.page import action, page
from kb.doors.web.view import View
from kb.errors import FileChanged, InvalidInput
from kb.model.receipts import EntryEdited, EntrySource

EDIT = "/entries/{entry_id}/edit"
_SINCE = "You changed it since it was tried. This is what it would do now; nothing is written yet."


@page(EDIT)
async def form(view: View) -> Response:
    """The fields, as they stand in the file."""
    source: EntrySource = await view.ask("entry_source", entry_id=view.path["entry_id"])
    return _show(view, source, fields_of(source.values, source.more))


@action(EDIT)
async def edit(view: View) -> Response:
    """Try it, or write what was tried; of two who edit one entry, the second is told what it says now."""
    source: EntrySource = await view.ask("entry_source", entry_id=view.path["entry_id"])
    fields = [one.filled(view.form) for one in fields_of(source.values, source.more)]
    try:
        values = changed(fields)
        return await _edited(view, source, fields, values)
    except FileChanged as error:
        return _show(view, source, fields, 409, wrong=str(error), theirs=True)
    except InvalidInput as error:
        return _show(view, source, fields, 400, wrong=str(error), version=view.form.text("version"))


async def _edited(view: View, source: EntrySource, fields: list[Field], values: dict[str, Any]) -> Response:
    version, reason = view.form.text("version"), view.form.text("reason")
    given = {"entry_id": source.id, "values": values, "version": version, "reason": reason}
    tried: EntryEdited = await view.ask("entry_edit", dry_run=True, **given)
    mark = _mark(values, version)
    is_told = view.form.text("tried") == mark
    if view.form.text("step") != "write" or tried.problem or not is_told:
        note = _SINCE if view.form.text("step") == "write" and not is_told else ""
        return _show(view, source, fields, tried=tried, mark=mark, note=note, version=version)
    await view.ask("entry_edit", **given)
    return view.go(f"/entries/{source.id}", edited="yes")


def _mark(values: dict[str, Any], version: str) -> str:
    """What was tried: that, and nothing else, is written by the next press."""
    said = json.dumps([values, version], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def _show(
    view: View,
    source: EntrySource,
    fields: list[Field],
    status: int = 200,
    *,
    wrong: str = "",
    note: str = "",
    tried: EntryEdited | None = None,
    mark: str = "",
    theirs: bool = False,
    version: str = "",
) -> Response:
    return view.show(
        "edit.html",
        status,
        source=source,
        fields=fields,
        reason=view.form.text("reason"),
        wrong=wrong,
        note=note,
        tried=tried,
        mark=mark,
        theirs=theirs,
        version=version or source.version,
        can_write=bool(tried and tried.diff and not tried.problem),
    )
