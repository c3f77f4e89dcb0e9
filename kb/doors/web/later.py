"""`Later`: answers that take long in a large home: the page is there at once, and what it waits for comes into it.

Whoever looks gets the whole page where the answer is there soon, else its head, which asks again by itself, with a
script or without one; the work that was begun is the one that is then waited for.  Whoever sends a form meanwhile is
shown nothing from before it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

SOON = 0.06
"""Seconds that a page waits for an answer before it is shown without."""
FRESH = 30.0
"""Seconds for which what was begun is taken for an answer of now."""
_MOST = 64


@dataclass(frozen=True, slots=True)
class _Begun:
    task: asyncio.Task[Any]
    at: float


class Later:
    """What was begun for pages that were shown without it."""

    def __init__(self) -> None:
        self._begun: dict[object, _Begun] = {}

    async def get(self, key: object, work: Callable[[], Awaitable[Any]], *, patient: bool) -> Any:
        """What the work gives; None where it is not there soon, and who asks does not wait for it."""
        begun = self._begun.get(key)
        if begun is None or time.monotonic() - begun.at > FRESH:
            begun = self._begun[key] = _Begun(asyncio.ensure_future(_run(work)), time.monotonic())
            begun.task.add_done_callback(_noticed)
            self._drop_the_oldest()
        done, _ = await asyncio.wait({begun.task}, timeout=None if patient else SOON)
        if not done:
            return None
        if self._begun.get(key) is begun:
            del self._begun[key]
        return begun.task.result()

    def forget(self) -> None:
        """What was begun is from before something that was written."""
        self._begun.clear()

    def _drop_the_oldest(self) -> None:
        while len(self._begun) > _MOST:
            del self._begun[next(iter(self._begun))]


async def _run(work: Callable[[], Awaitable[Any]]) -> Any:
    return await work()


def _noticed(task: asyncio.Task[Any]) -> None:
    """What failed and nobody came back for was told to nobody; that is no mistake of the loop."""
    if not task.cancelled():
        task.exception()
