"""What happens while a page waits, as server-sent events: each as soon as it is known, the answer last."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio.from_thread
from starlette.responses import StreamingResponse

Tell = Callable[[str, Any], None]
"""Tells of something that happened, by its name; may be called by any worker thread."""


def stream(work: Callable[[Tell], Awaitable[tuple[str, Any]]]) -> StreamingResponse:
    """The events that `work` tells of, then the one that it returns; it runs to its end whoever listens."""
    return StreamingResponse(
        _events(work), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def _events(work: Callable[[Tell], Awaitable[tuple[str, Any]]]) -> AsyncIterator[str]:
    told: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    def tell(name: str, data: Any) -> None:
        anyio.from_thread.run_sync(told.put_nowait, (name, data))

    async def run() -> None:
        try:
            told.put_nowait(await work(tell))
        finally:
            told.put_nowait(_END)

    running = asyncio.create_task(run())
    while (happened := await told.get()) is not _END:
        name, data = happened
        yield f"event: {name}\ndata: {json.dumps(data)}\n\n"
    await running


_END: tuple[str, Any] = ("", None)
