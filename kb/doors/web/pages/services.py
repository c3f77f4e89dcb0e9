"""Services: what is known about each, in numbers; one of them with its quirks, incidents, changes, alert rules."""

from __future__ import annotations

from starlette.responses import Response

from kb.doors.web.page import page
from kb.doors.web.view import View
from kb.model.overview import ServiceOverview, Services

SERVICES = "/services"
_FIRST, _MOST = 100, 500


@page(SERVICES, nav="Services", meanwhile="Alert rules and runbooks are being held against each other …")
async def shown(view: View) -> Response:
    """All services, those of open incidents first."""
    limit = _MOST if view.query.get("all") else _FIRST
    found: Services = await view.ask("services", limit=limit)
    return view.show("services.html", found=found)


@page(f"{SERVICES}/{{service:path}}")
async def one(view: View) -> Response:
    """One service; its name may have a slash in it."""
    found: ServiceOverview = await view.ask("service_overview", service=view.path["service"])
    return view.show("service.html", service=found, all_rules=bool(view.query.get("all")))
