"""`OwnFolder`: `learned/` and `state/` of a host whose home has its memory as rows.

What the first host has there becomes rows, once.  From then on the folder is not read; where somebody edits it all the
same, that is told, with what takes it in.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from kb.errors import FileUnreadable, KbError, Problem
from kb.memory.exchange import NOTE, common_of, note
from kb.memory.folder import MemoryFolder
from kb.store.database import Database
from kb.store.postgresql.memory import TAKEN_OVER, MemoryRows


class OwnFolder:
    """The memory files of this host's folder, beside the rows."""

    def __init__(self, folder: MemoryFolder, rows: MemoryRows, db: Database) -> None:
        self._folder, self._rows, self._db = folder, rows, db
        self._hashes = dict[str, tuple[str, str]]()
        self._common: tuple[object, dict[str, str]] = None, {}

    def take_over(self, now: datetime) -> list[Problem]:
        """Make rows of the files, where no host did it before; returns what is to be said of that, once."""
        if self._db.meta(TAKEN_OVER) or self._db.read_only:
            return []
        taken, left = dict[str, str](), list[Problem]()
        with self._db.write():
            if self._db.meta(TAKEN_OVER):  # another host was quicker
                return []
            for key in self._folder.names():
                try:
                    text = self._folder.read(key)
                    self._rows.put(key, text, None)
                    taken[key] = text.sha256
                except KbError as error:
                    left.append(Problem(f"{key}.yaml", None, f"was not taken into the database: {error}"))
            self._db.set_meta(TAKEN_OVER, now.isoformat(timespec="seconds"))
        if taken:
            with suppress(OSError):
                note(self._folder.home.root, taken)
            why = (
                f"{len(taken)} memory files were taken into the database ({', '.join(taken)}); from now on they are "
                "read there, not here: kb memory export and kb memory import keep a folder in step"
            )
            left.append(Problem(str(self._folder.home.root), None, why))
        return left

    def note_known(self) -> None:
        """Note that what the files say now is what the rows said, as after a move: they are not told of later."""
        known = {
            key: found for key in self._folder.names() if (found := self._hash(key)) and self._has(key, found)
        }
        with suppress(OSError):
            note(self._folder.home.root, {**self._noted(), **known})

    def problems(self) -> list[Problem]:
        """The files that say something which the home does not know: somebody edited them here."""
        why = (
            "differs from what the home says, and is not read: memory is in the database; to see and to take in what "
            f"differs: kb memory import {self._folder.home.root} --dry-run"
        )
        return [Problem(f"{key}.yaml", None, why) for key in self._folder.names() if not self._is_known(key)]

    def _is_known(self, key: str) -> bool:
        found = self._hash(key)
        return found == self._noted().get(key) or self._has(key, found)

    def _has(self, key: str, found: str) -> bool:
        return found[:16] == self._rows.stamp(key).partition("-")[2]

    def _hash(self, key: str) -> str:
        stamp = self._folder.stamp(key)
        if self._hashes.get(key, ("",))[0] != stamp:
            try:
                self._hashes[key] = stamp, self._folder.read(key).sha256
            except FileUnreadable:
                self._hashes[key] = stamp, ""
        return self._hashes[key][1]

    def _noted(self) -> dict[str, str]:
        try:
            stat = (self._folder.home.root / NOTE).stat()
            stamp = stat.st_ino, stat.st_mtime_ns
            if self._common[0] != stamp:
                self._common = stamp, common_of(self._folder.home.root)
            return self._common[1]
        except (OSError, FileUnreadable):
            return {}
