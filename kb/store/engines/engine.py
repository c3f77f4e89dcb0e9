"""`Engine`: what `kb.store.database` asks of an engine, and nothing else knows which one it is.

Statements are written once, as SQLite reads them; an engine that reads them otherwise rewrites them.  An engine holds
one connection, and is asked by one thread at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

SCHEMA = 18
"""How many steps `kb.store.upkeep.migrations` has.  A file that has had them all is used as it is: reading
the steps loads sqlite-utils and with it numpy, a fifth of a second that no question should wait for."""

BUSY_SECONDS = 60.0
"""How long a writer waits for other writers."""


class Row(Protocol):
    """One row: its values by name or by place, in order."""

    def __getitem__(self, key: str | int, /) -> Any:
        """The value of a column."""
        ...

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...

    def keys(self) -> Iterable[str]:
        """The names of the columns, in order."""
        ...


class Table(NamedTuple):
    """A table that holds texts: its name, the columns that do, and what tells its rows apart."""

    name: str
    texts: Sequence[str]
    keys: Sequence[str]


class Engine(Protocol):
    """One connection to a database."""

    errors: type[Exception]
    """What its driver raises."""
    schema: int
    """That of the database, as a number of steps of SQLite's migrations: older only where it cannot be written."""
    is_file: bool
    """Whether the database is a file, which other hosts do not have."""

    @property
    def servers(self) -> int:
        """How many servers answered so far; one that was started anew may have been put back to an earlier time.

        What is kept in memory by the numbers of rows is of one of them alone.
        """
        ...

    @property
    def refuses(self) -> str:
        """Why nothing can be written now; empty when it can."""
        ...

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        ...

    @property
    def written(self) -> int:
        """How many rows were written through this connection."""
        ...

    def wait(self, seconds: float) -> None:
        """Let a write wait so long for other writers from here on."""
        ...

    def begin(self, *, lasting: bool = True) -> None:
        """Begin a transaction that writes, alone: what is read in it is still true when it commits.

        One that is not `lasting` writes lookups, and is not waited for until it is on a disk; SQLite waits for none.
        """
        ...

    def begin_reading(self) -> None:
        """Begin a transaction that sees one state."""
        ...

    def nest(self) -> None:
        """Begin a write inside a transaction.  Raises where another process wrote since that one began to read."""
        ...

    def commit(self) -> None:
        """Keep the transaction."""
        ...

    def undo(self) -> None:
        """Undo the transaction."""
        ...

    def commit_nested(self) -> None:
        """Let the write inside a transaction be a part of it."""
        ...

    def undo_nested(self) -> None:
        """Undo the write inside a transaction, and nothing else of it."""
        ...

    def run(self, sql: str, values: Sequence[object]) -> list[Row]:
        """Run one statement; its rows, where it has any."""
        ...

    def run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for every row of values."""
        ...

    def insert(self, sql: str, values: Sequence[object]) -> int:
        """Run an INSERT into a table whose key is a number; returns that of the new row."""
        ...

    def translated(self, error: Exception) -> Exception:
        """An error of the driver in words that say what to do."""
        ...

    def version(self) -> int:
        """A number that changes whenever another connection, of any process, has written."""
        ...

    def state(self) -> int | None:
        """A number that changes whenever anybody wrote what is known, and not only lookups.

        None where it costs as much as what it would save, or where it is still to come, in a transaction that writes.
        """
        ...

    def numbers(self, table: str, count: int) -> int:
        """Take so many numbers for rows of a table; returns the one before the first.  Call inside a write."""
        ...

    def tables(self) -> Sequence[Table]:
        """The tables that hold texts, but for those in which an index of words keeps its own."""
        ...

    def columns(self, table: str) -> Sequence[str]:
        """The columns of a table, in order."""
        ...

    def rewrite(self, table: Table, new: Sequence[object], key: Sequence[object]) -> None:
        """Give the row with a key other texts; where another row has a key that is then the same, one of both stays."""
        ...

    def go_on_behind(self, table: str) -> None:
        """Let new rows be numbered behind those that were put in with numbers of their own."""
        ...

    def copy_all(self, part: str) -> None:
        """Copy everything into an SQLite file, which is there and empty."""
        ...

    def copy_tables(self, part: str, tables: Mapping[str, str]) -> int:
        """Copy the rows of tables, of each those that a condition names, into an SQLite file; returns how many."""
        ...

    def size(self) -> tuple[int, int]:
        """Bytes of the database, and those of them that hold nothing and are used again."""
        ...

    def compact(self) -> str:
        """Give back to the disk what holds nothing; returns why it could not, if it could not."""
        ...

    def check(self) -> Sequence[str]:
        """The engine's own findings about the database; empty when it is whole."""
        ...

    def read_ahead(self, least: int | None) -> None:
        """Before most of a database of `least` bytes is read: pass it through the system's cache."""
        ...

    def make_durable(self) -> None:
        """From here on no power cut takes a commit of this connection back."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...
