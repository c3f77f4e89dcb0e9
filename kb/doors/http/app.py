"""What stands at which path of the server: agents at `/mcp`, programs at `/api/v1`, people at `/`, and what watches it.

`/healthz` and `/openapi.json` need no token, and tell nothing of the home.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import anyio.to_thread
import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from kb.doors.http.access import Callers
from kb.doors.http.health import Health
from kb.doors.http.metrics import CONTENT_TYPE, Metrics
from kb.doors.http.problems import failed, problem, refused
from kb.errors import KbError

AGENTS = "/mcp"


Refusal = Callable[[Request, Exception], Response]


def application(agents: ASGIApp, routes: list[BaseRoute], told: Refusal) -> ASGIApp:
    """The whole application: `agents` speak MCP, everybody else asks at one of the routes.

    What is refused is told as a problem, or as `told` says it, where a browser asked.
    """

    async def refuse(request: Request, error: Exception) -> Response:
        return told(request, error) if _is_of_browser(request) else await refused(request, error)

    others = Starlette(routes=routes, exception_handlers={HTTPException: refuse, Exception: failed})

    async def by_path(scope: Scope, receive: Receive, send: Send) -> None:
        asks_agents = scope["type"] != "http" or scope["path"] == AGENTS
        await (agents if asks_agents else others)(scope, receive, send)

    return by_path


def _is_of_browser(request: Request) -> bool:
    """Whether a page is asked for, by somebody who cannot read a problem in JSON."""
    asks = request.headers.get("accept", "").startswith("text/html")
    return asks and not request.url.path.startswith(("/api/", "/hooks/"))


@dataclass(frozen=True, slots=True)
class Watching:
    """What probes, scrapers and programs that read descriptions ask for."""

    health: Health
    metrics: Metrics
    callers: Callers

    def routes(self) -> list[BaseRoute]:
        """Where they ask."""
        return [
            Route("/healthz", self.healthz),
            Route("/metrics", self.scraped),
            Route("/openapi.json", self.described),
        ]

    async def healthz(self, request: Request) -> Response:
        """Whether the server is well."""
        del request
        try:
            entries = self.health.entries()
        except KbError:
            return JSONResponse({"ok": False}, status_code=503)
        return JSONResponse({"ok": True, "entries": entries})

    async def scraped(self, request: Request) -> Response:
        """The metrics, for whoever may read."""
        await self.callers.role(request)
        try:
            text = await anyio.to_thread.run_sync(self.metrics.text)
            return Response(text, media_type=CONTENT_TYPE)
        except KbError as error:
            return problem(503, str(error))

    async def described(self, request: Request) -> Response:
        """The API's description."""
        del request
        # The schemas of all records take a second: once, and not of those who ask something else meanwhile.
        return Response(await anyio.to_thread.run_sync(_description), media_type="application/json")


@cache
def _description() -> bytes:
    from kb.doors.http.openapi import openapi

    return msgspec.json.encode(openapi())
