"""The index of words in PostgreSQL: in which chunk each term occurs how often, kept by triggers on `chunk_terms`.

Scores are FTS5's: BM25 with its constants, over the same counts, so a question is answered alike by both.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from kb.index.words import LENGTH_WEIGHT, SATURATION
from kb.store.database import Database
from kb.store.lexical_index import Filter, LexicalHit
from kb.text.entries.chunks import WHOLE

CHUNKS, TOKENS = "indexed_chunks", "indexed_tokens"
"""The meta keys of running totals."""
_WHOLES = f"SELECT count(*) FROM chunks WHERE role = '{WHOLE}'"
_LEAST = 1e-6
"""What a term weighs at the least, which most chunks hold."""
_BEST = f"""
    WITH found AS MATERIALIZED (
        SELECT p.term, p.chunk, p.count FROM postings p WHERE p.term IN (SELECT value FROM json_each(?1))
    ), weights AS (
        SELECT term, greatest({_LEAST}, ln((?2 - count(*) + 0.5::float8) / (count(*) + 0.5))) AS weight
        FROM found GROUP BY term
    )
    SELECT c.id, c.entry_id, sum(w.weight * f.count * {SATURATION + 1.0} / (f.count + {SATURATION}
        * ({1.0 - LENGTH_WEIGHT} + {LENGTH_WEIGHT} * c.length / ?3::float8)))::float8 AS score
    FROM found f JOIN weights w ON w.term = f.term JOIN chunks c ON c.id = f.chunk
    {{}} GROUP BY c.id, c.entry_id ORDER BY score DESC, c.id LIMIT {{}}
"""


class Postings:
    """The postings of one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def search(self, terms: Sequence[str], limit: int, only: Filter) -> list[LexicalHit]:
        """The best chunks for any of the terms by BM25, of the entries that pass, best first."""
        chunks, tokens = self._size()
        asked: list[object] = [json.dumps([*terms]), chunks, max(1.0, tokens / max(1, chunks))]
        allowed, values = only.chunks() if only else ("", [])
        passes = f"WHERE c.id IN ({allowed})" if allowed else ""
        rows = self._db.rows(_BEST.format(passes, "?"), [*asked, *values, limit])
        return [LexicalHit(row["id"], row["entry_id"], row["score"]) for row in rows]

    def _size(self) -> tuple[int, int]:
        """How many chunks there are, and of how many tokens: from running totals, which pass pieces of the whole by."""
        kept = self._db.metas((CHUNKS, TOKENS))
        if len(kept) == 2:
            return int(kept[CHUNKS]) + int(self._db.value(_WHOLES)), int(kept[TOKENS])
        (row,) = self._db.rows("SELECT count(*) AS chunks, coalesce(sum(length), 0) AS tokens FROM chunks")
        return row["chunks"], row["tokens"]

    def holding(self, term: str, after: int) -> list[int]:
        """The chunks with numbers above `after` that hold the term."""
        rows = self._db.rows("SELECT chunk FROM postings WHERE term = ? AND chunk > ?", [term, after])
        return [row["chunk"] for row in rows]
