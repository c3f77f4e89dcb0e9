"""`MemoryRows`: the memory files of a home as rows, each with its text, version, author and time.

A text is edited outside of any transaction and kept only where the row still has the hash that it had: so a large file
keeps nobody from writing, and where somebody was quicker the edit is done again with what stands there then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime

from kb.errors import FileChanged, InvalidInput
from kb.memory import yaml_file
from kb.memory.texts import Edit, QuickEdit, not_quick
from kb.memory.yaml_file import FileText
from kb.store.database import Database, upsert
from kb.text.redact import redact

TABLE = "memory_files"
"""Where the rows are."""
TAKEN_OVER = "memory_taken_over"
"""The meta key: since when the files of the first host's folder are rows."""
TRIES = 3
"""How often an edit is done while others may write; then it is done once more under the lock, and comes to an end."""
_COLUMNS = ("text", "sha256", "version", "author", "at")
_KEEP = upsert(TABLE, ("path",), _COLUMNS)


class MemoryRows:
    """The rows of one home."""

    def __init__(self, db: Database, writer: Callable[[], str], clock: Callable[[], datetime]) -> None:
        self._db, self._writer, self._clock = db, writer, clock
        self._stamps: dict[str, str] | None = None
        self._last = "", FileText("", "")

    def names(self) -> list[str]:
        """The keys of all that are there, in order."""
        return [row["path"] for row in self._db.rows(f"SELECT path FROM {TABLE} ORDER BY path")]

    def stamps(self) -> Mapping[str, str]:
        """Version and hash of each file of `learned/`."""
        self._stamps = self._db.kept("stamps of memory", self._read_stamps)
        return {key: stamp for key, stamp in self._stamps.items() if key.startswith("learned/")}

    def _read_stamps(self) -> dict[str, str]:
        rows = self._db.rows(f"SELECT path, version, sha256 FROM {TABLE} ORDER BY path")
        return {row["path"]: f"{row['version']}-{row['sha256'][:16]}" for row in rows}

    def stamp(self, key: str) -> str:
        """Version and hash, as of the last look at all; empty where there is none."""
        if self._stamps is None or self._db.read_only:  # (nothing is looked at where nothing can be taken in)
            self.stamps()
        return (self._stamps or {}).get(key, "")

    def holds(self, key: str) -> bool:
        """Whether there is one."""
        return self._hash(key) is not None

    def read(self, key: str) -> FileText:
        """The text with its hash; the one that was read last is not fetched again."""
        of, last = self._last
        known = last.sha256 if of == key else ""
        sql = (
            f"SELECT sha256, CASE WHEN sha256 = ? THEN NULL ELSE text END AS text FROM {TABLE} WHERE path = ?"
        )
        for row in self._db.rows(sql, [known, key]):
            if row["text"] is not None:
                self._last = key, yaml_file.of_bytes(row["text"].encode(), key)
            return self._last[1]
        return yaml_file.of_bytes(b"", key)

    def says(self, key: str, found: FileText) -> bool:
        """Whether that is what the row says now."""
        return self._hash(key) == found.sha256

    def change(self, key: str, edit: Edit, quick: QuickEdit = not_quick) -> tuple[FileText, FileText]:
        """Replace the text by `edit(text)`; who was quicker is not overwritten, the edit is done again."""
        for _ in range(TRIES):
            if done := self._change(key, edit, quick):
                return done
        with self._db.write():
            done = self._change(key, edit, quick)
        if done is None:
            raise FileChanged(f"{self.place(key)} was changed by somebody else; try again")
        return done

    def _change(self, key: str, edit: Edit, quick: QuickEdit) -> tuple[FileText, FileText] | None:
        before = self.read(key)
        raw = before.mark + yaml_file.edited(before, self.place(key), edit, quick).encode()
        after = yaml_file.of_bytes(raw, self.place(key))
        with self._db.write():
            found = self._hash(key)
            if (found or yaml_file.hash_bytes(b"")) != before.sha256:
                return None
            if found != after.sha256:
                self._keep(key, after)
        return before, after

    def put(self, key: str, text: FileText | None, instead_of: FileText | None) -> None:
        """Keep a text in place of the one that was read; None takes the row away."""
        with self._db.write():
            if self._hash(key) != (instead_of.sha256 if instead_of else None):
                raise FileChanged(f"{self.place(key)} was changed by somebody else meanwhile; try again")
            if text is None:
                self._db.execute(f"DELETE FROM {TABLE} WHERE path = ?", [key])
            else:
                self._keep(key, text)

    def _keep(self, key: str, text: FileText) -> None:
        if "\0" in text.text:
            raise InvalidInput(
                f"{self.place(key)} has a NUL in it, which no YAML may have; nothing was written"
            )
        version = 1 + int(self._db.value(f"SELECT version FROM {TABLE} WHERE path = ?", [key]) or 0)
        author, at = redact(self._writer()).text, self._clock().isoformat(timespec="seconds")
        row = (key, text.raw.decode(), text.sha256, version, author, at)
        self._db.put_back(
            _KEEP, [row]
        )  # what people wrote is kept as it is, and told where it holds a secret
        self._last, self._stamps = (key, text), None

    def together(self) -> AbstractContextManager[None]:
        """One transaction: all of it or nothing."""
        return self._db.write()

    def place(self, key: str) -> str:
        """Its key; the row has no path."""
        return f"{key}.yaml"

    def told(self, key: str) -> str:
        """Its version, who made it and when."""
        rows = self._db.rows(f"SELECT version, author, at FROM {TABLE} WHERE path = ?", [key])
        return "; ".join(
            f"version {one['version']} by {one['author'] or 'nobody named'}, {one['at']}" for one in rows
        )

    def _hash(self, key: str) -> str | None:
        found = self._db.value(f"SELECT sha256 FROM {TABLE} WHERE path = ?", [key])
        return None if found is None else str(found)
