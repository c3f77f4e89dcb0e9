"""`Postgresql`: the engine of a home whose database is a server that many hosts share.

Who writes raises one row first (`writes`) and holds it until the commit: so writes are one after the other, as in a
file, what is read in one is still true when it commits, numbers of rows come in the order of commits, and everybody
sees by that row whether anything was committed since.  A transaction that began to read before is refused its write
where another one came in between.

A connection that was lost is made anew by the next call.  What only reads is asked once more by itself; what writes
is not: whoever asked knows whether it may be done twice.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from kb.errors import HomeNotWritable, StoreAway, StoreBroken
from kb.store.engines.engine import BUSY_SECONDS, Row, Table
from kb.store.engines.engine import SCHEMA as STEPS_OF_SQLITE
from kb.store.postgresql import steps
from kb.store.postgresql.connection import Address, takes_no_writes
from kb.store.postgresql.dialect import only_reads, storable, translated
from kb.store.postgresql.troubles import is_away
from kb.store.postgresql.troubles import translated as in_words

if TYPE_CHECKING:
    from kb.store.postgresql.connection import Connection

PRIMARY_SECONDS = 5.0
"""How long a standby answers before the primary is looked for again."""
AWAY_SECONDS = 2.0
"""How long nobody waits again for servers of which none has answered."""
_LOCK = "SET LOCAL lock_timeout = '{}ms'; UPDATE writes SET number = number + 1"
_OWN_TABLES = ("schema_steps", "writes", "chunk_terms", "postings", "memory_files")
"""Tables that SQLite has not, or keeps for itself."""
_COLUMNS = """
    SELECT c.relname AS name, a.attname AS column, a.atttypid = 'text'::regtype AS is_text,
        a.attidentity != '' AS is_number,
        coalesce(a.attnum = ANY (i.indkey), false) AS is_key
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, a.attnum
"""
_SIZE = """
    SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
"""
_BROKEN = """
    SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace ORDER BY 1
"""


class Postgresql:
    """One connection to the database."""

    is_file = False
    schema = STEPS_OF_SQLITE

    def __init__(self, url: str) -> None:
        """Raises StoreAway where it cannot be reached, StoreBroken where it is of a newer kb."""
        import psycopg  # an extra: without it, this module can be read all the same
        from psycopg.pq import TransactionStatus

        self.errors: type[Exception] = psycopg.Error
        self._driver: ModuleType = psycopg
        self._outside = TransactionStatus.IDLE, TransactionStatus.UNKNOWN
        self._address = Address(url)
        self._waits, self._written = BUSY_SECONDS, 0
        self._look_again = 0.0
        self._away: tuple[float, Exception | None] = 0.0, None
        self._locks = list[bool]()
        """For the transaction and each write inside it, whether the lock was taken there."""
        try:
            self._connection = self._connect()
            self._take_steps()
        except self.errors as error:
            raise self.translated(error) from error

    def _connect(self) -> Connection:
        until, error = self._away
        if error and time.monotonic() < until:
            raise error
        try:
            return self._address.primary()
        except self._driver.OperationalError:
            self._look_again = time.monotonic() + PRIMARY_SECONDS
        try:
            return self._address.any()  # (where nothing answers, it says why)
        except self._driver.OperationalError as error:
            self._away = time.monotonic() + AWAY_SECONDS, error
            raise

    def _take_steps(self) -> None:
        found = self._found()
        if found > steps.SCHEMA:
            raise StoreBroken(
                f"{self._address.place} was written by a newer kb (schema {found}, this one knows {steps.SCHEMA}); "
                "update kb"
            )
        if found == steps.SCHEMA:
            return
        if self.refuses:
            raise HomeNotWritable(
                f"{self._address.place} is empty or was written by an older kb, and {self.refuses}; open it once where "
                "it can be written"
            )
        with self._connection.transaction():
            self._connection.execute(steps.ALONE)
            self._connection.execute(steps.BEGIN)
            for number in range(self._found() + 1, steps.SCHEMA + 1):  # (another host may have been quicker)
                name, said = steps.statements(number)
                self._connection.execute(said, prepare=False)
                self._connection.execute("INSERT INTO schema_steps VALUES ($1, $2, now())", [number, name])

    def _found(self) -> int:
        return steps.found(self._connection)

    @property
    def refuses(self) -> str:
        """Why nothing can be written now; a standby that answers looks now and then whether the primary is back."""
        if self.in_transaction:
            return ""  # what it begins with is what it ends with
        if self._connection.closed:
            with suppress(self.errors):  # whoever asks next is told
                self._connection = self._connect()
        if self._connection.closed or not takes_no_writes(self._connection):
            return ""
        if time.monotonic() >= self._look_again:
            self._look_again = time.monotonic() + PRIMARY_SECONDS
            with suppress(self._driver.OperationalError):
                self._connection, old = self._address.primary(), self._connection
                old.close()
        if not takes_no_writes(self._connection):
            return ""
        return f"{self._address.place} takes no writes just now: what answers is a standby, or set to be read only"

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._connection.pgconn.transaction_status not in self._outside

    @property
    def written(self) -> int:
        """How many rows were written through this connection."""
        return self._written

    def wait(self, seconds: float) -> None:
        """Let a write wait so long for other writers from here on."""
        self._waits = seconds

    def _lock(self) -> str:
        return _LOCK.format(int(self._waits * 1000))

    def begin(self) -> None:
        """Begin a transaction that writes, alone."""
        self._begin(f"BEGIN; {self._lock()}")
        self._locks = [True]

    def begin_reading(self) -> None:
        """Begin a transaction that sees one state, that of its first query."""
        self._begin("BEGIN ISOLATION LEVEL REPEATABLE READ")
        self._locks = [False]

    def _begin(self, said: str) -> None:
        """Nothing has happened yet, so a connection that was lost is no error."""
        try:
            self._say(said)
        except self.errors as error:
            if not is_away(error) or not self._connection.closed:
                self.undo()
                raise
            self._connection = self._connect()
            self._say(said)

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
            raise StoreAway(
                f"{self._address.place} was lost while it kept a change: look whether it is there before you repeat it"
            ) from error

    def undo(self) -> None:
        """Undo the transaction."""
        if self.in_transaction:
            self._say("ROLLBACK")

    def commit_nested(self) -> None:
        """Let the write inside a transaction be a part of it."""
        self._say("RELEASE nested")
        self._locks[-2:] = [any(self._locks[-2:])]

    def undo_nested(self) -> None:
        """Undo the write inside a transaction, and nothing else of it."""
        self._say("ROLLBACK TO nested; RELEASE nested")
        self._locks.pop()

    def _say(self, said: str) -> None:
        self._connection.execute(said, prepare=False)

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
        try:
            return self._connection.execute(translated(sql), storable(values)).fetchall()
        except self._driver.OperationalError as error:
            if inside or not is_away(error) or not self._connection.closed:
                raise
            self._connection = self._connect()
            return self._connection.execute(translated(sql), storable(values)).fetchall()

    def _changed(self, sql: str, values: Sequence[object]) -> list[Row]:
        cursor = self._connection.execute(translated(sql), storable(values))
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
        with self._connection.cursor() as cursor:
            cursor.executemany(translated(sql), [storable(row) for row in rows])
            self._written += max(0, cursor.rowcount)

    def insert(self, sql: str, values: Sequence[object]) -> int:
        """Run an INSERT into a table whose key is `id`; returns that of the new row."""
        return int(self.run(f"{sql} RETURNING id", values)[0][0])

    def version(self) -> int:
        """A number that changes with every commit."""
        return int(self._read("SELECT number FROM writes", ())[0][0])

    def numbers(self, table: str, count: int) -> int:
        """Take so many numbers for rows of a table; returns the one before the first."""
        taken = "SELECT nextval(pg_get_serial_sequence(?, 'id')) AS number FROM generate_series(1, ?)"
        (row,) = self._read(f"SELECT coalesce(min(number), 1) - 1 FROM ({taken}) AS taken", [table, count])
        return int(row[0])

    def tables(self) -> Sequence[Table]:
        """The tables that hold texts."""
        columns = dict[str, list[Row]]()
        for row in self._read(_COLUMNS, ()):
            columns.setdefault(row["name"], []).append(row)
        return [
            Table(
                name,
                texts,
                ["rowid"]
                if any(one["column"] == "rowid" for one in found)
                else [one["column"] for one in found if one["is_key"]],
            )
            for name, found in columns.items()
            if name not in _OWN_TABLES and (texts := [one["column"] for one in found if one["is_text"]])
        ]

    def columns(self, table: str) -> Sequence[str]:
        """The columns of a table that SQLite has, too, in order."""
        return [row["column"] for row in self._columns_of(table) if row["column"] != "rowid"]

    def _columns_of(self, table: str) -> list[Row]:
        return [row for row in self._read(_COLUMNS, ()) if row["name"] == table]

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
        copied = 0
        try:
            with closing(sqlite3.connect(part, isolation_level=None)) as made, self._connection.transaction():
                self._say("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                made.execute("BEGIN")
                for table, which in tables.items():
                    copied += self._copy(made, table, which)
                made.execute("COMMIT")
        except self.errors as error:
            raise self.translated(error) from error
        return copied

    def _copy(self, made: sqlite3.Connection, table: str, which: str) -> int:
        """Copy rows in the order in which they came, as far as that is known, some thousand in memory at a time."""
        kept = self.columns(table)
        made.execute(f"CREATE TABLE {table} ({', '.join(kept)})")
        numbers = [row["column"] for row in self._columns_of(table) if row["is_number"]]
        order = f" ORDER BY {(numbers or kept)[0]}"
        insert, count = f"INSERT INTO {table} VALUES ({','.join('?' * len(kept))})", 0
        with self._driver.RawServerCursor(self._connection, "copied") as cursor:
            cursor.execute(f"SELECT {', '.join(kept)} FROM {table} WHERE {which}{order}")
            while rows := cursor.fetchmany(2_000):
                made.executemany(insert, cast(Any, rows))
                count += len(rows)
        return count

    def go_on_behind(self, table: str) -> None:
        """Let new rows be numbered behind those that were put in with numbers of their own."""
        for row in self._columns_of(table):
            if row["is_number"]:
                name = row["column"]
                last = f"SELECT setval(pg_get_serial_sequence('{table}', '{name}'), max({name})) FROM {table}"
                self._read(last, ())

    def size(self) -> tuple[int, int]:
        """Bytes of all tables with their indexes; what holds nothing PostgreSQL uses again by itself."""
        return int(self._read(_SIZE, ())[0][0]), 0

    def compact(self) -> str:
        """Nothing: room that rows took is used again, by autovacuum."""
        return ""

    def check(self) -> Sequence[str]:
        """Indexes that PostgreSQL does not trust itself."""
        return [f"the index {row[0]} is not valid: REINDEX INDEX {row[0]}" for row in self._read(_BROKEN, ())]

    def read_ahead(self, least: int | None) -> None:
        """Nothing: the server reads ahead by itself."""

    def make_durable(self) -> None:
        """From here on a commit returns when the server has it on its disk, and on those that it is set to wait for."""
        if str(self._read("SHOW synchronous_commit", ())[0][0]) == "off":
            self._say("SET synchronous_commit = on")

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self._connection.close()

    def translated(self, error: Exception) -> Exception:
        """An error in words that say what to do."""
        return in_words(error, self._address.place, self._waits)
