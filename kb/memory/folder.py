"""`MemoryFolder`: the memory files as files of the home, which people edit by hand and keep in git.

Every write is that of `kb.memory.yaml_file.change`: locked, atomic, hash-checked.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

from kb.errors import FileChanged, HomeNotWritable
from kb.home import MEMORY_FOLDERS, Home
from kb.memory import yaml_file
from kb.memory.texts import Edit, QuickEdit, not_quick
from kb.memory.yaml_file import FileText

_RACY_NS = 50_000_000
"""A file changed this recently may change again within the clock's resolution: it is hashed again."""


class MemoryFolder:
    """The files of `learned/` and `state/` below a folder."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def names(self) -> list[str]:
        """The keys of all that are there, in order."""
        return [f"{folder}/{name}" for folder in MEMORY_FOLDERS for name in self._names(folder)]

    def _names(self, folder: str) -> list[str]:
        names = list[str]()
        missing = suppress(FileNotFoundError, NotADirectoryError, PermissionError)
        with missing, os.scandir(self.home.root / folder) as found:
            names = sorted(one.name for one in found)
        return [one.removesuffix(".yaml") for one in names if one.endswith(".yaml") and one[0] != "."]

    def stamps(self) -> Mapping[str, str]:
        """Inode, size and time of each file of `learned/`."""
        return {key: self.stamp(key) for name in self._names("learned") for key in [f"learned/{name}"]}

    def stamp(self, key: str) -> str:
        """Inode, size and time of a file; empty where there is none."""
        try:
            found = self.path(key).stat()
        except (FileNotFoundError, NotADirectoryError):
            return ""
        racy = "?" if time.time_ns() - found.st_mtime_ns < _RACY_NS else ""
        return f"{found.st_ino}-{found.st_size}-{found.st_mtime_ns}{racy}"

    def holds(self, key: str) -> bool:
        """Whether there is one."""
        return self.path(key).is_file()

    def read(self, key: str) -> FileText:
        """The file's text.  Raises FileUnreadable when it is not UTF-8 or cannot be read."""
        return yaml_file.read_text(self.path(key))

    def says(self, key: str, found: FileText) -> bool:
        """Whether that is what the file says now."""
        return found.stands_in(self.path(key))

    def change(self, key: str, edit: Edit, quick: QuickEdit = not_quick) -> tuple[FileText, FileText]:
        """Replace the file's text by `edit(text)`, under its lock."""
        return yaml_file.change(self.path(key), self.home.locks, edit, quick)

    def put(self, key: str, text: FileText | None, instead_of: FileText | None) -> None:
        """Write a text in place of the one that was read; None deletes the file."""
        path = self.path(key)
        try:
            with yaml_file.locked(path, self.home.locks):
                if (instead_of is None) == path.exists() or (instead_of and not instead_of.stands_in(path)):
                    raise FileChanged(f"{path} was changed by somebody else meanwhile; try again")
                if text is None:
                    path.unlink(missing_ok=True)
                else:
                    yaml_file.write_atomically(path, text.raw)
        except OSError as error:
            raise HomeNotWritable(f"{path}: cannot be written ({error.strerror or error})") from error

    def together(self) -> AbstractContextManager[None]:
        """Nothing: each file is kept for itself."""
        return nullcontext()

    def place(self, key: str) -> str:
        """The path of the file."""
        return str(self.path(key))

    def told(self, key: str) -> str:
        """When the file was changed last."""
        at = datetime.fromtimestamp(self.path(key).stat().st_mtime, UTC)
        return f"changed {at.isoformat(timespec='seconds')}"

    def path(self, key: str) -> Path:
        """The file of a key, whether it is there or not."""
        return self.home.root / f"{key}.yaml"
