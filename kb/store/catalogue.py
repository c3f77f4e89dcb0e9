"""Keeps the store in step with files: what a file says now is what the store offers.

A file is recognised by its hash; of a changed file only the changed entries are written.  Entries
that left their file are retired; entries that say exactly what another file says are noted as its
copies and offered once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import groupby, islice

from kb.errors import Problem
from kb.model import Entry, Source, Status
from kb.store.database import Database, upsert
from kb.store.entries import EntryTable
from kb.store.moves import MoveTable
from kb.text.entries import codec
from kb.text.entries.identify import fingerprints_of
from kb.text.entries.ids import derive_id, named, short_hash, with_ids

_AT_ONCE = 128
"""Entries that are read and written together: what is remembered of so many lines (`kb.text`) serves each step."""

_COLUMNS = "given", "sha256", "stamp", "parser", "skipped", "problems", "read_at"
LIVE = "state/kb.db"
"""The file of incidents that were opened live; a postmortem of the same id takes them over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """What the store remembers of a file."""

    path: str
    given: str
    sha256: str
    stamp: str
    parser: str
    skipped: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class FileChange:
    """What bringing one file in step did, as ids; `copies` maps to the entry that was there first."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    retired: int = 0


class Catalogue:
    """Files and the entries that they hold."""

    def __init__(self, db: Database, entries: EntryTable, moves: MoveTable) -> None:
        self._db, self._entries, self._moves = db, entries, moves

    def find(self, path: str) -> FileRecord | None:
        """What is remembered of the file, or None."""
        rows = self._db.rows("SELECT * FROM files WHERE path = ?", [path])
        return _record(rows[0]) if rows else None

    def below(self, folder: str) -> list[str]:
        """The remembered files below a folder (an absolute path or a memory folder's name)."""
        prefix = folder.rstrip("/") + "/"
        return [
            row["path"]
            for row in self._db.rows(
                "SELECT path FROM files WHERE substr(path, 1, ?) = ?", [len(prefix), prefix]
            )
        ]

    def records(self) -> list[FileRecord]:
        """All remembered files by path."""
        return [_record(row) for row in self._db.rows("SELECT * FROM files ORDER BY path")]

    def documents(self) -> tuple[int, datetime | None]:
        """How many files were ingested, and when one of them was last read."""
        (row,) = self._db.rows(
            "SELECT count(*) AS n, max(read_at) AS at FROM files WHERE substr(path, 1, 1) = '/'"
        )
        return int(row["n"]), datetime.fromisoformat(row["at"]) if row["at"] else None

    def memory_files(self, parser: str) -> list[FileRecord]:
        """The files of the home by path: found by their keys, past any number of ingested files."""
        query = (
            "SELECT * FROM files WHERE path > 'learned/' AND path < 'learned0' AND +parser = ? ORDER BY path"
        )
        return self._db.kept(
            f"memory files {parser}", lambda: [*map(_record, self._db.rows(query, [parser]))]
        )

    def restamp(self, path: str, stamp: str) -> None:
        """Note that the file was touched but says the same."""
        self._db.execute("UPDATE files SET stamp = ? WHERE path = ?", [stamp, path])

    def unread(self, path: str) -> None:
        """Have the file read again, whatever it says; call it inside a write."""
        self._db.execute("UPDATE files SET stamp = '', sha256 = '' WHERE path = ?", [path])

    def bring_in_step(
        self,
        record: FileRecord,
        entries: Iterable[Entry],
        *,
        now: datetime,
        fold_copies: bool,
        only: Collection[str] | None = None,
    ) -> FileChange:
        """Make the store say what the file says; with `only`, what it says in place of these.  Call inside a write.

        Entries of a memory file have their ids (`wanted`), those of documents get them here.
        """
        before = self._entries.of_file(record.path, only)
        self._entries.drop_copies(record.path)
        done: dict[str, list[str]] = {"added": [], "updated": [], "unchanged": [], "copies": []}
        wanted = iter(with_ids(entries, record.given, before) if fold_copies else entries)
        while some := list(islice(wanted, _AT_ONCE)):
            new = set[str]() if fold_copies else self._new(some)
            for is_new, each in groupby(some, partial(_is_one_of, new)):
                if is_new:
                    done["added"] += self._put_new(list(each), record.path, now)
                    continue
                for entry in each:
                    own = self._moves.effective(self._own(entry, record.path), owned=not fold_copies)
                    what, entry_id = self._place(own, record, before, now, fold_copies=fold_copies)
                    done[what].append(entry_id)
                    new.discard(entry_id)
        gone = before.keys() - {*done["added"], *done["updated"], *done["unchanged"]}
        retired = self._retire(gone, now)
        self._remember(record, now)
        return FileChange(**{what: tuple(ids) for what, ids in done.items()}, retired=retired)

    def _new(self, entries: Sequence[Entry]) -> set[str]:
        """The ids that stand once among the entries and were never heard of: nothing there was can bear on them."""
        often = Counter(entry.id for entry in entries)
        return self._entries.unheard_of([one for one, count in often.items() if count == 1])

    def _put_new(self, entries: Sequence[Entry], file: str, now: datetime) -> list[str]:
        """Write entries of which nothing was ever heard, all at once; returns their ids."""
        self._entries.put_new([(entry, fingerprints_of(entry)) for entry in entries], file=file, now=now)
        return [entry.id for entry in entries]

    def _place(
        self,
        entry: Entry,
        record: FileRecord,
        before: Mapping[str, tuple[str, Status]],
        now: datetime,
        *,
        fold_copies: bool,
    ) -> tuple[str, str]:
        """Write one entry of a file, if it is new.  Returns what that was and the id that is offered."""
        digest = codec.digest(entry)
        if before.get(entry.id) == (digest, entry.status):
            self._entries.moved(entry)
            return "unchanged", entry.id
        twin = self._entries.with_digest(digest) if fold_copies else None
        if twin and twin not in before and twin != entry.id:
            self._entries.add_copy(twin, record.path, entry.provenance.source or Source(path=record.given))
            return "copies", twin
        self._hand_over(entry.id, now)
        self._entries.put(entry, file=record.path, fingerprints=fingerprints_of(entry), now=now)
        return ("updated" if entry.id in before else "added"), entry.id

    def wanted(self, entries: Sequence[Entry], file: str) -> Iterator[Entry]:
        """The entries of a memory file with their ids, before those that repeat one are numbered."""
        return named(entries, "", self._entries.of_file(file))

    def waits(self, ids: Collection[str]) -> bool:
        """Whether the status of one of these waits to be written into its file."""
        return any(move.entry_id in ids for move in self._moves.pending())

    def shift(self, file: str, by: str, values: Sequence[object]) -> None:
        """Note by how many lines (SQL of `line`) the live entries of a file moved.  Call inside a write."""
        self._entries.shift(file, by, values)

    def owns(self, ids: Iterable[str], file: str) -> bool:
        """Whether entries of the file may have these ids: no other file has them."""
        return all(self._entries.file_of(one) in (None, LIVE, file) for one in ids)

    def _own(self, entry: Entry, file: str) -> Entry:
        """The entry under an id that no other file has: a copied file may bring its ids along."""
        owner = self._entries.file_of(entry.id)
        if owner in (None, LIVE, file):
            return entry
        return replace(entry, id=f"{entry.id}-{short_hash(file)}")

    def _hand_over(self, entry_id: str, now: datetime) -> None:
        """Before an entry changes or goes: a file that says the same keeps it, as an entry of its own."""
        heir = self._entries.first_copy(entry_id)
        old = self._entries.get(entry_id) if heir else None
        if heir is None or old is None:
            return
        file, source = heir
        own = replace(old, provenance=replace(old.provenance, source=source))
        own = replace(own, id=derive_id(own, source.path))
        self._entries.put(own, file=file, fingerprints=fingerprints_of(own), now=now)
        self._entries.move_copies(entry_id, own.id, file)

    def _retire(self, ids: Iterable[str], now: datetime) -> int:
        wanted = sorted(ids)
        for entry_id in wanted:
            self._hand_over(entry_id, now)
        return self._entries.retire(wanted, now)

    def keep(self, record: FileRecord, now: datetime) -> None:
        """Note a file's state without touching the entries that it held."""
        self._remember(record, now)

    def _remember(self, record: FileRecord, now: datetime) -> None:
        problems = json.dumps([[p.path, p.line, p.message] for p in record.problems])
        self._db.execute(
            upsert("files", ("path",), _COLUMNS),
            [
                record.path,
                record.given,
                record.sha256,
                record.stamp,
                record.parser,
                record.skipped,
                problems,
                codec.stamp(now),
            ],
        )

    def forget(self, path: str, now: datetime) -> int:
        """The file is gone: retire what it held.  Returns how many entries that were."""
        self._entries.drop_copies(path)
        retired = self._retire(self._entries.of_file(path), now)
        self._db.execute("DELETE FROM files WHERE path = ?", [path])
        return retired


def _is_one_of(ids: Collection[str], entry: Entry) -> bool:
    return entry.id in ids


def _record(row: object) -> FileRecord:
    fields = dict(row)  # type: ignore[call-overload]
    problems = tuple(Problem(*item) for item in json.loads(fields.pop("problems")))
    fields.pop("read_at")
    return FileRecord(**fields, problems=problems)
