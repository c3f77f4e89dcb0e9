"""Where a process can die: before each statement that changes the database, and before each change of a file.

`watch(folder, at)` counts both in this process, for SQLite connections opened and files below the folder touched
from then on, and ends the process with SIGKILL before the one of number `at`.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from functools import partial
from pathlib import Path
from typing import Any

_READS = ("SELECT", "PRAGMA", "EXPLAIN", "--", "WITH")
_FILES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate"})
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Points:
    """The points met so far; the process dies before number `at` of them, counted from 1."""

    def __init__(self, folder: Path, at: int) -> None:
        self.count, self._at, self._folder = 0, at, str(folder.resolve())

    def met(self) -> None:
        """Count one, and die if it is the one."""
        self.count += 1
        if self.count == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, sql: str) -> None:
        """A statement is about to run."""
        if not sql.lstrip().upper().startswith(_READS):
            self.met()

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Something is about to happen to a file."""
        if event in _FILES or (event == "open" and arguments[2] and arguments[2] & _WRITES):
            path = arguments[0]
            if isinstance(path, str | os.PathLike) and os.fspath(path).startswith(self._folder):
                self.met()


class _Watched(sqlite3.Connection):
    """A connection that counts what it is told to do."""

    points: Points

    def __init__(self, *given: Any, points: Points, **options: Any) -> None:
        super().__init__(*given, **options)
        self.set_trace_callback(points.statement)


def watch(folder: Path, at: int = 0) -> Points:
    """Count from now on, and die at number `at`; 0 only counts.  It cannot be undone in this process."""
    points = Points(folder, at)
    sqlite3.connect = partial(sqlite3.connect, factory=partial(_Watched, points=points))  # type: ignore[assignment]
    sys.addaudithook(points.audit)
    return points
