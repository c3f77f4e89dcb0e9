"""A home moves to another database: from its own file to PostgreSQL, and back; `kb migrate`.

What moves is what no document tells again: the ledger, what people are still to be told, the memory.  The goal gets
all of it in one transaction, compared with what was copied before that commits: by the number of rows, and by a hash
of them.  So a move that is killed has moved nothing or everything, and is done again.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.configuration.database import SCHEMES
from kb.errors import HomeNotFound, InvalidInput, Refused, StoreBroken
from kb.home import Home
from kb.memory.texts import MemoryTexts
from kb.memory.yaml_file import FileText
from kb.store.database import SCHEMA, Database, no_driver
from kb.store.postgresql.memory import TAKEN_OVER
from kb.store.upkeep.backups import LEDGER, OWN, Backups, write_copy
from kb.store.upkeep.memory_copy import memory_in, put_memory, replaced

TABLES = (*LEDGER, "hook_deliveries", "announcements", "deliveries", "presses", "meta")
"""The tables that move."""
WHICH = {**OWN, "meta": "key LIKE 'notices.%' OR key = 'swept_on'"}
"""Of some, only these rows: what was told up to goes along with what is to be told."""
_PARTS = "state/.moving.db"
Rows = Callable[[str], Iterable[Iterable[Any]]]
"""Runs a query."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a home or a copy has of what moves: by table how many rows, and a hash of them in any order."""

    tables: Mapping[str, tuple[int, str]]
    memory: Mapping[str, str]

    @property
    def rows(self) -> dict[str, int]:
        """How many rows, by table."""
        return {table: count for table, (count, _) in self.tables.items()}


def goal_of(home: Home, to: str) -> tuple[Home, str]:
    """The home that `--to` means, and where its database is: the folder of this one with a URL, or another folder.

    The folder of another one is made.  Raises Refused for a database of another version, InvalidInput for what is
    neither, StoreAway.
    """
    if to.startswith(SCHEMES):
        _check_server(to)
        return home, to
    if "://" in to or not to.strip():
        raise InvalidInput("--to is neither of the form postgresql://user@host:port/database nor a folder")
    goal = Home(Path(to).expanduser().resolve())
    if goal.root.is_file():
        raise HomeNotFound(f"{goal.root} is a file; name a folder, or postgresql://user@host/database")
    _check_file(goal.database)
    for folder in (goal.learned, goal.state):
        folder.mkdir(parents=True, exist_ok=True)
    return goal, ""


def _check_file(file: Path) -> None:
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as found:
            schema = int(found.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error as error:
        raise StoreBroken(f"{file}: {error}; nothing was moved") from error
    if schema not in (0, SCHEMA):
        raise Refused(
            f"{file} is of another version of kb (schema {schema}, this one is {SCHEMA}); nothing was moved"
        )


def _check_server(url: str) -> None:
    try:
        from psycopg import Error
    except ImportError as error:
        raise no_driver(error) from error
    from kb.store.postgresql import steps
    from kb.store.postgresql.connection import Address
    from kb.store.postgresql.troubles import translated

    address = Address(url)
    try:
        with closing(address.any()) as connection:
            schema = steps.found(connection)
    except Error as error:
        raise translated(error, address.place, 0) from error
    if schema not in (0, steps.SCHEMA):
        raise Refused(
            f"{address.place} is of another version of kb (schema {schema}, this one is {steps.SCHEMA}); nothing was "
            "moved"
        )


class Relocation:
    """The move of one home into another, which has nothing of its own."""

    def __init__(self, goal: Database, texts: MemoryTexts, unwritten: Collection[str]) -> None:
        """`unwritten` has the hashes of memory files that nobody wrote: they may be replaced."""
        self._goal, self._texts, self._unwritten = goal, texts, unwritten

    def move(self, source: Database, texts: MemoryTexts) -> tuple[Content, bool]:
        """Move everything; while it lasts nobody else writes into the source.  Returns it, and whether it was there.

        Raises Refused where the goal has anything else, StoreBroken where what arrived is not what was copied.
        """
        part = self._goal.path.parent.parent / _PARTS
        try:
            with _held(source), closing(source.beside()) as reader:
                write_copy(reader, part, texts, {table: WHICH.get(table, "true") for table in TABLES})
                return self._receive(part)
        finally:
            part.unlink(missing_ok=True)

    def _receive(self, part: Path) -> tuple[Content, bool]:
        with closing(sqlite3.connect(f"{part.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            texts = memory_in(copy) or {}
            wanted = Content(_hashes(copy.execute, self._goal.columns, {}), _hashes_of(texts))
            if self._here() == wanted:
                return wanted, True
            with self._goal.write():
                self._refuse()
                there = replaced(self._texts, texts, self._unwritten)
                for table in TABLES:
                    Backups.take(self._goal, copy, table)
                put_memory(self._texts, texts, there)
                if not self._goal.is_file:
                    self._goal.set_meta(TAKEN_OVER, "moved in")
                self._check(wanted)
        return wanted, False

    def _here(self) -> Content:
        memory = {key: self._texts.read(key) for key in self._texts.names()}
        return Content(_hashes(self._goal.rows, self._goal.columns, WHICH), _hashes_of(memory))

    def _refuse(self) -> None:
        there = [f"{count} {table}" for table, count in self._here().rows.items() if count]
        if there:
            raise Refused(
                f"the goal has something of its own ({', '.join(there)}), which would be mixed with what moves; "
                "nothing was moved, name an empty database or a new folder, or move the old state/kb.db there away"
            )

    def _check(self, wanted: Content) -> None:
        here = self._here()
        wrong = [name for name, found in wanted.tables.items() if here.tables[name] != found]
        wrong += [
            key for key in {*wanted.memory, *here.memory} if wanted.memory.get(key) != here.memory.get(key)
        ]
        if wrong:
            raise StoreBroken(f"what arrived of {', '.join(wrong)} is not what was copied; nothing was moved")


def _held(source: Database) -> AbstractContextManager[None]:
    """Inside, nobody else writes into the source, so that nothing is left behind."""
    return nullcontext() if source.read_only else source.write()


def _hashes(
    rows: Rows, columns: Callable[[str], Sequence[str]], which: Mapping[str, str]
) -> dict[str, tuple[int, str]]:
    """Of each table, how many rows it has and a hash of them."""
    return {
        table: _hash(
            rows(f"SELECT {', '.join(columns(table))} FROM {table} WHERE {which.get(table, 'true')}")
        )
        for table in TABLES
    }


def _hash(rows: Iterable[Iterable[Any]]) -> tuple[int, str]:
    """How many rows there are, and the sum of their hashes: engines have them in different orders."""
    count, total = 0, 0
    for row in rows:
        said = json.dumps([_plain(value) for value in row], ensure_ascii=False).encode(
            "utf-8", "surrogatepass"
        )
        total += int.from_bytes(hashlib.sha256(said).digest(), "big")
        count += 1
    return count, f"{total % 2**256:064x}"


def _plain(value: Any) -> Any:
    """A NUL, which PostgreSQL cannot keep, is the picture of one there."""
    return value.replace("\0", "\u2400") if isinstance(value, str) else value


def _hashes_of(texts: Mapping[str, FileText]) -> dict[str, str]:
    return {key: text.sha256 for key, text in texts.items()}
