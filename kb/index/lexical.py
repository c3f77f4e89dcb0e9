"""Finding by words: the chunks of all entries under one tokeniser, in the index of words that the database has.

A larger engine stands behind the same interface (`lexical_large`).  Adding a chunk also puts it into the outbox of the
vector index, in the same transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Protocol

from kb.index.postings import CHUNKS, TOKENS, Postings
from kb.store.database import Database, raised
from kb.store.lexical_index import EVERYTHING, Filter, LexicalHit, Pieces, StoredChunk
from kb.text.entries.chunks import ASKED, WHOLE, Chunk
from kb.text.tokens import tokenize

MAX_QUERY_TERMS = 24
"""FTS5 scores every posting of every term, so only the rarest terms of a long query are asked."""

_MOST_KEPT = 50_000
"""Terms whose frequencies are kept."""
_GIVEN, _GIVEN_NUMBERS = (
    "SELECT value FROM json_each(?)",
    "SELECT CAST(value AS BIGINT) FROM json_each(?)",
)
"""A list as one value: the statement is the same for any number of them, so the database knows it already."""

_ENTRIES, _CHUNKS, _TOKENS = _TALLY = ("indexed_entries", CHUNKS, TOKENS)
"""The meta keys of running totals: counting three hundred thousand rows takes a tenth of a second."""


class WordSearch(Protocol):
    """An index of the table `chunk_terms`, which changes with it."""

    def search(self, terms: Sequence[str], limit: int, only: Filter) -> list[LexicalHit]:
        """The best chunks for any of the terms by BM25, of the entries that pass, best first."""
        ...

    def holding(self, term: str, after: int) -> list[int]:
        """The chunks with numbers above `after` that hold the term."""
        ...


class Fts5:
    """FTS5's own index."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def search(self, terms: Sequence[str], limit: int, only: Filter) -> list[LexicalHit]:
        """The best chunks for any of the terms by BM25, of the entries that pass, best first."""
        allowed, values = only.chunks() if only else ("", [])
        # `+`: FTS5 is asked once, never once for each chunk that passes.
        passes = f" AND +rowid IN ({allowed})" if allowed else ""
        rows = self._db.rows(
            "SELECT c.id, c.entry_id, -t.score AS score FROM"
            " (SELECT rowid, bm25(chunk_terms) AS score FROM chunk_terms WHERE chunk_terms MATCH ?"
            f"{passes} ORDER BY rank LIMIT ?) t JOIN chunks c ON c.id = t.rowid ORDER BY t.score, c.id",
            [" OR ".join(map(_quoted, terms)), *values, limit],
        )
        return [LexicalHit(row["id"], row["entry_id"], row["score"]) for row in rows]

    def holding(self, term: str, after: int) -> list[int]:
        """The chunks with numbers above `after` that hold the term."""
        rows = self._db.rows(
            "SELECT rowid FROM chunk_terms WHERE chunk_terms MATCH ? AND rowid > ?", [_quoted(term), after]
        )
        return [row[0] for row in rows]


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'


def _words_of(db: Database) -> WordSearch:
    """The index of words that the database's engine has."""
    return Fts5(db) if db.is_file else Postings(db)


def terms_table(db: Database) -> str:
    """The tokens of chunks; of FTS5 the table in which it keeps them: ten times as fast as asking FTS5."""
    if db.is_file:
        return "(SELECT id AS chunk, c0 AS terms FROM chunk_terms_content)"
    return "(SELECT rowid AS chunk, terms FROM chunk_terms)"


class LexicalTable:
    """The lexical index in the store itself."""

    def __init__(self, db: Database) -> None:
        self._db, self._words, self._terms = db, _words_of(db), terms_table(db)
        self.notes: list[str] = []

    def add(self, pieces: Sequence[Pieces]) -> None:
        """Index the chunks of entries that have none, in this order.  Call inside a write."""
        found = [(entry_id, chunks) for entry_id, chunks in pieces if chunks]
        if found:
            self._begin_tally()
            self._count(Counter(chain.from_iterable(self._insert(found, len(found)))))

    def _insert(self, pieces: Sequence[Pieces], entries: int = 0) -> list[set[str]]:
        """Write the chunks, of so many entries more; returns the distinct tokens of each entry."""
        row = self._db.numbers("chunks", sum(len(chunks) for _, chunks in pieces))
        rows, terms, waiting = list[Sequence[object]](), list[tuple[int, str]](), list[tuple[int]]()
        found, length = list[set[str]](), 0
        for entry_id, chunks in pieces:
            distinct = set[str]()
            for piece in chunks:
                row, tokens = row + 1, tokenize(piece.text)
                distinct.update(tokens)
                length += len(tokens)
                rows.append(
                    (
                        row,
                        entry_id,
                        piece.ordinal,
                        piece.role,
                        piece.text,
                        content_hash(piece.embedding_text),
                        piece.embedding_text,
                        len(tokens),
                    )
                )
                terms.append((row, " ".join(tokens)))
                if piece.embedding_text:
                    waiting.append((row,))
            found.append(distinct)
        self._db.execute_many("INSERT INTO chunks VALUES (?,?,?,?,?,?,?,?)", rows)
        self._db.execute_many("INSERT INTO chunk_terms (rowid, terms) VALUES (?,?)", terms)
        self._db.execute_many("INSERT INTO outbox (chunk_id) VALUES (?)", waiting)
        self._tally(entries, sum(_own_pieces(chunks) for _, chunks in pieces), length)
        return found

    def remove(self, entry_id: str) -> None:
        """Take an entry's chunks out.  Call inside a write."""
        pieces = self.chunks_of([entry_id]).get(entry_id, [])
        if pieces:
            self._begin_tally()
            self._delete(pieces)
            self._count(dict.fromkeys(_tokens(pieces), -1))
            self._tally(-1)

    def extend(self, entry_id: str, chunks: Sequence[Chunk]) -> None:
        """Give an entry that is indexed these chunks, too.  Call inside a write."""
        known = _tokens(self.chunks_of([entry_id]).get(entry_id, []))
        self._begin_tally()
        self._count(dict.fromkeys(self._insert([(entry_id, chunks)])[0] - known, 1))

    def reword(self, entry_id: str, chunks: Sequence[Chunk]) -> None:
        """Put these in place of the chunks of the role `asked`.  Call inside a write."""
        pieces = self.chunks_of([entry_id]).get(entry_id, [])
        old = [piece for piece in pieces if piece.role == ASKED]
        own = _tokens(piece for piece in pieces if piece.role != ASKED)
        self._begin_tally()
        self._delete(old)
        self._count(dict.fromkeys(_tokens(old) - own, -1))
        self._count(dict.fromkeys(self._insert([(entry_id, chunks)])[0] - own, 1))

    def _delete(self, pieces: Sequence[StoredChunk]) -> None:
        rows = [(piece.id,) for piece in pieces]
        self._db.execute_many("DELETE FROM chunk_terms WHERE rowid = ?", rows)
        self._db.execute_many("DELETE FROM outbox WHERE chunk_id = ?", rows)
        self._db.execute_many("DELETE FROM chunks WHERE id = ?", rows)
        self._tally(0, -_own_pieces(pieces), -sum(len(piece.tokens) for piece in pieces))

    def _begin_tally(self) -> None:
        """Count once what a home holds that was made before there were totals."""
        if self._totals() is None:
            self.recount()

    def _tally(self, entries: int, chunks: int = 0, tokens: int = 0) -> None:
        self._db.execute_many(
            f"UPDATE meta SET {raised('?')} WHERE key = ?",
            list(zip((entries, chunks, tokens), _TALLY, strict=True)),
        )

    def _totals(self) -> tuple[int, int, int] | None:
        found = {key: int(value) for key, value in self._db.metas(_TALLY).items()}
        return (found[_ENTRIES], found[_CHUNKS], found[_TOKENS]) if len(found) == len(_TALLY) else None

    def _counted(self) -> tuple[int, int, int]:
        row = self._db.rows(
            "SELECT count(DISTINCT entry_id) entries, count(*) FILTER (WHERE role != ?) chunks,"
            " coalesce(sum(length), 0) tokens FROM chunks",
            [WHOLE],
        )[0]
        return row["entries"], row["chunks"], row["tokens"]

    def recount(self) -> None:
        """Count the totals anew.  Call inside a write."""
        for key, value in zip(_TALLY, self._counted(), strict=True):
            self._db.set_meta(key, value)

    def _count(self, changes: Mapping[str, int]) -> None:
        """Note in how many entries more each term occurs."""
        # FTS5 could be asked for these counts, at 4-100 ms a query; a table of our own costs microseconds.
        self._db.execute_many(
            "INSERT INTO term_entries VALUES (?1, ?2) ON CONFLICT (term) DO UPDATE SET"
            " entries = term_entries.entries + ?2",
            sorted(changes.items()),
        )

    def search(self, tokens: Sequence[str], limit: int, only: Filter = EVERYTHING) -> list[LexicalHit]:
        """The best chunks for any of the tokens, of the entries that pass the filter, best first."""
        rarest = self.rarest(tokens)
        if not rarest:
            return []
        return self._words.search(rarest, limit, only)

    def rarest(self, tokens: Iterable[str]) -> list[str]:
        """The terms of a query that are asked for, the rarest first."""
        known = self.document_frequencies(tokens)
        return sorted(known, key=lambda term: (known[term], term))[:MAX_QUERY_TERMS]

    def holding(self, term: str, after: int) -> list[int]:
        """The chunks with numbers above `after` that hold the term, without any score."""
        return self._words.holding(term, after)

    def terms_after(self, after: int) -> dict[int, list[str]]:
        """The tokens of every chunk with a number above `after`."""
        rows = self._db.rows(f"SELECT chunk, terms FROM {self._terms} WHERE chunk > ?", [after])
        return {chunk: terms.split() for chunk, terms in rows}

    def terms_of(self, chunks: Sequence[int]) -> dict[int, list[str]]:
        """The tokens of these chunks."""
        rows = self._db.rows(
            f"SELECT chunk, terms FROM {self._terms} WHERE chunk IN ({_GIVEN_NUMBERS})",
            [json.dumps(list(chunks))],
        )
        return {chunk: terms.split() for chunk, terms in rows}

    def document_frequencies(self, terms: Iterable[str]) -> Mapping[str, int]:
        """In how many entries each term occurs; terms that occur in none are left out."""
        wanted = list(dict.fromkeys(terms))
        known = self._db.kept("document frequencies", dict[str, int])
        if new := [term for term in wanted if term not in known]:
            rows = self._db.rows(
                f"SELECT term, entries FROM term_entries WHERE entries > 0 AND term IN ({_GIVEN})",
                [json.dumps(new)],
            )
            found = dict.fromkeys(new, 0) | dict(map(tuple, rows))
            if len(known) > _MOST_KEPT:
                known = {term: known[term] for term in wanted if term in known}
            known |= found
        return {term: known[term] for term in wanted if known[term]}

    def size(self) -> tuple[int, float, float]:
        """How many entries there are, and the mean length of a chunk and of an entry in tokens."""
        entries, chunks, tokens = self._totals() or self._counted()
        return entries, tokens / max(1, chunks), tokens / max(1, entries)

    def chunks_of(self, entry_ids: Sequence[str]) -> dict[str, list[StoredChunk]]:
        """The chunks of each entry in their order."""
        found: dict[str, list[StoredChunk]] = {}
        for row in self._db.rows(
            f"SELECT c.id, c.entry_id, c.role, CASE c.role WHEN 'title' THEN c.text ELSE '' END, t.terms"
            f" FROM chunks c JOIN {self._terms} t ON t.chunk = c.id"
            f" WHERE c.entry_id IN ({_GIVEN}) ORDER BY c.entry_id, c.ordinal",
            [json.dumps(list(entry_ids))],
        ):
            found.setdefault(row["entry_id"], []).append(StoredChunk(*row))
        return found

    def titles_of(self, entry_ids: Sequence[str]) -> dict[str, list[str]]:
        """The tokens of the title of each entry that has one."""
        rows = self._db.rows(
            f"SELECT c.entry_id, t.terms FROM chunks c JOIN {self._terms} t ON t.chunk = c.id"
            f" WHERE c.entry_id IN ({_GIVEN}) AND c.role = 'title' ORDER BY c.entry_id, c.ordinal",
            [json.dumps(list(entry_ids))],
        )
        found: dict[str, list[str]] = {}
        for entry_id, terms in rows:
            found.setdefault(entry_id, []).extend(terms.split())
        return found


def owners_of(db: Database, chunks: Sequence[int], only: Filter = EVERYTHING) -> dict[int, str]:
    """The entry of each of these chunks; those that are gone, or do not pass the filter, are left out."""
    where, values = only.sql() if only else ("", [])
    # CROSS, so that SQLite begins with the few chunks, and not with all entries that pass: a tenth of the time.
    entries, passes = (" CROSS JOIN entries e", f" AND e.id = c.entry_id AND {where}") if where else ("", "")
    rows = db.rows(
        f"SELECT c.id, c.entry_id FROM chunks c{entries} WHERE c.id IN ({_GIVEN_NUMBERS}){passes}",
        [json.dumps(list(chunks)), *values],
    )
    return {row["id"]: row["entry_id"] for row in rows}


def _own_pieces(pieces: Iterable[Chunk | StoredChunk]) -> int:
    """How many pieces of text there are: one of the whole says nothing that the others do not say."""
    return sum(piece.role != WHOLE for piece in pieces)


def _tokens(pieces: Iterable[StoredChunk]) -> set[str]:
    return {token for piece in pieces for token in piece.tokens}


def content_hash(text: str) -> str:
    """What an embedding is cached under, together with the model's name."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
