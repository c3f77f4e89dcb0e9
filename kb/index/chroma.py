"""Everything that is said to a Chroma server (`KB_CHROMA_URL`), which holds the vectors of large homes.

Importing Chroma costs most of a second, so it is imported when a server is first spoken to; it comes with the extra
`incident-kb[chroma]`, and where it is missing a sentence says so.  Whatever goes wrong there (no package, no server, a
collection that is not whole) is an `Exception` of one sort or another.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kb.errors import InvalidInput, StoreBroken
from kb.index.generations import Generation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

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

    def ids(self) -> set[int]:
        """The chunks that have a vector here."""
        return {int(one) for one in self._collection.get(include=[])["ids"]}

    def close(self) -> None:
        """Let the connection go."""
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
        try:
            import chromadb
            from chromadb.config import Settings
        except ImportError as error:
            raise StoreBroken(
                f"KB_CHROMA_URL is set, and the package chromadb cannot be imported ({error});"
                " install it with: pip install 'incident-kb[chroma]'"
            ) from error
        return chromadb.HttpClient(**self._at, settings=Settings(anonymized_telemetry=False))

    def _name(self, generation: Generation) -> str:
        mark = f"-{generation.mark}" if generation.mark else ""
        return f"kb-{self._home_id}-{generation.number}{mark}"

    def build(self, generation: Generation, ids: Ids, matrix: Matrix) -> None:
        """Make the generation's collection anew, and delete those before the last one.

        A reader of the last one has moved on by the next time.
        """
        client = self._connect()
        from chromadb.errors import NotFoundError

        try:
            with suppress(NotFoundError):  # it is there only if a builder was killed
                client.delete_collection(self._name(generation))
            _fill(client, self._name(generation), ids, matrix)
            ours = f"kb-{self._home_id}-"
            for collection in client.list_collections():
                number = collection.name.removeprefix(ours).partition("-")[0]
                if collection.name.startswith(ours) and int(number) < generation.number - 1:
                    client.delete_collection(collection.name)
        finally:
            client.close()

    def open(self, generation: Generation, expected: int) -> Collection:
        """The generation's collection.  Raises what Chroma raises, and LookupError when it is not whole."""
        client = self._connect()
        try:
            return Collection(client, self._name(generation), expected)
        except Exception:
            client.close()
            raise


def server_of(home_id: str) -> Server | None:
    """The server that `KB_CHROMA_URL` names, or None."""
    url = os.environ.get("KB_CHROMA_URL", "")
    return Server(url, home_id) if url else None


def _fill(client: Any, name: str, ids: Ids, matrix: Matrix) -> None:
    collection = client.create_collection(name, configuration={"hnsw": _GRAPH}, embedding_function=None)
    for start in range(0, len(ids), _BATCH):
        part = slice(start, start + _BATCH)
        collection.add(ids=[str(i) for i in ids[part]], embeddings=matrix[part])
