"""The words of a published generation, in tantivy: the best chunks for any of many words in a millisecond.

FTS5 scores every posting of every word, which takes 160 ms for ten ordinary words over 100,000 short texts;
tantivy leaves out whole blocks that cannot reach the best.  Its folder is built once and never written
again (`generations`).  The tokens are ours (`kb.text.tokens`): tantivy only parts them at blanks.

Importing it costs 10 ms, so each function does it when it is called.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

SATURATION, LENGTH_WEIGHT = 1.2, 0.75
"""BM25's k1 and b, as tantivy and FTS5 have them."""

_FOLDER = "words"
_TOKENIZER = "kb"
_CHUNK, _TERMS = "chunk", "terms"
_HEAP = 128_000_000


class Words:
    """The words of one generation, open for reading; its files are mapped, none stays open.

    Raises ImportError where tantivy is missing, and its own errors (ValueError, OSError) for a folder that
    is damaged or holds another number of chunks than `expected`.
    """

    def __init__(self, generation: Path, expected: int) -> None:
        import tantivy

        self._tantivy = tantivy
        index = tantivy.Index.open(str(generation / _FOLDER))
        index.register_tokenizer(_TOKENIZER, _analyzer())
        self._schema, self._searcher = index.schema, index.searcher()
        if self.size != expected:
            raise ValueError(f"it holds {self.size} of {expected} chunks")

    @property
    def size(self) -> int:
        """How many chunks it holds."""
        return int(self._searcher.num_docs)

    def frequency(self, term: str) -> int:
        """How many of its chunks hold the term."""
        return int(self._searcher.doc_freq(_TERMS, term))

    def best(self, terms: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """Chunk ids with their BM25, best first, equals by id."""
        query, should = self._tantivy.Query, self._tantivy.Occur.Should
        asked = query.boolean_query(
            [(should, query.term_query(self._schema, _TERMS, term, "freq")) for term in terms]
        )
        hits = self._searcher.search(asked, limit, count=False).hits
        chunks = self._numbers([address for _, address in hits])
        found = [(chunk, float(score)) for (score, _), chunk in zip(hits, chunks, strict=True)]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def ids(self) -> set[int]:
        """The chunks that it holds."""
        query = self._tantivy.Query.all_query()
        hits = self._searcher.search(query, max(1, self.size), count=False).hits
        return set(self._numbers([address for _, address in hits]))

    def _numbers(self, addresses: list[Any]) -> list[int]:
        return cast("list[int]", self._searcher.fast_field_values(_CHUNK, addresses))


def fill_folder(generation: Path, chunks: Iterable[tuple[int, str]]) -> int:
    """Write the words of a new generation: chunk ids, in order, with their tokens parted by blanks.

    Returns how many.
    """
    import tantivy

    folder = generation / _FOLDER
    folder.mkdir()
    schema = tantivy.SchemaBuilder()
    schema.add_unsigned_field(_CHUNK, fast=True)
    schema.add_text_field(_TERMS, tokenizer_name=_TOKENIZER, index_option="freq")
    index, count = tantivy.Index(schema.build(), path=str(folder)), 0
    index.register_tokenizer(_TOKENIZER, _analyzer())
    # One thread writes one row of segments: chunks stay in their order, and so do equals.
    writer = index.writer(_HEAP, 1)
    for chunk, terms in chunks:
        document = tantivy.Document()
        document.add_unsigned(_CHUNK, chunk)
        document.add_text(_TERMS, terms)
        writer.add_document(document)
        count += 1
    writer.commit()
    writer.wait_merging_threads()
    return count


def sums(generation: Path) -> dict[str, str]:
    """A checksum of every file of a generation's words."""
    files = sorted(path for path in (generation / _FOLDER).glob("[!.]*") if path.is_file())
    return {path.name: _sum(path) for path in files}


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def available() -> bool:
    """Whether tantivy can be imported."""
    try:
        import tantivy  # noqa: F401
    except ImportError:
        return False
    return True


def trouble(error: BaseException) -> bool:
    """Whether the error is one of tantivy's own, a Rust panic included, which is no `Exception`."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def rarity(chunks: int, holding: int) -> float:
    """BM25's idf, as tantivy counts it."""
    return math.log(1.0 + (chunks - holding + 0.5) / (holding + 0.5))


def _analyzer() -> Any:
    import tantivy

    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
