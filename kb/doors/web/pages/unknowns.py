"""Unknowns: what was asked and nobody knew, how often and since when; from the third time on, a draft to fill in."""

from __future__ import annotations

from starlette.responses import Response

from kb.doors.web.page import action, page
from kb.doors.web.view import View
from kb.errors import InvalidInput
from kb.model.overview import Unknowns
from kb.model.receipts import Learned

UNKNOWNS = "/unknowns"
_FIRST, _MOST = 20, 50
_ORDERS = ("count", "newest", "oldest")
_LEARNED = ("pattern", "meaning", "fix", "check")


@page(UNKNOWNS, nav="Unknowns")
async def shown(view: View) -> Response:
    """The list; its order and whether only new ones are wanted stand in the address."""
    return await _page(view)


@action(UNKNOWNS)
async def learned(view: View) -> Response:
    """Write down what it is: as the proposal that was drafted for it, where there is one, else as a new pattern."""
    form = view.form
    said = {name: form.text(name) for name in _LEARNED}
    commands = [line for line in form.text("commands").split("\n") if line.strip()]
    proposal, services = form.text("proposal_id"), [one for one in form.texts("service") if one]
    try:
        if not (said["meaning"] or said["fix"]):
            raise InvalidInput("Say what it means or what fixes it: a pattern without either helps nobody.")
        if proposal:
            edits = {
                "meaning": said["meaning"],
                "fix": said["fix"],
                "check": said["check"],
                "commands": commands,
            }
            kept = {name: value for name, value in edits.items() if value}
            await view.ask("proposal_accept", proposal_id=proposal, edits=kept)
            return view.go(UNKNOWNS, done="accepted")
        made: Learned = await view.ask(
            "learn_pattern", **said, commands=commands, services=services, must_match=[form.text("line")]
        )
    except InvalidInput as error:
        return await _page(view, 400, wrong=str(error), failed=form.text("fingerprint"))
    return view.go(f"/entries/{made.id}")


async def _page(view: View, status: int = 200, wrong: str = "", failed: str = "") -> Response:
    order = view.query.get("order", "")
    only_new = view.query.get("new") == "1"
    found: Unknowns = await view.ask(
        "unknowns",
        order=order if order in _ORDERS else _ORDERS[0],
        only_new=only_new,
        limit=_MOST if view.query.get("all") else _FIRST,
    )
    return view.show(
        "unknowns.html",
        status,
        found=found,
        order=order if order in _ORDERS else _ORDERS[0],
        only_new=only_new,
        form=view.form,
        wrong=wrong,
        failed=failed,
        done=view.query.get("done", ""),
    )
