"""Nearest vectors of a large generation: vectors that lie together are kept together, and few are compared.

The vectors are parted into cells (k-means on a sample), four times the root of their number; a question is
compared with all centres, then with the rows of the nearest cells.  The rows of a cell are neighbours on
disk, too, so a search reads a twelfth of the mapped matrix.  On vectors of real sentences it finds 96 of a
hundred that are among the first ten; the graph that Chroma builds finds 99, takes a millisecond a vector to
build, and is opened and held in memory whole, which is why larger generations have cells instead
(`benchmarks/nearest.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kb.storage.quantized import Rows, cosines, nearest, write

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

SHARE, LEAST = 1 / 12, 20_000
"""How many rows a search compares: this share of them, and no fewer than this many."""
MOST = 120_000
"""No search compares more rows than this: some ten milliseconds."""
_CENTRES, _STARTS = "centres.npy", "starts.npy"
_FINE = 4
"""Cells for each root of the number of rows: the finer they are, the fewer rows are compared in vain."""
_SAMPLE, _ROUNDS, _BLOCK = 40, 5, 16_384


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
        about = np.concatenate([self._vectors.about(*span, vector) for span in spans])
        return nearest(self._ids, self._vectors, places, about, vector, limit)

    def _cells(self, vector: Matrix, limit: int) -> list[int]:
        """The nearest cells that hold enough rows together."""
        import numpy as np

        order = np.argsort(-cosines(self._centres, vector))
        rows = np.cumsum(np.diff(self._starts)[order])
        return [int(cell) for cell in order[: int(np.searchsorted(rows, max(4 * limit, self._rows))) + 1]]

    def size(self) -> int:
        """How many vectors there are."""
        return len(self._ids)

    def ids(self) -> set[int]:
        """The chunks that have a vector here."""
        return set(self._ids.tolist())

    def close(self) -> None:
        """Nothing to let go: mapped files go with the last reference to them."""


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

    blocks = (matrix[start : start + _BLOCK] @ centres.T for start in range(0, len(matrix), _BLOCK))
    return np.concatenate([block.argmax(axis=1) for block in blocks]).astype(np.int64)
