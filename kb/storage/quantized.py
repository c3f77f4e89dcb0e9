"""Vectors with two bytes a component instead of four: one that a search reads, one that makes what it found exact.

A row is its largest magnitude, cut into 127 steps (`matrix.npy`, a byte a component) and each of these into 254
(`rest.npy`).  A search compares the first bytes, which are mapped into memory; of the best few hundred the second are
read as well, from the file and not through a map, so they never count as memory of this process.  With both, a cosine
is off by some 1e-6; with the first alone, by some 4e-4.  Folders of earlier versions hold plain float32.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

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

    def about(self, start: int, end: int, vector: Matrix) -> Matrix:
        """The cosines of the rows from `start` to before `end`, exact or nearly."""
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

    def about(self, start: int, end: int, vector: Matrix) -> Matrix:
        """See `Rows.about`; exact here."""
        return cosines(self._matrix[start:end], vector)

    def exactly(self, rows: Ids) -> Matrix:
        """See `Rows.exactly`."""
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

    def about(self, start: int, end: int, vector: Matrix) -> Matrix:
        """See `Rows.about`; off by some 4e-4."""
        import numpy as np

        found = np.empty(end - start, dtype=np.float32)
        wide = np.empty((min(_AT_ONCE, end - start), self._codes.shape[1]), dtype=np.float32)
        for begin in range(start, end, _AT_ONCE):
            stop = min(end, begin + _AT_ONCE)
            part = wide[: stop - begin]
            np.copyto(part, self._codes[begin:stop])
            found[begin - start : stop - start] = cosines(part, vector)
        return np.asarray(found * self._scales[start:end], dtype=np.float32)

    def exactly(self, rows: Ids) -> Matrix:
        """See `Rows.exactly`; a component is off by a 30,000th of the row's largest at the most."""
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
