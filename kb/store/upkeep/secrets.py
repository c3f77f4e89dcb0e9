"""Secrets in rows that were written before redaction knew their form: found, and rewritten as redaction does it today.

Every text of every table is looked at; what is derived from entries (chunks, words, signatures) is made anew from the
entries that change, and templates of lines that change are made anew as after better masking rules.  A row
that held a secret keeps its id and its place.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from kb.errors import FileUnreadable
from kb.expression import expression
from kb.memory.texts import MemoryTexts
from kb.model import Status
from kb.store.database import Database, Table
from kb.store.engines.sqlite import rewriting, text_tables
from kb.store.entries import EntryTable
from kb.store.upkeep.fingerprints import MADE_BY, Fingerprints
from kb.text.entries import codec
from kb.text.entries.identify import fingerprints_of
from kb.text.secrets.gate import clean
from kb.text.secrets.search import find

DERIVED = frozenset(
    {
        "chunks",
        "chunk_terms",
        "term_entries",
        "signatures",
        "fingerprints",
        "held_signatures",
        "held_fingerprints",
        "embeddings",
        "outbox",
        "pieces",
        "outcome_sums",
    }
)
"""Tables that are made from entries, files and outcomes, and made anew with them."""
_SAYS_AGAIN = "open_incidents"
"""What it says stands in `events`, too, and is counted there."""
_KIND = expression(r"\[redacted:([^\]]+)\]")
_AT_ONCE = 2_000
Query = Callable[[str, Sequence[object]], Sequence[Any]]
Rewrite = Callable[[Table, Sequence[object], Sequence[object]], object]
"""Gives the row of a table that has a key other texts."""


class OldSecrets:
    """The old secrets of one home."""

    def __init__(self, db: Database, entries: EntryTable) -> None:
        self._db, self._entries = db, entries

    def find(self) -> Counter[tuple[str, str]]:
        """How many secrets of which kind stand where (`table.column`).  Changes nothing."""
        return counted(self._db.rows, self._db.tables())

    def rewrite(self) -> bool:
        """Take them out, all in one transaction; returns whether entries changed, so that words must be published anew.

        Raises HomeNotWritable.
        """
        with self._db.write():
            ids = self._entries_with_secrets()
            rewrite_rows(self._db.rows, self._db.rewrite, self._db.tables(), but=("entries",))
            for entry_id in ids:
                self._rewrite_entry(entry_id)
            # Everything that was made from lines with secrets is of other lines now.
            self._db.set_meta(MADE_BY, "")
            Fingerprints(self._db, self._entries).renew()
        return bool(ids)

    def _entries_with_secrets(self) -> list[str]:
        pages = _paged(self._db.rows, Table("entries", (), ["id"]), ["id", "headline", "data"])
        return [key for key, headline, data in pages if clean(headline) != headline or clean(data) != data]

    def _rewrite_entry(self, entry_id: str) -> None:
        (row,) = self._db.rows(
            "SELECT kind, data, file, retired_at, updated_at FROM entries WHERE id = ?", [entry_id]
        )
        entry = codec.loads(row["kind"], clean(row["data"]))
        if row["retired_at"] is None and entry.status is not Status.RETIRED:
            at = datetime.fromisoformat(row["updated_at"])
            self._entries.put(entry, file=row["file"], fingerprints=fingerprints_of(entry), now=at)
        else:
            self._db.execute(
                "UPDATE entries SET headline = ?, digest = ?, data = ? WHERE id = ?",
                [entry.headline, codec.digest(entry), codec.dumps(entry), entry_id],
            )


def counted(rows: Query, tables: Iterable[Table]) -> Counter[tuple[str, str]]:
    """How many secrets of which kind stand where, in these tables of any database that `rows` asks."""
    found = Counter[tuple[str, str]]()
    for table in tables:
        if table.name in DERIVED or table.name == _SAYS_AGAIN:
            continue
        for row in _paged(rows, table, table.texts):
            for column, value in zip(table.texts, row, strict=True):
                if isinstance(value, str) and (new := clean(value)) != value:
                    before = Counter(_KIND.findall(value))
                    for kind, count in (Counter(_KIND.findall(new)) - before).items():
                        found[f"{table.name}.{column}", kind] += count
    return found


def rewrite_rows(rows: Query, rewrite: Rewrite, tables: Iterable[Table], but: Sequence[str] = ()) -> None:
    """Redact every text of every table that is not made from others.  Call inside a transaction."""
    for table in tables:
        if table.name in DERIVED or table.name in but:
            continue
        for row in _paged(rows, table, [*table.keys, *table.texts]):
            key, values = list(row)[: len(table.keys)], list(row)[len(table.keys) :]
            new = [clean(value) if isinstance(value, str) else value for value in values]
            if new != values:
                rewrite(table, new, key)


def lines_with_secrets(texts: MemoryTexts) -> Iterator[str]:
    """The lines of memory files that hold one, as `path:line`."""
    for key in texts.names():
        with suppress(FileUnreadable):
            text = texts.read(key).text
            for start, _, kind in find(text):
                line = text.count("\n", 0, start) + 1
                yield f"{key}.yaml:{line} ({kind})"


def rewrite_copy(copy: Path, *, dry_run: bool = False) -> int:
    """Take them out of a copy of the ledger; returns how many there were.  The copy is whole before and after.

    A file that is no database has none.
    """
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:

        def rows(sql: str, values: Sequence[object] = ()) -> list[Any]:
            return db.execute(sql, values).fetchall()

        def rewrite(table: Table, new: Sequence[object], key: Sequence[object]) -> None:
            db.execute(rewriting(table), [*new, *key])

        try:
            tables = text_tables(db)
            found = counted(rows, tables).total()
        except sqlite3.DatabaseError:
            return 0
        if found and not dry_run:
            db.execute("BEGIN IMMEDIATE")
            rewrite_rows(rows, rewrite, tables)
            db.execute("COMMIT")
            db.execute("VACUUM")  # what was deleted still stands in free pages
    return found


def _paged(rows: Query, table: Table, columns: Sequence[str]) -> Iterator[Any]:
    """The rows of a table, some thousand in memory at a time."""
    order = ", ".join(table.keys)
    select = f"SELECT {', '.join(columns)} FROM {table.name} ORDER BY {order} LIMIT {_AT_ONCE} OFFSET ?"
    at = 0
    while page := rows(select, [at]):
        yield from page
        at += len(page)
