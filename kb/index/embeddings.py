"""The embedding cache: no text is ever embedded twice, whatever happens to the indexes.

A vector is kept under (hash of the text, name of the model).  Chunks whose vector is not there yet
are *pending*: whoever searches next embeds them first, so a write never waits for a model.

The vectors of a home are of one precision, since those of two are not compared: that which it has, whatever is quick
on this processor, until `renew` is asked for.  Texts that no chunk has any more lose their vectors with `sweep`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kb.index.encoder import Encoder
from kb.index.nearest import Rows
from kb.store.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

_BATCH = 256
"""Texts embedded between two commits at the most."""
_FIRST, _FEWEST = 32, 8
_COMMIT_SECONDS = 0.5
"""How long texts are embedded between two commits: all that an ingest loses that is killed or interrupted."""

_PAGE = 8_192

HALF = "<f2"
"""How a component is kept: half precision, which is off by less than 1e-4, takes a quarter of the room of single:
longer rows would not fit into a page of the table, and take one of their own."""

_NUMBERS = "SELECT CAST(value AS BIGINT) FROM json_each(?)"
_JOIN = "JOIN embeddings e ON e.content_hash = c.content_hash AND e.model = ?"
_PENDING = """
    FROM outbox o JOIN chunks c ON c.id = o.chunk_id
    LEFT JOIN embeddings e ON e.content_hash = c.content_hash AND e.model = ?
    WHERE e.vector IS NULL AND o.seq > ?"""

_NEXT = """
    SELECT o.seq, c.content_hash, e.vector IS NULL AS waits,
    CASE WHEN e.vector IS NULL THEN c.embedding_text END AS embedding_text
    FROM (SELECT seq, chunk_id FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?) o
    LEFT JOIN chunks c ON c.id = o.chunk_id
    LEFT JOIN embeddings e ON e.content_hash = c.content_hash AND e.model = ? ORDER BY o.seq"""
"""The next numbers of the outbox, those with a vector, too: asked for the first ones without, PostgreSQL reads all."""

_LOST = """
    FROM chunks c LEFT JOIN embeddings e ON e.content_hash = c.content_hash AND e.model = ?
    WHERE c.embedding_text != '' AND e.vector IS NULL
    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.chunk_id = c.id)"""


class Embeddings:
    """The cached vectors of one home, for one model."""

    def __init__(self, db: Database, encoder: Encoder) -> None:
        self._db = db
        self._given, self._renewed = encoder, False

    @property
    def encoder(self) -> Encoder:
        """What makes this home's vectors: the encoder that was given, in the precision that the home has."""
        return self._given if self._renewed else self._given.of(self._kept())

    def _kept(self) -> str:
        """The model of the published vectors, else of those that wait; empty in a home that has none."""
        return self._db.meta("model") or str(self._db.value("SELECT model FROM embeddings LIMIT 1") or "")

    def outdated(self) -> str:
        """The name of the model that a new home would get here, where this one has another precision; or empty."""
        return "" if self.encoder.name == self._given.name else self._given.name

    def renew(self) -> None:
        """Let this home have the precision that a new one would get: what is not cached in it is embedded again.

        Until all of it is published, other processes go on with the vectors that are there.
        """
        self._renewed = True

    def sweep(self) -> int:
        """Delete the vectors of texts that are gone, and of a precision that the home has left; returns how many."""
        mine = self.encoder
        models = [row[0] for row in self._db.rows("SELECT DISTINCT model FROM embeddings")]
        other = json.dumps([name for name in models if mine.of(name) is not mine])
        swept = (
            "(model IN (SELECT value FROM json_each(?))"
            " OR NOT EXISTS (SELECT 1 FROM chunks c WHERE c.content_hash = e.content_hash))"
        )
        found = self._db.rows(f"SELECT content_hash, model FROM embeddings e WHERE {swept}", [other])
        for start in range(0, len(found), _PAGE):
            with self._db.write():  # a text may have come back meanwhile
                self._db.execute_many(
                    f"DELETE FROM embeddings AS e WHERE content_hash = ? AND model = ? AND {swept}",
                    [(*row, other) for row in found[start : start + _PAGE]],
                )
        return len(found)

    def pending(self, after: int = 0, most: int = -1) -> int:
        """How many distinct texts of the outbox, behind number `after`, have no vector yet; counted up to `most`."""
        texts = f"SELECT DISTINCT c.content_hash {_PENDING} LIMIT ?"
        return int(
            self._db.value(f"SELECT count(*) FROM ({texts}) AS texts", [self.encoder.name, after, most])
        )

    def unpublished(self, most: int = -1) -> int:
        """How many outbox rows have their vector, what a new generation would bring; counted up to `most`."""
        rows = f"SELECT 1 FROM outbox o JOIN chunks c ON c.id = o.chunk_id {_JOIN} LIMIT ?"
        return int(self._db.value(f"SELECT count(*) FROM ({rows}) AS found", [self.encoder.name, most]))

    def reached(self, number: int) -> bool:
        """Whether the outbox row behind that many others has its vector.  They are made in order, so this is cheap."""
        row = "SELECT chunk_id FROM outbox ORDER BY seq LIMIT 1 OFFSET ?"
        found = self._db.value(
            f"SELECT 1 FROM chunks c {_JOIN} WHERE c.id = ({row})", [self.encoder.name, number]
        )
        return bool(found)

    def lost(self) -> int:
        """How many chunks have no vector and do not wait for one: the cache or the model changed."""
        return int(self._db.value(f"SELECT count(*) {_LOST}", [self.encoder.name]))

    def queue_lost(self) -> None:
        """Let the chunks whose vector is lost wait for a new one.  Call inside a write."""
        self._db.execute(f"INSERT INTO outbox (chunk_id) SELECT c.id {_LOST}", [self.encoder.name])

    def salvage(self, ids: Ids, vectors: Rows) -> None:
        """Take vectors that the cache lost from an index that still has them.  Call inside a write."""
        import numpy as np

        rows = self._db.rows(f"SELECT c.id, c.content_hash {_LOST}", [self.encoder.name])
        place = {int(chunk): row for row, chunk in enumerate(ids)}
        found = [(row["content_hash"], place[row["id"]]) for row in rows if row["id"] in place]
        for start in range(0, len(found), _PAGE):
            part = found[start : start + _PAGE]
            matrix = vectors.exactly(np.array([row for _, row in part], dtype=np.int64))
            whole = np.isclose(np.linalg.norm(matrix, axis=1), 1.0, atol=1e-3)
            self._keep(
                [(text, row) for (text, _), row, good in zip(part, matrix, whole, strict=True) if good]
            )

    def _keep(self, vectors: Iterable[tuple[str, Matrix]]) -> None:
        """Cache vectors by the hash of their text.  Call inside a write."""
        name = self.encoder.name
        self._db.execute_many(
            "INSERT INTO embeddings VALUES (?,?,?) ON CONFLICT DO NOTHING",
            [(text, name, vector.astype(HALF).tobytes()) for text, vector in vectors],
        )

    def embed_pending(
        self, limit: int | None = None, progress: Callable[[int], None] | None = None, after: int = 0
    ) -> int:
        """Embed pending texts behind number `after` of the outbox, `limit` at the most, committing as it goes.

        Returns how many.
        """
        done, batch, ahead = 0, _FIRST, _PAGE
        while limit is None or done < limit:
            size = batch if limit is None else min(batch, limit - done)
            # Read on from the last one: from the start, every batch would pass all that have been done.
            looked = self._db.rows(_NEXT, [after, ahead, self.encoder.name])
            if not looked:
                break
            found = [row for row in looked if row["waits"] and row["content_hash"]][:size]
            after = found[-1]["seq"] if len(found) == size else looked[-1]["seq"]
            ahead = 2 * batch if found else _PAGE
            if not found:
                continue
            rows = list({row["content_hash"]: row for row in found}.values())
            started = time.perf_counter()
            vectors = self.encoder.encode([row["embedding_text"] for row in rows], progress)
            seconds = max(time.perf_counter() - started, 1e-6)
            batch = min(_BATCH, max(_FEWEST, int(len(rows) * _COMMIT_SECONDS / seconds)))
            with self._db.write():
                self._keep(zip((row["content_hash"] for row in rows), vectors, strict=True))
            done += len(rows)
        return done

    def of_live_chunks(self) -> tuple[Ids, Matrix]:
        """Chunk ids and vectors, row by row, of every live chunk that has one."""
        with self._db.snapshot():
            return self._of_live_chunks()

    def _of_live_chunks(self) -> tuple[Ids, Matrix]:
        import numpy as np

        most = self._db.value("SELECT count(*) FROM chunks")
        ids, matrix = np.zeros(most, dtype=np.int64), np.zeros((0, 0), dtype=np.float32)
        # A page at a time: all rows at once would take three times the memory of the matrix.
        done, seen = 0, 0
        while page := self._db.rows(
            f"SELECT c.id, e.vector FROM chunks c {_JOIN} WHERE c.id > ? ORDER BY c.id LIMIT ?",
            [self.encoder.name, seen, _PAGE],
        ):
            seen, end = page[-1]["id"], done + len(page)
            some, vectors = _stack([(row["id"], row["vector"]) for row in page])
            if not done:  # memory that is never written to is never taken
                matrix = np.zeros((most, vectors.shape[1]), dtype=np.float32)
            ids[done:end], matrix[done:end], done = some, vectors, end
        return ids[:done], matrix[:done]

    def of_chunks(self, chunk_ids: Sequence[int]) -> list[tuple[int, Matrix]]:
        """Chunk id and vector of those chunks that have one."""
        wanted = json.dumps(list(chunk_ids))
        sql = f"SELECT c.id, e.vector FROM chunks c {_JOIN} WHERE c.id IN ({_NUMBERS})"
        found = self._db.rows(sql, [self.encoder.name, wanted])
        ids, matrix = _stack([(row["id"], row["vector"]) for row in found])
        return list(zip(ids.tolist(), matrix, strict=True))

    def of_outbox(self, after: int) -> tuple[list[int], Ids, Matrix]:
        """Sequence numbers, chunk ids and vectors of the outbox rows behind number `after`."""
        rows = self._db.rows(
            "SELECT o.seq, c.id, e.vector FROM outbox o JOIN chunks c ON c.id = o.chunk_id"
            f" {_JOIN} WHERE o.seq > ? ORDER BY o.seq",
            [self.encoder.name, after],
        )
        ids, matrix = _stack([(row["id"], row["vector"]) for row in rows])
        return [row["seq"] for row in rows], ids, matrix


def _stack(rows: list[tuple[int, Any]]) -> tuple[Ids, Matrix]:
    import numpy as np

    ids = np.array([row[0] for row in rows], dtype=np.int64)
    if not rows:
        return ids, np.zeros((0, 0), dtype=np.float32)
    halves = np.frombuffer(b"".join(row[1] for row in rows), dtype=HALF)
    return ids, halves.reshape(len(rows), -1).astype(np.float32)
