"""`Turn`: background work that one process of all that serve a home does at a time, wherever they run.

On one host, and where hosts share a folder, a lock file says whose turn it is; in a database that hosts share, a lock
of the database does as well.  Both go with the process that holds them.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from kb.configuration.database import database_url
from kb.home import Home

if TYPE_CHECKING:
    from kb.store.postgresql.turn import SharedTurn


class Turn:
    """The turn of one process at one kind of work, named by its lock file."""

    def __init__(self, home: Home, lock: Path) -> None:
        self._home, self._lock = home, FileLock(lock)
        self._shared: SharedTurn | None = None

    def take(self) -> bool:
        """Whether it is this process's turn, now and until `give` or its end; asked again, whether it still is."""
        if not self._lock.is_locked:
            Path(self._lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                return False
        mine = False
        try:
            mine = self._take_shared()
        finally:
            if not mine:
                self._lock.release()
        return mine

    def _take_shared(self) -> bool:
        if not self._url:
            return True
        if self._shared is None:
            from kb.store.postgresql.turn import SharedTurn

            self._shared = SharedTurn(self._url, Path(self._lock.lock_file).stem, self._home.tenant)
        return self._shared.take()

    @cached_property
    def _url(self) -> str:
        """Where the database is: what was opened stays open, and the turn is asked for every second."""
        return database_url(self._home)

    def give(self) -> None:
        """Let another process have it."""
        if self._shared:
            self._shared.give()
        self._lock.release()
