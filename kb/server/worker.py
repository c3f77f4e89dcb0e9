"""Which call runs when: quick readers, slow readers and writers beside each other, each kind one after the other.

Each call that runs has an open knowledge base of its own (SQLite lets readers read while somebody writes); they share
the encoder.  A connection is opened when all others are in use, so one client alone needs one.  A call that has
begun runs to its end even when its client goes away: nothing is left half-written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from functools import partial
from typing import TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

from kb.knowledge import KnowledgeBase
from kb.server.pauses import Heap

Result = TypeVar("Result")
Call = Callable[[KnowledgeBase], Result]
"""What is done with an open knowledge base."""

_actor: ContextVar[str] = ContextVar("actor", default="mcp")
_LONGEST = 80
SWITCH_SECONDS = 0.0005
"""How long a long text keeps the interpreter while others wait; at Python's own 5 ms, a call of 10 ms takes 200."""


class Lane(Enum):
    """Kinds of calls; of each kind one runs at a time.

    Two quick readers were measured: they take the interpreter from each other, and each connection takes in anew
    what was written, so that 32 clients get a seventh fewer answers.  However many long texts and reviews are asked
    for, short questions wait for none of them.
    """

    READ = "read"
    LONG = "long"
    WRITE = "write"


def current_actor() -> str:
    """The client whose call is being answered, as it named itself; `mcp` where it did not."""
    return _actor.get()


@contextmanager
def calling(actor: str) -> Iterator[None]:
    """Inside, `current_actor` is this client."""
    token = _actor.set(" ".join(actor.split())[:_LONGEST] or "mcp")
    try:
        yield
    finally:
        _actor.reset(token)


class Workers:
    """Runs calls in threads, each with a knowledge base that no other call uses meanwhile."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb
        self._free, self._heap = [kb], Heap()
        self._limits = {lane: CapacityLimiter(1) for lane in Lane}

    async def wait(self, work: Callable[[], Result], lane: Lane) -> Result:
        """The result of work that needs no knowledge base of this process, in the turn of its lane."""
        return await anyio.to_thread.run_sync(work, limiter=self._limits[lane])

    async def run(self, call: Call[Result], lane: Lane = Lane.READ, actor: str = "") -> Result:
        """The result of `call`, which sees `actor` as `current_actor`."""
        work = self._run if lane is not Lane.LONG else self._run_sharing
        return await self.wait(partial(work, actor, call), lane)

    def _run_sharing(self, actor: str, call: Call[Result]) -> Result:
        """As `_run`, while others get the interpreter soon: a call lets it go at each query, and so waits often."""
        usual = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        try:
            return self._run(actor, call)
        finally:
            sys.setswitchinterval(usual)

    def _run(self, actor: str, call: Call[Result]) -> Result:
        try:
            kb = self._free.pop()
        except IndexError:
            kb = self._kb.beside()
        try:
            with calling(actor):
                return call(kb)
        finally:
            self._free.append(kb)
            self._heap.settle()
