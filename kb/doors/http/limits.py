"""What a connection may cost: slow headers, slow bodies, idle sessions and many large bodies at once are cut off.

Small bodies, which nearly all questions are, wait for nobody.  Of large ones only a few are in memory at a time, from
the first byte to the answer; the others are not read meanwhile, and TCP holds their senders back.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import anyio
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one server; seconds and bytes."""

    body: int = 4 * 1024 * 1024
    """Bytes of a request, which hold the longest log that a tool takes."""
    small: int = 64 * 1024
    """Bytes of a body up to which it waits for no other."""
    large_at_once: int = 4
    """Larger bodies that are read or answered at the same time."""
    header_seconds: float = 10
    """From the first byte of a request (or the connection) to the end of its headers."""
    body_seconds: float = 30
    """From there to the end of its body, with the time that a large one waits for its turn."""
    kept_seconds: int = 75
    """An idle connection is kept, longer than clients and proxies keep theirs (httpx 5, undici 4, an AWS balancer 60):
    who closes last never closes under a request that is on its way."""
    idle_seconds: float = 15 * 60
    """Without a request, until a session is forgotten; its client must open another one."""
    sessions: int = 1_000
    """Sessions at the same time; another one is refused until one has ended."""


class TimelyBodies:
    """An application that is called when the body is there, and with few large ones at a time."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app, self._limits = app, limits
        self._large = anyio.Semaphore(limits.large_at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI defines it."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        body = _Body(receive, self._large)
        try:
            with anyio.move_on_after(self._limits.body_seconds) as time:
                whole = await body.read(self._limits)
            if time.cancelled_caught:
                await _refusal(body, self._limits)(scope, receive, send)
            elif whole:
                await self._app(scope, body.replay, send)
        finally:
            body.release()


class _Body:
    """The body of one request, and the turn that a large one holds."""

    def __init__(self, receive: Receive, large: anyio.Semaphore) -> None:
        self._receive, self._large = receive, large
        self._read = bytearray()
        self._replayed = False
        self.waits = self._holds = False

    async def read(self, limits: Limits) -> bool:
        """Read it whole, or so far that it is too large; False when the client has gone."""
        more = True
        while more and len(self._read) <= limits.body:
            if len(self._read) > limits.small and not self._holds:
                self.waits = True
                await self._large.acquire()
                self.waits, self._holds = False, True
            message = await self._receive()
            if message["type"] != "http.request":
                return False
            self._read += message.get("body", b"")
            more = message.get("more_body", False)
        return True

    async def replay(self) -> Message:
        """The body at once, then whatever comes."""
        if self._replayed:
            return await self._receive()
        self._replayed, body = True, bytes(self._read)
        self._read.clear()
        return {"type": "http.request", "body": body, "more_body": False}

    def release(self) -> None:
        """Let the next large one have its turn."""
        if self._holds:
            self._holds = False
            self._large.release()


def _refusal(body: _Body, limits: Limits) -> PlainTextResponse:
    closing = {"Connection": "close"}
    if body.waits:
        text = f"{limits.large_at_once} large requests are being answered; ask again in a minute, or ask for less"
        return PlainTextResponse(text, 503, {**closing, "Retry-After": "60"})
    text = f"the body of the request did not arrive within {limits.body_seconds:g} s"
    return PlainTextResponse(text, 408, closing)


def timely_protocol(seconds: float) -> type[HttpToolsProtocol]:
    """uvicorn's HTTP protocol, which closes a connection whose headers take longer than that."""

    class Timely(HttpToolsProtocol):
        _timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop()
            super().connection_lost(exc)

        def _watch(self) -> None:
            """Of headers that are not there yet, the time runs from their first byte."""
            if self.cycle is not None and not self.cycle.response_complete:
                self._stop()
            elif self._timer is None and not self.transport.is_closing():
                self._timer = self.loop.call_later(seconds, self.transport.close)

        def _stop(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    return Timely
