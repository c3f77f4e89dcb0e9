"""Audit: who did what, filtered by the address, and all of it as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from kb.doors.web.page import page
from kb.doors.web.view import View
from kb.errors import InvalidInput
from kb.model.receipts import Deed
from kb.operations.records import Deeds
from kb.store.upkeep.deeds import WHAT

_SHOWN, _EXPORTED = 100, 100_000


@page("/audit", title="Audit", meanwhile="What was done is being read …")
async def shown(view: View) -> Response:
    """The newest deeds that pass the filters."""
    sought = _sought(view)
    try:
        found: Deeds = await view.ask("audit", limit=_SHOWN, **sought)
    except InvalidInput as error:
        nothing = Deeds(deeds=(), total=0)
        return view.show("audit.html", 400, sought=sought, found=nothing, what=WHAT, wrong=str(error))
    return view.show("audit.html", sought=sought, found=found, what=WHAT, wrong="")


@page("/audit.csv")
async def exported(view: View) -> Response:
    """The same as a file: a line each, the newest first."""
    found: Deeds = await view.ask("audit", limit=_EXPORTED, **_sought(view))
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Response(as_csv(found.deeds), media_type="text/csv; charset=utf-8", headers=headers)


def _sought(view: View) -> dict[str, Any]:
    query = view.request.query_params
    one = {name: query.get(name, "").strip() for name in ("since", "until", "actor")}
    return {**one, "what": [value for value in query.getlist("what") if value]}


def as_csv(deeds: Iterable[Deed]) -> str:
    """The deeds as comma-separated values; no cell of it is a formula to a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("at", "actor", "what", "about", "said", "details"))
    for one in deeds:
        cells = (one.at.isoformat(), one.actor, one.what, one.about, one.said, one.details)
        writer.writerow(map(_inert, cells))
    return out.getvalue()


def _inert(text: str) -> str:
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\r") else text
