"""A home opened to be served: who asks is who writes; the model, and looking after the home, are in the background."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from kb.home import Home, find_home
from kb.knowledge import KnowledgeBase
from kb.server.idle import looked_after
from kb.server.warming import EXACT_BELOW, WarmingEncoder
from kb.server.worker import current_actor
from kb.storage.encoder import Encoder, OnnxEncoder

READ_SECONDS = 5.0
"""How long a question may read in its text: ten times what 3 MB of different errors take."""


@contextmanager
def opened_to_serve(home: str | Path | None) -> Iterator[tuple[KnowledgeBase, Callable[[], None]]]:
    """The home, open, and what begins to load the model.  Raises HomeNotFound."""
    place = find_home(home)
    encoder = WarmingEncoder(OnnxEncoder())
    try:
        with opened_as_served(place, encoder) as kb, looked_after(place, encoder):
            yield kb, partial(encoder.load_later, place)
    finally:
        encoder.stop()


def opened_as_served(home: Home, encoder: Encoder | None = None) -> KnowledgeBase:
    """The home as a server opens it; without an encoder, the model is loaded by the question that needs it."""
    return KnowledgeBase(
        home, encoder=encoder, exact_below=EXACT_BELOW, actor=current_actor, seconds=READ_SECONDS
    )
