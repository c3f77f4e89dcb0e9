"""Edits by hand, a `git pull`, another process or host: whatever changed in `learned/` is seen by the next call.

Files are recognised by a stamp (inode, size and time; the version of a row), and then by hash.  The store is changed
only if the file still has that hash inside the write, so a slower process never undoes what a faster one did.
A file that does not parse keeps what it said last, and is reported.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from kb.errors import FileUnreadable, HomeNotWritable, Problem
from kb.memory.texts import MemoryTexts
from kb.memory.yaml_file import FileText
from kb.model import Entry, Origin
from kb.store.catalogue import Catalogue, FileRecord
from kb.store.database import Database
from kb.store.upkeep.fingerprints import Fingerprints
from kb.text.entries.ids import numbered
from kb.text.signatures.signature import screened, screening

if TYPE_CHECKING:  # what reads YAML is loaded when a file has changed: most questions find none
    from yaml.nodes import Node

    from kb.memory.files import Memory
    from kb.memory.format import MemoryItems as ParsedMemory
    from kb.store.memory_part import ChangedPart, PieceTable

PARSER = "home/1"
"""Marks the files of the home among all remembered ones; no source of ingest has this name."""
NONE: Mapping[str, FileText] = {}
SCREENED_BY, SCREENING = "screened_by", "2"
"""The meta key, and the version of the rules (`signatures.signature`) by which entries are kept from answers."""


class MemorySync:
    """Brings the store in step with `learned/*.yaml`."""

    def __init__(
        self,
        texts: MemoryTexts,
        db: Database,
        catalogue: Catalogue,
        fingerprints: Fingerprints,
        under_way: set[str] | None = None,
    ) -> None:
        """`under_way` is shared by the connections of a process: the files that one of them is writing."""
        self._texts, self._db, self._catalogue = texts, db, catalogue
        self._fingerprints = fingerprints
        self.under_way = set[str]() if under_way is None else under_way
        self._own = set[str]()

    @cached_property
    def _pieces(self) -> PieceTable:
        from kb.store.memory_part import PieceTable

        return PieceTable(self._db)

    def refresh(self, now: datetime, before: Mapping[str, FileText] = NONE) -> list[FileRecord]:
        """Read what changed since the last call of any process.  Cheap when nothing did.

        Returns what is remembered of the files, by path, as of then.
        `before` may have texts of files before a change: then only what differs from them is looked at.
        """
        if self._db.read_only:
            return self._catalogue.memory_files(PARSER)
        self._fingerprints.renew()
        self._forget_older_screening()
        stamps = self._texts.stamps()
        records, written = self._catalogue.memory_files(PARSER), self._db.written
        known = {record.path: record for record in records}
        theirs = self.under_way - self._own
        for key, stamp in stamps.items():
            if key not in theirs:
                self._refresh_file(key, stamp, known.get(key), now, before.get(key))
        for key in known.keys() - stamps.keys():
            with self._db.write():
                # Looked at again: another process may have made the file after it was listed here.
                if not self._texts.holds(key):
                    self._catalogue.forget(key, now)
                    self._pieces.replace(key, ())
        return records if self._db.written == written else self._catalogue.memory_files(PARSER)

    def _forget_older_screening(self) -> None:
        """Have all files read anew, once, where an older version said what is kept from answers."""
        made = self._db.meta(SCREENED_BY)
        newer = not self._db.is_file and made.isdecimal() and int(made) > int(SCREENING)
        if made == SCREENING or newer:  # (of a newer kb that shares the database)
            return
        with self._db.write():
            for record in self._catalogue.memory_files(PARSER):
                self._catalogue.unread(record.path)
                self._pieces.replace(record.path, ())
            self._db.set_meta(SCREENED_BY, SCREENING)

    @contextmanager
    def writing(self, key: str) -> Iterator[None]:
        """Inside, the other connections of the process leave the file to this one, which takes in what it wrote.

        Otherwise each of them would read it at the same time, and the one that wrote it, once more and as a whole.
        """
        self._own.add(key)
        self.under_way.add(key)
        try:
            yield
        finally:
            self.under_way.discard(key)
            self._own.discard(key)

    def append(self, memory: Memory, key: str, list_path: str, item: object, now: datetime) -> None:
        """Append an item to a list of a memory file, and take it in.

        Of what hosts share, both are one transaction where the list is known piece by piece: who is quick waits for
        others who are, instead of doing again what one of them was quicker with.
        """
        name = key.removesuffix(".yaml")

        def appended() -> FileText:
            return memory.append(
                key, list_path, item, last=lambda found: self.last_piece(name, list_path, found, now)
            )

        with self.writing(name):
            if self._db.is_file or not self._pieces.last_of(name, list_path):
                self.take_in(f"{name}.yaml", now, appended())
                return
            with self._db.write():
                self.refresh(now, {name: appended()})

    def update(self, memory: Memory, key: str, path: str, value: object, now: datetime) -> None:
        """Set the value at a dotted path of a memory file, and take it in."""
        with self.writing(key.removesuffix(".yaml")):
            memory.update(key, path, value)
            self.take_in(f"{key}.yaml", now)

    def take_in(self, path: str, now: datetime, before: FileText | None = None) -> None:
        """As `refresh`, for a file that was just written: its error says that the text is safe."""
        try:
            self.refresh(now, {path.removesuffix(".yaml"): before} if before else NONE)
        except HomeNotWritable as error:
            raise HomeNotWritable(
                f"{path} has it now, but it is not found yet ({error}); make room: the next command takes it in"
            ) from error

    def missed(self) -> list[Problem]:
        """What the store lacks where it cannot be written: what files say since, and what this version would renew."""
        older = self._fingerprints.missed()
        told = [Problem("state/kb.db" if self._db.is_file else "the database", None, older)] if older else []
        if not self._db.read_only:
            return told
        known = {record.path: record.sha256 for record in self._catalogue.memory_files(PARSER)}
        found = self._texts.stamps()
        changed = [key for key in found if self._hash(key) != known.get(key)]
        why = "it changed, but what it says now cannot be taken in: the home cannot be written"
        return [
            *(Problem(f"{key}.yaml", None, why) for key in [*changed, *(known.keys() - found.keys())]),
            *told,
        ]

    def _hash(self, key: str) -> str:
        try:
            return self._texts.read(key).sha256
        except FileUnreadable:
            return ""

    def _refresh_file(
        self, key: str, stamp: str, known: FileRecord | None, now: datetime, before: FileText | None
    ) -> None:
        if known and known.stamp == stamp:
            return
        while True:
            try:
                found = self._texts.read(key)
            except FileUnreadable as error:
                self._keep(key, stamp, "", (Problem(f"{key}.yaml", None, str(error)),), now)
                return
            if known and known.sha256 == found.sha256:
                with self._db.write():
                    self._catalogue.restamp(key, stamp)
                return
            part = self._changed_part(key, found, known, before) if known else None
            taken = self._bring_in_part(key, stamp, found, known, part, now) if known and part else None
            if taken is None and known == self._catalogue.find(key):
                with _uncollected():
                    taken = self._bring_in_whole(key, stamp, found, now)
            if taken:
                return
            stamp, known = self._texts.stamp(key), self._catalogue.find(key)  # somebody was quicker

    def _bring_in_whole(self, key: str, stamp: str, found: FileText, now: datetime) -> bool:
        """False when the file changed between reading and writing."""
        documents, memory = _parsed(found.text, f"{key}.yaml")
        if not memory.entries and any(problem.line for problem in memory.problems) and found.text.strip():
            self._keep(key, stamp, found.sha256, memory.problems, now)
            return True
        return self._bring_in_step(key, stamp, found, memory, documents, now)

    def _bring_in_step(
        self,
        key: str,
        stamp: str,
        found: FileText,
        memory: ParsedMemory,
        documents: Sequence[Node],
        now: datetime,
    ) -> bool:
        """False when the file changed between reading and writing."""
        from kb.store.memory_part import pieces_of

        refused, wanted = list[Problem](), list[Entry]()

        def each() -> Iterator[Entry]:
            for entry in screening(self._catalogue.wanted(memory.entries, key), f"{key}.yaml", refused):
                wanted.append(entry)
                yield entry

        with self._db.write():
            if not self._texts.says(key, found):
                return False
            record = _record(key, found.sha256, stamp, memory.problems)
            change = self._catalogue.bring_in_step(record, numbered(each()), now=now, fold_copies=False)
            if refused:
                self._catalogue.keep(_record(key, found.sha256, stamp, (*memory.problems, *refused)), now)
            plain = {*change.added, *change.updated, *change.unchanged} == {entry.id for entry in wanted}
            self._pieces.replace(key, pieces_of(found.text, documents, wanted) if plain else ())
            return True

    def _changed_part(
        self, key: str, found: FileText, known: FileRecord, before: FileText | None
    ) -> ChangedPart | None:
        """What changed since the file was remembered, where that can be told alone."""
        from kb.store.memory_part import part_of
        from kb.store.memory_window import part_of_edit

        part = None
        if before and before.sha256 == known.sha256:
            part = part_of_edit(self._db, key, before.text, found.text, known.problems, f"{key}.yaml")
        return part or part_of(found.text, self._pieces.of(key), known.problems, f"{key}.yaml")

    def _bring_in_part(
        self, key: str, stamp: str, found: FileText, known: FileRecord, part: ChangedPart, now: datetime
    ) -> bool | None:
        """Take in only what changed.  False when the file, or what is remembered of it, changed meanwhile; None when
        its entries cannot be told from others without the rest of it.
        """
        from kb.store.memory_part import lines_moved

        entries, refused = screened(part.entries, f"{key}.yaml")
        with self._db.write():
            now_known = self._catalogue.find(key)
            if not self._texts.says(key, found) or not now_known or now_known.sha256 != known.sha256:
                return False
            if self._catalogue.waits(part.before) or not self._catalogue.owns(
                (one.id for one in entries), key
            ):
                return None
            if part.runs:
                self._catalogue.shift(key, *lines_moved(part.runs))
            self._catalogue.bring_in_step(
                _record(key, found.sha256, stamp, (*part.problems, *refused)),
                entries,
                now=now,
                fold_copies=False,
                only=part.before,
            )
            self._pieces.apply(key, part)
        return True

    def last_piece(
        self, key: str, section: str, found: FileText, now: datetime
    ) -> tuple[int, int | None] | None:
        """On which lines the last item of a top-level list stands in this text, if that has been taken in.

        From the first one to before the second one, or to the end of the text.  Of what hosts share, a text that
        another one has just written is taken in first: an edit of what is known takes a hundredth of the time.
        """
        if self._db.read_only:
            return None
        record = self._catalogue.find(key)
        if record and record.sha256 != found.sha256 and not self._db.is_file:
            self._refresh_file(key, self._texts.stamps().get(key, ""), record, now, None)
            record = self._catalogue.find(key)
        if not record or record.sha256 != found.sha256:
            return None
        first = self._pieces.last_of(key, section)
        return (first, self._pieces.piece_from(key, first + 1)) if first else None

    def _keep(self, key: str, stamp: str, sha256: str, problems: tuple[Problem, ...], now: datetime) -> None:
        """Report a file that cannot be read; what it said last is offered further."""
        with self._db.write():
            record = FileRecord(
                path=key, given=f"{key}.yaml", sha256=sha256, stamp=stamp, parser=PARSER, problems=problems
            )
            self._catalogue.keep(record, now)
            self._pieces.replace(key, ())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the cyclic garbage collector, which would pass all nodes of a large file again and again: 15 % of it."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _parsed(text: str, path: str) -> tuple[Sequence[Node], ParsedMemory]:
    from kb.memory.format import MemoryItems as ParsedMemory
    from kb.memory.format import read_documents
    from kb.text import safe_yaml

    try:
        documents = safe_yaml.compose(text)
    except safe_yaml.YamlRefused as error:
        return (), ParsedMemory(problems=(Problem(path, error.line, str(error)),))
    return documents, read_documents(documents, path, Origin.WRITTEN)


def _record(key: str, sha256: str, stamp: str, problems: Iterable[Problem]) -> FileRecord:
    ordered = tuple(sorted(problems, key=lambda one: one.line or 0))
    return FileRecord(
        path=key, given=f"{key}.yaml", sha256=sha256, stamp=stamp, parser=PARSER, problems=ordered
    )
