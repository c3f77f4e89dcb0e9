"""Copies of the ledger: what happened, which no file tells again.  Everything else can be had back.

Entries come back from the memory files and, by `kb ingest`, from the documents; vectors from both.  Lookups,
outcomes, incidents, moves, proposals, healthy lines and reviews are only in `state/kb.db`, so a copy of them is
kept a day (`state/backups/ledger-2026-05-20.db`, the last seven).  Where the memory is rows, the copy has them, too.  A
copy is an SQLite file that is whole or not there: written beside, flushed, renamed.  Columns are matched by name,
so a newer kb reads older copies.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from kb.errors import HomeNotWritable, NotThere, Refused, StoreBroken
from kb.memory.texts import MemoryTexts
from kb.store.database import Database, placeholders
from kb.store.upkeep.memory_copy import add_memory, memory_in, put_memory, replaced

LEDGER = (
    "lookups",
    "offers",
    "outcomes",
    "events",
    "moves",
    "proposals",
    "healthy",
    "reviews",
    "changes",
    "swept_lookups",
    "swept_entries",
    "hook_groups",
)
"""The tables that are copied; of changes only those that no document tells."""
OWN = {"changes": "file IS NULL"}
_MET_ANYWAY = ("lookups", "offers")
"""What a home has from the first question on; rows of both are kept, by their ids."""
KEPT = 7
_AT_ONCE = 5_000
"""Rows that are put back at a time."""


def write_copy(
    db: Database, copy: Path, memory: MemoryTexts | None = None, tables: Mapping[str, str] | None = None
) -> int:
    """Copy the ledger of a database as of now, and a memory; returns how many rows of tables.

    `tables` are others than the ledger's, of each the rows that a condition names.  Raises HomeNotWritable,
    InvalidInput, FileUnreadable.
    """
    with _new_file(copy) as part:
        rows = db.copy_tables(part, tables or {table: OWN.get(table, "true") for table in LEDGER})
        if memory:
            add_memory(part, memory)
        return rows


def whole_copy(db: Database, copy: Path) -> Path:
    """Copy all of a database as of now; readable for its owner alone.  Raises HomeNotWritable."""
    with _new_file(copy) as part:
        db.copy_all(part)
    return copy


@contextmanager
def _new_file(copy: Path) -> Iterator[Path]:
    """An empty file, its owner's alone, that gets the name of the copy when it is written; whole or not there."""
    part = copy.with_name(f".{copy.name}.{os.getpid()}.tmp")
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        for left in copy.parent.glob(f".{_kind_of(copy)}*.tmp"):
            if left == part or not _runs(int(left.suffixes[-2][1:])):  # a killed process left it
                left.unlink(missing_ok=True)
                left.with_name(f"{left.name}-journal").unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield part
        with part.open("rb") as handle:
            os.fsync(handle.fileno())
        part.replace(copy)
    except (OSError, sqlite3.Error, StoreBroken) as error:
        raise HomeNotWritable(f"{copy}: the copy could not be made ({error}); nothing was changed") from error
    finally:
        part.unlink(missing_ok=True)


def _kind_of(copy: Path) -> str:
    """What copies of the same kind begin with, whatever their day."""
    return next((kind for kind in ("ledger-", "before-redact-") if copy.name.startswith(kind)), copy.name)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Backups:
    """The copies of one home."""

    def __init__(self, db: Database, texts: MemoryTexts) -> None:
        self._db, self._texts = db, texts
        self.folder = db.path.parent / "backups"

    def write(self, copy: Path) -> int:
        """Copy the ledger as of now, and the memory where no file of the home has it.  Returns how many rows."""
        return write_copy(self._db, copy, None if self._db.is_file else self._texts)

    def daily(self, day: date) -> Path | None:
        """Make the copy of the day, unless it is there; older ones than the last few go.  None where it was there."""
        copy = self.folder / f"ledger-{day.isoformat()}.db"
        if self._db.read_only or copy.exists():
            return None
        self.write(copy)
        for old in self.daily_ones()[:-KEPT]:
            old.unlink(missing_ok=True)
        return copy

    def daily_ones(self) -> list[Path]:
        """The copies that are kept, the oldest first."""
        return sorted(self.folder.glob("ledger-*.db"))

    def restore(self, copy: Path, unwritten: Collection[str] = ()) -> dict[str, int]:
        """Put the rows of a copy into this home, and the memory that it has; returns how many of each table came.

        `unwritten` has the hashes of memory files that nobody wrote.  Raises InvalidInput for a file that is no whole
        copy, and where the home has a history of its own.
        """
        _check(copy)
        with (
            closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)) as found,
            self._db.write(),
        ):
            self._refuse_history(copy)
            taken = {table: self.take(self._db, found, table) for table in LEDGER if _columns(found, table)}
            if (wanted := memory_in(found)) is not None:
                put_memory(self._texts, wanted, replaced(self._texts, wanted, unwritten))
                taken["memory_files"] = len(wanted)
            return taken

    def _refuse_history(self, copy: Path) -> None:
        mine = [table for table in LEDGER if table not in _MET_ANYWAY and self._count(table)]
        if mine:
            new = "move state/kb.db away, or make another home with: kb init DIR"
            raise Refused(
                f"this home has a history of its own ({', '.join(mine)}), and {copy} would be mixed with it; restore "
                f"into a new one: {new if self._db.is_file else 'name an empty database, and kb init DIR'}"
            )

    @staticmethod
    def take(db: Database, found: sqlite3.Connection, table: str) -> int:
        """Put the rows that a copy has of a table into a database; returns how many came.  Call inside a write."""
        here, count = db.columns(table), f"SELECT count(*) FROM {table}"
        shared, before = [name for name in _columns(found, table) if name in here], int(db.value(count))
        listed = ", ".join(shared)
        rows = found.execute(f"SELECT {listed} FROM {table}")
        while some := rows.fetchmany(_AT_ONCE):
            db.put_back(
                f"INSERT INTO {table} ({listed}) VALUES ({placeholders(shared)}) ON CONFLICT DO NOTHING", some
            )
        db.go_on_behind(table)
        return int(db.value(count)) - before

    def _count(self, table: str) -> int:
        return int(self._db.value(f"SELECT count(*) FROM {table}"))


def _columns(found: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in found.execute(f"PRAGMA table_info({table})")]


def _check(copy: Path) -> None:
    if not copy.is_file():
        raise NotThere(f"{copy}: there is no such file; copies lie in state/backups of a home")
    try:
        with closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)) as found:
            whole = [row[0] for row in found.execute("PRAGMA integrity_check")] == ["ok"]
            tables = {row[0] for row in found.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error as error:
        raise Refused(f"{copy}: is no copy of a ledger ({error}); try an older one") from error
    if not whole or not {"lookups", "outcomes"} <= tables:
        raise Refused(f"{copy}: is no whole copy of a ledger; try an older one")
