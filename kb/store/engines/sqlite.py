"""The SQLite file: how it is opened, brought up to this schema, and read where it cannot be written.

A committed write is visible to every process and survives `kill -9`.  A read-only home is opened read-only: it
answers, and writes nothing.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import cast

from kb.errors import HomeBusy, HomeNotWritable, StoreBroken
from kb.store.engines.engine import BUSY_SECONDS, SCHEMA, Row, Table
from kb.store.upkeep.older import stand_in

READABLE = 6
"""The oldest schema that is read where the steps cannot be taken, since nothing can be written."""

_CACHE_KB = 32_768
"""Pages kept in memory at the most; SQLite's own 2 MB are read anew at each question of a large home."""

_LOG_PAGES = 8_192
"""Pages of the write-ahead log (32 MB) before they move into the file: at SQLite's own 1,000, nearly every
commit of an ingest into a large home waits for the disk."""

_LARGE = 64 * 1024 * 1024
"""Bytes below which a file is not read ahead: it is read in less time than a process takes to begin."""
_READ_FORWARDS = "import sys\nwith open(sys.argv[1], 'rb', 0) as file:\n    while file.read(1 << 24): pass"


class Sqlite:
    """One connection to `state/kb.db`."""

    errors: type[Exception] = sqlite3.DatabaseError
    is_file = True
    servers = 1
    """A file that is open stays the same file."""

    def __init__(self, path: Path) -> None:
        """Raises what `translated` makes of an error."""
        self.path = path
        self.refuses = "" if _writable(path) else f"{path.parent.parent} is read-only"
        self.schema = SCHEMA
        self._waits = BUSY_SECONDS
        try:
            self.connection = self._open_to_read() if self.refuses else self._open()
            # SQLite's own lower() knows ASCII alone; names are compared as Python compares them.
            self.connection.create_function("casefold", 1, _casefold, deterministic=True)
        except sqlite3.DatabaseError as error:
            raise self.translated(error) from error

    def _open(self) -> sqlite3.Connection:
        self.connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self.connection.row_factory = sqlite3.Row
        try:
            self.connection.execute("PRAGMA journal_mode=WAL")
            # WAL with NORMAL loses nothing to a killed process; only a power cut may take the last rows.
            self.connection.execute("PRAGMA synchronous=NORMAL")
            self.connection.execute(f"PRAGMA cache_size={-_CACHE_KB}")
            self.connection.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")
            self._migrate()
        except sqlite3.OperationalError as error:
            self.connection.close()
            if not _out_of_room(error) or not self.path.stat().st_size:
                raise
            # Not even the shared memory of the write-ahead log fits; what is there can still be read.
            self.refuses = f"{self.path.parent}: the disk is full, make room"
            return self._open_to_read()
        return self.connection

    def _open_to_read(self) -> sqlite3.Connection:
        if not self.path.exists():
            raise HomeNotWritable(
                f"{self.path} does not exist and cannot be made: {self.refuses}; free it first"
            )
        # What still lies in a write-ahead log is read as well: without locks and, being exclusive,
        # without shared memory, neither of which can be written here.
        log = self.path.with_name(f"{self.path.name}-wal")
        how = "vfs=unix-none" if log.exists() and log.stat().st_size else "immutable=1"
        uri = f"{self.path.resolve().as_uri()}?mode=ro&{how}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        self.schema = self._found(connection)
        if self.schema < READABLE:
            raise HomeNotWritable(
                f"{self.path} was written by an older kb (schema {self.schema}), and to bring it up to this one "
                f"it must be written, but {self.refuses}; open it once where it can be written"
            )
        if self.schema < SCHEMA:
            stand_in(connection, self.schema)
        return connection

    def _found(self, connection: sqlite3.Connection) -> int:
        """The schema of the file.  Raises StoreBroken for one that is newer than this code."""
        found = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if found > SCHEMA:
            raise StoreBroken(
                f"{self.path} was written by a newer kb (schema {found}, this one knows {SCHEMA}); update kb"
            )
        return found

    def _migrate(self) -> None:
        if self._found(self.connection) == SCHEMA:
            return
        from sqlite_utils import Database as SqliteUtils

        from kb.store.upkeep.migrations import migrations

        db = SqliteUtils(self.connection)
        self.begin()
        try:
            # Another process may have been quicker: `apply` looks again, now under the lock.
            migrations.apply(db)
            self.connection.execute(f"PRAGMA user_version = {SCHEMA}")
            self.commit()
        except BaseException:
            if self.in_transaction:
                self.undo()
            raise

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self.connection.in_transaction

    @property
    def written(self) -> int:
        """How many rows were written through this connection."""
        return self.connection.total_changes

    def wait(self, seconds: float) -> None:
        """Let a write wait so long for other writers from here on."""
        self._waits = seconds
        self.connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    def begin(self, *, lasting: bool = True) -> None:  # noqa: ARG002 (no commit waits, but of `make_durable`)
        """Begin a transaction that writes: it takes the write lock at once."""
        self.connection.execute("BEGIN IMMEDIATE")

    def begin_reading(self) -> None:
        """Begin a transaction that sees one state, that of its first query."""
        self.connection.execute("BEGIN")

    def nest(self) -> None:
        """Begin a write inside a transaction; the lock is taken by its first statement that writes."""
        self.connection.execute("SAVEPOINT nested")

    def commit(self) -> None:
        """Keep the transaction."""
        self.connection.execute("COMMIT")

    def undo(self) -> None:
        """Undo the transaction."""
        self.connection.execute("ROLLBACK")

    def commit_nested(self) -> None:
        """Let the write inside a transaction be a part of it."""
        self.connection.execute("RELEASE nested")

    def undo_nested(self) -> None:
        """Undo the write inside a transaction, and nothing else of it."""
        self.connection.execute("ROLLBACK TO nested")
        self.connection.execute("RELEASE nested")

    def run(self, sql: str, values: Sequence[object]) -> list[Row]:
        """Run one statement; its rows, where it has any."""
        return self.connection.execute(sql, values).fetchall()

    def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for every row of values."""
        self.connection.executemany(sql, rows)

    def insert(self, sql: str, values: Sequence[object]) -> int:
        """Run an INSERT; returns the number of the new row."""
        return cast(int, self.connection.execute(sql, values).lastrowid)

    def version(self) -> int:
        """A number that changes whenever another connection, of any process, has written to the file."""
        return int(self._pragma("data_version"))

    def state(self) -> int | None:
        """None: a row is read as quickly as that."""
        return None

    def numbers(self, table: str, count: int) -> int:  # noqa: ARG002 (a row that is inserted takes its number)
        """The highest number that a row of the table ever had: numbers only rise, also past rows that are gone."""
        found = self.connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", [table]).fetchone()
        return int(found[0]) if found else 0

    def _pragma(self, name: str) -> int:
        return int(self.connection.execute(f"PRAGMA {name}").fetchone()[0])

    def tables(self) -> Sequence[Table]:
        """The tables that hold texts, but for those in which FTS5 keeps its own."""
        return text_tables(self.connection)

    def columns(self, table: str) -> Sequence[str]:
        """The columns of a table, in order."""
        return [row["name"] for row in self.connection.execute(f"PRAGMA table_info({table})")]

    def rewrite(self, table: Table, new: Sequence[object], key: Sequence[object]) -> None:
        """Give the row with a key other texts; a row with which it then has a key in common goes."""
        self.connection.execute(rewriting(table), [*new, *key])

    def go_on_behind(self, table: str) -> None:
        """Nothing: SQLite does."""

    def copy_all(self, part: str) -> None:
        """Copy the file as of now."""
        self.connection.execute("VACUUM INTO ?", [part])  # (an empty file is taken for none)

    def copy_tables(self, part: str, tables: Mapping[str, str]) -> int:
        """Copy the rows of tables as of now, of each those that a condition names; returns how many rows."""
        with closing(sqlite3.connect(part, isolation_level=None, uri=True)) as made:
            made.execute("ATTACH ? AS home", [f"{self.path.resolve().as_uri()}?mode=ro"])
            made.execute("BEGIN")
            for table, which in tables.items():
                made.execute(f"CREATE TABLE {table} AS SELECT * FROM home.{table} WHERE {which}")
            rows = sum(made.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)
            made.execute("COMMIT")
        return int(rows)

    def size(self) -> tuple[int, int]:
        """Bytes of the file, and those of them that hold nothing and are used again."""
        page, pages, free = map(self._pragma, ("page_size", "page_count", "freelist_count"))
        return page * pages, page * free

    def compact(self) -> str:
        """Write the file anew without what was deleted; while another process reads, the file keeps its length."""
        try:
            self.connection.execute("VACUUM")
            busy = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError as error:
            return str(self.translated(error))
        return "another process has the database open; it shrinks when that has ended" if busy else ""

    def check(self) -> Sequence[str]:
        """SQLite's own findings about the file; empty when it is whole."""
        found = [str(row[0]) for row in self.connection.execute("PRAGMA integrity_check")]
        return [] if found == ["ok"] else found

    def read_ahead(self, least: int | None) -> None:
        """Pass the file through the system's cache once, where it has `least` bytes and fits into memory.

        Read forwards it takes a second a gigabyte; millions of lookups all over a file that is not there yet
        take a hundred times as long.  A process of its own reads: to close the file once would take all locks on it
        from this one, by POSIX, and whoever closed it next would delete the log that this connection writes into.
        """
        import subprocess

        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        if (_LARGE if least is None else least) <= self.path.stat().st_size < memory:
            none = subprocess.DEVNULL
            with suppress(OSError):  # (without it a large home is published slowly, and no less rightly)
                subprocess.run(
                    [sys.executable, "-S", "-c", _READ_FORWARDS, self.path], stdin=none, stdout=none
                )

    def make_durable(self) -> None:
        """From here on each commit of this connection is on the disk when it returns: no power cut takes it back."""
        self.connection.execute("PRAGMA synchronous=FULL")

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self.connection.close()

    def translated(self, error: Exception) -> Exception:
        """SQLite's error in words that say what to do."""
        message, path = str(error), self.path
        if _out_of_room(error):
            return HomeNotWritable(
                f"{path}: the disk is full or refuses to write ({message}); what was there stays"
            )
        if "readonly" in message:
            return HomeNotWritable(f"{path}: the home is read-only; nothing was changed")
        if getattr(error, "sqlite_errorname", "") == "SQLITE_BUSY_SNAPSHOT":
            return HomeBusy(
                f"{path}: another process wrote while this one read; nothing was changed, try again"
            )
        if "locked" in message and self._waits < BUSY_SECONDS:
            return HomeBusy(f"another process is writing into {path}")
        if "locked" in message:
            return StoreBroken(
                f"{path}: another process has held the database for {self._waits:.0f} s; try again"
            )
        if "not a database" in message or "malformed" in message:
            return StoreBroken(
                f"{path}: {message}; bring it back from a backup, or move it away: kb then makes a new one from "
                "the memory files, kb ingest reads the documents again, and kb restore brings lookups and outcomes "
                "back from the daily copies in state/backups/ (what came after the last one stays in the old database)"
            )
        return StoreBroken(f"{path}: {message}; nothing was changed, to look into it run: kb doctor")


def text_tables(connection: sqlite3.Connection) -> list[Table]:
    """The tables of any SQLite file that hold texts, but for those in which FTS5 and SQLite keep their own."""
    found = list[Table]()
    made = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name"
    ).fetchall()
    for name, sql in (tuple(row) for row in made):
        if name.startswith(("chunk_terms", "sqlite_", "_sqlite_")):
            continue
        info = [tuple(row) for row in connection.execute(f"PRAGMA table_info({name})")]
        texts = [str(one[1]) for one in info if str(one[2]).upper() in ("TEXT", "")]
        keys = [str(one[1]) for one in info if one[5]] if "WITHOUT ROWID" in sql.upper() else ["rowid"]
        if texts:
            found.append(Table(str(name), texts, keys))
    return found


def rewriting(table: Table) -> str:
    """What gives a row of an SQLite file other texts; its values are those, then the key of the row."""
    sets, where = (
        joint.join(f"{name} = ?" for name in of) for joint, of in ((", ", table.texts), (" AND ", table.keys))
    )
    return f"UPDATE OR REPLACE {table.name} SET {sets} WHERE {where}"


def _casefold(value: str | bytes | int | float | None) -> str | bytes | int | float | None:
    return value.casefold() if isinstance(value, str) else value


def _writable(path: Path) -> bool:
    folder = path.parent
    if not os.access(path if path.exists() else folder, os.W_OK) or not os.access(folder, os.W_OK):
        return False
    return not os.statvfs(folder).f_flag & os.ST_RDONLY


def _out_of_room(error: Exception) -> bool:
    return any(words in str(error) for words in ("disk is full", "disk I/O error", "unable to open"))
