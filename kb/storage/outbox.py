"""The vectors that no published folder holds yet, in memory, read on from the highest row seen.

Reading the rows anew at every query would cost 5 ms at a thousand of them; reading on costs nothing.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from kb.storage.database import Database
from kb.storage.embeddings import Embeddings
from kb.storage.published import Nearest, nearest_rows
from kb.storage.quantized import Plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

_PARTS = 50
"""Parts that are searched one by one before they are joined, which copies all rows."""


class OutboxRows:
    """The outbox's vectors in memory, read on from the highest row seen."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings, self._lock = embeddings, threading.Lock()
        self._floor, self._seen, self._holes = 0, 0, False
        self._ids: list[Ids] = []
        self._rows: list[Matrix] = []

    def __len__(self) -> int:
        return sum(len(part) for part in self._ids)

    def refresh(self, db: Database) -> None:
        """Read the rows that came since; start over after an absorption or while rows wait for vectors."""
        row = db.rows("SELECT coalesce(min(seq), 0) low, coalesce(max(seq), 0) high FROM outbox")[0]
        with self._lock:
            if self._holes or row["low"] != self._floor:
                self._floor, self._seen, self._ids, self._rows = row["low"], 0, [], []
            if row["high"] > self._seen:
                seqs, ids, matrix = self._embeddings.of_outbox(self._seen)
                self._holes = self._embeddings.pending(self._seen) > 0
                self._seen = row["high"]
                if seqs:
                    self._add(ids, matrix)

    def _add(self, ids: Ids, matrix: Matrix) -> None:
        import numpy as np

        self._ids.append(ids)
        self._rows.append(matrix)
        if len(self._ids) > _PARTS:
            self._ids, self._rows = [np.concatenate(self._ids)], [np.concatenate(self._rows)]

    def nearest(self, vector: Matrix, limit: int) -> Nearest:
        """The nearest of the outbox."""
        found = [
            nearest_rows(ids, Plain(rows), vector, limit)
            for ids, rows in zip(self._ids, self._rows, strict=True)
        ]
        return [hit for part in found for hit in part]
