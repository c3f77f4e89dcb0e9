"""Search: by words and meaning, narrowed by kind, service, severity, time and status; the address holds all of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import Response

from kb.doors.web.page import page
from kb.doors.web.view import View
from kb.errors import InvalidInput
from kb.operations.records import Hits, SearchCounts

_FIRST, _MOST = 20, 50
"""How many are shown at first, and the most that an operation gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What an address of this page says; empty is anything."""

    q: str = ""
    kind: tuple[str, ...] = ()
    service: str = ""
    severity: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    all: str = ""
    """Not a filter: the most that can be shown, where it says anything."""

    @classmethod
    def of(cls, query: QueryParams) -> Self:
        """The state in an address; names that mean nothing here are passed over."""
        one = {name: query.get(name, "").strip() for name in ("q", "service", "since", "until", "all")}
        many = {
            name: tuple(value for value in query.getlist(name) if value)
            for name in ("kind", "severity", "status")
        }
        return cls(**one, **many)  # type: ignore[arg-type]

    @property
    def filters(self) -> dict[str, Any]:
        """The arguments of the operations."""
        given = {
            "kinds": self.kind,
            "service": self.service,
            "severity": self.severity,
            "status": self.status,
            "since": self.since,
            "until": self.until,
        }
        return {name: value for name, value in given.items() if value}

    def address(self, **changed: Any) -> str:
        """The address of this search, with some of it changed."""
        state = {name: changed.get(name, getattr(self, name)) for name in self.__slots__}
        said = urlencode({name: value for name, value in state.items() if value}, doseq=True)
        return f"/search?{said}" if said else "/search"


@page("/search", nav="Search", meanwhile="Searching …")
async def shown(view: View) -> Response:
    """What the words find; without words, the newest."""
    sought = Sought.of(view.request.query_params)
    try:
        limit = _MOST if sought.all else _FIRST
        hits: Hits
        counts: SearchCounts
        hits, counts = await asyncio.gather(
            view.ask("search_incidents", query=sought.q, limit=limit, **sought.filters),
            view.ask("search_counts", **sought.filters),
        )
    except InvalidInput as error:
        nothing = SearchCounts(passing=0, kinds={}, statuses={}, severities={}, services={})
        return view.show(
            "search.html", 400, sought=sought, hits=Hits(hits=()), counts=nothing, wrong=str(error)
        )
    found = view.show("search.html", sought=sought, hits=hits, counts=counts, wrong="")
    found.headers["HX-Replace-Url"] = sought.address()  # as one types, without what is empty
    return found
