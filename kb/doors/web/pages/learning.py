"""Learn: what an error means is kept, after a dry run has shown which lookups of the past it would have answered."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kb.doors.web.page import action, page
from kb.doors.web.view import View
from kb.errors import InvalidInput
from kb.model.healthy import Rehearsal
from kb.model.receipts import Learned

LEARN = "/learn"
_TEXTS = ("pattern", "meaning", "fix", "check", "category")
_LINES = ("commands", "services")


@page(LEARN)
async def blank(view: View) -> Response:
    """The form, with what the address says of it."""
    return _shown(view, {name: view.query.get(name, "") for name in (*_TEXTS, *_LINES)})


@action(f"{LEARN}/try")
async def tried(view: View) -> Response:
    """What the pattern would have found in the past, and whether it fires on lines that are fine; nothing is kept."""
    said = _said(view)
    try:
        rehearsal: Rehearsal = await view.ask("rehearse_pattern", pattern=said["pattern"])
    except InvalidInput as error:
        return _shown(view, said, wrong=str(error))
    return _shown(view, said, rehearsal=rehearsal)


@action(LEARN)
async def kept(view: View) -> Response:
    """Keep it; then the entry."""
    said = _said(view)
    lists = {name: [one.strip() for one in said[name].splitlines() if one.strip()] for name in _LINES}
    try:
        learned: Learned = await view.ask("learn_pattern", **{**said, **lists})
    except InvalidInput as error:
        return _shown(view, said, wrong=str(error))
    return view.go(f"/entries/{learned.id}")


def _said(view: View) -> dict[str, str]:
    return {name: view.form.text(name) for name in (*_TEXTS, *_LINES)}


def _shown(view: View, said: dict[str, str], wrong: str = "", rehearsal: Rehearsal | None = None) -> Response:
    shown: dict[str, Any] = {"said": said, "wrong": wrong, "rehearsal": rehearsal}
    return view.show("learn.html", 400 if wrong else 200, **shown)
