"""`SharedEntries`: what the home of a tenant knows is known to the tenant, too.

The tenant has entries of its own that say the same, as if it had ingested them: found and ranked beside what it
learned itself, trusted by what came of them there, and edited by nobody but the home's people.  So nothing that is
asked of a tenant looks beyond its own rows.  Read are entries that are on offer, from memory files and documents; what
happened in the home (its lookups, outcomes, and incidents as they were lived) is not looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from kb.errors import HomeNotWritable
from kb.model import Entry, Source
from kb.model.entry import OFFERED
from kb.store.catalogue import LIVE, Catalogue, FileRecord
from kb.store.database import Database, placeholders
from kb.store.entry_index import KNOWLEDGE_VERSION
from kb.text.entries import codec

FOLDER = "shared"
"""Before the place of a file that the home has, so that it is none of the tenant's."""
PARSER = "shared/1"
_TAKEN_IN = "shared_version"
"""The meta key of what was taken in last."""


class SharedEntries:
    """The entries of a home, brought into one of its tenants."""

    def __init__(
        self, theirs: Database, take_in: Callable[[datetime], object], db: Database, catalogue: Catalogue
    ) -> None:
        """`theirs` is the home's, and `take_in` sees what changed in its memory; the others are the tenant's."""
        self._theirs, self._take_in = theirs, take_in
        self._db, self._catalogue = db, catalogue

    def refresh(self, now: datetime) -> None:
        """Take in what changed in the home since the last call of any process.  Cheap when nothing did."""
        if self._db.read_only:
            return
        with self._theirs.at_once(), self._theirs.steady(), suppress(HomeNotWritable):
            self._take_in(now)  # (an edit of its files may be seen by nobody else)
        version = self._version()
        if version == self._db.meta(_TAKEN_IN):
            return
        with self._theirs.snapshot():
            version = self._version()
            hashes = self._hashes()
            known = {path: self._catalogue.find(path) for path in self._catalogue.below(FOLDER)}
            changed = [
                (file, sha256)
                for file, sha256 in hashes.items()
                if (record := known.get(_place(file))) is None or record.sha256 != sha256
            ]
            entries = {file: self._entries(file) for file, _ in changed}
        with self._db.write():
            for file, sha256 in changed:
                self._catalogue.bring_in_step(_record(file, sha256), entries[file], now=now, fold_copies=True)
            for path in known.keys() - set(map(_place, hashes)):
                self._catalogue.forget(path, now)
            self._db.set_meta(_TAKEN_IN, version)

    def look_again(self) -> None:
        """Have the next call take in everything anew: moves came with a copy, and say what entries became here."""
        with self._db.write():
            for path in self._catalogue.below(FOLDER):
                self._catalogue.unread(path)
            self._db.set_meta(_TAKEN_IN, "")

    def _version(self) -> str:
        """A text that is another one whenever an entry of the home, or its status, has changed."""
        moved = self._theirs.value("SELECT coalesce(max(id), 0) FROM moves")
        return f"{self._theirs.meta(KNOWLEDGE_VERSION)}/{moved}"

    def _hashes(self) -> Mapping[str, str]:
        """The files of the home that offer something, with a hash of what they offer."""
        found: dict[str, hashlib._Hash] = {}
        for row in self._theirs.rows(
            f"SELECT file, id, digest, status FROM entries WHERE status IN ({placeholders(OFFERED)}) AND file != ?"
            " ORDER BY file, id",
            [*OFFERED, LIVE],
        ):
            said = f"{row['id']} {row['digest']} {row['status']}\n"
            found.setdefault(row["file"], hashlib.sha256()).update(said.encode())
        return {file: one.hexdigest() for file, one in found.items()}

    def _entries(self, file: str) -> list[Entry]:
        rows = self._theirs.rows(
            f"SELECT kind, data FROM entries WHERE file = ? AND status IN ({placeholders(OFFERED)}) ORDER BY line, id",
            [file, *OFFERED],
        )
        return [_from_home(codec.loads(row["kind"], row["data"]), file) for row in rows]


def _place(file: str) -> str:
    return f"{FOLDER}/{file}"


def _record(file: str, sha256: str) -> FileRecord:
    return FileRecord(path=_place(file), given=_place(file), sha256=sha256, stamp="", parser=PARSER)


def _from_home(entry: Entry, file: str) -> Entry:
    """The entry with a source that is told from files of the tenant."""
    source = entry.provenance.source or Source(path=file)
    return replace(
        entry, provenance=replace(entry.provenance, source=replace(source, path=_place(source.path)))
    )
