"""The worker of webhooks: threads that do what follows from deliveries, for as long as a server runs.

Of all processes that serve a home one works, so deliveries are worked on in the order in which they came; when that
process ends, however it ends, another one goes on.  What opens and ends incidents waits for no lookup: the first one of
a process loads the signatures and words of the home, which takes seconds in a large one.  So lookups have a thread and
a connection of their own; an incident waits `BRIEF_SECONDS` for its brief, and is opened without it where that is late.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress

from kb.errors import KbError
from kb.hooks.inbox import HookInbox
from kb.hooks.message import Message
from kb.model.brief import Brief
from kb.store.engines.turn import Turn

LOOK_SECONDS = 1.0
"""Between two looks for what another process accepted, and for alerts that flapped and are quiet."""
IDLE_SECONDS = 10.0
"""The same for a home that has no webhooks."""
TIDY_SECONDS = 3600.0
"""Between two times that old deliveries are let go."""
BRIEF_SECONDS = 4.0
"""How long an incident waits for its brief; then it is opened, and what is known of it follows."""
_log = logging.getLogger("kb.hooks")
Opened = Callable[[], AbstractContextManager[HookInbox]]
"""An inbox, for the thread that enters it."""


class Lookups:
    """What is asked beside the worker, one question at a time."""

    def __init__(self, inbox: Opened, seconds: float = BRIEF_SECONDS) -> None:
        self._inbox, self._seconds = inbox, seconds
        self._thread = ThreadPoolExecutor(1, "look up what webhooks bring")
        self._wanted, self._ended = threading.Event(), threading.Event()
        self._busy: Future[None] | None = None
        self._late: Future[Brief] | None = None

    def warm(self) -> None:
        """Begin to load what a first question needs; of what opens meanwhile only the first one waits for it."""
        self._thread.submit(self._warm)

    def ask(self, message: Message) -> Brief | None:
        """The brief of what opens an incident; None where it is not there in time, or cannot be made."""
        if self._late is not None and not self._late.done():
            return None
        self._wanted.set()
        asked = self._thread.submit(self._brief, message)
        try:
            return asked.result(self._seconds)
        except TimeoutError:
            self._late = asked
        except KbError as error:
            _log.warning("what is known of %s could not be looked up: %s", message.by, error)
        finally:
            self._wanted.clear()
        return None

    def go_on(self) -> None:
        """Look up what is still to be looked up, unless that is being done."""
        if self._busy is None or self._busy.done():
            self._busy = self._thread.submit(self._look_up)

    def end(self) -> None:
        """Begin nothing more, and wait for what was begun."""
        self._ended.set()
        self._thread.shutdown(cancel_futures=True)

    def _warm(self) -> None:
        with suppress(KbError), self._inbox() as inbox:
            inbox.warm()

    def _brief(self, message: Message) -> Brief:
        with self._inbox() as inbox:
            return inbox.brief(message)

    def _look_up(self) -> None:
        try:
            with self._inbox() as inbox:
                inbox.look_up(lambda: not (self._wanted.is_set() or self._ended.is_set()))
        except Exception:  # the next time may do
            _log.exception("what webhooks brought could not be looked up")


class HookWorker:
    """The threads that work on what an inbox holds; `asked` is another inbox of the same home, for lookups."""

    def __init__(self, inbox: Opened, asked: Opened, turn: Turn) -> None:
        self._inbox, self._turn, self._lookups = inbox, turn, Lookups(asked)
        self._woken, self._ended = threading.Event(), threading.Event()
        self._tidied, self._pause = -TIDY_SECONDS, LOOK_SECONDS
        self._warmed = False
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
            self._lookups.end()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                if self._turn.take():
                    with self._inbox() as inbox:
                        self._work(inbox)
            except (KbError, OSError) as error:
                self._say_once(str(error))
            except Exception:  # whatever it is, what comes next must not wait for ever
                _log.exception("the webhooks could not be worked on")
            self._woken.wait(self._pause)
            self._woken.clear()
        self._turn.give()

    def _work(self, inbox: HookInbox) -> None:
        if not inbox.is_set_up():
            self._pause = IDLE_SECONDS
            return
        self._pause = LOOK_SECONDS
        if not self._warmed:
            self._lookups.warm()
            self._warmed = True
        inbox.ask = self._lookups.ask
        inbox.follow(lambda: not self._ended.is_set())
        self._lookups.go_on()
        self._tidy(inbox)

    def _tidy(self, inbox: HookInbox) -> None:
        if time.monotonic() - self._tidied >= TIDY_SECONDS:
            self._tidied = time.monotonic()
            inbox.look_after()

    def _say_once(self, why: str) -> None:
        """A reason that lasts is logged once."""
        if why != self._told:
            self._told = why
            _log.warning("the webhooks could not be worked on: %s", why)
