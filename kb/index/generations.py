"""Published folders of vectors and words: built once, never written again, deleted when nobody reads them.

`state/vectors/<generation>/` holds the vectors as a matrix, in cells where there are many (`nearest`), and of a large
home the words of all chunks (`words`).  Nobody ever writes a folder that somebody may read: a new one is built under
another name, marked READY, flushed, and renamed.  Readers hold a shared lock on the folder they have open; the lock
dies with its process.  Folders of earlier versions hold a Chroma collection as well, which nobody asks.

A number alone does not tell a generation: a database that was put back to an earlier time gives numbers again that a
folder has from the time that is undone.  So each has a mark of its own, which the database has, too.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from kb.errors import HomeNotWritable
from kb.index import nearest, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

READY = "READY.json"
CHECKED_AT_OPEN = 16 * 1024 * 1024
"""Bytes of vectors that are checked by everybody who opens them: 20,000 vectors, some ten milliseconds."""
_FILES, _PIECE = ("ids.npy", *nearest.FILES), 1024 * 1024
_LEAST_FREE = 1024 * 1024
_ROWS, _ROUNDED = 16_384, 1e-3
"""How far a component may be off that was rounded when it was cached, and once more when it was published."""


class Generation(NamedTuple):
    """One published state of the index."""

    number: int = 0
    """One more than that of the last; 0 before the first."""
    mark: str = ""
    """Drawn when it was built; empty where an earlier version built it."""


class Newest(NamedTuple):
    """Of the folder with the highest number: that, how many vectors it has, and the id of its home, if it says so."""

    number: int = 0
    vectors: int = 0
    home: str = ""


@dataclass(frozen=True, slots=True)
class WordRows:
    """What the words of a generation are made of: chunk ids with their tokens, of all chunks up to `last`."""

    chunks: Iterable[tuple[int, str]]
    last: int


class Generations:
    """The published folders of one home, as files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, generation: Generation) -> Path:
        """Where a generation lies."""
        return self.root / str(generation.number)

    def is_ready(self, generation: Generation) -> bool:
        """Whether this very generation was finished; nothing opens a folder that was not, or is of another one."""
        try:
            self._made(generation)
        except FileNotFoundError:
            return False
        return True

    @contextmanager
    def building(self, *, wait: bool = False) -> Iterator[bool]:
        """Hold the right to build; False when another process is building (unless told to wait)."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "build.lock").open("w") as handle:
            if wait:
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield wait or _try_lock(handle, fcntl.LOCK_EX)

    def build(
        self,
        generation: Generation,
        ids: Ids,
        matrix: Matrix,
        *,
        home: str = "",
        word_rows: WordRows | None = None,
        in_cells: bool = False,
    ) -> None:
        """Write a whole new folder and give it its name; `home` is the id of the home.  Call while holding `building`.

        Raises HomeNotWritable when the disk refuses; what was written of the folder is gone again.
        """
        part = self.root / f"{generation.number}.building"
        for leftover in (*self.root.glob("*.building"), self.folder(generation)):
            # Of a builder that was killed: never published, so nobody reads it.
            shutil.rmtree(leftover, ignore_errors=True)
        try:
            part.mkdir(parents=True)
            _fill(part, ids, matrix, in_cells=in_cells)
            made = {"generation": generation.number, "mark": generation.mark, "home": home}
            made |= {"vectors": len(ids), "cells": in_cells}
            if word_rows:
                made |= {"words": words.fill_folder(part, word_rows.chunks), "last_chunk": word_rows.last}
            sums = {"sums": words.sums(part), "matrix": _sums(part)}
            (part / READY).write_text(json.dumps({**made, **sums}))
            _flush(part)
            part.replace(self.folder(generation))
            _flush_folder(self.root)
        except Exception as error:
            # Tantivy has errors of its own for a full disk, so the disk is asked as well.
            full = shutil.disk_usage(self.root).free < _LEAST_FREE + 4 * matrix.nbytes
            shutil.rmtree(part, ignore_errors=True)
            if full or isinstance(error, OSError):
                raise HomeNotWritable(
                    f"{self.root}: the vector index could not be written ({error}); nothing is lost: the vectors "
                    "wait in the database and are searched there; make room, then run: kb doctor --repair"
                ) from error
            raise

    def hold(self, generation: Generation) -> IO[str]:
        """A shared lock that keeps the folder from being deleted; release it by closing it.

        Raises FileNotFoundError when the folder is gone, was never finished, or is of another generation.
        """
        handle = (self.folder(generation) / READY).open()
        fcntl.flock(handle, fcntl.LOCK_SH)
        if not self.is_ready(generation):
            handle.close()
            raise FileNotFoundError(self.folder(generation))
        return handle

    def clean(self, current: Generation) -> None:
        """Delete the folders older than `current` that nobody has open."""
        for folder in self.root.iterdir() if self.root.is_dir() else ():
            if not folder.name.isdigit() or int(folder.name) >= current.number:
                continue
            try:
                with (folder / READY).open() as handle:
                    if not _try_lock(handle, fcntl.LOCK_EX):
                        continue
                    # Without its mark nobody opens it any more, even if the rest takes a while.
                    (folder / READY).unlink()
            except FileNotFoundError:
                pass
            shutil.rmtree(folder, ignore_errors=True)

    def size(self, generation: Generation) -> int:
        """How many vectors the generation was finished with.  Raises as `hold` does."""
        return int(self._made(generation)["vectors"])

    def _made(self, generation: Generation) -> dict[str, Any]:
        """What READY says.  Raises as `hold` does."""
        made = self._said(generation.number)
        if made["mark"] != generation.mark:
            raise FileNotFoundError(f"{self.folder(generation)} is of another generation with its number")
        return made

    def _said(self, number: int) -> dict[str, Any]:
        file = self.root / str(number) / READY
        try:
            made = json.loads(file.read_text())
            return {"mark": "", "home": "", **made, "vectors": int(made["vectors"])}
        except (ValueError, KeyError, TypeError) as error:
            raise FileNotFoundError(f"{file} is damaged") from error

    def in_cells(self, generation: Generation) -> bool:
        """Whether its vectors lie in cells.  Raises as `hold` does."""
        return bool(self._made(generation).get("cells"))

    def words(self, generation: Generation) -> tuple[int, int]:
        """How many chunks' words it holds (0: it was made without), and the highest chunk there was then.

        Raises as `hold` does.
        """
        made = self._made(generation)
        return int(made.get("words", 0)), int(made.get("last_chunk", 0))

    def damaged_words(self, generation: Generation) -> str:
        """The files of the words that are not as they were written, or empty."""
        there = words.sums(self.folder(generation))
        wrong = [
            name for name, sum_ in self._made(generation).get("sums", {}).items() if there.get(name) != sum_
        ]
        return ", ".join(wrong)

    def newest(self) -> Newest:
        """The highest number that was finished, published or not; zeros for none."""
        there = self.root.iterdir() if self.root.is_dir() else ()
        numbers = [int(one.name) for one in there if one.name.isdigit() and (one / READY).is_file()]
        try:
            made = self._said(max(numbers, default=0))
        except FileNotFoundError:
            return Newest()
        return Newest(max(numbers), made["vectors"], str(made["home"]))

    def changed(self, generation: Generation, among: Sequence[str] = (*_FILES, *nearest.CELL_FILES)) -> str:
        """The files of the vectors that are not as they were written, or empty; those of older versions are trusted."""
        folder = self.folder(generation)
        wrong = [
            name
            for name, sum_ in self._made(generation).get("matrix", {}).items()
            if name in among and (not (folder / name).is_file() or _sum(folder / name) != sum_)
        ]
        return ", ".join(wrong)

    def load(self, generation: Generation) -> tuple[Ids, nearest.Rows]:
        """The generation's chunk ids and vectors, mapped from disk.

        Raises OSError or ValueError when a file is missing or damaged: up to `CHECKED_AT_OPEN` bytes each byte is
        looked at, above that only `damage` does.
        """
        import numpy as np

        folder = self.folder(generation)
        size = sum((folder / name).stat().st_size for name in _FILES if (folder / name).is_file())
        if size <= CHECKED_AT_OPEN and (wrong := self.changed(generation, _FILES)):
            raise ValueError(f"{wrong}: not as it was written")
        ids, rows = np.load(folder / "ids.npy"), nearest.load(folder)
        if len(ids) != len(rows) or len(ids) != self.size(generation):
            raise ValueError(f"{len(ids)} ids, {len(rows)} vectors, not {self.size(generation)}")
        return ids, rows

    def cells(self, generation: Generation, ids: Ids, rows: nearest.Rows) -> nearest.Cells:
        """The cells of what `load` returned; every byte of theirs is looked at.  Raises OSError or ValueError."""
        if wrong := self.changed(generation, nearest.CELL_FILES):
            raise ValueError(f"{wrong}: not as it was written")
        return nearest.Cells(self.folder(generation), ids, rows)

    def damage(self, generation: Generation, ids: Ids, matrix: Matrix) -> str:
        """How the published matrix differs from the vectors it was made of, in words; or empty."""
        import numpy as np

        try:
            there, published = self.load(generation)
        except (OSError, ValueError) as error:
            return f"the published matrix is damaged ({error}); run: kb doctor --rebuild"
        if wrong_files := self.changed(generation):
            return f"{wrong_files} of the published vectors: not as it was written; run: kb doctor --rebuild"
        _, ours, theirs = np.intersect1d(ids, there, return_indices=True)
        wrong = 0
        for start in range(0, len(ours), _ROWS):
            some = slice(start, start + _ROWS)
            near = np.abs(matrix[ours[some]] - published.exactly(theirs[some])) <= _ROUNDED
            wrong += int((~near.all(axis=1)).sum())
        return f"{wrong} vectors of the published matrix are wrong; run: kb doctor --rebuild" if wrong else ""


def _fill(folder: Path, ids: Ids, matrix: Matrix, *, in_cells: bool) -> None:
    import numpy as np

    if in_cells:
        nearest.fill_folder(folder, ids, matrix)
        return
    np.save(folder / "ids.npy", ids)
    nearest.write(folder, matrix)


def _sums(folder: Path) -> dict[str, int]:
    """A checksum of the ids, of the matrix, and of its cells."""
    names = (*_FILES, *nearest.CELL_FILES)
    return {name: _sum(folder / name) for name in names if (folder / name).is_file()}


def _sum(path: Path) -> int:
    found = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found = zlib.crc32(piece, found)
    return found


def _try_lock(handle: IO[str], how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _flush(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as handle:
                os.fsync(handle.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
