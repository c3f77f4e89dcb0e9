"""One line for each request that was answered: who asked for what, with which answer, in how many milliseconds.

Query strings, bodies and tokens are left out: they may hold what nobody should keep.
"""

from __future__ import annotations

import logging
import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.text.escaping import visible

_log = logging.getLogger("kb.access")
_LONGEST = 200


class AccessLog:
    """An application that logs what another one answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI defines it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            _log.info("%s", _line(scope, status, time.perf_counter() - started))


def _line(scope: Scope, status: int, seconds: float) -> str:
    client = (scope.get("client") or ["-"])[0]
    actor = Headers(scope=scope).get("x-actor") or "-"
    asked = f"{scope['method']} {visible(scope['path'])[:_LONGEST]}"
    return f"{client} {visible(actor)[:_LONGEST]!r} {asked} {status or 'cut off'} {seconds * 1000:.0f}ms"
