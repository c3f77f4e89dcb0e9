"""The vector index: a published generation plus the outbox, less what was deleted.

Promises: a vector is found by every process as soon as the write that made it has committed; a
deleted one is never returned; a crash at any moment loses neither.  All of that rests on SQLite:
the outbox row is written with the entry, and a generation is published by the transaction that
empties the outbox (`generations` tells why Chroma alone cannot promise it).
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.storage.database import Database, placeholders
from kb.storage.embeddings import Embeddings
from kb.storage.generations import Generations
from kb.storage.outbox import OutboxRows
from kb.storage.published import ChromaServer, Exact, Nearest, Published, open_published

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

EMBED_AT_QUERY = 256
"""Pending texts that a search embeds first (a few seconds); more wait for ingest or doctor."""
ABSORB_ABOVE = 5_000
"""Outbox rows beyond which a write publishes a new generation (a millisecond a query until then)."""


@dataclass(frozen=True, slots=True)
class VectorHit:
    """A chunk found by meaning; `similarity` is the cosine, -1 to 1."""

    chunk_id: int
    entry_id: str
    similarity: float


class VectorIndex:
    """Finding by meaning.  `exact_below`: published sets smaller than this are searched exactly."""

    def __init__(self, db: Database, embeddings: Embeddings, generations: Generations, exact_below: int = 0) -> None:
        self._db, self._embeddings, self._generations = db, embeddings, generations
        self._exact_below = exact_below
        self._open: tuple[int, Published] | None = None
        self._outbox = OutboxRows(embeddings)
        self._last: tuple[str, Matrix] | None = None
        self.notes: list[str] = []
        """Why the last search was not as good as it should be; empty when it was."""

    def search(self, text: str, limit: int) -> list[VectorHit]:
        """The chunks nearest in meaning to `text`, best first; see `notes` afterwards."""
        self.notes = []
        if not self._embeddings.encoder.ready():
            self.notes.append("meaning was not searched: the model is not exported yet; run: kb doctor --repair")
            return []
        self._catch_up()
        return self._nearest(self._vector(text), limit)

    def _vector(self, text: str) -> Matrix:
        """The text's vector; the last one is kept, since a lookup asks for it twice."""
        if self._last is None or self._last[0] != text:
            vector: Matrix = self._embeddings.encoder.encode([text])[0]
            self._last = text, vector
        return self._last[1]

    def _catch_up(self) -> None:
        if self._db.read_only:
            return
        self._embeddings.embed_pending(EMBED_AT_QUERY)
        if waiting := self._embeddings.pending():
            self.notes.append(f"{waiting} new texts are not searchable by meaning yet; run: kb doctor --repair")

    def _nearest(self, vector: Matrix, limit: int) -> list[VectorHit]:
        asked = limit + 20
        while True:
            with self._db.snapshot():
                published = self._published()
                found = [*(published.nearest(vector, asked) if published else []), *self._from_outbox(vector, asked)]
                hits = self._alive(found)
                exhausted = asked >= (published.size() if published else 0) + len(self._outbox)
            if len(hits) >= limit or exhausted:
                return hits[:limit]
            asked *= 4  # deleted chunks took the places: ask for more

    def _from_outbox(self, vector: Matrix, limit: int) -> Nearest:
        self._outbox.refresh(self._db)
        return self._outbox.nearest(vector, limit)

    def _alive(self, found: Nearest) -> list[VectorHit]:
        """Hits whose chunk is still there, best first, each chunk once."""
        best: dict[int, float] = {}
        for chunk_id, similarity in found:
            best[chunk_id] = max(similarity, best.get(chunk_id, -1.0))
        owners = self._owners(list(best))
        hits = [VectorHit(chunk_id, owners[chunk_id], best[chunk_id]) for chunk_id in best if chunk_id in owners]
        return sorted(hits, key=lambda hit: (-hit.similarity, hit.chunk_id))

    def _owners(self, chunk_ids: Sequence[int]) -> dict[int, str]:
        rows = []
        for start in range(0, len(chunk_ids), 900):
            part = chunk_ids[start : start + 900]
            rows += self._db.rows(f"SELECT id, entry_id FROM chunks WHERE id IN ({placeholders(part)})", part)
        return {row["id"]: row["entry_id"] for row in rows}

    def cosines(self, text: str, chunk_ids: Sequence[int]) -> dict[int, float]:
        """How similar each chunk is to `text`; chunks without a vector are left out."""
        import numpy as np

        if not chunk_ids or not self._embeddings.encoder.ready():
            return {}
        rows = self._embeddings.of_chunks(chunk_ids)
        vector = self._vector(text)
        return {chunk: float(np.frombuffer(blob, dtype=np.float32) @ vector) for chunk, blob in rows}

    def _published(self) -> Published | None:
        """The current generation, opened once and again only when it changed."""
        for _ in range(10):
            generation = self.generation()
            if self._open and self._open[0] == generation:
                return self._open[1]
            self.close()
            if not generation:
                return None
            try:
                published, note = open_published(self._generations, generation, self._server(), self._exact_below)
            except FileNotFoundError:
                if generation == self.generation():
                    break  # not replaced by a newer one: really gone
                continue
            self._open = generation, published
            self.notes += [note] if note else []
            return published
        self.notes.append("the published vectors are missing; exact search over the cached ones did; run: kb doctor --repair")
        return Exact(*self._embeddings.of_live_chunks())

    def generation(self) -> int:
        """The number of the published generation; 0 before the first."""
        return int(self._db.meta("generation", "0"))

    def _server(self) -> ChromaServer | None:
        url = os.environ.get("KB_CHROMA_URL", "")
        return ChromaServer(url, self._home_id()) if url else None

    def _home_id(self) -> str:
        if not self._db.meta("home_id"):
            with self._db.write():
                self._db.execute("INSERT OR IGNORE INTO meta VALUES ('home_id', ?)", [uuid.uuid4().hex[:12]])
        return self._db.meta("home_id")

    def absorb(self, *, force: bool = False) -> bool:
        """Publish a generation that holds everything, if the outbox is not empty (or `force`).

        False when there was nothing to do or another process is at it.
        """
        with self._generations.building() as mine:
            if not mine or not (force or self._db.value("SELECT 1 FROM outbox LIMIT 1")):
                return False
            with self._db.snapshot():
                last = int(self._db.value("SELECT coalesce(max(seq), 0) FROM outbox"))
                ids, matrix = self._embeddings.of_live_chunks()
                current = self.generation()
            self._build(current + 1, ids, matrix)
            with self._db.write():
                self._db.set_meta("generation", current + 1)
                self._db.execute(
                    "DELETE FROM outbox WHERE seq <= ? AND chunk_id IN (SELECT value FROM json_each(?))",
                    [last, str(ids.tolist())],
                )
        self._generations.clean(current + 1)
        return True

    def _build(self, generation: int, ids: Ids, matrix: Matrix) -> None:
        self._generations.build(generation, ids, matrix)
        if server := self._server():
            server.build(generation, ids, matrix)
            server.clean(generation)

    def absorb_when_grown(self) -> None:
        """What every write calls: publish once the outbox has grown past `ABSORB_ABOVE`."""
        if self._db.value("SELECT count(*) FROM outbox") > ABSORB_ABOVE:
            self.absorb()

    def outbox_size(self) -> int:
        """How many rows wait to be published."""
        return int(self._db.value("SELECT count(*) FROM outbox"))

    def nearest_to(self, vector: Matrix, limit: int) -> list[VectorHit]:
        """As `search`, for a vector that is already there."""
        return self._nearest(vector, limit)

    def published_size(self) -> int:
        """How many vectors the current generation holds."""
        published = self._published()
        return published.size() if published else 0

    def close(self) -> None:
        """Let the open generation go."""
        if self._open:
            self._open[1].close()
            self._open = None


