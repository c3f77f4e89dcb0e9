"""The reading side of the published vectors: Chroma on a folder, Chroma's server, or the matrix.

All three answer the same question, the nearest chunks to a vector, from a generation that never
changes.  `open_published` picks one and falls back to exact search, saying why, when Chroma is
missing or a folder is damaged.
"""

from __future__ import annotations

from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from kb.errors import InvalidInput
from kb.storage.generations import Generations, fill_collection, open_chroma

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

Nearest = list[tuple[int, float]]
"""Chunk ids with their cosine similarity, best first."""


class Published(Protocol):
    """One generation, open for reading."""

    def nearest(self, vector: Matrix, limit: int) -> Nearest:
        """The `limit` nearest chunks."""
        ...

    def size(self) -> int:
        """How many vectors there are."""
        ...

    def close(self) -> None:
        """Let the folder go."""
        ...


class Exact:
    """Every vector is compared: 0.7 ms at 10,000 of them, 16 ms at 100,000."""

    def __init__(self, ids: Ids, matrix: Matrix, hold: IO[str] | None = None) -> None:
        self._ids, self._matrix, self._hold = ids, matrix, hold

    def nearest(self, vector: Matrix, limit: int) -> Nearest:
        """See `Published.nearest`."""
        return nearest_rows(self._ids, self._matrix, vector, limit)

    def size(self) -> int:
        """See `Published.size`."""
        return len(self._ids)

    def close(self) -> None:
        """See `Published.close`."""
        if self._hold:
            self._hold.close()


class Chroma:
    """A collection of the embedded client or of Chroma's server."""

    def __init__(self, client: Any, collection: str, hold: IO[str] | None = None) -> None:
        self._client, self._hold = client, hold
        self._collection = client.get_collection(collection, embedding_function=None)
        self._size = int(self._collection.count())

    def nearest(self, vector: Matrix, limit: int) -> Nearest:
        """See `Published.nearest`."""
        if not self._size:
            return []
        found = self._collection.query(
            query_embeddings=vector.reshape(1, -1), n_results=min(limit, self._size), include=["distances"]
        )
        return [(int(i), 1.0 - d) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def size(self) -> int:
        """See `Published.size`."""
        return self._size

    def close(self) -> None:
        """See `Published.close`."""
        self._client.close()
        if self._hold:
            self._hold.close()


class ChromaServer:
    """Generations as collections of a Chroma server (`KB_CHROMA_URL`), named after the home."""

    def __init__(self, url: str, home_id: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput(f"KB_CHROMA_URL={url!r} is not of the form http://host:port")
        self._at = {"host": parts.hostname, "port": parts.port or 8000, "ssl": parts.scheme == "https"}
        self._home_id = home_id

    def _connect(self) -> Any:
        import chromadb
        from chromadb.config import Settings

        return chromadb.HttpClient(**self._at, settings=Settings(anonymized_telemetry=False))

    def _name(self, generation: int) -> str:
        return f"kb-{self._home_id}-{generation}"

    def build(self, generation: int, ids: Ids, matrix: Matrix) -> None:
        """Make the generation's collection anew."""
        client = self._connect()
        with suppress(Exception):  # it is there only if a builder was killed
            client.delete_collection(self._name(generation))
        fill_collection(client, self._name(generation), ids, matrix)

    def open(self, generation: int) -> Published:
        """The generation's collection."""
        return Chroma(self._connect(), self._name(generation))

    def clean(self, current: int) -> None:
        """Delete the generations before the last one; a reader of that one has moved on by the next."""
        client = self._connect()
        for collection in client.list_collections():
            prefix, _, number = collection.name.rpartition("-")
            if prefix == f"kb-{self._home_id}" and int(number) < current - 1:
                client.delete_collection(collection.name)


def open_published(
    generations: Generations, generation: int, server: ChromaServer | None, exact_below: int
) -> tuple[Published, str]:
    """Open a generation; the second value says why it is not Chroma that answers, if it should.

    Raises FileNotFoundError when the folder was cleaned away meanwhile (look up the generation
    again).
    """
    hold = generations.hold(generation)
    ids, matrix = generations.load_matrix(generation)
    if len(ids) < exact_below:
        return Exact(ids, matrix, hold), ""
    error: Exception | None = None
    for _ in range(2):  # an open that fails once often succeeds the second time
        try:
            if server:
                return server.open(generation), ""
            return Chroma(open_chroma(generations.folder(generation)), "chunks", hold), ""
        except Exception as caught:  # Chroma raises anything, from ImportError to a Rust panic
            error = caught
    return Exact(ids, matrix, hold), f"Chroma did not answer ({type(error).__name__}: {error}); exact search did"


def nearest_rows(ids: Ids, matrix: Matrix, vector: Matrix, limit: int) -> Nearest:
    """The rows nearest to a unit vector by cosine, best first, ties by id."""
    import numpy as np

    if not len(ids):
        return []
    similarity = matrix @ vector
    top = np.argpartition(-similarity, limit - 1)[:limit] if limit < len(ids) else np.arange(len(ids))
    order = sorted(top, key=lambda row: (-similarity[row], ids[row]))
    return [(int(ids[row]), float(similarity[row])) for row in order]
