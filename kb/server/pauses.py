"""Short pauses: how long one call keeps the interpreter from all others of the process.

Python lets a thread compute for 5 ms before another one has its turn, and stops all of them for a tenth of a second to
look for garbage among the hundred thousands of objects that an open home keeps (its signatures above all).
"""

from __future__ import annotations

import gc
import sys

SWITCH_SECONDS = 0.001
"""A turn of a thread: `/healthz` needs some, a check some dozens, since it lets the interpreter go at each query."""
GROWN = 100_000
"""Blocks of memory that came to stay, from which on they are looked through no more: some hundredths of a second."""


def take_short_turns() -> None:
    """Threads have `SWITCH_SECONDS` at a time from now on, in all of this process."""
    sys.setswitchinterval(SWITCH_SECONDS)


class Heap:
    """The objects of a process, as the search for garbage sees them."""

    def __init__(self) -> None:
        self._blocks = 0

    def settle(self) -> None:
        """After a call: where much was made that is still there, such as signatures, it is taken for what stays.

        What of it becomes garbage is freed all the same, unless it is part of a cycle.
        """
        blocks = sys.getallocatedblocks()
        if blocks - self._blocks > GROWN:
            gc.freeze()
            self._blocks = blocks
