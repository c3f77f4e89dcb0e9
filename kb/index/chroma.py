"""Everything that is said to Chroma: a folder's embedded client, or a server (`KB_CHROMA_URL`).

Importing Chroma costs a second, so each function does it when it is called.  Chroma raises
anything, from ImportError to a Rust panic that is no `Exception`; `trouble` tells those from what
must pass through, such as Ctrl-C.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kb.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

COLLECTION = "chunks"
"""The name of the collection in a published folder."""
_BATCH = 2000
_GRAPH = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 200}
"""Denser than Chroma's default (16 neighbours, ef 100): misses cost more here than milliseconds."""


class Collection:
    """One generation's vectors in Chroma, open for reading.

    Raises LookupError when they are not as many as they must be: a builder was cut off.
    """

    def __init__(self, client: Any, name: str, expected: int) -> None:
        self._client = client
        self._collection = client.get_collection(name, embedding_function=None)
        self._size = int(self._collection.count())
        if self._size != expected:
            raise LookupError(f"it holds {self._size} of {expected} vectors")

    def nearest(self, vector: Matrix, limit: int) -> list[tuple[int, float]]:
        """The `limit` nearest chunks with their cosine similarity, best first."""
        if not self._size:
            return []
        found = self._collection.query(
            query_embeddings=vector.reshape(1, -1), n_results=min(limit, self._size), include=["distances"]
        )
        return [(int(i), 1.0 - d) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def size(self) -> int:
        """How many vectors there are."""
        return self._size

    def ids(self) -> set[int]:
        """The chunks that have a vector here."""
        return {int(one) for one in self._collection.get(include=[])["ids"]}

    def close(self) -> None:
        """Let the folder or connection go."""
        self._client.close()


class Server:
    """Generations as collections of a Chroma server, named after the home."""

    def __init__(self, url: str, home_id: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput(f"KB_CHROMA_URL={url!r} is not of the form http://host:port")
        self._at = {"host": parts.hostname, "port": parts.port or 8000, "ssl": parts.scheme == "https"}
        self._home_id = home_id

    def _connect(self) -> Any:
        import chromadb

        return chromadb.HttpClient(**self._at, settings=_settings())

    def _name(self, generation: int) -> str:
        return f"kb-{self._home_id}-{generation}"

    def build(self, generation: int, ids: Ids, matrix: Matrix) -> None:
        """Make the generation's collection anew, and delete those before the last one.

        A reader of the last one has moved on by the next time.
        """
        from chromadb.errors import NotFoundError

        client = self._connect()
        try:
            with suppress(NotFoundError):  # it is there only if a builder was killed
                client.delete_collection(self._name(generation))
            _fill(client, self._name(generation), ids, matrix)
            for collection in client.list_collections():
                prefix, _, number = collection.name.rpartition("-")
                if prefix == f"kb-{self._home_id}" and int(number) < generation - 1:
                    client.delete_collection(collection.name)
        finally:
            client.close()

    def open(self, generation: int, expected: int) -> Collection:
        """The generation's collection."""
        return _collection(self._connect(), self._name(generation), expected)


def server_of(home_id: str) -> Server | None:
    """The server that `KB_CHROMA_URL` names, or None."""
    url = os.environ.get("KB_CHROMA_URL", "")
    return Server(url, home_id) if url else None


def fill_folder(folder: Path, ids: Ids, matrix: Matrix) -> None:
    """Make the collection of a new folder; the client is closed properly afterwards."""
    client = _client(folder)
    try:
        _fill(client, COLLECTION, ids, matrix)
    finally:
        client.close()


def open_folder(folder: Path, expected: int) -> Collection:
    """The collection of a published folder.  An open that fails once often succeeds the second time."""
    try:
        return _collection(_client(folder), COLLECTION, expected)
    except Exception:
        return _collection(_client(folder), COLLECTION, expected)


def trouble(error: BaseException) -> bool:
    """Whether the error is one of Chroma's own, a Rust panic included."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _collection(client: Any, name: str, expected: int) -> Collection:
    try:
        return Collection(client, name, expected)
    except BaseException:
        client.close()
        raise


def _client(folder: Path) -> Any:
    import chromadb

    return chromadb.PersistentClient(str(folder), settings=_settings())


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _fill(client: Any, name: str, ids: Ids, matrix: Matrix) -> None:
    collection = client.create_collection(name, configuration={"hnsw": _GRAPH}, embedding_function=None)
    for start in range(0, len(ids), _BATCH):
        part = slice(start, start + _BATCH)
        collection.add(ids=[str(i) for i in ids[part]], embeddings=matrix[part])
