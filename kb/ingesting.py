"""Ingest as the store sees it: files in, rows and vectors out, a receipt for every file.

Reading and parsing is `ingest`'s; this module decides what is new (by stamp, then by hash), writes
file by file so that a killed run loses at most the file it was at, then embeds and publishes.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from ingest.pipeline import Read, Unreadable, broken, discover, parse_file, place_in, read_file
from kb.errors import InvalidInput
from kb.index.embeddings import Embeddings
from kb.index.vectors import VectorIndex
from kb.model import Entry, Incident
from kb.model.incident import Step
from kb.model.ledger import Event
from kb.model.receipts import FileReceipt, FileState, Receipt
from kb.prose.extractor import BY_MODEL, Extractor, ModelReading
from kb.store.catalogue import Catalogue, FileChange, FileRecord
from kb.store.changes import ChangeTable
from kb.store.database import Database
from kb.store.ledger import Ledger
from kb.text.entries.ids import derive_id
from kb.text.redact import redact
from kb.text.signatures.signature import screened

VERSION = 9
"""Raised when a parser changes what it finds: files are then read again although they are the same."""

_CHANGED = (FileState.ADDED, FileState.UPDATED, FileState.REMOVED)
_NAMED = 20
"""Files that the ledger names of one ingest."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done (`read` or `embed`), how much is done (0: it begins), and of how much.

What it raises ends the ingest: files that were read are in, and texts up to half a second before are embedded.
"""


@dataclass(frozen=True, slots=True)
class Intake:
    """Where ingested files go."""

    db: Database
    catalogue: Catalogue
    changes: ChangeTable
    ledger: Ledger
    embeddings: Embeddings
    vectors: VectorIndex
    actor: str = ""
    """In whose name files are taken in."""
    extractor: Extractor | None = None
    """Asks a model about texts that the parsers could not read far enough; None asks nobody."""

    def run(self, paths: Iterable[str | Path], *, now: datetime, progress: Progress | None = None) -> Receipt:
        """Ingest files and folders.  Raises InvalidInput when there is no path at all."""
        started = time.perf_counter()
        given = [Path(path) for path in paths]
        if not given:
            raise InvalidInput("no file or folder was given to ingest")
        found = list(discover(given))
        receipts = list[FileReceipt]()
        try:
            if progress:
                progress("read", 0, len(found))
            for number, item in enumerate(found, 1):
                receipts.append(
                    _unreadable(item)
                    if isinstance(item, Unreadable)
                    else self._file(item, place_in(item, given), now)
                )
                if progress:
                    progress("read", number, len(found))
            receipts += self._removed(given, found, now)
        finally:
            self._note(receipts, now)
        embedded, seconds = self._embed(progress)
        return Receipt(
            files=tuple(receipts),
            embedded=embedded,
            embedding_seconds=seconds,
            seconds=time.perf_counter() - started,
            notes=self.extractor.outcome() if self.extractor else (),
        )

    def _note(self, receipts: Sequence[FileReceipt], now: datetime) -> None:
        """Keep in the ledger who took in what, where anything came of it."""
        changed = [one for one in receipts if one.state in _CHANGED]
        if not changed:
            return
        counts = Counter(one.state for one in changed)
        more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
        self.ledger.record_event(
            Event(
                at=now,
                action="files "
                + ", ".join(f"{state}: {counts[state]}" for state in _CHANGED if counts[state]),
                details=redact(", ".join(one.path for one in changed[:_NAMED])).text + more,
                actor=self.actor,
                kind=Step.INGEST,
            )
        )

    def _file(self, path: str, place: str, now: datetime) -> FileReceipt:
        key = _key(path)
        try:
            stamp = _stamp(path)
        except OSError as error:  # it was there when the folder was listed
            return _unreadable(broken(Path(path), error.strerror or str(error)))
        known = self.catalogue.find(key)
        if known and known.stamp == stamp and self._current(known):
            return _unchanged(known)
        read = read_file(path)
        if isinstance(read, Unreadable):
            return _unreadable(read)
        sha256 = hashlib.sha256(read.file.text.encode("utf-8", "surrogatepass")).hexdigest()
        if known and known.sha256 == sha256 and self._current(known):
            with self.db.write():
                self.catalogue.restamp(key, stamp)
            return _unchanged(known)
        file = replace(read.file, path=known.given if known else read.file.path, place=place)
        return self._store(replace(read, file=file), key, stamp, sha256, known, now)

    def _store(
        self, read: Read, key: str, stamp: str, sha256: str, known: FileRecord | None, now: datetime
    ) -> FileReceipt:
        name, parsed = parse_file(read.file)
        reading = (
            self.extractor.read(name, parsed.entries, read.file)
            if self.extractor
            else ModelReading(parsed.entries)
        )
        name += BY_MODEL if reading.asked else ""
        claimed, notes = self._rightly_named(reading.entries, read.file.path)
        entries, refused = screened(claimed, read.file.path)
        record = FileRecord(
            path=key,
            given=read.file.path,
            sha256=sha256,
            stamp=stamp,
            parser=f"{name}/{VERSION}",
            skipped=parsed.skipped,
            problems=(*parsed.problems, *refused),
        )
        with self.db.write():
            change = self.catalogue.bring_in_step(record, entries, now=now, fold_copies=True)
            changes = self.changes.bring_in_step(key, parsed.changes)
        stored = _stored(
            record, name, self._state(known, record, change), change, read, (*parsed.notes, *notes)
        )
        told = (*reading.told, *_given_up(known, record))
        return replace(stored, changes=changes, extraction=told)

    def _state(self, known: FileRecord | None, record: FileRecord, change: FileChange) -> FileState:
        """A file that was only read again, by a newer parser or for extraction, may have come out as it was."""
        if known is None:
            return FileState.ADDED
        same = known.sha256 == record.sha256 and not (change.added or change.updated or change.retired)
        return FileState.UNCHANGED if same else FileState.UPDATED

    def _current(self, known: FileRecord) -> bool:
        """Whether the file need not be read again while it says the same."""
        if not known.parser.endswith(f"/{VERSION}"):
            return False
        return self.extractor is None or not self.extractor.wants_again(known.parser)

    def _rightly_named(self, entries: Iterable[Entry], path: str) -> tuple[list[Entry], list[str]]:
        """The entries, without the id of an incident that was lived here and that they do not tell of.

        A postmortem takes its incident over when the title or the time of detection is the same.
        """
        named, notes = [], list[str]()
        for entry in entries:
            opened = next(iter(self.ledger.events_of(entry.id)), None) if entry.id else None
            if opened is not None and not _tells_of(entry, opened):
                notes.append(
                    f"it names {entry.id}, but has neither that incident's title nor its time of detection:"
                    " kept under an id of its own"
                )
                entry = replace(entry, id="")
                entry = replace(entry, id=derive_id(entry, path))
            named.append(entry)
        return named, notes

    def _removed(self, given: list[Path], found: list[str | Unreadable], now: datetime) -> list[FileReceipt]:
        """Files that were read once from the given folders and are no longer there."""
        there = {_key(item) for item in found if isinstance(item, str) and Path(item).exists()}
        receipts = []
        for folder in (path for path in given if path.is_dir()):
            for key in self.catalogue.below(str(folder.resolve())):
                if key in there or Path(key).exists():
                    continue
                record = self.catalogue.find(key)
                with self.db.write():
                    retired = self.catalogue.forget(key, now)
                    self.changes.drop_file(key)
                shown = record.given if record else key
                receipts.append(
                    FileReceipt(
                        path=shown, state=FileState.REMOVED, reason="the file is gone", retired=retired
                    )
                )
        return receipts

    def _embed(self, progress: Progress | None) -> tuple[int, float]:
        self.vectors.save_lost()
        started, total, done = time.perf_counter(), self.embeddings.pending(), 0

        def step(count: int) -> None:
            nonlocal done
            done += count
            if progress:
                progress("embed", done, total)

        embedded = self.embeddings.embed_pending(progress=step)
        seconds = time.perf_counter() - started
        self.vectors.absorb_if_worthwhile()
        return embedded, seconds


def _tells_of(entry: Entry, opened: Event) -> bool:
    """Whether an entry is the postmortem of the incident that the event opened."""
    if not isinstance(entry, Incident):
        return False
    same_title = " ".join(entry.title.split()).casefold() == opened.action.casefold()
    detected = entry.detected and abs(entry.detected - opened.at) < timedelta(seconds=1)
    return same_title or bool(detected)


def _given_up(known: FileRecord | None, record: FileRecord) -> Iterator[str]:
    """What is said where a file that a model had read is read anew without one."""
    if known and BY_MODEL in known.parser and BY_MODEL not in record.parser:
        yield "what a model had extracted from it went with its old text: kb ingest --extract asks again"


def _key(path: str | Path) -> str:
    """What a file is known by: its whole path, without secrets that somebody put into names."""
    return redact(str(Path(path).resolve())).text


def _stamp(path: str) -> str:
    found = Path(path).stat()
    return f"{found.st_ino}-{found.st_size}-{found.st_mtime_ns}"


def _unchanged(known: FileRecord) -> FileReceipt:
    source = known.parser.partition("/")[0]
    if known.skipped:
        return FileReceipt(path=known.given, state=FileState.SKIPPED, source=source, reason=known.skipped)
    return FileReceipt(path=known.given, state=FileState.UNCHANGED, source=source, problems=known.problems)


def _unreadable(item: Unreadable) -> FileReceipt:
    state = FileState.FAILED if item.problem else FileState.SKIPPED
    return FileReceipt(
        path=item.path, state=state, reason=item.reason, problems=(item.problem,) if item.problem else ()
    )


def _stored(
    record: FileRecord, source: str, state: FileState, change: FileChange, read: Read, notes: tuple[str, ...]
) -> FileReceipt:
    return FileReceipt(
        path=record.given,
        state=FileState.SKIPPED if record.skipped else state,
        source=source,
        reason=record.skipped,
        entries=(*change.added, *change.updated, *change.unchanged),
        copies=change.copies,
        retired=change.retired,
        redacted=read.redacted,
        notes=(*read.notes, *notes),
        problems=record.problems,
    )
