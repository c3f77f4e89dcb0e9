"""Peers that look for words: the ancestor's substring, grep, SQLite's FTS5, bm25s."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from benchmarks.peers_material import Document, Hits

MOST = 100


class Substring:
    """The public ancestor of the seeds: a pattern matches when it occurs in the text asked, in the order of the file.

    Its patterns are what a person gives an entry as its name; here, the titles.
    """

    name = "substring (ancestor)"

    def __init__(self, documents: Sequence[Document]) -> None:
        self._patterns = [(one.id, one.title.strip().lower()) for one in documents]

    def search(self, query: str) -> Hits:
        text = query.lower()
        return [(key, 1.0) for key, pattern in self._patterns if pattern and pattern in text]


class Grep:
    """What an engineer does: `grep -rli` for the whole text asked."""

    name = "grep for the whole text"

    def __init__(self, documents: Sequence[Document]) -> None:
        self._texts = [(one.id, " ".join(one.text.lower().split())) for one in documents]

    def search(self, query: str) -> Hits:
        wanted = query.lower()
        return [(key, 1.0) for key, text in self._texts if wanted in text]


class Fts5:
    """SQLite's full text with its own tokeniser and BM25, any of the words."""

    name = "FTS5 BM25"

    def __init__(self, documents: Sequence[Document]) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute("CREATE VIRTUAL TABLE texts USING fts5(id UNINDEXED, title, body)")
        rows = [(one.id, one.title, one.body) for one in documents]
        self._db.executemany("INSERT INTO texts VALUES (?, ?, ?)", rows)

    def search(self, query: str) -> Hits:
        words = dict.fromkeys(re.findall(r"\w+", query.lower()))
        if not words:
            return []
        wanted = " OR ".join(f'"{word}"' for word in words)
        statement = "SELECT id, -bm25(texts) FROM texts WHERE texts MATCH ? ORDER BY bm25(texts) LIMIT ?"
        return list(self._db.execute(statement, [wanted, MOST]))


class Bm25s:
    """bm25s with its defaults and English stop words."""

    name = "bm25s"

    def __init__(self, documents: Sequence[Document]) -> None:
        import bm25s

        self._bm25s, self._ids = bm25s, [one.id for one in documents]
        self._index = bm25s.BM25()
        tokens = bm25s.tokenize([one.text for one in documents], stopwords="en", show_progress=False)
        self._index.index(tokens, show_progress=False)

    def search(self, query: str) -> Hits:
        tokens = self._bm25s.tokenize([query], stopwords="en", show_progress=False)
        most = min(MOST, len(self._ids))
        rows, scores = self._index.retrieve(tokens, k=most, show_progress=False)
        return [
            (self._ids[row], float(score)) for row, score in zip(rows[0], scores[0], strict=True) if score > 0
        ]
