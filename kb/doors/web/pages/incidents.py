"""Incidents: which there are, what is open before what ended; the address holds the filters; one is opened here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import Response

from kb.doors.web.page import action, page
from kb.doors.web.view import View
from kb.errors import InvalidInput
from kb.model.brief import AlertSays
from kb.model.incident import IncidentCounts, LiveIncident
from kb.operations.records import LiveIncidents

INCIDENTS = "/incidents"
_MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an address of the list says; empty is anything."""

    state: str = ""
    """`open`, or empty for all."""
    severity: tuple[str, ...] = ()
    service: str = ""

    @classmethod
    def of(cls, query: QueryParams) -> Self:
        """The state in an address."""
        return cls(
            state="open" if query.get("state") == "open" else "",
            severity=tuple(one for one in query.getlist("severity") if one),
            service=query.get("service", "").strip(),
        )

    @property
    def filters(self) -> dict[str, Any]:
        """The arguments of the operations."""
        return {
            "open_only": self.state == "open",
            "severity": list(self.severity),
            "service": self.service,
        }

    def address(self, **changed: Any) -> str:
        """The address of this list, with some of it changed."""
        state = {name: changed.get(name, getattr(self, name)) for name in self.__slots__}
        said = urlencode({name: value for name, value in state.items() if value}, doseq=True)
        return f"{INCIDENTS}?{said}" if said else INCIDENTS


@page(INCIDENTS, nav="Incidents")
async def shown(view: View) -> Response:
    """The incidents that pass the filters of the address."""
    return await _list(view)


@action(INCIDENTS)
async def opened(view: View) -> Response:
    """Open an incident, and go to it; one with the same title and place that is open already is that one."""
    form = view.form
    given = ("title", "environment", "severity", "impact", "started", "lookup_id")
    try:
        incident: LiveIncident = await view.ask(
            "incident_open",
            service=form.text("service"),
            alert=form.whole("alert"),
            **{name: form.text(name) for name in given},
        )
    except InvalidInput as error:
        return await _list(view, 400, wrong=str(error))
    return view.go(f"{INCIDENTS}/{incident.id}")


@action(f"{INCIDENTS}/from-alert")
async def filled_in(view: View) -> Response:
    """The form again, with what the pasted alert says, to be looked at and edited; nothing is opened yet."""
    given = ("service", "environment")
    try:
        says: AlertSays = await view.ask(
            "read_alert", alert=view.form.whole("alert"), **{name: view.form.text(name) for name in given}
        )
    except InvalidInput as error:
        return await _list(view, 400, wrong=str(error))
    return await _list(view, says=says)


async def _list(view: View, status: int = 200, wrong: str = "", says: AlertSays | None = None) -> Response:
    asked, told = Asked.of(view.request.query_params), ""
    nothing = IncidentCounts(passing=0, open=0, all=0, severities={}, services={})
    found, counts = LiveIncidents(incidents=()), nothing
    try:
        found = await view.ask("incident_list", limit=_MOST, **asked.filters)
        counts = await view.ask("incident_counts", **asked.filters)
    except InvalidInput as error:
        status, told = 400, str(error)
    return view.show(
        "incidents.html",
        status,
        asked=asked,
        incidents=sorted(found.incidents, key=lambda one: one.closed is not None),
        counts=counts,
        form=view.form,
        says=says,
        told=told,
        wrong=wrong,
    )
