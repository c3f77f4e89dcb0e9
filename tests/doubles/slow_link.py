"""A link with latency: bytes, and the ends of connections, arrive some time later, either way."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def slow_link(port: int, latency: float) -> Iterator[int]:
    """The port at which the server of `port` is reached over such a link; `latency` is in seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_until_complete, args=(_serve(listening, port, latency),))
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
            thread.join()
            loop.close()


async def _serve(listening: socket.socket, port: int, latency: float) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        with suppress(asyncio.CancelledError):
            await asyncio.gather(_carry(reader, back, latency), _carry(there, writer, latency))
        writer.close()
        back.close()

    with suppress(asyncio.CancelledError):
        async with await asyncio.start_server(connected, sock=listening) as server:
            await server.serve_forever()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, latency: float) -> None:
    loop, sent = asyncio.get_running_loop(), asyncio.Queue[tuple[float, bytes]]()

    async def arrive() -> None:
        while True:
            due, data = await sent.get()
            await asyncio.sleep(max(0, due - loop.time()))
            if not data:
                writer.close()
                return
            writer.write(data)

    arriving, data = asyncio.create_task(arrive()), b"-"
    while data:
        try:
            data = await reader.read(65536)
        except OSError:
            data = b""
        sent.put_nowait((loop.time() + latency, data))
    await arriving
