"""Peers that know of meaning: plain Chroma, rank fusion, txtai's hybrid, mem0.  All with the same vectors."""

from __future__ import annotations

import logging
import os
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.peers_material import Document, Hits, Vectors, best_of_pieces
from benchmarks.peers_words import MOST, Bm25s
from kb.index.model_cache import cache_folder

K = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Buettcher, 2009)."""


def pieces_of(documents: Sequence[Document]) -> tuple[list[str], list[str]]:
    """Every piece's document and text."""
    pairs = [(one.id, piece) for one in documents for piece in one.pieces]
    return [key for key, _ in pairs], [text for _, text in pairs]


class Chroma:
    """A Chroma collection with cosine distance, asked for the nearest pieces."""

    name = "Chroma"

    def __init__(self, documents: Sequence[Document], vectors: Vectors) -> None:
        import chromadb

        self._vectors = vectors
        self._of, texts = pieces_of(documents)
        client = chromadb.EphemeralClient(chromadb.Settings(anonymized_telemetry=False))
        self._collection = client.create_collection(f"peers-{id(self)}", metadata={"hnsw:space": "cosine"})
        found = vectors.of_documents(texts)
        for start in range(0, len(texts), 1000):
            rows = [str(row) for row in range(start, min(start + 1000, len(texts)))]
            self._collection.add(ids=rows, embeddings=found[start : start + 1000])

    def search(self, query: str) -> Hits:
        most = min(MOST, len(self._of))
        vector = self._vectors.of_question(query)
        found = self._collection.query(query_embeddings=[vector], n_results=most, include=["distances"])
        rows, distances = found["ids"][0], found["distances"][0]
        return best_of_pieces((self._of[int(row)], 1 - far) for row, far in zip(rows, distances, strict=True))


class Fusion:
    """Reciprocal rank fusion of bm25s and Chroma."""

    name = "rank fusion (bm25s, Chroma)"

    def __init__(self, documents: Sequence[Document], vectors: Vectors) -> None:
        self._peers = (Bm25s(documents), Chroma(documents, vectors))

    def search(self, query: str) -> Hits:
        scores: defaultdict[str, float] = defaultdict(float)
        for peer in self._peers:
            for rank, (key, _) in enumerate(peer.search(query), 1):
                scores[key] += 1 / (K + rank)
        return sorted(scores.items(), key=lambda hit: -hit[1])


class Txtai:
    """txtai's hybrid index: its BM25 and its vector search, half and half, over the pieces."""

    name = "txtai hybrid"

    def __init__(self, documents: Sequence[Document], vectors: Vectors) -> None:
        from txtai import Embeddings

        self._of, texts = pieces_of(documents)
        known = dict(zip(texts, vectors.of_documents(texts), strict=True))

        def transform(batch: list[str]) -> np.ndarray:
            return np.stack([known[text] if text in known else vectors.of_question(text) for text in batch])

        self._index = Embeddings(method="external", transform=transform, hybrid=True)
        self._index.index(list(enumerate(texts)))

    def search(self, query: str) -> Hits:
        return best_of_pieces((self._of[int(row)], score) for row, score in self._index.search(query, MOST))


class Mem0:
    """mem0 with its own store (Chroma) and no language model: texts are kept as they are (`infer=False`).

    Without its optional keyword search, which fetches a model over the network, it searches by meaning.
    """

    name = "mem0"

    def __init__(self, documents: Sequence[Document], vectors: Vectors) -> None:
        os.environ["MEM0_TELEMETRY"] = "False"
        os.environ.setdefault(
            "MEM0_DIR", str(cache_folder() / "benchmark-mem0")
        )  # its settings, read on import
        from mem0 import Memory

        logging.getLogger("mem0").setLevel(logging.ERROR)
        self._folder = tempfile.TemporaryDirectory(prefix="mem0-", ignore_cleanup_errors=True)
        folder = self._folder.name
        self._memory = Memory.from_config(
            {
                "vector_store": {
                    "provider": "chroma",
                    "config": {"collection_name": "peers", "path": folder},
                },
                # Neither is ever called: texts are not rewritten, and the embedder is replaced below.
                "llm": {"provider": "openai", "config": {"api_key": "none"}},
                "embedder": {"provider": "openai", "config": {"api_key": "none"}},
                "history_db_path": f"{folder}/history.db",
            }
        )
        of, texts = pieces_of(documents)
        self._memory.embedding_model = _Embedder(
            dict(zip(texts, vectors.of_documents(texts), strict=True)), vectors
        )
        for key, text in zip(of, texts, strict=True):
            self._memory.add(text, user_id="peers", infer=False, metadata={"document": key})

    def search(self, query: str) -> Hits:
        found = self._memory.search(query, filters={"user_id": "peers"}, top_k=MOST)["results"]
        return best_of_pieces((one["metadata"]["document"], one["score"]) for one in found)


class _Embedder:
    """The same vectors in mem0's form."""

    def __init__(self, known: dict[str, np.ndarray], vectors: Vectors) -> None:
        self._known, self._vectors = known, vectors

    def embed(self, text: str, *_: Any, **__: Any) -> list[float]:
        vector = self._known.get(text)
        return (self._vectors.of_question(text) if vector is None else vector).tolist()

    def embed_batch(self, texts: Sequence[str], *_: Any, **__: Any) -> list[list[float]]:
        return [self.embed(text) for text in texts]
