"""`Room`: how many connections a process may have to one database, over all of its tenants.

Each tenant has a pool, since a connection is of one tenant from its beginning to its end.  What one pool has idle makes
room for another.  Whoever holds a connection already may have one of the last: calls that need two at a time never
wait for one another for ever.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kb.store.postgresql.connection import Connection

MOST_IN_ALL = 32
"""Connections of a process to a database over all tenants, unless `kb.toml` says otherwise: three such servers fit."""
_LAST = 4
"""A quarter of them is left to those who hold one already."""
_Key = tuple[str, int]
_open: dict[_Key, Room] = {}
_opening = threading.Lock()


class Lender(Protocol):
    """What may have connections that nobody uses."""

    def spare(self) -> tuple[float, Connection] | None:
        """The connection that nobody has used for the longest time, and since when; it stays until it is taken out."""
        ...

    def take_out(self, connection: Connection) -> bool:
        """Give up an idle connection; False where somebody uses it by now."""
        ...


class Room:
    """The connections of this process to the database of a URL."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lenders = list[Lender]()
        self._changed = threading.Condition()
        self._held = dict[int, int]()
        """How many connections each thread holds."""
        self.there = 0
        """How many are open, idle ones too."""

    @classmethod
    def of(cls, url: str, most: int, lender: Lender) -> Room:
        """The room of this process, made by the first who asks; each who asks says `leave` at the end."""
        with _opening:
            room = _open.get((url, most)) or _open.setdefault((url, most), cls(most))
            room._lenders.append(lender)
        return room

    def leave(self, lender: Lender) -> None:
        """Somebody asks no more."""
        with _opening:
            self._lenders.remove(lender)
            if not self._lenders:
                for key in [key for key, room in _open.items() if room is self]:
                    del _open[key]

    def enter(self, seconds: float) -> bool:
        """Let this thread use a connection more; False where none became free in that time."""
        thread = threading.get_ident()
        with self._changed:
            if not self._changed.wait_for(lambda: self._may(thread), seconds):
                return False
            self._held[thread] = self._held.get(thread, 0) + 1
        return True

    def _may(self, thread: int) -> bool:
        left = 0 if thread in self._held else max(1, self.most // _LAST)
        return sum(self._held.values()) < self.most - left

    def exit(self, thread: int) -> None:
        """A connection that a thread was let use is idle, or closed."""
        with self._changed:
            self._held[thread] -= 1
            if not self._held[thread]:
                del self._held[thread]
            self._changed.notify_all()

    def opens(self) -> None:
        """A connection is about to be made: of as many as there may be, the one that was idle the longest goes."""
        with self._changed:
            while self.there >= self.most and self._make_way():
                self.there -= 1
            self.there += 1

    def _make_way(self) -> bool:
        idle = sorted(
            ((*found, lender) for lender in self._lenders if (found := lender.spare())),
            key=lambda one: one[0],
        )
        for _, connection, lender in idle:
            if lender.take_out(connection):
                connection.close()
                return True
        return False

    def closed(self, count: int = 1) -> None:
        """So many connections are there no more."""
        with self._changed:
            self.there -= count
