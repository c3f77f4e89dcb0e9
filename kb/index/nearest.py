"""Nearest vectors of a published generation: all of them compared, or of many those of the nearest cells.

A row is two bytes a component instead of four: its largest magnitude, cut into 127 steps (`matrix.npy`) and each of
these into 254 (`rest.npy`).  A search compares the first bytes, which are mapped into memory; of the best few hundred
the second are read as well, from the file and not through a map, so they never count as memory of this process.  With
both, a cosine is off by some 1e-6; with the first alone, by some 4e-4.  Folders of earlier versions hold plain float32.

Many vectors are parted into cells (k-means on a sample), so that what lies together is kept together: a question is
compared with all centres, then with the rows of the nearest cells, which are neighbours on disk, too.
`benchmarks/nearest.py` measures both, beside Chroma, faiss and usearch.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

Spans = Sequence[tuple[int, int]]
"""Rows, each span from its first to before its last."""
FILES = ("matrix.npy", "rest.npy", "scales.npy")
"""What the vectors of a folder lie in; folders of earlier versions have the first alone."""
RECOMPARED = 300
"""Rows that are compared exactly at the least, whatever few are asked for."""
_STEPS, _PARTS = 127, 254
_BLOCK = 16_384
_AT_ONCE = 512
"""Rows that are widened at a time: they stay in the processor's cache."""


class Rows(Protocol):
    """Unit vectors, row by row."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def about(self, spans: Spans, vector: Matrix) -> Matrix:
        """The cosines of the rows of these spans, one span after the other, exact or nearly."""
        ...

    def exactly(self, rows: Ids) -> Matrix:
        """These rows, as float32."""
        ...


class Plain:
    """Rows of float32."""

    def __init__(self, matrix: Matrix) -> None:
        import numpy as np

        # A plain view of what may be a mapped file: taking a slice of it costs a tenth.
        self._matrix = np.asarray(matrix)

    def __len__(self) -> int:
        return len(self._matrix)

    def about(self, spans: Spans, vector: Matrix) -> Matrix:
        """The cosines of the rows of these spans, one span after the other; exact."""
        import numpy as np

        return np.concatenate([cosines(self._matrix[start:end], vector) for start, end in spans])

    def exactly(self, rows: Ids) -> Matrix:
        """These rows, as float32."""
        import numpy as np

        return np.asarray(self._matrix[rows])


class Quantized:
    """Rows of bytes, as `write` leaves them.  Raises OSError or ValueError when a file is missing or damaged."""

    def __init__(self, folder: Path) -> None:
        import numpy as np

        self._codes = np.asarray(np.load(folder / "matrix.npy", mmap_mode="r"))
        self._scales = np.load(folder / "scales.npy")
        rest = np.load(folder / "rest.npy", mmap_mode="r")
        if self._codes.ndim != 2 or rest.shape != self._codes.shape or len(self._scales) != len(self._codes):
            raise ValueError(f"{len(self._codes)} vectors, {len(rest)} rests, {len(self._scales)} scales")
        self._begin, self._rest = int(rest.offset), (folder / "rest.npy").open("rb")

    def __len__(self) -> int:
        return len(self._codes)

    def about(self, spans: Spans, vector: Matrix) -> Matrix:
        """The cosines of the rows of these spans, one span after the other; off by some 4e-4."""
        import numpy as np

        found = np.empty(sum(end - start for start, end in spans), dtype=np.float32)
        wide, filled, done = np.empty((2 * _AT_ONCE, self._codes.shape[1]), dtype=np.float32), 0, 0
        for start, end in spans:
            for begin in range(start, end, _AT_ONCE):
                stop = min(end, begin + _AT_ONCE)
                wide[filled : filled + stop - begin] = self._codes[begin:stop]
                filled += stop - begin
                if filled >= _AT_ONCE:  # many small spans are multiplied at once: a fifth less time
                    found[done : done + filled] = cosines(wide[:filled], vector)
                    filled, done = 0, done + filled
        found[done:] = cosines(wide[:filled], vector)
        found *= np.concatenate([self._scales[start:end] for start, end in spans])
        return found

    def exactly(self, rows: Ids) -> Matrix:
        """These rows, as float32; a component is off by a 30,000th of the row's largest at the most."""
        import numpy as np

        width, place = self._codes.shape[1], self._rest.fileno()
        pieces = [os.pread(place, width, self._begin + int(row) * width) for row in rows]
        rest = np.frombuffer(b"".join(pieces), dtype=np.int8).reshape(len(rows), width)
        values = self._codes[rows] + rest.astype(np.float32) / _PARTS
        return np.asarray(values * self._scales[rows, None], dtype=np.float32)


def cosines(matrix: Matrix, vector: Matrix) -> Matrix:
    """The product of unit vectors, row by row.

    BLAS would share so little work out to all cores and wait for them by spinning: 2 ms become 13 alone, and
    25 where other processes work.
    """
    import numpy as np

    return np.asarray(np.vecdot(matrix, vector))


def nearest(
    ids: Ids, rows: Rows, places: Ids, about: Matrix, vector: Matrix, limit: int
) -> list[tuple[int, float]]:
    """The chunks of the `limit` nearest rows with their cosine similarity, best first, ties by id.

    `about` are the cosines of the rows at `places`, nearly; the best of them are compared exactly.
    """
    import numpy as np

    many = max(2 * limit, RECOMPARED)
    best = np.sort(places[np.argpartition(-about, many - 1)[:many]]) if many < len(places) else places
    similarity = cosines(rows.exactly(best), vector)
    order = sorted(range(len(best)), key=lambda row: (-similarity[row], ids[best[row]]))[:limit]
    return [(int(ids[best[row]]), float(similarity[row])) for row in order]


def write(folder: Path, matrix: Matrix, order: Ids | None = None) -> None:
    """Write the rows of `matrix`, in this order of them, block by block: no second matrix in memory."""
    import numpy as np

    scales, count = np.zeros(len(matrix), dtype=np.float32), len(matrix)
    with (folder / "matrix.npy").open("wb") as codes, (folder / "rest.npy").open("wb") as rest:
        header = {"descr": "|i1", "fortran_order": False, "shape": matrix.shape}
        for file in (codes, rest):
            np.lib.format.write_array_header_1_0(file, header)
        for start in range(0, count, _BLOCK):
            block = matrix[start : start + _BLOCK] if order is None else matrix[order[start : start + _BLOCK]]
            scale = np.abs(block).max(axis=1, initial=0.0) / _STEPS
            steps = block / np.where(scale > 0, scale, 1)[:, None]
            code = np.rint(steps)
            codes.write(code.astype(np.int8).tobytes())
            rest.write(np.rint((steps - code) * _PARTS).astype(np.int8).tobytes())
            scales[start : start + len(block)] = scale
    np.save(folder / "scales.npy", scales)


def load(folder: Path) -> Rows:
    """The rows of a folder, in whatever form it has them.  Raises OSError or ValueError for a damaged file."""
    import numpy as np

    stored: Any = np.load(folder / "matrix.npy", mmap_mode="r")
    return Quantized(folder) if stored.dtype == np.int8 else Plain(stored)


SHARE, LEAST = 1 / 6, 20_000
"""How many rows a search compares: this share of them, and no fewer than this many."""
MOST = 80_000
"""No search compares more rows than this: some twelve milliseconds."""
CELL_FILES = _CENTRES, _STARTS = ("centres.npy", "starts.npy")
"""What the cells of a folder lie in."""
_FINE = 8
"""Cells for each root of the number of rows: the finer they are, the fewer rows are compared in vain."""
_SAMPLE, _ROUNDS, _COMPARED_AT_ONCE = 10, 5, 16_384


class Cells:
    """The cells of a generation, whose ids and vectors lie in the order of `fill_folder`.

    Raises OSError or ValueError when a file is missing or damaged.
    """

    def __init__(self, folder: Path, ids: Ids, vectors: Rows, rows: int | None = None) -> None:
        """`rows`: how many a search compares, in place of what `SHARE`, `LEAST` and `MOST` say."""
        import numpy as np

        self._ids, self._vectors = ids, vectors
        self._centres, self._starts = np.load(folder / _CENTRES), np.load(folder / _STARTS)
        if len(self._starts) != len(self._centres) + 1 or self._starts[-1] != len(ids):
            raise ValueError(f"its cells are of {self._starts[-1]} vectors, not {len(ids)}")
        self._rows = rows or min(MOST, max(LEAST, int(len(ids) * SHARE)))

    def nearest(self, vector: Matrix, limit: int) -> list[tuple[int, float]]:
        """The `limit` nearest chunks of the nearest cells with their cosine similarity, best first."""
        import numpy as np

        cells = self._cells(vector, limit)
        spans = [(int(self._starts[cell]), int(self._starts[cell + 1])) for cell in cells]
        places = np.concatenate([np.arange(*span) for span in spans])
        return nearest(self._ids, self._vectors, places, self._vectors.about(spans, vector), vector, limit)

    def _cells(self, vector: Matrix, limit: int) -> list[int]:
        """The nearest cells that hold enough rows together."""
        import numpy as np

        order = np.argsort(-cosines(self._centres, vector))
        rows = np.cumsum(np.diff(self._starts)[order])
        return [int(cell) for cell in order[: int(np.searchsorted(rows, max(4 * limit, self._rows))) + 1]]

    def ids(self) -> set[int]:
        """The chunks that have a vector here."""
        return set(self._ids.tolist())


def fill_folder(folder: Path, ids: Ids, matrix: Matrix) -> None:
    """Write ids and vectors cell by cell, with the cells; the matrix is copied block by block, never whole."""
    import numpy as np

    centres = _centres(matrix)
    cell = _assigned(matrix, centres)
    order = np.argsort(cell, kind="stable")
    np.save(folder / _CENTRES, centres)
    np.save(folder / _STARTS, np.searchsorted(cell[order], np.arange(len(centres) + 1)))
    np.save(folder / "ids.npy", ids[order])
    write(folder, matrix, order)


def _centres(matrix: Matrix) -> Matrix:
    """The centres of the cells: k-means by direction, from rows and on rows picked by a fixed seed."""
    import numpy as np

    rng, count = np.random.default_rng(17), max(1, round(_FINE * len(matrix) ** 0.5))
    sample = matrix[np.sort(rng.permutation(len(matrix))[: _SAMPLE * count])]
    centres = sample[np.sort(rng.permutation(len(sample))[:count])].copy()
    for _ in range(_ROUNDS):
        cell = _assigned(sample, centres)
        order = np.argsort(cell, kind="stable")
        present, begin = np.unique(cell[order], return_index=True)
        sums = np.add.reduceat(sample[order], begin, axis=0)
        centres[present] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    return centres


def _assigned(matrix: Matrix, centres: Matrix) -> Ids:
    """The nearest centre of every row."""
    import numpy as np

    blocks = (
        matrix[start : start + _COMPARED_AT_ONCE] @ centres.T
        for start in range(0, len(matrix), _COMPARED_AT_ONCE)
    )
    return np.concatenate([block.argmax(axis=1) for block in blocks]).astype(np.int64)
