"""Secrets in rows that were written before redaction knew their form: found, and rewritten as redaction does it today.

Every text of every table is looked at; what is derived from entries (chunks, words, signatures) is made anew from the
entries that change, and templates of lines that change are made anew as after better masking rules.  A row
that held a secret keeps its id and its place.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from kb.expression import expression
from kb.home import Home
from kb.model import Status
from kb.store.database import Database
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
    }
)
"""Tables that are made from entries and files, and made anew with them."""
_SAYS_AGAIN = "open_incidents"
"""What it says stands in `events`, too, and is counted there."""
_KIND = expression(r"\[redacted:([^\]]+)\]")
_AT_ONCE = 2_000
Query = Callable[[str, Sequence[object]], Sequence[Any]]


class OldSecrets:
    """The old secrets of one home."""

    def __init__(self, db: Database, entries: EntryTable) -> None:
        self._db, self._entries = db, entries

    def find(self) -> Counter[tuple[str, str]]:
        """How many secrets of which kind stand where (`table.column`).  Changes nothing."""
        return counted(self._db.rows)

    def rewrite(self) -> bool:
        """Take them out, all in one transaction; returns whether entries changed, so that words must be published anew.

        Raises HomeNotWritable.
        """
        with self._db.write():
            ids = self._entries_with_secrets()
            rewrite_rows(self._db.rows, self._db.execute, but=("entries",))
            for entry_id in ids:
                self._rewrite_entry(entry_id)
            # Everything that was made from lines with secrets is of other lines now.
            self._db.set_meta(MADE_BY, "")
            Fingerprints(self._db, self._entries).renew()
        return bool(ids)

    def _entries_with_secrets(self) -> list[str]:
        pages = _paged(self._db.rows, "entries", ["id", "headline", "data"], ["id"])
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


def counted(rows: Query) -> Counter[tuple[str, str]]:
    """How many secrets of which kind stand where, in any SQLite file that `rows` asks."""
    found = Counter[tuple[str, str]]()
    for table, columns, keys in _tables(rows):
        for row in _paged(rows, table, columns, keys) if table != _SAYS_AGAIN else ():
            for column, value in zip(columns, row, strict=True):
                if isinstance(value, str) and (new := clean(value)) != value:
                    before = Counter(_KIND.findall(value))
                    for kind, count in (Counter(_KIND.findall(new)) - before).items():
                        found[f"{table}.{column}", kind] += count
    return found


def rewrite_rows(
    rows: Query, execute: Callable[[str, Sequence[object]], object], but: Sequence[str] = ()
) -> None:
    """Redact every text of every table that is not made from others.  Call inside a transaction."""
    for table, columns, keys in _tables(rows):
        if table in but:
            continue
        for row in _paged(rows, table, [*keys, *columns], keys):
            values = list(row)[len(keys) :]
            new = [clean(value) if isinstance(value, str) else value for value in values]
            if new != values:
                sets, where = (
                    joint.join(f"{name} = ?" for name in of)
                    for joint, of in ((", ", columns), (" AND ", keys))
                )
                execute(
                    f"UPDATE OR REPLACE {table} SET {sets} WHERE {where}", [*new, *list(row)[: len(keys)]]
                )


def lines_with_secrets(home: Home) -> Iterator[str]:
    """The lines of memory files that hold one, as `path:line`."""
    for file in sorted([*home.learned.glob("*.yaml"), *home.state.glob("*.yaml")]):
        with suppress(OSError, UnicodeDecodeError):
            text = file.read_text(encoding="utf-8")
            for start, _, kind in find(text):
                line = text.count("\n", 0, start) + 1
                yield f"{file.relative_to(home.root)}:{line} ({kind})"


def rewrite_copy(copy: Path, *, dry_run: bool = False) -> int:
    """Take them out of a copy of the ledger; returns how many there were.  The copy is whole before and after.

    A file that is no database has none.
    """
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:

        def rows(sql: str, values: Sequence[object] = ()) -> list[Any]:
            return db.execute(sql, values).fetchall()

        try:
            found = counted(rows).total()
        except sqlite3.DatabaseError:
            return 0
        if found and not dry_run:
            db.execute("BEGIN IMMEDIATE")
            rewrite_rows(rows, db.execute)
            db.execute("COMMIT")
            db.execute("VACUUM")  # what was deleted still stands in free pages
    return found


def _tables(rows: Query) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each table that holds texts of its own: its name, its text columns, and what tells its rows apart."""
    for name, sql in rows("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name", []):
        if name in DERIVED or name.startswith(("chunk_terms", "sqlite_", "_sqlite_")):
            continue
        info = [tuple(row) for row in rows(f"PRAGMA table_info({name})", [])]
        columns = [str(one[1]) for one in info if str(one[2]).upper() in ("TEXT", "")]
        keys = [str(one[1]) for one in info if one[5]] if "WITHOUT ROWID" in sql.upper() else ["rowid"]
        if columns:
            yield str(name), columns, keys


def _paged(rows: Query, table: str, columns: Sequence[str], keys: Sequence[str]) -> Iterator[Any]:
    """The rows of a table, some thousand in memory at a time."""
    select = f"SELECT {', '.join(columns)} FROM {table} ORDER BY {', '.join(keys)} LIMIT {_AT_ONCE} OFFSET ?"
    at = 0
    while page := rows(select, [at]):
        yield from page
        at += len(page)
