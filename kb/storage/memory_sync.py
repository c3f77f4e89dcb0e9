"""Edits by hand, a `git pull`, another process: whatever changed in `learned/` is seen by the next call.

Files are recognised by inode, size and time, and then by hash.  The store is changed only if the
file still has that hash inside the write, so a slower process never undoes what a faster one did.
A file that does not parse keeps what it said last, and is reported.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from kb.errors import FileUnreadable, HomeNotWritable, Problem
from kb.home import Home
from kb.records import Entry, Origin, Status
from kb.storage import yamlfile
from kb.storage.catalogue import Catalogue, Change, FileRecord
from kb.storage.database import Database
from kb.storage.refingerprint import Fingerprints
from kb.text.memory_format import Memory as ParsedMemory
from kb.text.memory_format import parse_memory
from kb.text.samples import sample_failure

PARSER = "home/1"
"""Marks the files of the home among all remembered ones; no source of ingest has this name."""
_RACY_NS = 50_000_000
"""A file changed this recently may change again within the clock's resolution: it is hashed again."""


class MemorySync:
    """Brings the store in step with `learned/*.yaml`."""

    def __init__(self, home: Home, db: Database, catalogue: Catalogue, fingerprints: Fingerprints) -> None:
        self._home, self._db, self._catalogue = home, db, catalogue
        self._fingerprints = fingerprints

    def refresh(self, now: datetime) -> list[Change]:
        """Read what changed since the last call of any process.  Cheap when nothing did."""
        if self._db.read_only:
            return []
        self._fingerprints.renew()
        paths = {f"learned/{path.stem}": path for path in sorted(self._home.learned.glob("[!.]*.yaml"))}
        known = {record.path: record for record in self._catalogue.memory_files(PARSER)}
        changes = [
            change
            for key, path in paths.items()
            if (change := self._refresh_file(key, path, known.get(key), now)) is not None
        ]
        for key in known.keys() - paths.keys():
            with self._db.write():
                # Looked at again: another process may have made the file after it was listed here.
                if not (self._home.learned / f"{key.removeprefix('learned/')}.yaml").exists():
                    self._catalogue.forget(key, now)
        return changes

    def take_in(self, path: str, now: datetime) -> None:
        """As `refresh`, for a file that was just written: its error says that the text is safe."""
        try:
            self.refresh(now)
        except HomeNotWritable as error:
            raise HomeNotWritable(
                f"{path} has it now, but it is not found yet ({error}); make room: the next command takes it in"
            ) from error

    def missed(self) -> list[Problem]:
        """What the store lacks where it cannot be written: what files say since, and what this version would renew."""
        if not self._db.read_only:
            return []
        known = {record.path: record.sha256 for record in self._catalogue.memory_files(PARSER)}
        found = {f"learned/{path.stem}": path for path in sorted(self._home.learned.glob("[!.]*.yaml"))}
        changed = [key for key, path in found.items() if _hash(path) != known.get(key)]
        why = "it changed, but what it says now cannot be taken in: the home cannot be written"
        problems = [Problem(f"{key}.yaml", None, why) for key in [*changed, *(known.keys() - found.keys())]]
        older = self._fingerprints.missed()
        return [*problems, Problem("state/kb.db", None, older)] if older else problems

    def _refresh_file(self, key: str, path: Path, known: FileRecord | None, now: datetime) -> Change | None:
        stamp = _stamp(path)
        if known and known.stamp == stamp:
            return None
        while True:
            try:
                found = yamlfile.read_text(path)
            except FileUnreadable as error:
                self._keep(key, stamp, "", (Problem(f"{key}.yaml", None, str(error)),), now)
                return None
            if known and known.sha256 == found.sha256:
                with self._db.write():
                    self._catalogue.restamp(key, stamp)
                return None
            memory = parse_memory(found.text, f"{key}.yaml", Origin.WRITTEN)
            if not memory.entries and any(problem.line for problem in memory.problems) and found.text.strip():
                self._keep(key, stamp, found.sha256, memory.problems, now)
                return None
            if change := self._bring_in_step(key, path, stamp, found.sha256, memory, now):
                return change
            stamp, known = _stamp(path), self._catalogue.find(key)

    def _bring_in_step(
        self, key: str, path: Path, stamp: str, sha256: str, memory: ParsedMemory, now: datetime
    ) -> Change | None:
        """None when the file changed between reading and writing."""
        entries, refused = screened(memory.entries, f"{key}.yaml")
        with self._db.write():
            if _hash(path) != sha256:
                return None
            record = FileRecord(
                path=key, given=f"{key}.yaml", sha256=sha256, stamp=stamp, parser=PARSER,
                problems=(*memory.problems, *refused),
            )  # fmt: skip
            return self._catalogue.bring_in_step(record, entries, now=now, fold_copies=False)

    def _keep(self, key: str, stamp: str, sha256: str, problems: tuple[Problem, ...], now: datetime) -> None:
        """Report a file that cannot be read; what it said last stays on offer."""
        with self._db.write():
            record = FileRecord(
                path=key, given=f"{key}.yaml", sha256=sha256, stamp=stamp, parser=PARSER, problems=problems
            )
            self._catalogue.keep(record, now)


def screened(entries: Iterable[Entry], path: str) -> tuple[list[Entry], list[Problem]]:
    """The entries, those that fail their own samples in quarantine, each with its reason as a problem."""
    kept, problems = [], []
    for entry in entries:
        reason = sample_failure(entry)
        if reason:
            source = entry.provenance.source
            problems.append(Problem(path, source.line if source else None, f"quarantined: {reason}"))
            entry = replace(entry, status=Status.QUARANTINED)
        kept.append(entry)
    return kept, problems


def _hash(path: Path) -> str:
    try:
        return yamlfile.read_text(path).sha256
    except FileUnreadable:
        return ""


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except FileNotFoundError:
        return "gone"
    racy = "?" if time.time_ns() - found.st_mtime_ns < _RACY_NS else ""
    return f"{found.st_ino}-{found.st_size}-{found.st_mtime_ns}{racy}"
