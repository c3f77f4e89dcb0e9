"""Published folders of vectors: built once, never written again, deleted when nobody reads them.

`state/vectors/<generation>/` holds a Chroma collection and the same vectors as a plain matrix.  The
embedded Chroma client is safe neither across processes nor under `kill -9`, so nobody ever writes a
folder that somebody may read: a new one is built under another name, marked READY, flushed, and
renamed.  Readers hold a shared lock on the folder they have open; the lock dies with its process.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

READY = "READY.json"
_BATCH = 2000


class Generations:
    """The published folders of one home, as files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, generation: int) -> Path:
        """Where a generation lies."""
        return self.root / str(generation)

    def is_ready(self, generation: int) -> bool:
        """Whether the generation was finished; nothing opens a folder that was not."""
        return (self.folder(generation) / READY).is_file()

    @contextmanager
    def building(self) -> Iterator[bool]:
        """Hold the right to build; False when another process is building."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "build.lock").open("w") as handle:
            yield _try_lock(handle, fcntl.LOCK_EX)

    def build(self, generation: int, ids: Ids, matrix: Matrix) -> None:
        """Write a whole new folder and give it its name.  Call while holding `building`."""
        import numpy as np

        part = self.root / f"{generation}.building"
        for leftover in (part, self.folder(generation)):
            # Of a builder that was killed: never published, so nobody reads it.
            shutil.rmtree(leftover, ignore_errors=True)
        part.mkdir(parents=True)
        np.save(part / "ids.npy", ids)
        np.save(part / "matrix.npy", matrix)
        fill_chroma(part, ids, matrix)
        (part / READY).write_text(json.dumps({"generation": generation, "vectors": len(ids)}))
        _flush(part)
        part.replace(self.folder(generation))
        _flush_folder(self.root)

    def hold(self, generation: int) -> IO[str]:
        """A shared lock that keeps the folder from being deleted; release it by closing it.

        Raises FileNotFoundError when the folder is gone or was never finished.
        """
        handle = (self.folder(generation) / READY).open()
        fcntl.flock(handle, fcntl.LOCK_SH)
        if not self.is_ready(generation):
            handle.close()
            raise FileNotFoundError(self.folder(generation))
        return handle

    def clean(self, current: int) -> None:
        """Delete the folders older than `current` that nobody has open."""
        for folder in self.root.iterdir() if self.root.is_dir() else ():
            if not folder.name.isdigit() or int(folder.name) >= current:
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

    def load_matrix(self, generation: int) -> tuple[Ids, Matrix]:
        """The generation's chunk ids and vectors, mapped from disk."""
        import numpy as np

        folder = self.folder(generation)
        return np.load(folder / "ids.npy"), np.load(folder / "matrix.npy", mmap_mode="r")


def fill_chroma(folder: Path, ids: Ids, matrix: Matrix) -> None:
    """Make the Chroma collection of a new folder; the client is closed properly afterwards."""
    client = open_chroma(folder)
    try:
        fill_collection(client, "chunks", ids, matrix)
    finally:
        client.close()


def open_chroma(folder: Path) -> Any:
    """A Chroma client on one folder.  It costs a second of import; callers decide when."""
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def fill_collection(client: Any, name: str, ids: Ids, matrix: Matrix) -> None:
    """A new collection with a vector under each chunk's id.

    The graph is built denser than Chroma's default (16 neighbours, ef 100): misses cost more here
    than milliseconds.
    """
    graph = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 200}
    collection = client.create_collection(name, configuration={"hnsw": graph}, embedding_function=None)
    for start in range(0, len(ids), _BATCH):
        part = slice(start, start + _BATCH)
        collection.add(ids=[str(i) for i in ids[part]], embeddings=matrix[part])


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
