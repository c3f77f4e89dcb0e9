"""`SharedTurn`: whose turn it is of all hosts that share a database, by a lock that goes with its connection.

All turns of a process, of whatever work and tenant, are held by one connection.  Where that is lost, all are.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from kb.home import SHARED
from kb.store.engines.engine import BUSY_SECONDS
from kb.store.postgresql.connection import Address
from kb.store.postgresql.troubles import translated

if TYPE_CHECKING:
    from kb.store.postgresql.connection import Connection

_TAKE = "SELECT pg_try_advisory_lock(hashtext(current_schema()), hashtext($1))"
_GIVE = "SELECT pg_advisory_unlock(hashtext(current_schema()), hashtext($1))"
_sessions: dict[str, _Session] = {}
_opening = threading.Lock()


class _Session:
    """The connection of this process that holds its turns at one database; there is none while it holds nothing."""

    def __init__(self, url: str) -> None:
        self._address = Address(url)
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._held = dict[str, object]()

    @classmethod
    def of(cls, url: str) -> _Session:
        with _opening:
            return _sessions.get(url) or _sessions.setdefault(url, cls(url))

    def take(self, name: str, by: object) -> bool:
        """Whether the turn is that of `by`, now and until it is given."""
        from psycopg import Error

        with self._lock:
            if not self._is_there():
                self._end()
            if name in self._held:  # (a lock that its own connection asks for again would be had twice)
                return self._held[name] is by
            try:
                self._connection = self._connection or self._address.primary()
                found = self._connection.execute(_TAKE, [name]).fetchone()
            except Error as error:
                self._end()
                raise translated(error, self._address.place, BUSY_SECONDS) from error
            if found and found[0]:
                self._held[name] = by
            elif not self._held:
                self._end()
            return name in self._held

    def give(self, name: str, by: object) -> None:
        """Let another process have it, where it is that of `by`."""
        from psycopg import Error

        with self._lock:
            if self._held.get(name) is not by:
                return
            del self._held[name]
            with suppress(Error):
                if self._held and self._connection:
                    self._connection.execute(_GIVE, [name])
                    return
            self._end()

    def _is_there(self) -> bool:
        from psycopg import Error

        with suppress(Error):
            if self._connection:
                self._connection.execute("SELECT 1")
                return True
        return False

    def _end(self) -> None:
        """Let go of all."""
        self._held.clear()
        if self._connection:
            self._connection.close()
            self._connection = None


class SharedTurn:
    """The turn of one process at the work of a name."""

    def __init__(self, url: str, name: str, tenant: str = SHARED) -> None:
        self._session = _Session.of(url)
        self._name = name if tenant == SHARED else f"{tenant}/{name}"  # (each tenant has its own work)

    def take(self) -> bool:
        """Whether it is this one's turn; one whose connection was lost is somebody else's.  Raises StoreAway."""
        return self._session.take(self._name, self)

    def give(self) -> None:
        """Let another process have it."""
        self._session.give(self._name, self)
