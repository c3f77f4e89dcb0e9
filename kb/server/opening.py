"""A home opened to be served: who asks is who writes, and the model is loaded in the background."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.home import find_home
from kb.knowledge import KnowledgeBase
from kb.server.warming import EXACT_BELOW, WarmingEncoder
from kb.server.worker import current_actor
from kb.storage.encoder import OnnxEncoder


@contextmanager
def opened_to_serve(home: str | Path | None) -> Iterator[KnowledgeBase]:
    """The home, open; loading the model has begun.  Raises HomeNotFound."""
    place = find_home(home)
    encoder = WarmingEncoder(OnnxEncoder())
    with KnowledgeBase(place, encoder=encoder, exact_below=EXACT_BELOW, actor=current_actor) as kb:
        kb.refresh()
        encoder.load_later(place)
        yield kb
