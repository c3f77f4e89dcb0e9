"""`HeadFirst`: pages whose answer takes long in a large home: the head is there at once, the rest when it is known.

What is known soon is sent whole, with its own status.  Else a browser is sent the page up to where the answer begins,
with a sentence that says what is being done, and then, in the same answer, all that follows; the style sheet hides the
sentence when something stands behind it, so that neither a script nor a second request is needed.  Who asks for the
same once more, while it is being found out, waits for the work that was begun; what was begun before something was
written is not shown to who comes after.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable

from starlette.responses import Response, StreamingResponse

SOON = 0.01
"""Seconds that a browser is left without anything: about what a blink of its own takes before it can paint."""
_ANSWER, _END = '<main id="main" tabindex="-1">', "</main>"
_UNBUFFERED = {"X-Accel-Buffering": "no"}  # nginx would keep the head until the end is there


class HeadFirst:
    """What is being found out for pages, each by what was asked and for whom."""

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[Response]] = {}

    async def answer(
        self, asked: Hashable, work: Callable[[], Awaitable[Response]], head: Callable[[], str]
    ) -> Response:
        """The page that the work makes; where that takes a while, one that begins with the head and ends like it.

        Args:
            asked: what is asked, and for whom.
            work: makes the page; it raises nothing, what is refused is a page as well.
            head: a page of the same head, with a sentence in place of the answer.
        """
        task = self._running.get(asked) or self._begin(asked, work)
        done, _ = await asyncio.wait({task}, timeout=SOON)
        if done:
            return task.result()
        return StreamingResponse(_in_two(task, head()), media_type="text/html", headers=_UNBUFFERED)

    def forget(self) -> None:
        """What is being found out is from before something that was written."""
        self._running.clear()

    def _begin(self, asked: Hashable, work: Callable[[], Awaitable[Response]]) -> asyncio.Task[Response]:
        task = self._running[asked] = asyncio.ensure_future(_made(work))
        task.add_done_callback(lambda ended: self._end(asked, ended))
        return task

    def _end(self, asked: Hashable, ended: asyncio.Task[Response]) -> None:
        if self._running.get(asked) is ended:
            del self._running[asked]


async def _made(work: Callable[[], Awaitable[Response]]) -> Response:
    return await work()


async def _in_two(task: asyncio.Task[Response], head: str) -> AsyncIterator[str]:
    """The head up to the end of its sentence, then what follows the head of the page itself."""
    yield head.partition(_END)[0]
    await asyncio.wait({task})  # (a browser that goes away ends this, not the work that others wait for)
    yield bytes(task.result().body).decode().partition(_ANSWER)[2]
