"""The loop that tells people: what happened is planned, what is due is sent, until it is stopped.

One process at a time does it for a home; the lock ends with its process, however that ends, and what was on its way
then is sent again.  Whatever any process writes is seen within `TICK`; a target that is slow or gone keeps no other
waiting.  `kb.toml` is read again when it changes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import anyio
from anyio.abc import TaskGroup

from kb.errors import KbError
from kb.model.notice import Target
from kb.notify.delivering import INTERRUPTED, Delivering
from kb.notify.planning import Planning
from kb.notify.transport import Transport
from kb.store.database import Database
from kb.store.engines.turn import Turn
from kb.store.notices.journal import NoticeJournal
from kb.store.notices.presses import PressTable
from kb.store.notices.signals import SignalTable

TICK = 0.05
"""Seconds between two looks at whether anything was written."""
LOOK_AGAIN = 5.0
"""Seconds after which it is planned anyway: silences end, targets change."""
KEPT = timedelta(days=90)
"""How long what was told is kept."""
SWEEP_SECONDS = 86_400.0
"""Between two times that what is older goes."""
END_SECONDS = 3.0
"""How long the end of the loop waits for what is on its way."""

_log = logging.getLogger("kb.notify")


@dataclass
class Running:
    """The loop of one home."""

    database: Path
    turn: Turn
    planning: Planning
    targets: Callable[[], Mapping[str, Target]]
    clock: Callable[[], datetime]
    transport: Callable[[], Transport] = Transport
    _busy: set[str] = field(default_factory=set)
    _warned: str = ""
    _swept: float = field(default_factory=time.monotonic)

    def run(self, stop: threading.Event) -> None:
        """Tell people until it is stopped; while another process does, wait for its end.

        Of a home that can only be read nobody is told, which is said once.
        """
        with closing(Database(self.database)) as db:
            if db.read_only:
                self._warn(f"nobody is told of incidents: {db.refuses}")
                if db.is_file:  # (a server may take writes again)
                    return
        while not stop.is_set():
            try:
                self.targets()  # (a mistake in kb.toml is told as one, not as that of a group of tasks)
                if self.turn.take():
                    try:
                        anyio.run(self._until, stop)
                    finally:
                        self.turn.give()
                else:
                    stop.wait(LOOK_AGAIN)
            except Exception as error:  # whatever it is, people go on being told
                why = _alone(error)
                self._warn(f"nobody is told for now: {_said(why)}", why)
                stop.wait(LOOK_AGAIN)

    def once(self, only: str = "") -> list[str] | None:
        """Plan and send what is due now, or send one delivery alone; returns the ids of what was tried.

        None where another process tells people: it sends that, too.

        Raises InvalidInput where kb.toml has had a mistake from the beginning.
        """
        self.targets()
        if not self.turn.take():
            return None
        try:
            return anyio.run(self._once, only)
        finally:
            self.turn.give()

    async def _once(self, only: str) -> list[str]:
        tried = list[str]()
        with closing(Database(self.database)) as db:
            async with self.transport() as transport, anyio.create_task_group() as group:
                delivering = self._delivering(db, transport)
                if only:
                    await delivering.send(only)
                    return [only]
                while await anyio.to_thread.run_sync(self.planning.plan):
                    pass
                for name in delivering.targets:
                    group.start_soon(self._send, delivering, name, tried.append)
        return tried

    async def _until(self, stop: threading.Event) -> None:
        with closing(Database(self.database)) as db:
            self._sweep(db)
            async with self.transport() as transport, anyio.create_task_group() as group:
                await self._loop(stop, SignalTable(db), self._delivering(db, transport), group)
                with anyio.move_on_after(END_SECONDS):
                    while self._busy:
                        await anyio.sleep(TICK)
                group.cancel_scope.cancel()  # what is still on its way is sent again, and says so

    def _sweep(self, db: Database) -> None:
        before = self.clock() - KEPT
        NoticeJournal(db).sweep(before)
        PressTable(db).sweep(before)

    def _delivering(self, db: Database, transport: Transport) -> Delivering:
        table = NoticeJournal(db)
        if count := table.interrupted(INTERRUPTED):
            _log.warning("%d messages were on their way when their process ended; they are sent again", count)
        return Delivering(table, self.targets(), transport, self.clock)

    async def _loop(
        self, stop: threading.Event, signals: SignalTable, delivering: Delivering, group: TaskGroup
    ) -> None:
        seen, planned, asked = -1, 0.0, time.monotonic()
        while not stop.is_set():
            if time.monotonic() - asked > LOOK_AGAIN:
                asked = time.monotonic()
                if not self.turn.take():  # its lock was lost on the way to the database
                    return
            version = signals.version()
            if version != seen or time.monotonic() - planned > LOOK_AGAIN:
                seen, planned = version, time.monotonic()
                await self._plan(delivering)
            for name in delivering.targets:
                due = None if name in self._busy else delivering.next_at(name)
                if due is not None and due <= self.clock():
                    self._busy.add(name)
                    group.start_soon(self._send, delivering, name)
            if time.monotonic() - self._swept > SWEEP_SECONDS:
                self._swept = time.monotonic()
                await anyio.to_thread.run_sync(self._sweep, signals.db)
            await anyio.sleep(TICK)

    async def _plan(self, delivering: Delivering) -> None:
        try:
            await anyio.to_thread.run_sync(self.planning.plan)
            delivering.targets = self.targets()
        except Exception as error:  # a mistake in one incident must not keep people from all others
            self._warn(f"what happened could not be told: {_said(error)}", error)

    async def _send(
        self, delivering: Delivering, name: str, tried: Callable[[str], object] = lambda _: None
    ) -> None:
        """Send to one target what is due, one after the other."""
        try:
            while sent := await delivering.send_next(name):
                tried(sent.id)
        except Exception as error:  # of one target; the others go on
            self._warn(f"{name} is not told for now: {_said(error)}", error)
            await anyio.sleep(LOOK_AGAIN)
        finally:
            self._busy.discard(name)

    def _warn(self, said: str, error: Exception | None = None) -> None:
        """Say it once, until something else is to be said; of what is no error of kb's with its place."""
        if said != self._warned:
            self._warned = said
            known = error is None or isinstance(error, (KbError, OSError))
            _log.warning(said, exc_info=None if known else error)


def _alone(error: Exception) -> Exception:
    """The error itself, where a group of tasks ended with that one alone."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
