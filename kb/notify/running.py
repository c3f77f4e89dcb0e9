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
from filelock import FileLock, Timeout

from kb.errors import KbError
from kb.model.notice import Target
from kb.notify.delivering import INTERRUPTED, Delivering
from kb.notify.planning import Planning
from kb.notify.transport import Transport
from kb.store.database import Database
from kb.store.notices.deliveries import DeliveryTable
from kb.store.notices.signals import SignalTable

TICK = 0.05
"""Seconds between two looks at whether anything was written."""
LOOK_AGAIN = 5.0
"""Seconds after which it is planned anyway: silences end, targets change."""
KEPT = timedelta(days=90)
"""How long what was told is kept."""

_log = logging.getLogger("kb.notify")


@dataclass
class Running:
    """The loop of one home."""

    database: Path
    lock: Path
    planning: Planning
    targets: Callable[[], Mapping[str, Target]]
    clock: Callable[[], datetime]
    transport: Callable[[], Transport] = Transport
    _busy: set[str] = field(default_factory=set)

    def run(self, stop: threading.Event) -> None:
        """Tell people until it is stopped; while another process does, wait for its end."""
        while not stop.is_set():
            try:
                with FileLock(self.lock, timeout=0):
                    anyio.run(self._until, stop)
            except Timeout:
                stop.wait(LOOK_AGAIN)
            except (KbError, OSError) as error:
                _log.warning("nobody is told for now: %s", error)
                stop.wait(LOOK_AGAIN)

    def once(self) -> list[str] | None:
        """Plan and send what is due now; returns the ids of what was tried, None where another process does that."""
        try:
            with FileLock(self.lock, timeout=0):
                return anyio.run(self._once)
        except Timeout:
            return None

    async def _once(self) -> list[str]:
        tried = list[str]()
        with closing(Database(self.database)) as db:
            async with self.transport() as transport, anyio.create_task_group() as group:
                delivering = self._delivering(db, transport)
                while await anyio.to_thread.run_sync(self.planning.plan):
                    pass
                for name in delivering.targets:
                    group.start_soon(self._send, delivering, name, tried.append)
        return tried

    async def _until(self, stop: threading.Event) -> None:
        with closing(Database(self.database)) as db:
            async with self.transport() as transport, anyio.create_task_group() as group:
                delivering = self._delivering(db, transport)
                delivering.table.sweep(self.clock() - KEPT)
                await self._loop(stop, SignalTable(db), delivering, group)
                # what is on its way ends by itself, within the time of an attempt

    def _delivering(self, db: Database, transport: Transport) -> Delivering:
        table = DeliveryTable(db)
        if count := table.interrupted(INTERRUPTED):
            _log.warning("%d messages were on their way when their process ended; they are sent again", count)
        return Delivering(table, self.targets(), transport, self.clock)

    async def _loop(
        self, stop: threading.Event, signals: SignalTable, delivering: Delivering, group: TaskGroup
    ) -> None:
        seen, planned = -1, 0.0
        while not stop.is_set():
            version = signals.version()
            if version != seen or time.monotonic() - planned > LOOK_AGAIN:
                seen, planned = version, time.monotonic()
                await self._plan(delivering)
            for name in delivering.targets:
                due = None if name in self._busy else delivering.next_at(name)
                if due is not None and due <= self.clock():
                    self._busy.add(name)
                    group.start_soon(self._send, delivering, name)
            await anyio.sleep(TICK)

    async def _plan(self, delivering: Delivering) -> None:
        try:
            await anyio.to_thread.run_sync(self.planning.plan)
            delivering.targets = self.targets()
        except (KbError, OSError) as error:
            _log.warning("what happened could not be told: %s", error)

    async def _send(
        self, delivering: Delivering, name: str, tried: Callable[[str], object] = lambda _: None
    ) -> None:
        """Send to one target what is due, one after the other."""
        try:
            while sent := await delivering.send_next(name):
                tried(sent.id)
        except (KbError, OSError) as error:
            _log.warning("%s is not told for now: %s", name, error)
            await anyio.sleep(1)
        finally:
            self._busy.discard(name)
