"""Where the memory files of a home are: in its folder, or, where hosts share its database, rows of that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kb.errors import Problem
from kb.home import Home
from kb.memory.folder import MemoryFolder
from kb.memory.texts import MemoryTexts
from kb.store.database import Database

if TYPE_CHECKING:
    from kb.store.postgresql.own_folder import OwnFolder


@dataclass(frozen=True, slots=True)
class HomeMemory:
    """The texts of a home's memory, and the folder of this host where that is not what is read."""

    texts: MemoryTexts
    unread: OwnFolder | None = None

    @classmethod
    def of(
        cls, home: Home, db: Database, writer: Callable[[], str], clock: Callable[[], datetime]
    ) -> HomeMemory:
        """That of a home with this database; `writer` says who writes, `clock` when."""
        folder = MemoryFolder(home)
        if db.is_file:
            return cls(folder)
        from kb.store.postgresql.memory import MemoryRows  # most homes are files
        from kb.store.postgresql.own_folder import OwnFolder

        rows = MemoryRows(db, writer, clock)
        return cls(rows, OwnFolder(folder, rows, db))

    def take_over(self, now: datetime) -> list[Problem]:
        """Let what the folder has be rows, where that was not done yet; returns what is to be said of it."""
        return self.unread.take_over(now) if self.unread else []

    def note_known(self) -> None:
        """Note that the folder has what the rows have, as after a move."""
        if self.unread:
            self.unread.note_known()

    def problems(self) -> list[Problem]:
        """What somebody edited in the folder although it is not read."""
        return self.unread.problems() if self.unread else []
