"""Calls that take long, answered in a process of their own: they keep the interpreter from nobody.

The process is begun by the first such call, ends when none came for a while, and when the server does; one that died
is begun anew by the next call.  It opens the home as every other process does, and gives way to short questions.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from mcp_types import CallToolResult

from kb.doors.mcp.offers import ToolCall
from kb.errors import KbError
from kb.home import Home

IDLE_SECONDS = 600.0
"""Without a call, until the process ends and its memory (a model and a connection, some 200 MB) is free."""
_GIVES_WAY = 5
"""By how much the system prefers the server's own process, where both could run."""


class ProcessDied(KbError):
    """The process that a call was given to ended before it answered."""


@dataclass(frozen=True, slots=True)
class _Call:
    tool: str
    arguments: Mapping[str, Any]
    actor: str


class OwnProcess:
    """The process of one home; it answers one call at a time."""

    def __init__(self, home: Home, idle_seconds: float = IDLE_SECONDS) -> None:
        self._home, self._idle_seconds = home, idle_seconds
        self._running: tuple[SpawnProcess, Connection] | None = None

    def answer(self, tool: str, arguments: Mapping[str, Any], actor: str) -> CallToolResult | ToolCall:
        """What the tool answers, or why it does not.  Raises ProcessDied."""
        calls = self._calls()
        try:
            calls.send(_Call(tool, arguments, actor))
            answer: CallToolResult | ToolCall = calls.recv()
        except (EOFError, OSError):
            code = self.close()
            raise ProcessDied(
                f"the process that reads long texts ended before it answered (exit code {code}; it may have been "
                "short of memory); ask again, with the part of the text around the error"
            ) from None
        return answer

    def _calls(self) -> Connection:
        """Where calls go; the process is begun where there is none (any more)."""
        if self._running:
            process, calls = self._running
            if process.is_alive() and not calls.poll():  # (what could be read is the end)
                return calls
            self.close()
        context = multiprocessing.get_context("spawn")
        calls, theirs = context.Pipe()
        process = context.Process(
            target=_answer_all, args=(self._home, theirs, self._idle_seconds), name="long texts"
        )
        process.start()
        theirs.close()
        self._running = process, calls
        return calls

    def close(self) -> int | None:
        """Let the process end; a call that has begun ends first.  Returns its exit code."""
        if not self._running:
            return None
        process, calls = self._running
        self._running = None
        calls.close()
        process.join()
        return process.exitcode


def _answer_all(home: Home, calls: Connection, idle_seconds: float) -> None:
    """The other process: answer until nobody is there to ask."""
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # sent to all processes of a group; the server ends this one
        signal.signal(number, signal.SIG_IGN)
    if sys.platform != "win32":
        os.nice(_GIVES_WAY)
    from kb.doors.mcp.handshake import put_off_client

    put_off_client()
    from kb.doors.mcp.calls import answer, refused
    from kb.doors.mcp.opening import opened_as_served
    from kb.doors.mcp.server import all_offers
    from kb.doors.mcp.worker import calling

    with opened_as_served(home) as kb:
        offers = all_offers(kb)
        while calls.poll(idle_seconds):
            try:
                call = calls.recv()
            except EOFError:
                return
            try:
                with calling(call.actor):
                    said = answer(offers[call.tool], call.arguments, kb)
            except Exception as error:
                said = refused(call.tool, error)
            calls.send(said)
