"""The engines that `benchmarks.nearest` compares: each builds a folder, adds to a copy of one, and answers from it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from kb.index import nearest
from kb.index.published import Exact

Ask = Callable[[np.ndarray, int], Sequence[int]]
"""A question's vector and how many are wanted, to the rows that are nearest, best first."""
_BATCH = 2000
_FILE = "index"


class Engine(Protocol):
    """One way to keep vectors in a folder and to find the nearest."""

    name: str
    package: str
    """What must be installed."""

    def build(self, folder: Path, matrix: np.ndarray) -> None:
        """Write the folder; a vector's id is its row."""
        ...

    def add(self, last: Path, folder: Path, matrix: np.ndarray, new: int) -> None:
        """Write the folder after `last`: the same with the last `new` rows of `matrix`."""
        ...

    def open(self, folder: Path) -> Ask:
        """What answers from the folder."""
        ...


@dataclass(frozen=True)
class Mapped:
    """The mapped bytes, all of them compared: what commands and small homes do."""

    name: str = "exact, mapped bytes"
    package: str = "numpy"

    def build(self, folder: Path, matrix: np.ndarray) -> None:
        """Two bytes a component."""
        np.save(folder / "ids.npy", np.arange(len(matrix), dtype=np.int64))
        nearest.write(folder, matrix)

    def add(self, last: Path, folder: Path, matrix: np.ndarray, new: int) -> None:  # noqa: ARG002
        """All of it anew."""
        self.build(folder, matrix)

    def open(self, folder: Path) -> Ask:
        """Exact search over the mapped rows."""
        exact = Exact(np.load(folder / "ids.npy"), nearest.load(folder))
        return lambda vector, limit: [row for row, _ in exact.nearest(vector, limit)]


@dataclass(frozen=True)
class CellsOf:
    """The same bytes in cells, of which a share is compared (`kb.index.nearest`)."""

    share: float | None = None
    package: str = "numpy"

    @property
    def name(self) -> str:
        """With the share, where it is not the product's own."""
        return f"cells, {self.share:.0%} compared" if self.share else "cells, as kb has them"

    def build(self, folder: Path, matrix: np.ndarray) -> None:
        """k-means and the rows in its order."""
        nearest.fill_folder(folder, np.arange(len(matrix), dtype=np.int64), matrix)

    def add(self, last: Path, folder: Path, matrix: np.ndarray, new: int) -> None:  # noqa: ARG002
        """All of it anew."""
        self.build(folder, matrix)

    def open(self, folder: Path) -> Ask:
        """The nearest cells."""
        ids = np.load(folder / "ids.npy")
        cells = nearest.Cells(
            folder, ids, nearest.load(folder), rows=round(len(ids) * self.share) if self.share else None
        )
        return lambda vector, limit: [row for row, _ in cells.nearest(vector, limit)]


@dataclass(frozen=True)
class Chroma:
    """A collection of the embedded client; a folder that is added to is copied first."""

    neighbours: int = 32
    construction: int = 200
    search: int = 200
    sync: int = 1000
    """Vectors after which Chroma writes its graph; before, they lie in its log and are compared one by one."""
    package: str = "chromadb"

    @property
    def name(self) -> str:
        """With what the graph is made of."""
        return f"Chroma {self.neighbours}/{self.construction}/{self.search}"

    def build(self, folder: Path, matrix: np.ndarray) -> None:
        """Batch by batch."""
        graph = {
            "space": "cosine",
            "max_neighbors": self.neighbours,
            "ef_construction": self.construction,
            "ef_search": self.search,
            "sync_threshold": self.sync,
        }
        client = self._client(folder)
        self._fill(
            client.create_collection("rows", configuration={"hnsw": graph}, embedding_function=None),
            matrix,
            0,
        )
        client.close()

    def add(self, last: Path, folder: Path, matrix: np.ndarray, new: int) -> None:
        """What is new, into a copy."""
        shutil.copytree(last, folder, dirs_exist_ok=True)
        client = self._client(folder)
        self._fill(client.get_collection("rows", embedding_function=None), matrix, len(matrix) - new)
        client.close()

    def open(self, folder: Path) -> Ask:
        """The collection, asked for ids alone."""
        collection = self._client(folder).get_collection("rows", embedding_function=None)

        def ask(vector: np.ndarray, limit: int) -> list[int]:
            found = collection.query(
                query_embeddings=vector.reshape(1, -1), n_results=limit, include=["distances"]
            )
            return [int(one) for one in found["ids"][0]]

        return ask

    def _client(self, folder: Path) -> Any:
        import chromadb

        return chromadb.PersistentClient(str(folder), chromadb.Settings(anonymized_telemetry=False))

    def _fill(self, collection: Any, matrix: np.ndarray, begin: int) -> None:
        for start in range(begin, len(matrix), _BATCH):
            end = min(start + _BATCH, len(matrix))
            collection.add(ids=[str(row) for row in range(start, end)], embeddings=matrix[start:end])


@dataclass(frozen=True)
class Faiss:
    """An index of faiss-cpu: cells (`IVF`) of float32 or of bytes, or a graph over bytes."""

    factory: str
    """As `faiss.index_factory` reads it; `{cells}` is four times the root of the number of rows."""
    compared: int
    """Cells (`nprobe`) or rows (`efSearch`) that a question looks at."""
    package: str = "faiss"

    @property
    def name(self) -> str:
        """With the factory's string."""
        return f"faiss {self.factory.replace('{cells}', '')}, {self.compared} looked at"

    def build(self, folder: Path, matrix: np.ndarray) -> None:
        """Trained on a sample, as our cells are."""
        import faiss

        cells = round(4 * len(matrix) ** 0.5)
        index = faiss.index_factory(
            matrix.shape[1], self.factory.format(cells=cells), faiss.METRIC_INNER_PRODUCT
        )
        index.train(matrix[np.random.default_rng(17).permutation(len(matrix))[: 40 * cells]])
        index.add(matrix)
        faiss.write_index(index, str(folder / _FILE))

    def add(self, last: Path, folder: Path, matrix: np.ndarray, new: int) -> None:
        """Read, add, write."""
        import faiss

        index = faiss.read_index(str(last / _FILE))
        index.add(matrix[-new:])
        faiss.write_index(index, str(folder / _FILE))

    def open(self, folder: Path) -> Ask:
        """In one thread, as others do; cells are mapped."""
        import faiss

        faiss.omp_set_num_threads(1)
        index = faiss.read_index(
            str(folder / _FILE), faiss.IO_FLAG_MMAP if self.factory.startswith("IVF") else 0
        )
        faiss.ParameterSpace().set_index_parameter(
            index, "nprobe" if self.factory.startswith("IVF") else "efSearch", self.compared
        )
        return lambda vector, limit: index.search(vector.reshape(1, -1), limit)[1][0].tolist()


@dataclass(frozen=True)
class Usearch:
    """A graph of usearch, whose file is mapped."""

    dtype: str = "f16"
    connectivity: int = 32
    search: int = 400
    package: str = "usearch"

    @property
    def name(self) -> str:
        """With what the graph is made of."""
        return f"usearch {self.dtype} {self.connectivity}/200/{self.search}"

    def build(self, folder: Path, matrix: np.ndarray) -> None:
        """In as many threads as there are cores."""
        index = self._index(matrix.shape[1])
        index.add(np.arange(len(matrix)), matrix)
        index.save(str(folder / _FILE))

    def add(self, last: Path, folder: Path, matrix: np.ndarray, new: int) -> None:
        """Load, add, save."""
        index = self._index(matrix.shape[1])
        index.load(str(last / _FILE))
        index.add(np.arange(len(matrix) - new, len(matrix)), matrix[-new:])
        index.save(str(folder / _FILE))

    def open(self, folder: Path) -> Ask:
        """The mapped file."""
        from usearch.index import Index

        index = Index.restore(str(folder / _FILE), view=True)
        index.expansion_search = self.search
        return lambda vector, limit: index.search(vector, limit, threads=1).keys.tolist()

    def _index(self, width: int) -> Any:
        from usearch.index import Index

        return Index(
            ndim=width, metric="cos", dtype=self.dtype, connectivity=self.connectivity, expansion_add=200
        )


ENGINES: dict[str, Engine] = {
    "exact": Mapped(),
    "cells": CellsOf(),
    "cells-twelfth": CellsOf(1 / 12),
    "chroma": Chroma(),
    "chroma-better": Chroma(48, 400, 500, sync=100_000),
    "faiss-flat": Faiss("IVF{cells},Flat", 64),
    "faiss-bytes": Faiss("IVF{cells},SQ8", 64),
    "usearch-half": Usearch(),
    "usearch-bytes": Usearch("i8"),
}
"""By the name under which `--engines` knows them."""


def installed(engine: Engine) -> bool:
    """Whether its package is there."""
    return find_spec(engine.package) is not None
