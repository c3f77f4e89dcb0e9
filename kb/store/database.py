"""The SQLite file: how it is opened, and the two kinds of transaction.

`write()` takes the write lock at once, so that what is read inside it is still true when it
commits; `snapshot()` reads one consistent state.  A committed write is visible to every process
and survives `kill -9`.  A read-only home is opened read-only: it answers, and writes nothing.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, cast

from kb.errors import HomeBusy, HomeNotWritable, StoreBroken
from kb.store.upkeep.older import stand_in
from kb.text.secrets.gate import clean_rows, clean_values

BUSY_SECONDS = 60.0
"""How long a writer waits for other writers."""

ASKED_SECONDS = 0.2
"""How long what a question writes beside its answer waits for them."""

SCHEMA = 17
"""How many steps `kb.store.upkeep.migrations` has.  A file that has had them all is used as it is: reading
the steps loads sqlite-utils and with it numpy, a fifth of a second that no question should wait for."""

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

_OUTER = "BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",)
_NESTED = "SAVEPOINT nested", "RELEASE nested", ("ROLLBACK TO nested", "RELEASE nested")
"""How a transaction begins, ends and is undone: one of its own, and one inside another."""

Row = sqlite3.Row


class _Settings(NamedTuple):
    """The settings of the store, and how many rows this connection had written when they were read."""

    values: Mapping[str, str]
    written: int


_UNREAD = _Settings({}, -1)


class Database:
    """One connection to `state/kb.db`; safe to share between threads, one statement at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.refuses = "" if _writable(path) else f"{path.parent.parent} is read-only"
        """Why nothing can be written; empty when it can."""
        self.schema = SCHEMA
        """That of the file; an older one only where it cannot be written."""
        self._lock = threading.RLock()
        self._waits = BUSY_SECONDS
        self._wrote, self._asking = False, 0
        self._steady, self._settings = 0, _UNREAD
        try:
            self._connection = self._open_to_read() if self.refuses else self._open()
            # SQLite's own lower() knows ASCII alone; names are compared as Python compares them.
            self._connection.create_function("casefold", 1, _casefold, deterministic=True)
        except sqlite3.DatabaseError as error:
            raise self._translated(error) from error

    @property
    def read_only(self) -> bool:
        """Whether the home can only be read."""
        return bool(self.refuses)

    def _open(self) -> sqlite3.Connection:
        self._connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = sqlite3.Row
        try:
            self._connection.execute("PRAGMA journal_mode=WAL")
            # WAL with NORMAL loses nothing to a killed process; only a power cut may take the last rows.
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute(f"PRAGMA cache_size={-_CACHE_KB}")
            self._connection.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")
            self._migrate()
        except sqlite3.OperationalError as error:
            self._connection.close()
            if not _out_of_room(error) or not self.path.stat().st_size:
                raise
            # Not even the shared memory of the write-ahead log fits; what is there can still be read.
            self.refuses = f"{self.path.parent}: the disk is full, make room"
            return self._open_to_read()
        return self._connection

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
        if self._found(self._connection) == SCHEMA:
            return
        from sqlite_utils import Database as SqliteUtils

        from kb.store.upkeep.migrations import migrations

        db = SqliteUtils(self._connection)
        with self.write():
            # Another process may have been quicker: `apply` looks again, now under the lock.
            migrations.apply(db)
            self._connection.execute(f"PRAGMA user_version = {SCHEMA}")

    @contextmanager
    def write(self) -> Iterator[None]:
        """A transaction that may write; one inside another is done or undone as a whole, and commits with it.

        Raises HomeNotWritable when the disk is full or the home read-only, HomeBusy where it may not wait for
        another process (`at_once`): nothing was changed.
        """
        if self.read_only:
            raise HomeNotWritable(f"{self.refuses}; nothing was changed")
        with self._lock:
            inner = self._connection.in_transaction
            begin, end, undo = _NESTED if inner else _OUTER
            self._wrote = self._wrote or inner
            self._settings = _UNREAD  # another process may have written until now
            try:
                self._connection.execute(begin)
                yield
                self._connection.execute(end)
            except BaseException as error:
                for statement in undo if self._connection.in_transaction else ():
                    self._connection.execute(statement)
                if isinstance(error, sqlite3.DatabaseError):
                    raise self._translated(error) from error
                raise
            finally:
                self._settings = _UNREAD

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Inside, this thread reads all settings at once, and anew only after a write from here.

        So they are those of the first look, whatever other processes write meanwhile: for what takes no longer than
        a look at what changed.
        """
        with self._lock:
            first = not self._steady
            if first:
                self._steady, self._settings = threading.get_ident(), _UNREAD
        try:
            yield
        finally:
            if first:
                self._steady = 0

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """A transaction in which every query sees the same state; what is written inside is kept."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN")
            self._wrote, self._settings = False, _UNREAD
            try:
                with self.steady():
                    yield
                if self._wrote:
                    self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.rollback()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """A question must not wait for a process that writes: inside, a write raises HomeBusy instead."""
        self._ask(1)
        try:
            yield
        finally:
            self._ask(-1)

    def _ask(self, more: int) -> None:
        with self._lock:
            self._asking += more
            self._waits = ASKED_SECONDS if self._asking else BUSY_SECONDS
            self._connection.execute(f"PRAGMA busy_timeout = {int(self._waits * 1000)}")

    def _translated(self, error: sqlite3.DatabaseError) -> Exception:
        return _translated(error, self.path, self._waits)

    def execute(self, sql: str, values: Sequence[object] = ()) -> None:
        """Run one statement for its effect; no value of it is kept with a secret in it."""
        values = clean_values(values)
        with self._lock:
            self._connection.execute(sql, values)

    def execute_many(self, sql: str, values: Iterable[Sequence[object]]) -> None:
        """Run one statement for every row of values."""
        with self._lock:
            self._connection.executemany(sql, clean_rows(values))

    def insert(self, sql: str, values: Sequence[object]) -> int:
        """Run an INSERT and return the new row's number."""
        values = clean_values(values)
        with self._lock:
            return cast(int, self._connection.execute(sql, values).lastrowid)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows of a query.  Raises StoreBroken when the file is damaged."""
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise self._translated(error) from error

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.rows(sql, values)
        return found[0][0] if found else None

    def read_ahead(self, least: int = _LARGE) -> None:
        """Pass the file through the system's cache once, where it has `least` bytes and fits into memory.

        Read forwards it takes a second a gigabyte; millions of lookups all over a file that is not there yet
        take a hundred times as long.  A process of its own reads: to close the file once would take all locks on it
        from this one, by POSIX, and whoever closed it next would delete the log that this connection writes into.
        """
        import subprocess

        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        if least <= self.path.stat().st_size < memory:
            none = subprocess.DEVNULL
            with suppress(OSError):  # (without it a large home is published slowly, and no less rightly)
                subprocess.run(
                    [sys.executable, "-S", "-c", _READ_FORWARDS, self.path], stdin=none, stdout=none
                )

    @property
    def written(self) -> int:
        """How many rows were written through this connection: while it stays, nothing was."""
        return self._connection.total_changes

    def meta(self, key: str, default: str = "") -> str:
        """A setting of the store."""
        if self._steady != threading.get_ident():
            return cast(str, self.value("SELECT value FROM meta WHERE key = ?", [key]) or default)
        with self._lock:
            if self._settings.written != self.written:
                rows = self.rows("SELECT key, value FROM meta")
                self._settings = _Settings({row["key"]: row["value"] for row in rows}, self.written)
            return self._settings.values.get(key) or default

    def set_meta(self, key: str, value: object) -> None:
        """Keep a setting of the store."""
        self.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, str(value)])

    def make_durable(self) -> None:
        """From here on each commit of this connection is on the disk when it returns: no power cut takes it back."""
        self.execute("PRAGMA synchronous=FULL")

    def size(self) -> tuple[int, int]:
        """Bytes of the file, and those of them that hold nothing and are used again."""
        page, pages, free = (
            int(self.value(f"PRAGMA {name}")) for name in ("page_size", "page_count", "freelist_count")
        )
        return page * pages, page * free

    def compact(self) -> str:
        """Write the file anew without what was deleted, so that it shrinks; returns why it could not, if it could not.

        Other processes go on reading; while one of them reads, or writes, the file keeps its length.
        """
        with self._lock:
            try:
                self._connection.execute("VACUUM")
                busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            except sqlite3.OperationalError as error:
                return str(self._translated(error))
        return "another process has the database open; it shrinks when that has ended" if busy else ""

    def check_integrity(self) -> list[str]:
        """SQLite's own findings about the file; empty when it is whole."""
        found = [str(row[0]) for row in self.rows("PRAGMA integrity_check")]
        return [] if found == ["ok"] else found

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        with self._lock:
            self._connection.close()


def placeholders(values: Sequence[object]) -> str:
    """`?,?,?` for an IN clause."""
    return ",".join("?" * len(values))


def _casefold(value: str | bytes | int | float | None) -> str | bytes | int | float | None:
    return value.casefold() if isinstance(value, str) else value


def _writable(path: Path) -> bool:
    folder = path.parent
    if not os.access(path if path.exists() else folder, os.W_OK) or not os.access(folder, os.W_OK):
        return False
    return not os.statvfs(folder).f_flag & os.ST_RDONLY


def _out_of_room(error: sqlite3.DatabaseError) -> bool:
    return any(words in str(error) for words in ("disk is full", "disk I/O error", "unable to open"))


def _translated(error: sqlite3.DatabaseError, path: Path, waited: float) -> Exception:
    """SQLite's error in words that say what to do."""
    message = str(error)
    if _out_of_room(error):
        return HomeNotWritable(
            f"{path}: the disk is full or refuses to write ({message}); what was there stays"
        )
    if "readonly" in message:
        return HomeNotWritable(f"{path}: the home is read-only; nothing was changed")
    if error.sqlite_errorname == "SQLITE_BUSY_SNAPSHOT":
        return HomeBusy(f"{path}: another process wrote while this one read; nothing was changed, try again")
    if "locked" in message and waited < BUSY_SECONDS:
        return HomeBusy(f"another process is writing into {path}")
    if "locked" in message:
        return StoreBroken(f"{path}: another process has held the database for {waited:.0f} s; try again")
    if "not a database" in message or "malformed" in message:
        return StoreBroken(
            f"{path}: {message}; bring it back from a backup, or move it away: kb then makes a new one from "
            "the memory files, kb ingest reads the documents again, and kb restore brings lookups and outcomes back "
            "from the daily copies in state/backups/ (what came after the last one stays in the old database)"
        )
    return StoreBroken(f"{path}: {message}; nothing was changed, to look into it run: kb doctor")
