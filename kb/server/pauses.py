"""Short pauses: how long one call keeps the interpreter from all others of the process.

Python lets a thread compute for 5 ms before another one has its turn, and stops all of them for a tenth of a second to
look for garbage among the hundred thousands of objects that an open home keeps (its signatures above all).
"""

from __future__ import annotations

import gc
import sys
import time

SWITCH_SECONDS = 0.001
"""A turn of a thread: `/healthz` needs some, a check some dozens, since it lets the interpreter go at each query."""
LONGEST_SECONDS = 0.01
"""A full collection that takes longer has looked through much that stays: it is not looked through again."""


def keep_pauses_short() -> None:
    """From now on, in all of this process."""
    sys.setswitchinterval(SWITCH_SECONDS)
    started = 0.0

    def watch(phase: str, info: dict[str, int]) -> None:
        nonlocal started
        if info["generation"] < 2:
            return
        if phase == "start":
            started = time.thread_time()
        elif time.thread_time() - started > LONGEST_SECONDS:
            gc.freeze()  # (what of it becomes garbage without a cycle is still freed at once)

    gc.callbacks.append(watch)
