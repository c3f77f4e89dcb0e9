"""The vector index: a published generation plus the outbox, less what was deleted.

Promises: a vector is found by every process as soon as the write that made it has committed; a
deleted one is never returned; a crash at any moment loses neither.  All of that rests on SQLite:
the outbox row is written with the entry, and a generation is published by the transaction that
empties the outbox (`publisher`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from kb.errors import HomeNotWritable
from kb.index.embeddings import Embeddings
from kb.index.generations import Generation, Generations
from kb.index.lexical import owners_of
from kb.index.nearest import Plain
from kb.index.published import Exact, Nearest, OutboxRows, Published, Unpublished
from kb.index.publisher import Publisher
from kb.store.database import Database
from kb.store.lexical_index import EVERYTHING, Filter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

EMBED_AT_QUERY = 256
"""Pending texts that a search embeds first (a few seconds); more wait for the next one."""
LEFT_TO_DOCTOR = 2_048
"""Pending texts of which more are not embedded by searches: waiting for a few of thousands makes no answer better."""
COMPARED = 20_000
"""Chunks that pass a filter and are compared one by one, some ten milliseconds; of more, the nearest are asked for."""
_VECTORS_KEPT = 256
"""Questions whose vectors are kept (half a megabyte)."""
_BEFORE_MOVE = "vectors.before_move"
"""The meta key of the generation that the folder had when the database was filled by a move."""
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

    def __init__(
        self,
        db: Database,
        embeddings: Embeddings,
        generations: Generations,
        publisher: Publisher,
        exact_below: int = 0,
    ) -> None:
        self._db, self._embeddings, self._generations = db, embeddings, generations
        self._exact_below = exact_below
        self._publisher = publisher
        self._open: Published | Unpublished | None = None
        self._outbox = OutboxRows(embeddings)
        self._complete, self._server = 0, 0
        self._reading = False
        self._encoded = lru_cache(_VECTORS_KEPT)(self._encode)
        self.notes: list[str] = []
        """Why the last search was not as good as it should be; empty when it was."""

    def search(self, text: str, limit: int, only: Filter = EVERYTHING) -> list[VectorHit]:
        """The chunks nearest in meaning to `text`, of the entries that pass, best first; see `notes` afterwards."""
        ready = self._embeddings.encoder.ready() if self._reading else self._catch_up()
        if not ready:
            return []
        vector = self._vector(text)
        return self._nearest_passing(vector, limit, only) if only else self._nearest(vector, limit)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One state of the store for all that a question asks, with the published vectors that belong to it."""
        self._catch_up()  # writes, so it comes before
        self._reading = True
        try:
            while True:
                published = self.published()
                with self._db.snapshot():
                    if published.generation == self.generation():
                        yield
                        return
        finally:
            self._reading = False

    def _vector(self, text: str) -> Matrix:
        """The vector of a question; the last are kept: a lookup asks twice, and in an incident many ask the same."""
        return self._encoded(text, self._embeddings.encoder.name)

    def _encode(self, text: str, model: str) -> Matrix:  # noqa: ARG002 (kept by it: precisions do not mix)
        vector: Matrix = self._embeddings.encoder.encode([text])[0]
        return vector

    def _catch_up(self) -> bool:
        """Embed what waits, and say in `notes` what could not be; False while there is no model."""
        self.notes = []
        if not self._embeddings.encoder.ready():
            self._note(f"meaning was not searched: {self._embeddings.encoder.prepare_later()}")
            return False
        self._note(self._embeddings.encoder.caveat)
        self._embed()
        return True

    def _embed(self) -> None:
        """An outbox that was complete when it was last looked at costs nothing."""
        newest = int(self._db.value("SELECT coalesce(max(seq), 0) FROM outbox"))
        if self._server != self._db.servers:
            self._complete, self._server = 0, self._db.servers
        if self._db.read_only or newest == self._complete:
            return
        waiting = self._embeddings.pending(self._complete, LEFT_TO_DOCTOR + 1)
        if 0 < waiting <= LEFT_TO_DOCTOR:
            try:
                self._embeddings.embed_pending(EMBED_AT_QUERY, after=self._complete)
            except HomeNotWritable as error:
                self._note(f"the vectors of new texts could not be kept: {error}")
            waiting = self._embeddings.pending(self._complete)
        if waiting:
            many = f"more than {LEFT_TO_DOCTOR:,}" if waiting > LEFT_TO_DOCTOR else waiting
            self._note(f"{many} new texts are not searchable by meaning yet; run: kb doctor --repair")
        else:
            self._complete = newest

    def _nearest_passing(self, vector: Matrix, limit: int, only: Filter) -> list[VectorHit]:
        """The nearest of the chunks that pass: few are compared one by one, of many the nearest are asked for."""
        query, values = only.chunks()
        passing = [row[0] for row in self._db.rows(f"{query} LIMIT ?", [*values, COMPARED + 1])]
        if len(passing) > COMPARED:
            return self._nearest(vector, limit, only)
        found = self._cosines(vector, passing)
        best = sorted(found.items(), key=lambda hit: (-hit[1], hit[0]))[:limit]
        owners = owners_of(self._db, [chunk for chunk, _ in best])
        return [VectorHit(chunk, owners[chunk], cosine) for chunk, cosine in best if chunk in owners]

    def _nearest(self, vector: Matrix, limit: int, only: Filter = EVERYTHING) -> list[VectorHit]:
        asked = limit + 20
        while True:
            published = self.published()
            with self._db.snapshot():
                if published.generation != self.generation():
                    continue  # another process published meanwhile: what the outbox holds no longer fits
                found = [*published.nearest(vector, asked), *self._from_outbox(vector, asked)]
                hits = self._alive(found, only)
            if len(hits) >= limit or asked >= published.size() + len(self._outbox):
                self._note(published.note)
                return hits[:limit]
            asked *= 4  # chunks that are deleted, or do not pass, took the places: ask for more

    def _note(self, note: str) -> None:
        if note and note not in self.notes:
            self.notes.append(note)

    def _from_outbox(self, vector: Matrix, limit: int) -> Nearest:
        self._outbox.refresh(self._db)
        return self._outbox.nearest(vector, limit)

    def _alive(self, found: Nearest, only: Filter) -> list[VectorHit]:
        """Hits whose chunk is still there and passes, best first, each chunk once."""
        best: dict[int, float] = {}
        for chunk_id, similarity in found:
            best[chunk_id] = max(similarity, best.get(chunk_id, -1.0))
        owners = owners_of(self._db, list(best), only)
        hits = [
            VectorHit(chunk_id, owners[chunk_id], best[chunk_id]) for chunk_id in best if chunk_id in owners
        ]
        return sorted(hits, key=lambda hit: (-hit.similarity, hit.chunk_id))

    def cosines(self, text: str, chunk_ids: Sequence[int]) -> dict[int, float]:
        """How similar each chunk is to `text`; chunks without a vector are left out."""
        if not chunk_ids or not self._embeddings.encoder.ready():
            return {}
        return self._cosines(self._vector(text), chunk_ids)

    def _cosines(self, vector: Matrix, chunk_ids: Sequence[int]) -> dict[int, float]:
        found = self.published().cosines(vector, chunk_ids)
        rest = [chunk for chunk in chunk_ids if chunk not in found]
        rows = self._embeddings.of_chunks(rest) if rest else []
        return found | {chunk: float(row @ vector) for chunk, row in rows}

    def published(self) -> Published | Unpublished:
        """The current generation, opened once and again only when it changed."""
        while True:
            generation = self.generation()
            if self._open is None or self._open.generation != generation:
                self.close()
                self._open = self._opened(generation)
            if self._open:
                return self._open

    def _opened(self, generation: Generation) -> Published | Unpublished | None:
        """None when another generation was published meanwhile and this one cleaned away."""
        if not generation.number:
            return Unpublished(generation, "")
        if (model := self._db.meta("model", self._embeddings.encoder.name)) != self._embeddings.encoder.name:
            why = f"the published vectors are those of the model {model}; run: kb doctor --rebuild"
            return Unpublished(generation, why, self._cached)
        try:
            return Published(
                self._generations, generation, self._publisher.server(), self._exact_below, self._cached
            )
        except FileNotFoundError:
            with suppress(HomeNotWritable, OSError):  # (without a folder the cached ones are searched)
                if generation != self.generation() or self._publisher.copy_here(generation):
                    return None
        why = "the published vectors are missing; the cached ones were searched; run: kb doctor --rebuild"
        return Unpublished(generation, why, self._cached)

    def _cached(self) -> Exact:
        ids, matrix = self._embeddings.of_live_chunks()
        return Exact(ids, Plain(matrix))

    def generation(self) -> Generation:
        """The published generation."""
        return self._publisher.generation()

    def note_moved_in(self) -> None:
        """Note that the database was filled by a move: what was published here before tells of another one."""
        with self._db.write():
            self._db.set_meta(_BEFORE_MOVE, self._generations.newest().number)

    def lost_database(self) -> str:
        """Whether published vectors tell of more than the database holds: it was lost or emptied; in words.

        One that was put back to an earlier time is still that of the home, and knows by itself what is published.
        """
        number, size, home = self._generations.newest()
        if number <= self.generation().number or size <= self._db.value("SELECT count(*) FROM chunks"):
            return ""
        if home and home == self._publisher.home():
            return ""
        if number <= int(self._db.meta(_BEFORE_MOVE, "0")):
            return ""
        copy = max(self._db.path.parent.glob("backups/ledger-*.db"), default=None)
        how = f"kb restore {copy}" if copy else "kb restore FILE, where you have a copy of the ledger"
        what = str(self._db.path) if self._db.is_file else "the database of this home"
        return (
            f"{what} is new or emptied, but state/vectors/{number} was made of {size} texts: this home had "
            f"entries. Put the old database back from a backup; or {how} (lookups and outcomes up to that day), "
            "ingest the documents again (memory files are read by themselves), then run: kb doctor --rebuild"
        )

    def absorb(self, *, force: bool = False) -> bool:
        """Publish a generation that holds everything; see `Publisher.publish`.  False when it did not."""
        return self._publisher.publish(force=force)

    def absorb_when_grown(self) -> None:
        """What every write calls: publish once the outbox has grown past `ABSORB_ABOVE`, a large home elsewhere."""
        if (
            self.outbox_size() <= ABSORB_ABOVE
            or not self._embeddings.reached(ABSORB_ABOVE)
            or self._embeddings.unpublished(ABSORB_ABOVE + 1) <= ABSORB_ABOVE
        ):
            return
        if not self._publisher.is_large():
            self.absorb()
        elif self._publisher.worthwhile():
            self._publisher.publish_later()

    def absorb_if_worthwhile(self) -> None:
        """What an ingest calls at its end: publish, unless that little is better left to the outbox."""
        if self._publisher.worthwhile():
            self.absorb()

    def save_lost(self) -> None:
        """Vectors that the cache lost are salvaged from the published matrix, else they wait to be made anew."""
        self._publisher.save_lost()

    def outbox_size(self) -> int:
        """How many rows wait to be published."""
        return int(self._db.value("SELECT count(*) FROM outbox"))

    def nearest_to(self, vector: Matrix, limit: int) -> list[VectorHit]:
        """As `search`, for a vector that is already there."""
        return self._nearest(vector, limit)

    def damage(self, ids: Ids, matrix: Matrix) -> str:
        """What is wrong with the published matrix, given the vectors of the store; empty when nothing is."""
        if not isinstance(self.published(), Published):
            return ""  # its note says so
        return self._generations.damage(self.generation(), ids, matrix)

    def close(self) -> None:
        """Let the open generation go."""
        if self._open:
            self._open.close()
            self._open = None
