"""`Pool`: the connections of a process to one database, lent out for a transaction or a statement.

There are at most so many at a time, of a tenant and of all (`room`); who finds none waits, and is told after a while.
A connection that broke is not lent again.  All that is open in a process asks one pool, so what one learns of where
the primary is, all know.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from kb.errors import StoreAway
from kb.store.postgresql.connection import Address, takes_no_writes
from kb.store.postgresql.room import Room

if TYPE_CHECKING:
    from kb.store.postgresql.connection import Connection

MOST = 8
"""Connections of a process as one tenant, unless `kb.toml` says otherwise: more than a server's lanes hold at once."""
WAIT_SECONDS = 30.0
"""How long somebody waits for a connection that is free."""
PRIMARY_SECONDS = 5.0
"""How long a standby answers before the primary is looked for again."""
AWAY_SECONDS = 2.0
"""How long nobody waits again for servers of which none has answered."""
KEPT_SECONDS = 60.0
"""How long a connection that nobody needs is kept."""

_SERVER = "SELECT concat_ws(' ', pg_postmaster_start_time(), to_regclass('writes')::oid)"
"""Tells a server that was started anew, or whose tables were made anew, from the one before."""
_ONLY_READ = "what answers is a standby, or set to be read only"
_Key = tuple[str, str, int, int]
_open: dict[_Key, Pool] = {}
_opening = threading.Lock()


class Pool:
    """The connections of this process to the database of a URL, as one tenant."""

    def __init__(self, key: _Key) -> None:
        """Raises InvalidInput for a URL that is none."""
        url, tenant, most, in_all = key
        self.address, self._key = Address(url, tenant), key
        self._users, self._most = 0, most
        self._free, self._lock = threading.BoundedSemaphore(most), threading.Lock()
        self._takers = dict[int, int]()
        """Which thread took each connection that is lent."""
        self._idle: list[tuple[float, Connection]] = []
        self._look_again, self._server = 0.0, ""
        self.servers = 0
        """How many servers have answered; one that was started anew, or has the tables anew, counts again."""
        self._away: tuple[float, Exception | None] = 0.0, None
        self._room = Room.of(url, in_all, self)

    @classmethod
    def of(cls, url: str, tenant: str, most: int, in_all: int) -> Pool:
        """The pool of this process, made by the first who asks; each who asks says `leave` at the end."""
        key = url, tenant, most, in_all
        with _opening:
            pool = _open.get(key) or _open.setdefault(key, cls(key))
            pool._users += 1
        return pool

    def leave(self) -> None:
        """Close what is idle when the last one has left."""
        with _opening:
            self._users -= 1
            if self._users == 0:
                _open.pop(self._key, None)
                self.forget()
                self._room.leave(self)

    def take(self) -> Connection:
        """A connection for one who gives it back.  Raises StoreAway where none becomes free, psycopg.Error."""
        if not self._free.acquire(timeout=WAIT_SECONDS):
            raise self._none_free(f"the {self._most} connections of this process", "connections")
        if not self._room.enter(WAIT_SECONDS):
            self._free.release()
            whose = f"the {self._room.most} connections of this process, of all tenants,"
            raise self._none_free(whose, "connections_in_all")
        thread = threading.get_ident()
        try:
            connection = self._found() or self._made()
        except BaseException:
            self._let_go(thread)
            raise
        with self._lock:
            self._takers[id(connection)] = thread
        return connection

    def _let_go(self, thread: int) -> None:
        self._room.exit(thread)
        self._free.release()

    def _none_free(self, whose: str, setting: str) -> StoreAway:
        return StoreAway(
            f"{self.address.place}: none of {whose} became free in {WAIT_SECONDS:.0f} s; try again, or allow more: "
            f"database.{setting} in kb.toml"
        )

    def give(self, connection: Connection) -> None:
        """Take a connection back; one that broke, or that is still in a transaction, is closed."""
        from psycopg.pq import TransactionStatus

        gone: list[Connection] = []
        now = time.monotonic()
        with self._lock:
            thread = self._takers.pop(id(connection))
            if connection.pgconn.transaction_status == TransactionStatus.IDLE and self._users:
                self._idle.append((now, connection))
            else:
                gone.append(connection)
            while self._idle and now - self._idle[0][0] > KEPT_SECONDS:
                gone.append(self._idle.pop(0)[1])
        self._close(gone)
        self._let_go(thread)

    def spare(self) -> tuple[float, Connection] | None:
        """The connection that nobody has used for the longest time, and since when."""
        with self._lock:
            return self._idle[0] if self._idle else None

    def take_out(self, connection: Connection) -> bool:
        """Give up an idle connection, so that another tenant may have one; False where somebody uses it by now."""
        with self._lock:
            before = len(self._idle)
            self._idle = [one for one in self._idle if one[1] is not connection]
            return len(self._idle) < before

    def _close(self, connections: Sequence[Connection]) -> None:
        for connection in connections:
            connection.close()
        self._room.closed(len(connections))

    def forget(self) -> None:
        """Close what is idle: a connection broke, and the others may have."""
        with self._lock:
            idle, self._idle = self._idle, []
        self._close([connection for _, connection in idle])

    def _found(self) -> Connection | None:
        """The connection that was used last, of those that are open."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()[1]
            if not connection.closed:
                return connection
            self._close([connection])

    def _made(self) -> Connection:
        """A new connection: to the primary, else to any."""
        from psycopg import OperationalError

        until, error = self._away
        if error and time.monotonic() < until:
            raise error
        try:
            return self._opened(self.address.primary)
        except OperationalError:
            self._look_again = time.monotonic() + PRIMARY_SECONDS
        try:
            return self._opened(self.address.any)  # (where nothing answers, it says why)
        except OperationalError as error:
            self._away = time.monotonic() + AWAY_SECONDS, error
            raise

    def _opened(self, connect: Callable[[], Connection]) -> Connection:
        """A new connection, for which there is room; whether it is one to the same server as the last one is noted."""
        self._room.opens()
        try:
            connection = connect()
        except BaseException:
            self._room.closed()
            raise
        try:
            (server,) = connection.execute(_SERVER).fetchone() or ("",)
        except BaseException:
            self._close([connection])
            raise
        with self._lock:
            if server != self._server:
                self._server, self.servers = server, self.servers + 1
        return connection

    def refuses(self) -> str:
        """Why nothing can be written now; where a standby answers, the primary is looked for now and then."""
        from psycopg import Error, OperationalError

        with suppress(Error):  # whoever asks next is told
            connection = self.take()
            only_read = takes_no_writes(connection)
            self.give(connection)
            if only_read and time.monotonic() >= self._look_again:
                self._look_again = time.monotonic() + PRIMARY_SECONDS
                with suppress(OperationalError):
                    primary = self._opened(self.address.primary)
                    self.forget()
                    only_read = takes_no_writes(primary)
                    with self._lock:
                        self._idle.append((time.monotonic(), primary))
            if only_read:
                return f"{self.address.place} takes no writes just now: {_ONLY_READ}"
        return ""
