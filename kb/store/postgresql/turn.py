"""`SharedTurn`: whose turn it is of all hosts that share a database, by a lock that goes with its connection."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kb.home import SHARED
from kb.store.engines.engine import BUSY_SECONDS
from kb.store.postgresql.connection import Address
from kb.store.postgresql.troubles import translated

if TYPE_CHECKING:
    from kb.store.postgresql.connection import Connection

_TAKE = "SELECT pg_try_advisory_lock(hashtext(current_schema()), hashtext($1))"


class SharedTurn:
    """The turn of one process at the work of a name."""

    def __init__(self, url: str, name: str, tenant: str = SHARED) -> None:
        self._address = Address(url, tenant)
        self._name = name if tenant == SHARED else f"{tenant}/{name}"  # (each tenant has its own work)
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Whether it is this process's turn; one whose connection was lost is somebody else's.  Raises StoreAway."""
        from psycopg import Error

        if self._connection:
            with suppress(Error):
                self._connection.execute("SELECT 1")
                return True
            self.give()
        try:
            connection = self._address.primary()
            found = connection.execute(_TAKE, [self._name]).fetchone()
        except Error as error:
            raise translated(error, self._address.place, BUSY_SECONDS) from error
        if found and found[0]:
            self._connection = connection
            return True
        connection.close()
        return False

    def give(self) -> None:
        """Let another process have it."""
        if self._connection:
            self._connection.close()
            self._connection = None
