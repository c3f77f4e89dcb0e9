"""Which call runs when, and how long one call keeps the interpreter from the others.

Quick readers, slow readers and writers run beside each other, each kind one after the other.  Each call that runs has
an open knowledge base of its own (SQLite lets readers read while somebody writes); they share the encoder.  A
connection is opened when all others are in use, so one client alone needs one.  A call that has begun runs to its end
even when its client goes away: nothing is left half-written.

Pauses are kept short.  Python lets a thread compute for 5 ms before another one has its turn, and stops all of them for
a tenth of a second to look for garbage among the hundred thousands of objects that an open home keeps (its signatures
above all).  And what is freed stays with the process: the C library keeps it apart for each thread that ever ran, a
third of the memory after an hour, unless it is asked to give it back.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from functools import partial
from typing import TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

from kb.base import KnowledgeBase

Result = TypeVar("Result")
Call = Callable[[KnowledgeBase], Result]
"""What is done with an open knowledge base."""
_actor: ContextVar[str] = ContextVar("actor", default="mcp")
_LONGEST_NAME = 80
"""Characters of a client's name that are kept."""


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
    token = _actor.set(" ".join(actor.split())[:_LONGEST_NAME] or "mcp")
    try:
        yield
    finally:
        _actor.reset(token)


SWITCH_SECONDS = 0.0005
"""How long a long text keeps the interpreter while others wait; at Python's own 5 ms, a call of 10 ms takes 200."""


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
            _ = self._kb.encoder  # known before any call, so that no `beside` asks a connection that waits
            with calling(actor):
                return call(kb)
        finally:
            self._free.append(kb)
            self._heap.settle()


TURN_SECONDS = 0.001
"""A turn of a thread: `/healthz` needs some, a check some dozens, since it lets the interpreter go at each query."""


def take_short_turns() -> None:
    """Threads have `TURN_SECONDS` at a time from now on, in all of this process."""
    sys.setswitchinterval(TURN_SECONDS)


GROWN = 100_000
"""Blocks of memory that came to stay, from which on they are looked through no more: some hundredths of a second."""
TRIM_SECONDS = 60.0
"""Between two times that free memory is given back, which takes some milliseconds."""


class Heap:
    """The memory of a process: what stays, what is garbage, what is free."""

    def __init__(self, trim_seconds: float = TRIM_SECONDS) -> None:
        self._blocks = 0
        self._trim_seconds, self._trimmed = trim_seconds, time.monotonic()

    def settle(self) -> None:
        """After a call: where much was made that is still there, such as signatures, it is taken for what stays.

        What of it becomes garbage is freed all the same, unless it is part of a cycle.
        """
        blocks = sys.getallocatedblocks()
        if blocks - self._blocks > GROWN:
            gc.freeze()
            self._blocks = blocks
        if time.monotonic() - self._trimmed >= self._trim_seconds:
            self._trimmed = time.monotonic()
            _give_back()


def _give_back() -> None:
    """Give free memory back to the system, where the C library is one that can (glibc)."""
    import ctypes

    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)
