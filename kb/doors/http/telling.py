"""People are told of incidents while the server runs, on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kb.base import KnowledgeBase


@contextmanager
def people_told(kb: KnowledgeBase) -> Iterator[None]:
    """Tell whoever `kb.toml` names of what happens, until the block ends; what is on its way then still arrives."""
    stop = threading.Event()
    notices = kb.beside().notices
    thread = threading.Thread(target=notices.run, args=(stop,), name="tell people", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
