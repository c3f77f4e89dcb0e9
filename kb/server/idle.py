"""What a server does for its home while nobody asks: the copy of the day, and the sweep of old rows."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kb.errors import KbError
from kb.home import Home
from kb.knowledge import KnowledgeBase
from kb.storage.encoder import Encoder

EVERY = 600.0
"""Seconds between two looks; `KnowledgeBase.look_after` decides whether there is anything to do."""

_log = logging.getLogger("kb.server")


@contextmanager
def looked_after(home: Home, encoder: Encoder, every: float = EVERY) -> Iterator[None]:
    """Look after the home now and then, on a connection of its own, until the block ends."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(every):
            try:
                with KnowledgeBase(home, encoder=encoder) as kb:
                    kb.look_after()
            except (KbError, OSError) as error:  # the next call tells it to somebody who can mend it
                _log.warning("the home could not be looked after: %s", error)

    thread = threading.Thread(target=work, name="look after the home", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
