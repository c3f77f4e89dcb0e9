"""`Pauses`: work that waits until no client waits.

A client asks right after its handshake: what is done for later questions, such as loading a model, must not take the
processor from the first one.  A client that leaves no pause is answered some times first.
"""

from __future__ import annotations

from asyncio import TimerHandle, get_running_loop
from collections.abc import Callable
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

PAUSE_SECONDS = 0.1
"""How long nobody has waited for an answer when it is a pause."""
PATIENCE = 10
"""Answers after which none is waited for any more."""


class Pauses:
    """A middleware that calls `then` in every pause of `seconds`, and behind every answer after `PATIENCE` of them."""

    def __init__(self, then: Callable[[], None], seconds: float = PAUSE_SECONDS) -> None:
        self._then, self._seconds = then, seconds
        self._waiting = self._answered = 0
        self._pause: TimerHandle | None = None

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Answer a request, and begin to wait for a pause."""
        self._waiting += 1
        if self._pause:
            self._pause.cancel()
        try:
            return await call_next(ctx)
        finally:
            self._waiting -= 1
            self._answered += 1
            if self._answered > PATIENCE:
                self._then()
            elif not self._waiting:
                self._pause = get_running_loop().call_later(self._seconds, self._then)
