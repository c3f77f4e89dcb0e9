"""Publishing the vectors: a whole new generation from the cache, then one transaction that makes it current.

A crash before that transaction leaves the old generation and the outbox as they were; one after it
leaves at most a folder to delete, which the next publisher does.
"""

from __future__ import annotations

import logging
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from kb.storage import chroma
from kb.storage.database import Database
from kb.storage.embeddings import Embeddings
from kb.storage.generations import Generations

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

log = logging.getLogger(__name__)


class Publisher:
    """Makes the generations of one home."""

    def __init__(self, db: Database, embeddings: Embeddings, generations: Generations) -> None:
        self._db, self._embeddings, self._generations = db, embeddings, generations

    def generation(self) -> int:
        """The number of the published generation; 0 before the first."""
        return int(self._db.meta("generation", "0"))

    def server(self) -> chroma.Server | None:
        """Chroma's server, where `KB_CHROMA_URL` names one."""
        return chroma.server_of(self._db.meta("home_id"))

    def publish(self, *, force: bool = False) -> bool:
        """Publish a generation that holds everything, if the outbox brings anything (or `force`).

        False when there was nothing to do, or another process is at it (`force` waits for that).
        """
        with self._generations.building(wait=force) as mine:
            if not mine or not (force or self._embeddings.unpublished()):
                return False
            self.save_lost()
            with self._db.snapshot():
                last = int(self._db.value("SELECT coalesce(max(seq), 0) FROM outbox"))
                ids, matrix = self._embeddings.of_live_chunks()
                current = self.generation()
            self._build(current + 1, ids, matrix)
            with self._db.write():
                self._db.set_meta("generation", current + 1)
                self._db.set_meta("model", self._embeddings.encoder.name)
                self._db.execute(
                    "DELETE FROM outbox WHERE seq <= ? AND chunk_id IN (SELECT value FROM json_each(?))",
                    [last, str(ids.tolist())],
                )
        self._generations.clean(current + 1)
        return True

    def _build(self, generation: int, ids: Ids, matrix: Matrix) -> None:
        self._generations.build(generation, ids, matrix)
        if not self._db.meta("home_id"):
            with self._db.write():
                self._db.execute("INSERT OR IGNORE INTO meta VALUES ('home_id', ?)", [uuid.uuid4().hex[:12]])
        server = self.server()
        if server is None:
            return
        try:
            server.build(generation, ids, matrix)
        except Exception as error:
            # The folder is whole and answers, saying so, until the server has a generation again.
            log.warning("Chroma's server did not take the new vectors (%s); run: kb doctor --rebuild", error)

    def save_lost(self) -> None:
        """Vectors that the cache lost are salvaged from the published matrix, else they wait to be made anew.

        Without this a chunk would silently leave the index with the next generation.
        """
        if not self._embeddings.lost():
            return
        with self._db.write():
            if self._db.meta("model") == self._embeddings.encoder.name:
                with suppress(OSError, ValueError):  # a damaged folder has nothing to give
                    self._embeddings.salvage(*self._generations.load(self.generation()))
            self._embeddings.queue_lost()
