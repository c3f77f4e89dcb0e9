"""A link with latency: bytes, and the ends of connections, arrive some time later, either way."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import anyio
from anyio.abc import SocketStream
from anyio.from_thread import start_blocking_portal


@contextmanager
def slow_link(port: int, latency: float) -> Iterator[int]:
    """The port at which the server of `port` is reached over such a link; `latency` is in seconds."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(_link(port, latency)) as far:
        yield far


@asynccontextmanager
async def _link(port: int, latency: float) -> AsyncIterator[int]:
    async def connected(near: SocketStream) -> None:
        async with (
            near,
            await anyio.connect_tcp("127.0.0.1", port) as there,
            anyio.create_task_group() as both,
        ):
            both.start_soon(_carry, near, there, latency)
            both.start_soon(_carry, there, near, latency)

    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as listening,
        anyio.create_task_group() as serving,
    ):
        serving.start_soon(listening.serve, connected)
        yield listening.extra(anyio.abc.SocketAttribute.local_port)
        serving.cancel_scope.cancel()


async def _carry(reader: SocketStream, writer: SocketStream, latency: float) -> None:
    sent, arriving = anyio.create_memory_object_stream[tuple[float, bytes]](math.inf)
    async with anyio.create_task_group() as both, sent:
        both.start_soon(_arrive, arriving, writer)
        data = b"-"
        while data:
            try:
                data = await reader.receive()
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                data = b""
            sent.send_nowait((anyio.current_time() + latency, data))


async def _arrive(
    arriving: anyio.streams.memory.MemoryObjectReceiveStream[tuple[float, bytes]], writer: SocketStream
) -> None:
    async with arriving:
        async for due, data in arriving:
            await anyio.sleep_until(due)
            try:
                await (writer.send(data) if data else writer.aclose())
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                return
