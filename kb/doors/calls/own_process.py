"""Calls that take long, answered in a process of their own: they keep the interpreter from nobody.

The process is begun by the first such call, ends when none came for a while, and when the server does; one that died
is begun anew by the next call.  It opens the home as every other process does, and gives way to short questions.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING, Any

from kb.errors import KbError
from kb.home import Home

if TYPE_CHECKING:
    from kb.doors.calls.calls import Presented, Result
    from kb.lookup.lookup import Sighting
    from kb.operations.asking import Tell
    from kb.operations.skills import Call

IDLE_SECONDS = 600.0
"""Without a call, until the process ends and its memory (a model and a connection, some 200 MB) is free."""
_GIVES_WAY = 5
"""By how much the system prefers the server's own process, where both could run."""


class ProcessDied(KbError):
    """The process that a call was given to ended before it answered."""


_log = logging.getLogger("kb.server")


@dataclass(frozen=True, slots=True)
class _Asked:
    operation: str
    given: Mapping[str, Any]
    presented: Presented[Any]
    actor: str
    watched: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    sighting: Sighting


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


class OwnProcess:
    """The process of one home; it answers one call at a time."""

    def __init__(self, home: Home, idle_seconds: float = IDLE_SECONDS) -> None:
        self._home, self._idle_seconds = home, idle_seconds
        self._running: tuple[SpawnProcess, Connection] | None = None

    def answer(
        self,
        operation: str,
        given: Mapping[str, Any],
        presented: Presented[Result],
        actor: str,
        tell: Tell | None = None,
    ) -> Result | Call:
        """What the operation answers, presented there.  Raises what it raised, or ProcessDied.

        `tell` is told of what it sees on the way.
        """
        calls = self._calls()
        try:
            calls.send(_Asked(operation, given, presented, actor, tell is not None))
            while isinstance(said := calls.recv(), _Seen):
                if tell:
                    tell(said.sighting)
        except (EOFError, OSError):
            code = self.close()
            raise ProcessDied(
                f"the process that reads long texts ended before it answered (exit code {code}; it may have been "
                "short of memory); ask again, with the part of the text around the error"
            ) from None
        if isinstance(said, _Failed):
            raise said.error
        answered: Result | Call = said
        return answered

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
    from kb.doors.calls.calls import answer
    from kb.doors.calls.opening import opened_as_served
    from kb.doors.calls.workers import calling
    from kb.operations.catalogue import operation

    with opened_as_served(home) as kb:
        while calls.poll(idle_seconds):
            try:
                asked = calls.recv()
            except EOFError:
                return
            try:
                with calling(asked.actor):
                    tell = (lambda seen: calls.send(_Seen(seen))) if asked.watched else None
                    said = answer(operation(asked.operation), asked.given, asked.presented, kb, tell=tell)
            except Exception as error:
                said = _Failed(_portable(error, asked.operation))
            calls.send(said)


def _portable(error: Exception, operation: str) -> Exception:
    """The error as it can be sent: kb's own as they are; of others, which may hold anything, what they say."""
    if isinstance(error, KbError):
        return error
    _log.error("the operation %r failed", operation, exc_info=error)
    return RuntimeError(f"{type(error).__name__}: {error}")
