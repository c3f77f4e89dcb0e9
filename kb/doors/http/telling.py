"""People are told of incidents while the server runs, on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kb.base import KnowledgeBase


@contextmanager
def people_told(kb: KnowledgeBase) -> Iterator[None]:
    """Tell whoever `kb.toml` names of what happens, until the block ends; what is on its way then still arrives."""
    stop, beside = threading.Event(), kb.beside()

    def tell() -> None:
        beside.notices.run(stop)  # (put together here: the server need not wait for it)

    thread = threading.Thread(target=tell, name="tell people", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
