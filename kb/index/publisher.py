"""Publishing vectors and words: a whole new generation from the cache, then one transaction that makes it current.

A crash before that transaction leaves the old generation and the outbox as they were; one after it
leaves at most a folder to delete, which the next publisher does.
"""

from __future__ import annotations

import logging
import math
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kb.home import Home
from kb.index import chroma, words
from kb.index.embeddings import Embeddings
from kb.index.encoder import OnnxEncoder
from kb.index.generations import Generation, Generations, WordRows
from kb.index.lexical import terms_table
from kb.store.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

log = logging.getLogger(__name__)

LARGE_FROM = 20_000
"""Chunks from which on a home is a large one: its words are published, too, and nobody waits for a generation."""
CELLS_FROM = 50_000
"""Vectors from which on they lie in cells; of fewer, all are compared."""
_WORTH, _MOST_WAITING = 1 / 50, 20_000
_PAGE = 5_000
_NUMBER, _MARK = "generation", "generation_mark"
"""The meta keys of the published generation: its number, and the number with its mark (`17:4f0c…`)."""
_HOME = "home_id"
"""The meta key of what the home is called where several are told apart."""
_TURN_SECONDS = 0.2
"""Between two looks whether another host has published."""


class Publisher:
    """Makes the generations of one home."""

    def __init__(
        self,
        db: Database,
        embeddings: Embeddings,
        generations: Generations,
        large_from: int = LARGE_FROM,
        cells_from: int = CELLS_FROM,
    ) -> None:
        self._db, self._embeddings, self._generations = db, embeddings, generations
        self._large_from, self._cells_from = large_from, cells_from
        self._begun: Generation | None = None

    def generation(self) -> Generation:
        """The published generation."""
        said = self._db.metas((_NUMBER, _MARK))
        number, (of, _, mark) = said.get(_NUMBER, "0"), said.get(_MARK, "").partition(":")
        return Generation(int(number), mark if of == number else "")  # (an older kb may have published since)

    def home(self) -> str:
        """What the home is called where several are told apart; empty before it first published."""
        return self._db.meta(_HOME)

    def server(self) -> chroma.Server | None:
        """Chroma's server, where `KB_CHROMA_URL` names one."""
        return chroma.server_of(self.home())

    def publish(self, *, force: bool = False) -> bool:
        """Publish a generation that holds everything, if the outbox brings anything (or `force`).

        False when there was nothing to do, or another process is at it (`force` waits for that).
        """
        with self._alone(wait=force) as mine:
            if not mine or not (force or self._embeddings.unpublished(1)):
                return False
            self._db.read_ahead()
            self.save_lost()
            with self._db.snapshot():
                last = int(self._db.value("SELECT coalesce(max(seq), 0) FROM outbox"))
                ids, matrix = self._embeddings.of_live_chunks()
                current, rows = self.generation(), self._word_rows()
            new = Generation(current.number + 1, uuid.uuid4().hex[:12])
            home = self.home() or uuid.uuid4().hex[:12]
            self._build(new, ids, matrix, rows, home)
            with self._db.write():
                self._db.set_meta(_HOME, home)
                self._db.set_meta(_NUMBER, new.number)
                self._db.set_meta(_MARK, f"{new.number}:{new.mark}")
                self._db.set_meta("model", self._embeddings.encoder.name)
                self._db.execute(
                    "DELETE FROM outbox WHERE seq <= ?"
                    " AND chunk_id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))",
                    [last, str(ids.tolist())],
                )
        self._generations.clean(new)
        self._embeddings.sweep()
        return True

    @contextmanager
    def _alone(self, *, wait: bool) -> Iterator[bool]:
        """The right to publish, on this host and, where others share the database, of all; False when one has it."""
        with self._generations.building(wait=wait) as mine:
            if not mine or self._db.is_file:
                yield mine
                return
            from kb.store.engines.turn import Turn

            turn = Turn(Home(self._db.path.parent.parent), self._generations.root / "publish.lock")
            while not (mine := turn.take()) and wait:
                time.sleep(_TURN_SECONDS)
            try:
                yield mine
            finally:
                if mine:
                    turn.give()

    def copy_here(self, generation: Generation) -> bool:
        """Make the folder of a generation that another host published; returns whether it is there now.

        It is made of the cached vectors, so nothing is embedded, and without cells and words, which only make a large
        home quicker: its next generation of this host has them.
        """
        if self._db.is_file or self._generations.is_ready(generation):
            return False
        import numpy as np

        with self._generations.building(wait=True):
            if self._generations.is_ready(generation):  # another process of this host was quicker
                return True
            with self._db.snapshot():
                if self.generation() != generation:
                    return True  # the next look finds a newer one
                ids, matrix = self._embeddings.of_live_chunks()
                waiting = [row["chunk_id"] for row in self._db.rows("SELECT chunk_id FROM outbox")]
            published = ~np.isin(ids, waiting)
            self._generations.build(generation, ids[published], matrix[published], home=self.home())
        self._generations.clean(generation)
        return True

    def publish_later(self) -> None:
        """Let a process of its own publish, once a generation, and do not wait: only speed depends on it."""
        generation = self.generation()
        if self._begun == generation:
            return
        self._begun = generation
        model, quiet = self._embeddings.encoder.name, subprocess.DEVNULL
        command = [
            sys.executable,
            "-m",
            "kb.index.publisher",
            str(self._db.path.resolve()),
            model,
            str(self._large_from),
            str(self._cells_from),
        ]
        subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)

    def is_large(self) -> bool:
        """Whether a generation of this home takes long enough that nobody should wait for it."""
        try:
            return self._generations.size(self.generation()) >= self._large_from
        except FileNotFoundError:
            return False

    def worthwhile(self) -> bool:
        """Whether what waits is worth a new generation: of a small home always, of a large one a fiftieth of it.

        A generation of a large home takes many seconds; what waits is searched as well, exactly.
        """
        if not self.is_large():
            return True
        published = self._generations.size(self.generation())
        enough = math.ceil(min(_MOST_WAITING, published * _WORTH))
        return self._embeddings.unpublished(enough) >= enough

    def _word_rows(self) -> WordRows | None:
        """What the words are made of, where there are enough of them and something to publish them with."""
        row = self._db.rows("SELECT count(*) chunks, coalesce(max(id), 0) last FROM chunks")[0]
        if row["chunks"] < self._large_from or not words.available():
            return None
        return WordRows(self._terms(row["last"]), row["last"])

    def _terms(self, last: int) -> Iterator[tuple[int, str]]:
        """The tokens of every chunk up to `last`, page by page.

        Chunks never change, they only go, and one that goes meanwhile is gone for every reader: so no
        transaction need be held for as long as this takes.
        """
        seen = 0
        while page := self._db.rows(
            f"SELECT chunk, terms FROM {terms_table(self._db)} WHERE chunk > ? AND chunk <= ? ORDER BY chunk LIMIT ?",
            [seen, last, _PAGE],
        ):
            yield from ((row["chunk"], row["terms"]) for row in page)
            seen = page[-1]["chunk"]

    def _build(
        self, generation: Generation, ids: Ids, matrix: Matrix, rows: WordRows | None, home: str
    ) -> None:
        in_cells = len(ids) >= self._cells_from
        self._generations.build(generation, ids, matrix, home=home, word_rows=rows, in_cells=in_cells)
        server = chroma.server_of(home)
        if server is None:
            return
        try:
            server.build(generation, ids, matrix)
        except Exception as error:
            # The folder is whole and answers, saying so, until the server has a generation again.
            log.warning("Chroma's server did not take the new vectors (%s); run: kb doctor --rebuild", error)

    def save_lost(self) -> None:
        """Vectors that the cache lost are salvaged from the published matrix, else they wait to be made anew.

        Without this a chunk would silently leave the index with the next generation.
        """
        if not self._embeddings.lost():
            return
        with self._db.write():
            if self._db.meta("model") == self._embeddings.encoder.name:
                with suppress(OSError, ValueError):  # a damaged folder has nothing to give
                    self._embeddings.salvage(*self._generations.load(self.generation()))
            self._embeddings.queue_lost()


def main(path: str, model: str, large_from: str, cells_from: str) -> None:
    """Publish what waits in the database: what `publish_later` starts.  Embeds nothing, so it loads no model."""
    db = Database(Path(path))
    generations = Generations(db.path.parent / "vectors")
    Publisher(db, Embeddings(db, OnnxEncoder(model)), generations, int(large_from), int(cells_from)).publish()
    db.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
