"""One incident, lived by several at once: where it stands, each step a form, and a stream of what others note."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from kb.doors.web.form import Form
from kb.doors.web.page import action, page
from kb.doors.web.sessions import COOKIE
from kb.doors.web.view import View
from kb.errors import EntryNotFound, InvalidInput
from kb.model.incident import IncidentOverview, LiveIncident, Similar
from kb.operations.arguments import MANY
from kb.operations.catalogue import operation

INCIDENT = "/incidents/{incident_id}"
SHOWN = 100
"""Steps of the timeline that are shown at first, the newest."""

STEPS: Mapping[str, str] = {
    "acknowledge": "incident_acknowledge",
    "severity": "incident_severity",
    "cause": "incident_hypothesise",
    "mitigation": "incident_mitigate",
    "resolution": "incident_resolve",
    "checks": "incident_verify",
    "close": "incident_close",
    "reopen": "incident_reopen",
    "to-do": "incident_action_item",
    "review": "incident_review",
    "line": "memory_session_log",
    "update": "incident_status_update",
    "merge": "incident_merge",
    "split": "incident_split",
}
"""The steps that have a form, and the operation that each asks."""
_CHECK = "check-"


@page(INCIDENT)
async def shown(view: View) -> Response:
    """The incident; what was merged into another one is told there."""
    return await _page(view)


@action(f"{INCIDENT}/steps/{{step}}")
async def taken(view: View) -> Response:
    """Take a step, and look at the incident again; what is refused is told beside what was typed."""
    step, incident_id = view.path["step"], view.path["incident_id"]
    name = STEPS.get(step)
    if name is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"There is no step {step[:60]!r} of an incident.")
    try:
        after = await view.ask(name, **given(name, view.form, incident_id))
    except (InvalidInput, EntryNotFound) as error:
        if step == "split":
            return await _split(view, 400, wrong=str(error))
        return await _page(view, 400, wrong=str(error), failed=step)
    goes_on = after.id if isinstance(after, LiveIncident) else incident_id
    return view.go(f"/incidents/{goes_on}", done=step)


def given(name: str, form: Form, incident_id: str) -> dict[str, Any]:
    """What a form says, by the arguments of its operation: those that it has no field for are left out."""
    found: dict[str, Any] = {"incident_id": incident_id}
    for parameter in operation(name).parameters.values():
        if parameter.name in form.fields and parameter.name != "incident_id":
            found[parameter.name] = _read(form, parameter.name, parameter.form is MANY)
    if held := {
        one.removeprefix(_CHECK): form.text(one)
        for one in form.fields
        if one.startswith(_CHECK) and form.text(one)
    }:
        found["checks"] = held
    return found


def _read(form: Form, name: str, is_many: bool) -> str | list[str]:
    """A field's text; of one that takes several, its lines."""
    if not is_many:
        return form.text(name)
    return [line.strip() for text in form.texts(name) for line in text.split("\n") if line.strip()]


@page(f"{INCIDENT}/split")
async def split(view: View) -> Response:
    """Which steps are another trouble, by check box."""
    return await _split(view)


@page(f"{INCIDENT}/stream")
async def stream(view: View) -> Response:
    """The numbers of its steps as they are noted, as server-sent events."""
    incident: LiveIncident = await view.ask("incident_show", incident_id=view.path["incident_id"])
    if view.streams.is_full:
        raise HTTPException(
            HTTPStatus.SERVICE_UNAVAILABLE, "Too many follow incidents now. Load the page again."
        )
    told = view.streams.of(incident.id, _still_allowed(view))
    return StreamingResponse(told, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _still_allowed(view: View) -> Callable[[], bool]:
    """Whether who opened the stream is still signed in; a server that asks for no token lets everybody in."""
    key = view.request.cookies.get(COOKIE, "")
    return lambda: not view.visitor.signed_in or view.sessions.find(key) is not None


async def _page(view: View, status: int = 200, wrong: str = "", failed: str = "") -> Response:
    asked = view.path["incident_id"]
    told: IncidentOverview = await view.ask("incident_overview", incident_id=asked)
    incident = told.incident
    if incident.id != asked and not wrong:
        return view.go(f"/incidents/{incident.id}", **({"was": asked} if incident.merged else {}))
    similar: Similar | None = None
    if view.query.get("similar") == "1":  # it takes longest, and changes least: asked when the page is there
        similar = await view.ask("incident_similar", incident_id=incident.id)
    steps = list(reversed(told.steps))
    return view.show(
        "incident.html",
        status,
        told=told,
        incident=incident,
        steps=steps if view.query.get("all") else steps[:SHOWN],
        similar=similar,
        form=view.form,
        wrong=wrong,
        failed=failed,
        done=done if (done := view.query.get("done", "")) in STEPS else "",
        was=view.query.get("was", ""),
        others=await _other_open_ones(view, incident.id),
    )


async def _other_open_ones(view: View, incident_id: str) -> list[LiveIncident]:
    """Those that it may be merged into."""
    if not view.may("incident_merge"):
        return []
    found = await view.ask("incident_list", open_only=True, limit=50)
    return [one for one in found.incidents if one.id != incident_id]


async def _split(view: View, status: int = 200, wrong: str = "") -> Response:
    told: IncidentOverview = await view.ask("incident_overview", incident_id=view.path["incident_id"])
    return view.show(
        "incident_split.html", status, told=told, incident=told.incident, wrong=wrong, form=view.form
    )
