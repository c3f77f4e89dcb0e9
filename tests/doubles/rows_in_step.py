"""Memory as rows, beside a folder that tests edit: before each look what changed there is imported, afterwards it is
exported, both by hand as `kb memory import` and `export` would do it.  So a test of files says the same of rows.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress

from kb.home import Home
from kb.memory import yaml_file
from kb.memory.folder import MemoryFolder
from kb.memory.texts import Edit, QuickEdit, not_quick
from kb.memory.yaml_file import FileText
from kb.store.postgresql.memory import MemoryRows


class RowsInStep(MemoryRows):
    """The rows of a home; its folder is what was exported last, or what somebody made of it since."""

    common: dict[tuple[str, str], str] = {}  # noqa: RUF012 (one for all connections of this process)
    """By home and key, the beginning of the hash of what both had last."""
    turn = threading.Lock()
    """Threads that look at once would take what one of them exports for an edit by hand."""

    @property
    def _folder(self) -> MemoryFolder:
        return MemoryFolder(Home(self._db.path.parent.parent))

    def stamps(self) -> Mapping[str, str]:
        """As of the rows, after a look at the folder."""
        self._step()
        return super().stamps()

    def stamp(self, key: str) -> str:
        """As of the rows, after a look at the folder."""
        self.stamps()
        return super().stamp(key)

    def names(self) -> list[str]:
        """As of the rows, after a look at the folder."""
        self._step()
        return super().names()

    def holds(self, key: str) -> bool:
        """As of the rows, after a look at the folder."""
        self._step(key)
        return super().holds(key)

    def read(self, key: str) -> FileText:
        """As of the rows, after a look at the folder."""
        self._step(key)
        self._folder.read(key)  # (a file that is no text says so as it does in a folder)
        return super().read(key)

    def change(self, key: str, edit: Edit, quick: QuickEdit = not_quick) -> tuple[FileText, FileText]:
        """As of the rows; the folder has it afterwards."""
        self._step(key)
        changed = super().change(key, edit, quick)
        self._step(key)
        return changed

    def place(self, key: str) -> str:
        """The file that the test looks at."""
        return self._folder.place(key)

    def _step(self, *keys: str) -> None:
        if self._db.read_only or not os.access(self._folder.home.learned, os.W_OK):
            return
        if not self.turn.acquire(blocking=False):  # (whoever is at it has the folder in step in a moment)
            return
        try:
            self._all(keys)
        finally:
            self.turn.release()

    def _all(self, keys: Sequence[str]) -> None:
        super().stamps()
        ours = dict(self._stamps or {})  # (what is put in meanwhile has them read anew)
        with suppress(OSError):
            for key in keys or {*self._folder.names(), *ours}:
                self._one(key, ours.get(key, "").partition("-")[2])

    def _one(self, key: str, ours: str) -> None:
        folder, at = self._folder, (str(self._folder.home.root), key)
        there = folder.read(key) if folder.holds(key) else None
        theirs = there.sha256[:16] if there else ""
        if ours == theirs:
            self.common[at] = ours
        elif theirs != self.common.get(at, "") and not (there and "\0" in there.text):
            self.put(key, there, super().read(key) if ours else None)  # a hand that edits asks nobody
            self.common[at] = theirs
        elif ours:
            now = super().read(key)  # (another process may have written since)
            yaml_file.write_atomically(folder.path(key), now.raw)
            self.common[at] = now.sha256[:16]
        else:
            folder.path(key).unlink(missing_ok=True)
            self.common[at] = ""
