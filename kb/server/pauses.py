"""Short pauses: how long one call keeps the interpreter from all others of the process.

Python lets a thread compute for 5 ms before another one has its turn, and stops all of them for a tenth of a second to
look for garbage among the hundred thousands of objects that an open home keeps (its signatures above all).  And what is
freed stays with the process: the C library keeps it apart for each thread that ever ran, a third of the memory after an
hour, unless it is asked to give it back.
"""

from __future__ import annotations

import gc
import sys
import time

SWITCH_SECONDS = 0.001
"""A turn of a thread: `/healthz` needs some, a check some dozens, since it lets the interpreter go at each query."""
GROWN = 100_000
"""Blocks of memory that came to stay, from which on they are looked through no more: some hundredths of a second."""

TRIM_SECONDS = 60.0
"""Between two times that free memory is given back, which takes some milliseconds."""


def take_short_turns() -> None:
    """Threads have `SWITCH_SECONDS` at a time from now on, in all of this process."""
    sys.setswitchinterval(SWITCH_SECONDS)


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
