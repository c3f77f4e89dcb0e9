"""The worker of webhooks: a thread that does what follows from deliveries, for as long as a server runs.

Of all processes that serve a home one works, so deliveries are worked on in the order in which they came; when that
process ends, however it ends, another one goes on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kb.errors import KbError
from kb.hooks.inbox import HookInbox

LOOK_SECONDS = 1.0
"""Between two looks for what another process accepted, and for alerts that flapped and are quiet."""
IDLE_SECONDS = 10.0
"""The same for a home that has no webhooks."""
TIDY_SECONDS = 3600.0
"""Between two times that old deliveries are let go."""
_log = logging.getLogger("kb.hooks")


class HookWorker:
    """One thread that works on what an inbox holds."""

    def __init__(self, inbox: Callable[[], AbstractContextManager[HookInbox]], lock: Path) -> None:
        self._inbox, self._lock = inbox, FileLock(lock)
        self._woken, self._ended = threading.Event(), threading.Event()
        self._tidied, self._pause = -TIDY_SECONDS, LOOK_SECONDS
        self._told = ""

    def wake(self) -> None:
        """Say that something was accepted."""
        self._woken.set()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Work until the block ends; what is being worked on then is done first."""
        thread = threading.Thread(target=self._run, name="work on webhooks", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            self._woken.set()
            thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                if self._is_mine():
                    with self._inbox() as inbox:
                        self._work(inbox)
            except (KbError, OSError) as error:
                self._say_once(str(error))
            except Exception:  # whatever it is, what comes next must not wait for ever
                _log.exception("the webhooks could not be worked on")
            self._woken.wait(self._pause)
            self._woken.clear()
        self._lock.release()

    def _work(self, inbox: HookInbox) -> None:
        if not inbox.is_set_up():
            self._pause = IDLE_SECONDS
            return
        self._pause = LOOK_SECONDS
        inbox.work(lambda: not self._ended.is_set())
        self._tidy(inbox)

    def _is_mine(self) -> bool:
        """Whether this process is the one that works."""
        if not self._lock.is_locked:
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                return False
        return True

    def _tidy(self, inbox: HookInbox) -> None:
        if time.monotonic() - self._tidied >= TIDY_SECONDS:
            self._tidied = time.monotonic()
            inbox.look_after()

    def _say_once(self, why: str) -> None:
        """A reason that lasts is logged once."""
        if why != self._told:
            self._told = why
            _log.warning("the webhooks could not be worked on: %s", why)
