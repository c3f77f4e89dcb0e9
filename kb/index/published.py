"""The vectors that are searched: the published ones, and the pending ones that no folder holds yet.

The vectors that no published folder holds yet, in memory, read on from the highest row seen.

Reading the rows anew at every query would cost 5 ms at a thousand of them; reading on costs nothing.

The reading side of the published vectors: Chroma answers, and exact search while it cannot.

A generation never changes, so whoever answers gives the same answer: Chroma (its server or the
folder) or, of a large generation, its cells; else the plain matrix, else the cached embeddings in SQLite.
`note` says who had to step in, and why.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import IO, TYPE_CHECKING, Protocol, TypeVar

from kb.index import chroma, nearest
from kb.index.embeddings import Embeddings
from kb.index.generations import Generations
from kb.index.nearest import Plain
from kb.store.database import Database

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


T = TypeVar("T")

Nearest = list[tuple[int, float]]
"""Chunk ids with their cosine similarity, best first."""

RETRY_SECONDS = 30.0
"""How long exact search stands in before Chroma is asked again."""


class Vectors(Protocol):
    """Something that knows the vectors of one generation."""

    def nearest(self, vector: Matrix, limit: int) -> Nearest:
        """The `limit` nearest chunks."""
        ...

    def size(self) -> int:
        """How many vectors there are."""
        ...

    def ids(self) -> set[int]:
        """The chunks that have a vector here."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class Exact:
    """Every vector is compared: a millisecond for 10,000 of them, ten for 100,000."""

    def __init__(self, ids: Ids, rows: nearest.Rows) -> None:
        self._ids, self._rows = ids, rows

    def nearest(self, vector: Matrix, limit: int) -> Nearest:
        """The `limit` nearest chunks."""
        return nearest_rows(self._ids, self._rows, vector, limit)

    def size(self) -> int:
        """How many vectors there are."""
        return len(self._ids)

    def ids(self) -> set[int]:
        """The chunks that have a vector here."""
        return set(self._ids.tolist())

    def close(self) -> None:
        """Let go of files and connections; a mapped matrix goes with the last reference to it."""


class Rows:
    """The vectors of single chunks, looked up among rows of any order."""

    def __init__(self, ids: Ids, vectors: nearest.Rows) -> None:
        import numpy as np

        self._vectors = vectors
        self._order = np.argsort(ids, kind="stable")
        self._sorted = ids[self._order]

    def cosines(self, vector: Matrix, chunks: Sequence[int]) -> dict[int, float]:
        """The cosine of each chunk that is there."""
        import numpy as np

        if not len(self._sorted):
            return {}
        wanted = np.array(chunks, dtype=np.int64)
        places = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
        there = self._sorted[places] == wanted
        # In the order in which the rows lie, so that the disk is read forwards.
        rows, wanted = self._order[places[there]], wanted[there]
        forwards = np.argsort(rows)
        found = nearest.cosines(self._vectors.exactly(rows[forwards]), vector)
        return dict(zip(wanted[forwards].tolist(), found.tolist(), strict=True))


class Unpublished:
    """Stands for a generation that cannot be read, or is not there yet: `note` says why."""

    def __init__(self, generation: int, note: str, cached: Callable[[], Exact] | None = None) -> None:
        self.number, self.note, self._cached = generation, note, cached
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
        return vectors.size() if vectors else 0

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
        generation: int,
        server: chroma.Server | None,
        exact_below: int,
        cached: Callable[[], Exact],
    ) -> None:
        self.number = generation
        self.note = ""
        self._generations, self._server, self._cached = generations, server, cached
        self._hold: IO[str] = generations.hold(generation)
        self._expected, self._in_cells = generations.size(generation), generations.in_cells(generation)
        self._chroma_wanted = self._expected >= exact_below
        self._retry_at = 0.0
        self._source: Vectors | None = None
        self._rows: Rows | None = None

    def cosines(self, vector: Matrix, chunks: Sequence[int]) -> dict[int, float]:
        """How similar each of the chunks is, read from the mapped matrix; those that it lacks are left out."""
        try:
            if self._rows is None:
                self._rows = Rows(*self._generations.load(self.number))
            return self._rows.cosines(vector, chunks)
        except (OSError, ValueError):
            return {}  # damaged, which `kb doctor` reports: the cache in SQLite has them all

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
        """Let the folder go."""
        self._let_go()
        self._rows = None
        self._hold.close()

    def _ask(self, question: Callable[[Vectors], T]) -> T:
        try:
            return question(self._vectors())
        except BaseException as error:
            if not chroma.trouble(error):
                raise
            self._fall_back(error)
        return question(self._vectors())

    def _vectors(self) -> Vectors:
        if self._source and self.note and self._chroma_wanted and time.monotonic() >= self._retry_at:
            self._let_go()
        if self._source is None:
            self.note = ""
            self._source = self._first_source()
        return self._source

    def _first_source(self) -> Vectors:
        if not self._chroma_wanted:
            return self._exact()
        try:
            return self._chroma()
        except BaseException as error:
            if not chroma.trouble(error):
                raise
            self._say(error)
        return self._exact()

    def _chroma(self) -> Vectors:
        if self._server:
            return self._server.open(self.number, self._expected)
        if self._in_cells:
            return self._generations.open_cells(self.number)
        return chroma.open_folder(self._generations.folder(self.number), self._expected)

    def _exact(self) -> Exact:
        try:
            return Exact(*self._generations.load(self.number))
        except (OSError, ValueError) as error:
            damaged = (
                f"the published matrix is damaged ({error}), the cached vectors did; run: kb doctor --rebuild"
            )
            self.note = "; ".join(filter(None, (self.note, damaged)))
            return self._cached()

    def _fall_back(self, error: BaseException) -> None:
        self._let_go()
        self._say(error)
        self._source = self._exact()

    def _say(self, error: BaseException) -> None:
        who = "Chroma's server" if self._server else "The index" if self._in_cells else "Chroma"
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        self._retry_at = time.monotonic() + RETRY_SECONDS
        self.note = f"{who} did not answer ({said}); exact search did; if that stays: kb doctor --rebuild"

    def _let_go(self) -> None:
        source, self._source = self._source, None
        if source is None:
            return
        try:
            source.close()
        except BaseException as error:  # a client of a broken folder may fail to close, too
            if not chroma.trouble(error):
                raise


def nearest_rows(ids: Ids, rows: nearest.Rows, vector: Matrix, limit: int) -> Nearest:
    """The rows nearest to a unit vector by cosine, best first, ties by id."""
    import numpy as np

    if not len(ids):
        return []
    about = rows.about(0, len(ids), vector)
    return nearest.nearest(ids, rows, np.arange(len(ids)), about, vector, limit)
