"""Which call runs when: readers beside each other, writers one after the other, long texts in a lane of their own.

Each call that runs has an open knowledge base of its own (SQLite lets readers read while somebody writes); they share
the encoder.  A connection is opened when all others are in use, so one client alone needs one.  A call that has
begun runs to its end even when its client goes away: nothing is left half-written.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from enum import Enum
from functools import partial
from typing import TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

from kb.knowledge import KnowledgeBase

Result = TypeVar("Result")
Call = Callable[[KnowledgeBase], Result]
"""What is done with an open knowledge base."""

_actor: ContextVar[str] = ContextVar("actor", default="mcp")
_LONGEST = 80


class Lane(Enum):
    """Kinds of calls, each with how many of them may run at a time.

    More readers than that only take the interpreter from each other.  A long text has its own lane: however
    many are asked, short questions find a reader free.
    """

    READ = "read", 2
    LONG = "long", 1
    WRITE = "write", 1

    @property
    def at_a_time(self) -> int:
        """How many calls run at a time."""
        return self.value[1]


def current_actor() -> str:
    """The client whose call is being answered, as it named itself; `mcp` where it did not."""
    return _actor.get()


class Workers:
    """Runs calls in threads, each with a knowledge base that no other call uses meanwhile."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb
        self._free = [kb]
        self._limits = {lane: CapacityLimiter(lane.at_a_time) for lane in Lane}

    async def run(self, call: Call[Result], lane: Lane = Lane.READ, actor: str = "") -> Result:
        """The result of `call`, which sees `actor` as `current_actor`."""
        run = partial(self._run, " ".join(actor.split())[:_LONGEST] or "mcp", call)
        return await anyio.to_thread.run_sync(run, limiter=self._limits[lane])

    def _run(self, actor: str, call: Call[Result]) -> Result:
        token = _actor.set(actor)
        try:
            kb = self._free.pop()
        except IndexError:
            kb = self._kb.beside()
        try:
            return call(kb)
        finally:
            self._free.append(kb)
            _actor.reset(token)
