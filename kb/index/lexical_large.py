"""Finding by words in a large home: tantivy answers for what is published, FTS5 for what came since.

The words lie in the folder of the published generation (`generations`, `words`).  Chunk ids only ever
rise, so what came since are the chunks above the highest that was published; what was deleted since is
no longer among the chunks of the store.  Both score by BM25 with the same constants and the same counts.
A small home has no such folder and never imports tantivy: FTS5 answers alone.  So it does where the
folder is broken or tantivy missing, slower, and `notes` says so.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, NamedTuple

from kb.index.generations import Generation, Generations
from kb.index.lexical import LexicalTable, owners_of
from kb.index.words import LENGTH_WEIGHT, SATURATION, Words, available, rarity, trouble
from kb.store.database import Database
from kb.store.lexical_index import EVERYTHING, Filter, LexicalHit, Pieces, StoredChunk
from kb.text.entries.chunks import Chunk

_SPARE = 20
_FEW = 200
"""Fresh chunks that are read whole, which then is quicker than asking FTS5 for each word."""
_REBUILD = "run: kb doctor --rebuild"


class _Since(NamedTuple):
    """The chunks with numbers above `after`: how many, and, of few, the tokens of each."""

    after: int
    size: int
    texts: Mapping[int, list[str]] | None


class LargeLexicalIndex:
    """The lexical index of a home of any size."""

    def __init__(
        self,
        db: Database,
        small: LexicalTable,
        generations: Generations,
        generation: Callable[[], Generation],
    ) -> None:
        """`generation` tells the published generation as of the last commit."""
        self._db, self._small, self._generations, self._generation = db, small, generations, generation
        self._open: _Published | None = None
        self._lock = threading.Lock()
        self.notes: list[str] = []

    def add(self, pieces: Sequence[Pieces]) -> None:
        """Index the chunks of entries that have none, in this order.  Call inside a write."""
        self._small.add(pieces)

    def remove(self, entry_id: str) -> None:
        """Take an entry's chunks out.  Call inside a write."""
        self._small.remove(entry_id)

    def extend(self, entry_id: str, chunks: Sequence[Chunk]) -> None:
        """Give an entry that is indexed these chunks, too.  Call inside a write."""
        self._small.extend(entry_id, chunks)

    def reword(self, entry_id: str, chunks: Sequence[Chunk]) -> None:
        """Put these in place of the chunks of the role `asked`.  Call inside a write."""
        self._small.reword(entry_id, chunks)

    def document_frequencies(self, terms: Iterable[str]) -> Mapping[str, int]:
        """In how many entries each term occurs; terms that occur in none are left out."""
        return self._small.document_frequencies(terms)

    def size(self) -> tuple[int, float, float]:
        """How many entries there are, and the mean length of a chunk and of an entry in tokens."""
        return self._small.size()

    def chunks_of(self, entry_ids: Sequence[str]) -> dict[str, list[StoredChunk]]:
        """The chunks of each entry in their order."""
        return self._small.chunks_of(entry_ids)

    def titles_of(self, entry_ids: Sequence[str]) -> dict[str, list[str]]:
        """The tokens of the title of each entry that has one."""
        return self._small.titles_of(entry_ids)

    def search(self, tokens: Sequence[str], limit: int, only: Filter = EVERYTHING) -> list[LexicalHit]:
        """The best chunks for any of the tokens, of the entries that pass the filter, best first."""
        while True:
            published = self._published()
            with self._db.snapshot():
                if published.generation != self._generation():
                    continue  # another process published meanwhile: what came since no longer fits
                self.notes = [published.note] if published.note else []
                return self._found(published, tokens, limit, only)

    def _found(
        self, published: _Published, tokens: Sequence[str], limit: int, only: Filter
    ) -> list[LexicalHit]:
        if published.words is None:
            return self._small.search(tokens, limit, only)
        try:
            return self._merged(published, published.words, self._small.rarest(tokens), limit, only)
        except BaseException as error:
            if not trouble(error):
                raise
            published.give_up(error)
            self.notes = [published.note]
            return self._small.search(tokens, limit, only)

    def _merged(
        self, published: _Published, words: Words, terms: Sequence[str], limit: int, only: Filter
    ) -> list[LexicalHit]:
        if not terms:
            return []
        since = self._since(published.last)
        asked = limit + _SPARE
        while True:
            fresh = self._fresh(words, terms, since, asked)
            hits = self._alive([*words.best(terms, min(words.size, asked)), *fresh], only)
            if len(hits) >= limit or asked >= max(words.size, since.size):
                return hits[:limit]
            asked *= 4  # chunks that are deleted, or do not pass, took the places: ask for more

    def _since(self, after: int) -> _Since:
        """The chunks with numbers above `after`; looked for once for as long as nothing that is known changes."""

        def read() -> _Since:
            count = int(self._db.value("SELECT count(*) FROM chunks WHERE id > ?", [after]))
            return _Since(after, count, self._small.terms_after(after) if 0 < count <= _FEW else None)

        kept = self._db.kept("chunks since the words", read)
        return kept if kept.after == after else read()

    def _fresh(
        self, words: Words, terms: Sequence[str], since: _Since, limit: int
    ) -> list[tuple[int, float]]:
        """The best of the chunks that came since, scored as if they had been published with the others."""
        if not since.size:
            return []
        after, few = since.after, since.texts
        holding = _holding(few, terms) if few else {term: self._small.holding(term, after) for term in terms}
        chunks = words.size + since.size
        weights = {term: rarity(chunks, words.frequency(term) + len(ids)) for term, ids in holding.items()}
        rough: dict[int, float] = {}
        for term, ids in holding.items():
            for chunk in ids:
                rough[chunk] = rough.get(chunk, 0.0) + weights[term]
        best = heapq.nlargest(limit, rough, key=lambda chunk: (rough[chunk], -chunk))
        texts, (_, mean, _) = few or self._small.terms_of(best), self.size()
        return [(chunk, _bm25(texts[chunk], weights, mean)) for chunk in best]

    def _alive(self, found: Sequence[tuple[int, float]], only: Filter) -> list[LexicalHit]:
        """The hits whose chunk is still there and passes, best first."""
        owners = owners_of(self._db, [chunk for chunk, _ in found], only)
        hits = [LexicalHit(chunk, owners[chunk], score) for chunk, score in found if chunk in owners]
        return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))

    def _published(self) -> _Published:
        """The words of the current generation, opened once and again only when it changed."""
        with self._lock:
            while True:
                generation = self._generation()
                if self._open is not None and self._open.generation == generation:
                    return self._open
                self._let_go()
                try:
                    self._open = _Published(self._generations, generation)
                except FileNotFoundError:
                    if generation == self._generation():
                        self._open = _Published(self._generations, generation, gone=True)

    def problems(self) -> list[str]:
        """What is wrong with the published words, in words: what `kb doctor` reports."""
        published = self._published()
        if published.words is None:
            return [published.note] if published.note else []
        with self._db.snapshot():
            if published.generation != self._generation():
                return []
            live = {
                row["id"] for row in self._db.rows("SELECT id FROM chunks WHERE id <= ?", [published.last])
            }
        missing = len(live - published.words.ids())
        found = [f"{missing} chunks are missing in the published words; {_REBUILD}"] if missing else []
        damaged = self._generations.damaged_words(published.generation)
        return [*found, *([f"the published words are damaged ({damaged}); {_REBUILD}"] if damaged else [])]

    def _let_go(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def close(self) -> None:
        """Let the open generation go."""
        with self._lock:
            self._let_go()


class _Published:
    """The words of one generation; `words` is None where FTS5 has to answer, and `note` says why, if that is bad."""

    def __init__(self, generations: Generations, generation: Generation, *, gone: bool = False) -> None:
        """Raises FileNotFoundError when the folder is gone, unless that is known."""
        self.generation, self.last, self.note = generation, 0, ""
        self.words: Words | None = None
        self._hold: IO[str] | None = None
        if not generation.number or gone:
            return  # that the folder is lost is said by the vectors
        self._hold = generations.hold(generation)
        count, self.last = generations.words(generation)
        if count:
            self._try(generations, count)

    def _try(self, generations: Generations, count: int) -> None:
        try:
            self.words = Words(generations.folder(self.generation), count)
        except BaseException as error:
            if not trouble(error):
                raise
            self.give_up(error)

    def give_up(self, error: BaseException) -> None:
        """Leave this generation to FTS5, and say so."""
        self.words = None
        if not available():
            self.note = (
                "tantivy is not installed, so words were searched the slow way; run: pip install tantivy"
            )
            return
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        self.note = f"the published words cannot be read ({said}), FTS5 searched instead, slower; {_REBUILD}"

    def close(self) -> None:
        """Let the folder go."""
        self.words = None
        if self._hold:
            self._hold.close()


def _holding(texts: Mapping[int, Sequence[str]], terms: Sequence[str]) -> dict[str, list[int]]:
    """Which of the texts hold each term."""
    distinct = {chunk: set(tokens) for chunk, tokens in texts.items()}
    return {term: [chunk for chunk, tokens in distinct.items() if term in tokens] for term in terms}


def _bm25(tokens: Sequence[str], weights: Mapping[str, float], mean: float) -> float:
    damping = SATURATION * (1.0 - LENGTH_WEIGHT + LENGTH_WEIGHT * len(tokens) / (mean or 1.0))
    counts: dict[str, int] = {}
    for token in tokens:
        if token in weights:
            counts[token] = counts.get(token, 0) + 1
    return sum(
        weights[term] * count * (SATURATION + 1.0) / (count + damping) for term, count in counts.items()
    )
