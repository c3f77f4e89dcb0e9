"""Who follows an incident is told that something was noted of it, by whomever: server-sent events.

One look at the home, twice a second while anybody follows anything, tells whether another connection has written; only
then are the incidents looked at.  A stream says the number of the newest step, never what it is: the page asks for
that as it would anyway.  There are at most `MOST` streams, and all end with the server.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.base import KnowledgeBase

MOST = 100
"""Streams at a time; who comes later is refused, and their page asks now and then instead."""
LOOK_SECONDS = 0.5
"""Between two looks at the home, as long as anybody follows an incident."""
KEPT_SECONDS = 15.0
"""Between two signs of life, so that nothing on the way takes a quiet stream for a dead one."""

AGAIN = b"retry: 2000\n\n"
ALIVE = b": still here\n\n"


class Streams:
    """The streams of one server over one home; `ending` tells that the server is about to end."""

    def __init__(self, kb: KnowledgeBase, ending: Callable[[], bool]) -> None:
        self._kb, self._ending = kb, ending
        self._watched = dict[str, int]()
        """How many streams follow each incident."""
        self._newest = dict[str, int]()
        self._version, self._looked = -1, 0.0
        self._looks = anyio.Lock()
        self._own: KnowledgeBase | None = None

    @property
    def is_full(self) -> bool:
        """Whether there are as many as there may be."""
        return sum(self._watched.values()) >= MOST

    async def of(self, incident_id: str, allowed: Callable[[], bool]) -> AsyncIterator[bytes]:
        """What the stream of an incident sends, from where it stands now, as long as its reader is allowed to."""
        with self._following(incident_id):
            told, quiet = -1, 0.0
            yield AGAIN
            while not self._ending():
                newest = await self._newest_of(incident_id)
                if newest and newest != told:
                    told, quiet = newest, 0.0
                    yield f"id: {told}\nevent: step\ndata: {told}\n\n".encode()
                elif quiet >= KEPT_SECONDS:
                    quiet = 0.0
                    if not allowed():
                        return
                    yield ALIVE
                await anyio.sleep(LOOK_SECONDS)
                quiet += LOOK_SECONDS

    @contextmanager
    def _following(self, incident_id: str) -> Iterator[None]:
        self._watched[incident_id] = self._watched.get(incident_id, 0) + 1
        self._looked = 0.0  # so that the first look is at this one, too, and soon
        try:
            yield
        finally:
            self._watched[incident_id] -= 1
            if not self._watched[incident_id]:
                del self._watched[incident_id]
                self._newest.pop(incident_id, None)

    async def _newest_of(self, incident_id: str) -> int:
        """The number of its newest step; of all streams, one looks."""
        async with self._looks:
            now = anyio.current_time()
            if now - self._looked >= LOOK_SECONDS:
                await anyio.to_thread.run_sync(self._look, tuple(self._watched))
                self._looked = now
        return self._newest.get(incident_id, 0)

    def _look(self, watched: tuple[str, ...]) -> None:
        """See whether anything was written, and then what was noted of the incidents that are followed."""
        if self._own is None:
            self._own = self._kb.beside()
        version = self._own.incidents.version()
        if version != self._version or not self._newest.keys() >= {*watched}:
            self._newest |= self._own.incidents.newest_steps(watched)
            self._version = version
