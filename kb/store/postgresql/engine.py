"""`Postgresql`: the engine of a home whose database is a server that many hosts share.

It has a connection of its process's pool for as long as a transaction lasts, or a statement outside of one.

Who writes raises one row first (`writes`) and holds it until the commit: so writes are one after the other, as in a
file, what is read in one is still true when it commits, numbers of rows come in the order of commits, and everybody
sees by that row whether anything was committed since.  A transaction that began to read before is refused its write
where another one came in between.

A connection that was lost is made anew by the next call.  What only reads is asked once more by itself; what writes
is not: whoever asked knows whether it may be done twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from kb.errors import StoreAway
from kb.home import SHARED
from kb.store.engines.engine import BUSY_SECONDS, Row, Table
from kb.store.engines.engine import SCHEMA as STEPS_OF_SQLITE
from kb.store.postgresql.dialect import (
    BEHIND,
    BROKEN,
    COLUMNS,
    OWN_COLUMNS,
    SIZE,
    only_reads,
    prepared,
    storable,
    tables_of,
    translated,
)
from kb.store.postgresql.own_rows import OwnRows
from kb.store.postgresql.pool import MOST, Pool
from kb.store.postgresql.room import MOST_IN_ALL
from kb.store.postgresql.schema import opened
from kb.store.postgresql.troubles import is_away
from kb.store.postgresql.troubles import translated as in_words

if TYPE_CHECKING:
    from kb.store.postgresql.connection import Connection

_SOON = "; SET LOCAL synchronous_commit = off"
_LOCK = "SET LOCAL lock_timeout = '{0}ms'; UPDATE writes SET {1} = {1} + 1{2}"
_KNOWN, _LOOKUPS = "number", "asked"
"""Columns of `writes`: how often what is known was written, and how often lookups were."""
_STATE, _VERSION = (f"SELECT {of} FROM writes" for of in (_KNOWN, f"{_KNOWN} + {_LOOKUPS}"))
_BITS = 48
"""Of a number of writes: a million of them a second for nine years."""


class Postgresql:
    """The database, as one at a time asks it."""

    is_file = False
    schema = STEPS_OF_SQLITE

    def __init__(self, url: str, tenant: str = SHARED, most: int = 0, in_all: int = 0) -> None:
        """The engine of a home, or of a tenant, in a process that has `most` connections to that database (0: 8).

        All tenants together have `in_all` (0: 32).

        Raises StoreAway where it cannot be reached, StoreBroken where it is of a newer kb or would not keep tenants
        apart.
        """
        import psycopg  # an extra: without it, this module can be read all the same

        self.errors: type[Exception] = psycopg.Error
        self._driver: ModuleType = psycopg
        self._pool = Pool.of(url, tenant, most or MOST, in_all or MOST_IN_ALL)
        self._place = self._pool.address.place
        self._held: Connection | None = None
        """The connection of the transaction that is open."""
        self._waits, self._written = BUSY_SECONDS, 0
        self._state = 0
        """That of the transaction that reads."""
        self._durable, self._closed = "", False
        self._locks = list[bool]()
        """For the transaction and each write inside it, whether the lock was taken there."""
        self._own: OwnRows | None = None
        """Whose rows these are, where tenants share the database."""
        try:
            with self._lent() as connection:
                self._own = opened(connection, tenant, self._place)
        except BaseException as error:
            self.close()
            if isinstance(error, self.errors):
                raise self.translated(error) from error
            raise

    @contextmanager
    def _lent(self) -> Iterator[Connection]:
        """The connection of the transaction that is open, else one for as long as this lasts."""
        if self._held:
            yield self._held
            return
        connection = self._pool.take()
        try:
            yield connection
        finally:
            self._pool.give(connection)

    @property
    def servers(self) -> int:
        """How many servers have answered this process so far; one that was started anew counts again."""
        return self._pool.servers

    @property
    def refuses(self) -> str:
        """Why nothing can be written now; a standby that answers looks now and then whether the primary is back."""
        return "" if self.in_transaction else self._pool.refuses()  # what it begins with is what it ends with

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._held is not None

    @property
    def written(self) -> int:
        """How many rows were written through this connection."""
        return self._written

    def wait(self, seconds: float) -> None:
        """Let a write wait so long for other writers from here on."""
        self._waits = seconds

    def _lock(self, of: str = _KNOWN) -> str:
        own = f" WHERE {self._own.which}" if self._own else ""
        return _LOCK.format(int(self._waits * 1000), of, own)

    def begin(self, *, lasting: bool = True) -> None:
        """Begin a transaction that writes, alone; the server says that one is kept when it is, if it is `lasting`."""
        said = f"{self._durable}; {self._lock()}" if lasting else f"{_SOON}; {self._lock(_LOOKUPS)}"
        self._begin(f"BEGIN{said}")
        self._locks = [True]

    def begin_reading(self) -> None:
        """Begin a transaction that sees one state, that of its first query."""
        self._begin(f"BEGIN ISOLATION LEVEL REPEATABLE READ; {self._sql(_STATE)}")
        self._locks = [False]

    def _begin(self, said: str, *, again: bool = False) -> None:
        """Nothing has happened yet, so a connection that was lost is no error."""
        self._held = self._pool.take()
        try:
            self._say(said)
        except self.errors as error:
            lost = is_away(error) and self._held.closed
            self.undo()
            if again or not lost:
                raise
            self._pool.forget()
            self._begin(said, again=True)

    def nest(self) -> None:
        """Begin a write inside a transaction.  Raises where another process wrote since that one began to read."""
        self._say("SAVEPOINT nested")
        takes = not any(self._locks)  # (a row that is written often in one transaction is slow to find)
        self._locks.append(takes)
        try:
            if takes:
                self._say(self._lock())
        except self.errors:
            if self.in_transaction:
                self.undo_nested()
            raise

    def commit(self) -> None:
        """Keep the transaction.  Raises StoreAway where the connection is lost: nobody knows whether it is kept."""
        try:
            self._say("COMMIT")
        except self.errors as error:
            if not is_away(error):
                raise
            self._give_back()
            raise StoreAway(
                f"{self._place} was lost while it kept a change: look whether it is there before you repeat it"
            ) from error
        self._give_back()

    def undo(self) -> None:
        """Undo the transaction."""
        if self._held and not self._held.closed:
            with suppress(self._driver.OperationalError):  # (what was lost is undone by the server)
                self._say("ROLLBACK")
        self._give_back()

    def _give_back(self) -> None:
        held, self._held = self._held, None
        if held:
            self._pool.give(held)

    def commit_nested(self) -> None:
        """Let the write inside a transaction be a part of it."""
        self._say("RELEASE nested")
        self._locks[-2:] = [any(self._locks[-2:])]

    def undo_nested(self) -> None:
        """Undo the write inside a transaction, and nothing else of it."""
        self._locks.pop()
        if self._held and not self._held.closed:
            self._say("ROLLBACK TO nested; RELEASE nested")

    def _say(self, said: str) -> None:
        with self._lent() as connection:
            cursor = connection.execute(said, prepare=False)
            while cursor.nextset():
                pass
            if cursor.description:
                self._state = self._numbered(cursor.fetchall())

    def _sql(self, sql: str) -> str:
        said = translated(sql)
        return self._own.of(said) if self._own else said

    def run(self, sql: str, values: Sequence[object]) -> list[Row]:
        """Run one statement; its rows, where it has any.  What writes outside a transaction is one of its own."""
        if only_reads(sql):
            return self._read(sql, values)
        if self.in_transaction:
            return self._changed(sql, values)
        self.begin()
        try:
            rows = self._changed(sql, values)
            self.commit()
        except BaseException:
            self.undo()
            raise
        return rows

    def _read(self, sql: str, values: Sequence[object]) -> list[Row]:
        inside = self.in_transaction
        with self._lent() as connection:
            try:
                return connection.execute(self._sql(sql), storable(values), prepare=prepared(sql)).fetchall()
            except self._driver.OperationalError as error:
                if inside or not is_away(error) or not connection.closed:
                    raise
        self._pool.forget()
        with self._lent() as connection:
            return connection.execute(self._sql(sql), storable(values), prepare=prepared(sql)).fetchall()

    def _changed(self, sql: str, values: Sequence[object]) -> list[Row]:
        with self._lent() as connection:
            cursor = connection.execute(self._sql(sql), storable(values), prepare=prepared(sql))
            self._written += max(0, cursor.rowcount)
            return cursor.fetchall() if cursor.description else []

    def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for every row of values."""
        if not rows:
            return
        if not self.in_transaction:
            self.begin()
            try:
                self.run_many(sql, rows)
                self.commit()
            except BaseException:
                self.undo()
                raise
            return
        if len(rows) == 1:  # (several are sent together, which takes longer than one)
            self._changed(sql, rows[0])
            return
        with self._lent() as connection, connection.cursor() as cursor:
            cursor.executemany(self._sql(sql), [storable(row) for row in rows])
            self._written += max(0, cursor.rowcount)

    def insert(self, sql: str, values: Sequence[object]) -> int:
        """Run an INSERT into a table whose key is `id`; returns that of the new row."""
        return int(self.run(f"{sql} RETURNING id", values)[0][0])

    def version(self) -> int:
        """A number that changes with every commit, and where another server answers."""
        return self._numbered(self._read(_VERSION, ()))

    def state(self) -> int | None:
        """A number that changes whenever anybody wrote what is known; None while it is written here."""
        if not self.in_transaction:
            return self._numbered(self._read(_STATE, ()))
        return None if any(self._locks) else self._state

    def _numbered(self, rows: Sequence[Row]) -> int:
        return self._pool.servers << _BITS | int(rows[0][0])

    def numbers(self, table: str, count: int) -> int:
        """Take so many numbers for rows of a table; returns the one before the first."""
        taken = "SELECT nextval(pg_get_serial_sequence(?, 'id')) AS number FROM generate_series(1, ?)"
        (row,) = self._read(f"SELECT coalesce(min(number), 1) - 1 FROM ({taken}) AS taken", [table, count])
        return int(row[0])

    def tables(self) -> Sequence[Table]:
        """The tables that hold texts."""
        return tables_of(self._read(COLUMNS, ()))

    def columns(self, table: str) -> Sequence[str]:
        """The columns of a table that SQLite has, too, in order."""
        return [row["column"] for row in self._columns_of(table) if row["column"] not in OWN_COLUMNS]

    def _columns_of(self, table: str) -> list[Row]:
        return [row for row in self._read(COLUMNS, ()) if row["name"] == table]

    def rewrite(self, table: Table, new: Sequence[object], key: Sequence[object]) -> None:
        """Give the row with a key other texts; where another row then has the same key, this one goes."""
        sets, where = (
            joint.join(f"{name} = ?" for name in of)
            for joint, of in ((", ", table.texts), (" AND ", table.keys))
        )
        self._say("SAVEPOINT rewritten")
        try:
            self._changed(f"UPDATE {table.name} SET {sets} WHERE {where}", [*new, *key])
            self._say("RELEASE rewritten")
        except self._driver.errors.UniqueViolation:
            self._say("ROLLBACK TO rewritten; RELEASE rewritten")
            self._changed(f"DELETE FROM {table.name} WHERE {where}", key)

    def copy_all(self, part: str) -> None:
        """Copy everything as of now into an SQLite file."""
        self.copy_tables(part, dict.fromkeys((table.name for table in self.tables()), "true"))

    def copy_tables(self, part: str, tables: Mapping[str, str]) -> int:
        """Copy rows as of now, of each table those that its condition names, into an SQLite file; returns how many."""
        copied, inside = 0, self.in_transaction
        try:
            with closing(sqlite3.connect(part, isolation_level=None)) as made:
                if not inside:
                    self.begin_reading()
                made.execute("BEGIN")
                for table, which in tables.items():
                    copied += self._copy(made, table, which)
                made.execute("COMMIT")
        except self.errors as error:
            raise self.translated(error) from error
        finally:
            if not inside:
                self.undo()
        return copied

    def _copy(self, made: sqlite3.Connection, table: str, which: str) -> int:
        """Copy rows in the order in which they came, as far as that is known, some thousand in memory at a time."""
        kept = self.columns(table)
        made.execute(f"CREATE TABLE {table} ({', '.join(kept)})")
        numbers = [row["column"] for row in self._columns_of(table) if row["is_number"]]
        order = f" ORDER BY {(numbers or kept)[0]}"
        insert, count = f"INSERT INTO {table} VALUES ({','.join('?' * len(kept))})", 0
        with self._lent() as connection, self._driver.RawServerCursor(connection, "copied") as cursor:
            cursor.execute(self._sql(f"SELECT {', '.join(kept)} FROM {table} WHERE {which}{order}"))
            while rows := cursor.fetchmany(2_000):
                made.executemany(insert, cast(Any, rows))
                count += len(rows)
        return count

    def go_on_behind(self, table: str) -> None:
        """Let new rows be numbered behind those that were put in with numbers of their own."""
        for row in self._columns_of(table):
            if row["is_number"]:
                self._read(BEHIND.format(table=table, name=row["column"]), ())

    def size(self) -> tuple[int, int]:
        """Bytes of all tables with their indexes; what holds nothing PostgreSQL uses again by itself."""
        return int(self._read(SIZE, ())[0][0]), 0

    def compact(self) -> str:
        """Nothing: room that rows took is used again, by autovacuum."""
        return ""

    def check(self) -> Sequence[str]:
        """Indexes that PostgreSQL does not trust itself."""
        return [f"the index {row[0]} is not valid: REINDEX INDEX {row[0]}" for row in self._read(BROKEN, ())]

    def read_ahead(self, least: int | None) -> None:
        """Nothing: the server reads ahead by itself."""

    def make_durable(self) -> None:
        """From here on a commit returns when the server has it on its disk, and on those that it is set to wait for."""
        if str(self._read("SHOW synchronous_commit", ())[0][0]) == "off":
            self._durable = "; SET LOCAL synchronous_commit = on"

    def close(self) -> None:
        """Let go of the connections; a second call does nothing."""
        self.undo()
        if not self._closed:
            self._closed = True
            self._pool.leave()

    def translated(self, error: Exception) -> Exception:
        """An error in words that say what to do."""
        return in_words(error, self._place, self._waits)
