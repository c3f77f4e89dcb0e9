"""A home opened to be served: it answers before its model is loaded, and the answer says so.

Who asks is who writes.  The model is loaded in the background, by a second connection to the same home that asks it
one question: that loads the encoder, embeds what waits and touches the vector index, while the first connection is
free for those who ask; meanwhile the cheaper tiers answer.  The home is looked after in the background, too.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kb.base import KnowledgeBase
from kb.doors.calls.workers import current_actor
from kb.doors.http.health import looked_after
from kb.home import Home, find_home
from kb.index.encoder import EXPORTING, Encoder, OnnxEncoder, Progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

READ_SECONDS = 5.0
"""How long a question may read in its text: ten times what 3 MB of different errors take."""
EXACT_BELOW = 50_000
"""Vectors below which all of them are compared: no index is quicker, and no server need be reached."""


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


LOADING = "the model is still being loaded, which takes some seconds; ask again then for the whole answer"
STOP_SECONDS = 20.0
"""How long the end of the process waits for a model that is being read."""
_log = logging.getLogger("kb.server")


@dataclass
class _Loading:
    """How far the load of the model has come."""

    done: bool = False
    failure: str = ""


class WarmingEncoder:
    """An encoder that is not ready until it was loaded, and says what is waited for until then."""

    def __init__(self, encoder: Encoder, state: _Loading | None = None) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._state = state or _Loading()
        self._begun = False
        self._stopped = False
        self._loading = threading.Lock()

    def of(self, name: str) -> Encoder:
        """The encoder whose vectors have that name, where it is this model in another precision; else this one.

        What has been loaded of one counts for the other: the model that is loaded is the home's.
        """
        other = self._encoder.of(name)
        return self if other is self._encoder else WarmingEncoder(other, self._state)

    @property
    def caveat(self) -> str:
        """What is to be said of answers by this model; empty for the one that confidence was measured with."""
        return self._encoder.caveat

    def ready(self) -> bool:
        """Whether the model was loaded: `encode` then answers at once."""
        return self._state.done

    def prepare(self) -> None:
        """Do what `ready` asks for, once for all homes of this user."""
        self._encoder.prepare()

    def prepare_later(self) -> str:
        """What is waited for, in words, or why it failed; begins nothing, since loading was begun with the server."""
        if self._state.failure:
            return f"the model could not be loaded: {self._state.failure}"
        return LOADING if self._encoder.ready() else EXPORTING

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Matrix:
        """One row of unit length a text, float32; `progress` is told how many more are done."""
        return self._encoder.encode(texts, progress)

    def load(self, home: Home) -> None:
        """Load the model and what answers with it; a failure is told by every answer until a restart."""
        try:
            with KnowledgeBase(home, encoder=self._encoder, exact_below=EXACT_BELOW) as kb:
                kb.upkeep.prepare_model()
            with self._loading:
                if self._stopped:
                    return
                with KnowledgeBase(home, encoder=self._encoder, exact_below=EXACT_BELOW) as kb:
                    kb.search("is the model loaded", limit=1)
        except Exception as error:
            _log.exception("the model could not be loaded")
            self._state.failure = " ".join(str(error).split())[:200] or type(error).__name__
        else:
            self._state.done = True

    def load_later(self, home: Home) -> None:
        """As `load`, in the background, once; an export that is still running does not keep the process."""
        if not self._begun:
            self._begun = True
            threading.Thread(target=self.load, args=(home,), name="load the model", daemon=True).start()

    def stop(self) -> None:
        """Begin nothing more, and wait for what was begun: a process must not end while the model is read."""
        self._stopped = True
        if self._loading.acquire(timeout=STOP_SECONDS):
            self._loading.release()
