"""The vectors that are searched: the published ones, and the pending ones that no folder holds yet.

A generation never changes, so whoever answers gives the same answer: Chroma's server where one is named, else the
folder: its cells, or all of its matrix; where the folder is damaged, the cached vectors in SQLite.  `note` says who
had to step in, and why.

Pending vectors are kept in memory and read on from the highest row seen: reading all of them anew for every question
would cost 5 ms at a thousand of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, TYPE_CHECKING, TypeVar

from kb.errors import KbError
from kb.index import chroma, nearest
from kb.index.embeddings import Embeddings
from kb.index.generations import Generation, Generations
from kb.index.nearest import Cells, Plain
from kb.store.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

T = TypeVar("T")

Nearest = list[tuple[int, float]]
"""Chunk ids with their cosine similarity, best first."""

RETRY_SECONDS = 30.0
"""How long the folder stands in before Chroma's server is asked again."""
_IF_THAT_STAYS = "if that stays: kb doctor --rebuild"
_PARTS = 50
"""Parts that are searched one by one before they are joined, which copies all rows."""


class OutboxRows:
    """The outbox's vectors in memory, read on from the highest row seen."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings, self._lock = embeddings, threading.Lock()
        self._of, self._seen, self._holes = (0, 0), 0, False
        self._ids: list[Ids] = []
        self._rows: list[Matrix] = []

    def __len__(self) -> int:
        return sum(len(part) for part in self._ids)

    def refresh(self, db: Database) -> None:
        """Read the rows that came since; start over after an absorption, or while rows wait for vectors.

        So too where another server answers, which may have other rows of these numbers.
        """
        row = db.rows("SELECT coalesce(min(seq), 0) low, coalesce(max(seq), 0) high FROM outbox")[0]
        with self._lock:
            if self._holes or (row["low"], db.servers) != self._of:
                self._of, self._seen, self._ids, self._rows = (row["low"], db.servers), 0, [], []
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
        parts = [Exact(ids, Plain(rows)) for ids, rows in zip(self._ids, self._rows, strict=True)]
        return [hit for part in parts for hit in part.nearest(vector, limit)]


class Exact:
    """Every vector is compared: a millisecond for 10,000 of them, ten for 100,000."""

    def __init__(self, ids: Ids, rows: nearest.Rows) -> None:
        self.ids_in_order, self.rows = ids, rows
        self._sorted: tuple[Ids, Ids] | None = None

    def __len__(self) -> int:
        return len(self.ids_in_order)

    def nearest(self, vector: Matrix, limit: int) -> Nearest:
        """The rows nearest to a unit vector by cosine, best first, ties by id."""
        import numpy as np

        if not len(self):
            return []
        about = self.rows.about([(0, len(self))], vector)
        return nearest.nearest(self.ids_in_order, self.rows, np.arange(len(self)), about, vector, limit)

    def cosines(self, vector: Matrix, chunks: Sequence[int]) -> dict[int, float]:
        """The cosine of each of the chunks that is there."""
        import numpy as np

        if not len(self):
            return {}
        if self._sorted is None:
            order = np.argsort(self.ids_in_order, kind="stable")
            self._sorted = order, self.ids_in_order[order]
        order, ids = self._sorted
        wanted = np.array(chunks, dtype=np.int64)
        places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
        there = ids[places] == wanted
        # In the order in which the rows lie, so that the disk is read forwards.
        rows, wanted = order[places[there]], wanted[there]
        forwards = np.argsort(rows)
        found = nearest.cosines(self.rows.exactly(rows[forwards]), vector)
        return dict(zip(wanted[forwards].tolist(), found.tolist(), strict=True))

    def ids(self) -> set[int]:
        """The chunks that have a vector here."""
        return set(self.ids_in_order.tolist())


class Unpublished:
    """Stands for a generation that cannot be read, or is not there yet: `note` says why."""

    def __init__(self, generation: Generation, note: str, cached: Callable[[], Exact] | None = None) -> None:
        self.generation, self.note, self._cached = generation, note, cached
        self._exact: Exact | None = None

    def _vectors(self) -> Exact | None:
        if self._exact is None and self._cached:
            self._exact = self._cached()
        return self._exact

    def cosines(self, vector: Matrix, chunks: Sequence[int]) -> dict[int, float]:  # noqa: ARG002
        """Nothing is published."""
        return {}

    def nearest(self, vector: Matrix, limit: int) -> Nearest:
        """The `limit` nearest of the cached vectors."""
        vectors = self._vectors()
        return vectors.nearest(vector, limit) if vectors else []

    def size(self) -> int:
        """How many vectors are searched in its place."""
        vectors = self._vectors()
        return len(vectors) if vectors else 0

    def ids(self) -> set[int]:
        """Nothing is published."""
        return set()

    def close(self) -> None:
        """Let the vectors go."""
        self._exact = None


class Published:
    """One generation, open for reading.

    Raises FileNotFoundError when its folder is gone: cleaned away meanwhile, or lost.
    """

    def __init__(
        self,
        generations: Generations,
        generation: Generation,
        server: chroma.Server | None,
        exact_below: int,
        cached: Callable[[], Exact],
    ) -> None:
        self.generation = generation
        self._generations, self._cached = generations, cached
        self._hold: IO[str] = generations.hold(generation)
        self._expected = generations.size(generation)
        indexed = self._expected >= exact_below
        self._server = server if indexed else None
        self._in_cells = indexed and generations.in_cells(generation)
        self._served: chroma.Collection | None = None
        self._exact: Exact | None = None
        self._cells: Cells | None = None
        self._away, self._damage, self._retry_at = "", "", 0.0

    @property
    def note(self) -> str:
        """Who stood in at the last question, and why; empty when nobody had to."""
        return "; ".join(filter(None, (self._away, self._damage)))

    def cosines(self, vector: Matrix, chunks: Sequence[int]) -> dict[int, float]:
        """How similar each of the chunks is; those that it lacks are left out."""
        return self._matrix().cosines(vector, chunks)

    def nearest(self, vector: Matrix, limit: int) -> Nearest:
        """The `limit` nearest chunks of this generation."""
        return self._ask(lambda vectors: vectors.nearest(vector, limit))

    def size(self) -> int:
        """How many vectors it holds."""
        return self._expected

    def ids(self) -> set[int]:
        """The chunks that whoever answers knows."""
        return self._ask(lambda vectors: vectors.ids())

    def close(self) -> None:
        """Let the folder and the server go."""
        self._leave_server()
        self._exact = self._cells = None
        self._hold.close()

    def _ask(self, question: Callable[[Exact | Cells | chroma.Collection], T]) -> T:
        if self._server and time.monotonic() >= self._retry_at:
            try:
                if self._served is None:
                    self._served = self._server.open(self.generation, self._expected)
                found = question(self._served)
            except Exception as error:  # of the network, of the server, or of Chroma's package
                self._leave_server()
                self._away = (
                    f"Chroma's server did not answer ({_said(error)}); the folder did; {_IF_THAT_STAYS}"
                )
                self._retry_at = time.monotonic() + RETRY_SECONDS
            else:
                self._away = ""
                return found
        return question(self._stored())

    def _leave_server(self) -> None:
        if self._served:
            with suppress(Exception):  # a connection that is broken may fail to close, too
                self._served.close()
        self._served = None

    def _stored(self) -> Exact | Cells:
        """The cells of the folder, or its matrix where it has none or they cannot be read."""
        matrix = self._matrix()
        if self._in_cells and not self._cells and not self._damage:
            try:
                self._cells = self._generations.cells(self.generation, matrix.ids_in_order, matrix.rows)
            except (OSError, ValueError) as error:
                self._damage = (
                    f"The index did not answer ({_said(error)}); exact search did; {_IF_THAT_STAYS}"
                )
        return self._cells or matrix

    def _matrix(self) -> Exact:
        """The matrix of the folder, or the cached vectors where it is damaged."""
        if self._exact is None:
            try:
                self._exact = Exact(*self._generations.load(self.generation))
            except (OSError, ValueError) as error:
                why = f"the published matrix is damaged ({error}), the cached vectors did"
                self._damage = f"{why}; run: kb doctor --rebuild"
                self._exact = self._cached()
        return self._exact


def _said(error: Exception) -> str:
    kind = "" if isinstance(error, KbError) else f"{type(error).__name__}: "
    return " ".join(f"{kind}{error}".split())[:200]
