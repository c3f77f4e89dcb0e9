"""One open knowledge base, used by one thread at a time, and the name of who asks.

A call that has begun runs to its end even when its client goes away: nothing is left half-written.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

Result = TypeVar("Result")

_actor: ContextVar[str] = ContextVar("actor", default="mcp")
_LONGEST = 80


def current_actor() -> str:
    """The client whose call is being answered, as it named itself; `mcp` where it did not."""
    return _actor.get()


class Worker:
    """Runs calls one after the other in a thread."""

    def __init__(self) -> None:
        self._one_at_a_time = CapacityLimiter(1)

    async def run(self, call: Callable[[], Result], actor: str = "") -> Result:
        """The result of `call`, which sees `actor` as `current_actor`."""
        run = partial(_as, " ".join(actor.split())[:_LONGEST] or "mcp", call)
        return await anyio.to_thread.run_sync(run, limiter=self._one_at_a_time)


def _as(actor: str, call: Callable[[], Result]) -> Result:
    token = _actor.set(actor)
    try:
        return call()
    finally:
        _actor.reset(token)
