"""The database of a home: the two kinds of transaction, statements, settings; an engine stands behind it.

`write()` takes the write lock at once, so that what is read inside it is still true when it
commits; `snapshot()` reads one consistent state.  A committed write is visible to every process
and survives `kill -9`.  What cannot be written answers, and writes nothing.

Statements are written once, for SQLite, the file of a home; where one of PostgreSQL is named instead
(`kb.configuration.database`), its engine reads them so that they mean the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from kb.configuration.database import connections, database_url
from kb.errors import HomeNotWritable, StoreBroken
from kb.home import Home
from kb.store.engines.engine import BUSY_SECONDS, SCHEMA, Engine, Row, Table
from kb.store.engines.sqlite import Sqlite
from kb.text.secrets.gate import clean_rows, clean_values

__all__ = ["BUSY_SECONDS", "SCHEMA", "Database", "Row", "Table", "placeholders", "raised", "upsert"]

ASKED_SECONDS = 0.2
"""How long what a question writes beside its answer waits for other writers."""


_SETTINGS = "SELECT key, value FROM meta"
Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A look at the database: the state that it was in, if that has a number, and the rows written from here so far."""

    state: int | None
    written: int

    def is_as(self, other: _Look) -> bool:
        """Whether what is known was the same at both."""
        return self is other or (self.state is not None and self.state == other.state)


_UNSEEN = _Look(None, -1)


def engine_of(path: Path, url: str | None = None) -> Engine:
    """The engine of the home that has its SQLite file there, or would have it.  Raises as engines do when opened.

    `url` names another database than the home's own settings do; empty, the file.
    """
    home = Home(path.parent.parent)
    if url := database_url(home) if url is None else url:
        from kb.store.postgresql.engine import Postgresql  # most homes are files

        try:
            return Postgresql(url, home.tenant, *connections(home))
        except ImportError as error:
            raise no_driver(error) from error
    return Sqlite(path)


def no_driver(error: ImportError) -> StoreBroken:
    """What to say where PostgreSQL's driver, an extra, is not there."""
    return StoreBroken(
        f"this home has its database in PostgreSQL, and psycopg cannot be imported ({error}); "
        "run: pip install 'incident-kb[postgresql]'"
    )


class Database:
    """One connection to the database of a home; safe to share between threads, one statement at a time."""

    def __init__(self, path: Path, url: str | None = None) -> None:
        """`url` is that of its database, empty for a file of its own; None asks the home's settings."""
        self.path, self._url = path, url
        """The SQLite file, or where it would lie: beside it lie the files that belong to the database."""
        self._lock = threading.RLock()
        self._wrote, self._asking = False, 0
        self._steady, self._look = 0, _UNSEEN
        self._kept = dict[str, tuple[_Look, Any]]()
        self._engine = engine_of(path, url)

    def beside(self) -> Database:
        """Another connection to the same database."""
        return Database(self.path, self._url)

    @property
    def schema(self) -> int:
        """That of the database; an older one only where it cannot be written."""
        return self._engine.schema

    @property
    def is_file(self) -> bool:
        """Whether it is SQLite's file, and not a server that other hosts share."""
        return self._engine.is_file

    @property
    def servers(self) -> int:
        """How many servers answered so far: what is kept in memory by the numbers of rows is of one of them alone."""
        return self._engine.servers

    def note_where(self) -> None:
        """Note in the folder whether its database is elsewhere, so that it is missed where nobody names it.

        Raises OSError.
        """
        if self.is_file:
            self._elsewhere.unlink(missing_ok=True)
        else:
            self._elsewhere.touch()

    def unnamed(self) -> str:
        """What is said where this is a file, and the folder has its database elsewhere; nothing where all is well."""
        if not (self.is_file and self._elsewhere.exists()):
            return ""
        return (
            "this home has its database in PostgreSQL, and neither KB_DATABASE_URL nor [database] of kb.toml names it "
            "here: answers come from state/kb.db alone; name it, or, if the home is one of files again, delete "
            f"{self._elsewhere}"
        )

    @property
    def _elsewhere(self) -> Path:
        return self.path.with_name(f"{self.path.name}.elsewhere")

    @property
    def refuses(self) -> str:
        """Why nothing can be written; empty when it can."""
        return self._engine.refuses

    @property
    def read_only(self) -> bool:
        """Whether the home can only be read."""
        return bool(self.refuses)

    @contextmanager
    def write(self, *, lasting: bool = True) -> Iterator[None]:
        """A transaction that may write; one inside another is done or undone as a whole, and commits with it.

        One that is not `lasting` writes lookups, which change nothing that is known.  It is there for all at once, and
        on the disk of a server some moments later, or with the next one that is: should that machine die in between, it
        is lost.

        Raises HomeNotWritable when the disk is full or the home read-only, HomeBusy where it may not wait for
        another process (`at_once`): nothing was changed.
        """
        with self._lock:
            if self.read_only:
                raise HomeNotWritable(f"{self.refuses}; nothing was changed")
            engine, inner = self._engine, self._engine.in_transaction
            self._wrote = self._wrote or inner
            self._look = _UNSEEN  # another process may have written until now
            begun = False
            try:
                engine.nest() if inner else engine.begin(lasting=lasting)
                begun = True
                yield
                engine.commit_nested() if inner else engine.commit()
            except BaseException as error:
                if begun and engine.in_transaction:
                    engine.undo_nested() if inner else engine.undo()
                if isinstance(error, engine.errors):
                    raise engine.translated(error) from error
                raise
            finally:
                self._look = _UNSEEN

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Inside, what this thread finds by `kept` is of one look, and anew only after a write from here.

        So it is as at the first look, whatever other processes write meanwhile: for what takes no longer than a look
        at what changed.
        """
        with self._lock:
            first = not self._steady
            if first:
                self._steady, self._look = threading.get_ident(), _UNSEEN
        try:
            yield
        finally:
            if first:
                self._steady = 0

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """A transaction in which every query sees the same state; what is written inside is kept."""
        with self._lock:
            engine = self._engine
            if engine.in_transaction:
                yield
                return
            self._wrote, self._look = False, _UNSEEN
            try:
                engine.begin_reading()
                with self.steady():
                    yield
                if self._wrote:
                    engine.commit()
            except engine.errors as error:
                raise engine.translated(error) from error
            finally:
                if engine.in_transaction:
                    engine.undo()

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
            self._engine.wait(ASKED_SECONDS if self._asking else BUSY_SECONDS)

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except self._engine.errors as error:
            raise self._engine.translated(error) from error

    def execute(self, sql: str, values: Sequence[object] = ()) -> None:
        """Run one statement for its effect; no value of it is kept with a secret in it."""
        values = clean_values(values)
        with self._lock:
            self._engine.run(sql, values)

    def execute_many(self, sql: str, values: Iterable[Sequence[object]]) -> None:
        """Run one statement for every row of values."""
        with self._lock:
            self._engine.run_many(sql, clean_rows(values))

    def put_back(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """As `execute_many`, for rows as they were kept once: whoever calls it looks for secrets in them afterwards."""
        with self._lock, self._translating():
            self._engine.run_many(sql, rows)

    def insert(self, sql: str, values: Sequence[object]) -> int:
        """Run an INSERT and return the new row's number."""
        values = clean_values(values)
        with self._lock:
            return self._engine.insert(sql, values)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows of a query.  Raises StoreBroken when the database is damaged or away."""
        with self._lock:
            try:
                return self._engine.run(sql, values)
            except self._engine.errors as error:
                raise self._engine.translated(error) from error

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.rows(sql, values)
        return found[0][0] if found else None

    def version(self) -> int:
        """A number that changes whenever another connection, of any process, has written."""
        with self._lock, self._translating():
            return self._engine.version()

    def numbers(self, table: str, count: int) -> int:
        """Take so many numbers for new rows; returns the one before the first of them.  Call inside a write."""
        with self._lock, self._translating():
            return self._engine.numbers(table, count)

    def tables(self) -> Sequence[Table]:
        """The tables that hold texts."""
        with self._lock, self._translating():
            return self._engine.tables()

    def columns(self, table: str) -> Sequence[str]:
        """The columns of a table, in order."""
        with self._lock, self._translating():
            return self._engine.columns(table)

    def rewrite(self, table: Table, new: Sequence[object], key: Sequence[object]) -> None:
        """Give the row of a table that has a key other texts; where two then have the same key, one of both stays."""
        with self._lock, self._translating():
            self._engine.rewrite(table, new, key)

    def go_on_behind(self, table: str) -> None:
        """Let new rows be numbered behind those that were put in with numbers of their own.  Call inside a write."""
        with self._lock, self._translating():
            self._engine.go_on_behind(table)

    def copy_all(self, part: Path) -> None:
        """Copy everything as of now into an SQLite file, which is there and empty."""
        with self._lock:
            self._engine.copy_all(str(part))

    def copy_tables(self, part: Path, tables: Mapping[str, str]) -> int:
        """Copy rows as of now into an SQLite file, of each table those that its condition names; returns how many."""
        with self._lock:
            return self._engine.copy_tables(str(part), tables)

    def read_ahead(self, least: int | None = None) -> None:
        """Before most of the database is read: what is quicker to read forwards, at once, is read so."""
        self._engine.read_ahead(least)

    @property
    def written(self) -> int:
        """How many rows were written through this connection: while it stays, nothing was."""
        return self._engine.written

    def kept(self, name: str, read: Callable[[], Kept]) -> Kept:
        """What `read` finds of what is known: all but lookups.

        Where it is to be `steady`, it is found once for as long as nothing of that changes; of a file at each look,
        which costs no more than to see whether anything changed.
        """
        if self._steady != threading.get_ident():
            return read()
        with self._lock:
            look = self._look_now()
            found = self._kept.get(name)
            if found is None or not found[0].is_as(look):
                found = self._kept[name] = look, read()
            return cast(Kept, found[1])

    def _look_now(self) -> _Look:
        if self._look.written != self.written:
            with self._translating():
                self._look = _Look(self._engine.state(), self.written)
        return self._look

    def meta(self, key: str, default: str = "") -> str:
        """A setting of the store."""
        return self.metas([key]).get(key) or default

    def metas(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Several settings of the store, as of one moment; those that are not set are left out."""
        if self._steady == threading.get_ident():
            settings = self.kept("settings", lambda: dict(map(tuple, self.rows(_SETTINGS))))
            return {key: settings[key] for key in keys if key in settings}
        rows = self.rows(f"{_SETTINGS} WHERE key IN ({placeholders(keys)})", keys)
        return {row["key"]: row["value"] for row in rows}

    def set_meta(self, key: str, value: object) -> None:
        """Keep a setting of the store."""
        self.execute(upsert("meta", ("key",), ("value",)), [key, str(value)])

    def make_durable(self) -> None:
        """From here on each commit of this connection is on the disk when it returns: no power cut takes it back."""
        self._engine.make_durable()

    def size(self) -> tuple[int, int]:
        """Bytes of the database, and those of them that hold nothing and are used again."""
        with self._lock, self._translating():
            return self._engine.size()

    def compact(self) -> str:
        """Let the database take no more room than it needs; returns why it could not, if it could not.

        Other processes go on reading.
        """
        with self._lock:
            return self._engine.compact()

    def check_integrity(self) -> Sequence[str]:
        """The engine's own findings about the database; empty when it is whole."""
        with self._lock, self._translating():
            return self._engine.check()

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        with self._lock:
            self._engine.close()


def placeholders(values: Sequence[object]) -> str:
    """`?,?,?` for an IN clause."""
    return ",".join("?" * len(values))


def raised(by: str | int) -> str:
    """What a setting that is a number is set to, `by` more: SQL of an UPDATE, or of an INSERT's ON CONFLICT."""
    return f"value = CAST(CAST(meta.value AS BIGINT) + {by} AS TEXT)"


def upsert(table: str, keys: Sequence[str], others: Sequence[str]) -> str:
    """An INSERT of a row that replaces the one with the same key; its values are those of the keys, then the others."""
    names = [*keys, *others]
    new = ", ".join(f"{name} = excluded.{name}" for name in others)
    return (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({placeholders(names)})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {new}"
    )
