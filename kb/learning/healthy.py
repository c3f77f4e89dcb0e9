"""Healthy lines: logs that are known to be fine, and the signatures that fire on them.

`HealthySamples` is what people use: a log is added, listed, removed, checked.  `HealthyLines` holds signatures
against the lines that were kept: who fires goes into quarantine, who no longer fires comes back.  Its `recheck` runs
before every answer.  It costs one small query while neither the healthy lines nor the offered entries have changed;
after a change, all signatures are looked for at once.  So it makes no difference whether an entry was learned,
edited by hand, or was there when the log was added.  Each move has its row.

One line a template is kept of a healthy log, and `idle=6` stands there for `idle=0` as well.  So the signatures of
the home look at all of it once, as a lookup would, while it streams by (`LinesFiredOn`), and the first line that
each fires on is kept, too.  What is learned later sees the kept lines alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from kb.errors import InvalidInput, KbError, Problem
from kb.learning.firing import by_entry, fired, judge_firing, reason_of
from kb.model import Entry, Status
from kb.model.healthy import Firing, HealthyAdded, HealthyLine, HealthyReport, HealthySource
from kb.store.entries import EntryTable
from kb.store.healthy import RULE, HealthyTable
from kb.text.evidence.alarm import alarm
from kb.text.evidence.templates import LogTemplates
from kb.text.redact import redact
from kb.text.signatures.set import SignatureHit, SignatureSet, sought

Progress = Callable[[str, int, int], None]
"""Called with `log`, the bytes read and the bytes of the file."""


@dataclass(frozen=True, slots=True)
class HealthySamples:
    """The healthy logs of one home; `refresh` sees first what changed in its files."""

    healthy: HealthyLines
    clock: Callable[[], datetime]
    refresh: Callable[[], object]

    def add(
        self, log: str | Path | Iterable[str], source: str = "", progress: Progress | None = None
    ) -> HealthyAdded:
        """Read a log that is known to be fine: a file's path, or lines.  One line a template is kept.

        `source` names it (else the path as given); adding it again adds what is new.  Signatures that
        fire on it go into quarantine.  Raises InvalidInput for a log without words, or a packed one.
        """
        self.refresh()
        if not isinstance(log, (str, Path)):
            return self.healthy.add(log, source, self.clock())
        with closing(_lines_of_file(Path(log), progress)) as lines:
            return self.healthy.add(lines, source or str(log), self.clock())

    def lines(self, source: str = "") -> list[HealthyLine]:
        """The lines kept of a source, or of all, the most frequent first.  Raises InvalidInput."""
        return self.healthy.lines(source)

    def sources(self) -> list[HealthySource]:
        """The logs that were added."""
        return self.healthy.table.sources()

    def remove(self, source: str) -> HealthyReport:
        """Forget a log; entries that were in quarantine because of it alone come back.  Raises InvalidInput."""
        self.refresh()
        return self.healthy.remove(source, self.clock())

    def check(self) -> HealthyReport:
        """Hold all signatures of the home against all healthy lines."""
        self.refresh()
        return self.healthy.check(self.clock())


_ALARMING = 3.0
"""The grade (`kb.text.evidence.alarm`) from which a healthy line is shown as one that alarms."""
_SHOWN = 3
"""How many such lines are shown."""
_ROUNDS = 3
"""Moves change what is offered, so it is looked again; a move that does nothing must not go on for ever."""


class Mover(Protocol):
    """What changes the status of an entry and keeps why."""

    def move(self, entry_id: str, to: Status, *, rule: str, reason: str, actor: str, now: datetime) -> object:
        """Move the entry to the status `to`, and keep the rule, the reason, and who did it."""
        ...


class HealthyLines:
    """The healthy lines of one home, and the check of its signatures against them."""

    def __init__(
        self, table: HealthyTable, entries: EntryTable, signatures: Callable[[], SignatureSet], moves: Mover
    ) -> None:
        self.table, self._entries, self._signatures, self._moves = table, entries, signatures, moves

    # -- before every answer -------------------------------------------------------------------

    def recheck(self, now: datetime) -> tuple[list[str], list[str]]:
        """Quarantine and release what has to be, if anything changed.  Returns the ids of both."""
        version, fresh, released = self.table.unchecked(), list[str](), list[str]()
        if not version:
            return fresh, released
        lines = self.table.lines()
        for _ in range(_ROUNDS):
            stuck: dict[str, str] = {}
            fresh += (off := self._quarantine(lines, stuck, now))
            released += (on := self._release(lines, stuck, now))
            self.table.set_checked(version, stuck)
            if not off and not on:
                break
            version = self.table.version()
        return fresh, released

    def _quarantine(self, lines: list[HealthyLine], stuck: dict[str, str], now: datetime) -> list[str]:
        overruled = self.table.overruled()
        return [
            entry_id
            for entry_id, firings in self._firing(lines).items()
            if (reason := reason_of(firings))
            and overruled.get(entry_id) != reason  # a person's word stands until there is more to say
            and self._move(entry_id, Status.QUARANTINED, reason, stuck, now)
        ]

    def _release(self, lines: list[HealthyLine], stuck: dict[str, str], now: datetime) -> list[str]:
        held = self.table.quarantined()
        entries = self._known(held)
        still = by_entry(entries, fired(_set_of(entries.values()), lines))
        return [
            entry_id
            for entry_id, (was, _) in held.items()
            if not reason_of(still.get(entry_id, ()))
            and self._move(entry_id, was, "it no longer fires on healthy lines", stuck, now)
        ]

    def _move(self, entry_id: str, to: Status, reason: str, stuck: dict[str, str], now: datetime) -> bool:
        try:
            self._moves.move(entry_id, to, rule=RULE, reason=reason, actor="kb", now=now)
        except KbError as error:
            entry = self._entries.get(entry_id)
            if entry is None or entry.status in (to, Status.RETIRED):  # another process was quicker
                return False
            stuck[entry_id] = f"it should be {to}, since {reason}; but {error}"
            return False
        return True

    def _firing(self, lines: list[HealthyLine]) -> dict[str, list[Firing]]:
        """The offered entries that fire, by id."""
        found = fired(self._signatures(), lines)
        return by_entry(self._known(found), found)

    def _known(self, ids: Iterable[str]) -> dict[str, Entry]:
        return {key: stored.entry for key, stored in self._entries.many(ids).items()}

    def problems(self, *, everywhere: bool = False) -> list[Problem]:
        """The entries that are in quarantine because of healthy lines, each with its place.

        Those of memory files, which somebody should mend; with `everywhere`, of documents as well.
        """
        if not self.table.version():
            return []
        said = {key: f"quarantined: {reason}" for key, (_, reason) in self.table.quarantined().items()}
        said |= self.table.stuck()
        places = self.table.places(said, everywhere=everywhere)
        return [Problem(place.path, place.line, said[entry_id]) for entry_id, place in places.items()]

    def reason_for(self, entry_id: str) -> str:
        """Why the entry is in quarantine, if it is because of healthy lines; else empty."""
        return self.table.quarantined().get(entry_id, (None, ""))[1]

    def would_fire(self, entry: Entry) -> list[Firing]:
        """What the healthy lines say of an entry that need not be stored.  Writes nothing."""
        found = fired(_set_of([entry]), self.table.lines())
        return judge_firing(entry, found.get(entry.id, ()))

    # -- what people ask for ---------------------------------------------------------------------

    def add(self, lines: Iterable[str], source: str, now: datetime) -> HealthyAdded:
        """Read a log that is fine, keep one line a template, and check all signatures against it."""
        name = redact(source).text.strip()
        if not name:
            raise InvalidInput("the healthy log has no name; give a source, such as api-2026-11-02")
        self.table.require_writable()
        fired_on = LinesFiredOn(self._everything())
        read = LogTemplates().read(fired_on.watch(lines))
        if not read.by_fingerprint:
            raise InvalidInput(
                f"{name} has no line with a word in it ({read.lines} lines read); nothing was added"
            )
        read.keep(fired_on.lines)
        fresh = self.table.add(name, read.by_fingerprint, now)
        graded = sorted(((alarm(one.line), one.line) for one in read.by_fingerprint.values()), reverse=True)
        return HealthyAdded(
            source=name,
            lines=read.lines,
            templates=read.templates,
            fresh=fresh,
            left_out=read.left_out,
            redacted=read.redacted,
            alarming=tuple(line for grade, line in graded[:_SHOWN] if grade >= _ALARMING),
            report=self.check(now),
        )

    def _everything(self) -> SignatureSet:
        """The offered signatures, and those that healthy lines keep from being offered."""
        held = _set_of(self._known(self.table.quarantined()).values())
        return (
            SignatureSet.compile((*self._signatures().items, *held.items))
            if held.items
            else self._signatures()
        )

    def remove(self, source: str, now: datetime) -> HealthyReport:
        """Forget a log; entries that only it kept in quarantine come back.  Raises InvalidInput."""
        if not self.table.remove(source):
            raise self._unknown(source)
        return self.check(now)

    def lines(self, source: str) -> list[HealthyLine]:
        """The lines kept of a source, or of all when it is empty.  Raises InvalidInput."""
        found = self.table.lines(source)
        if source and not found:
            raise self._unknown(source)
        return found

    def _unknown(self, source: str) -> InvalidInput:
        known = ", ".join(one.source for one in self.table.sources()) or "none"
        return InvalidInput(f"there is no healthy log {source!r}; there are: {known}")

    def check(self, now: datetime) -> HealthyReport:
        """Hold all signatures of the home against all healthy lines."""
        fresh, released = self.recheck(now)
        lines, signatures = self.table.lines(), self._signatures()
        held = self._known(self.table.quarantined())
        stuck = self.table.stuck()
        places = self.table.places(stuck)
        return HealthyReport(
            sources=tuple(self.table.sources()),
            signatures=len(signatures.items) + sum(len(entry.signatures) for entry in held.values()),
            quarantined=_flat(by_entry(held, fired(_set_of(held.values()), lines))),
            on_offer=_flat(self._firing(lines)),
            fresh=tuple(fresh),
            released=tuple(released),
            problems=tuple(
                Problem(
                    places[key].path if key in places else key,
                    places[key].line if key in places else None,
                    why,
                )
                for key, why in stuck.items()
            ),
        )


def _set_of(entries: Iterable[Entry]) -> SignatureSet:
    return SignatureSet.compile(
        (entry.id, signature) for entry in entries for signature in sought(entry.signatures)
    )


def _flat(found: dict[str, list[Firing]]) -> tuple[Firing, ...]:
    return tuple(firing for firings in found.values() for firing in firings)


_BLOCK = 4 * 1024 * 1024
"""Characters that are looked at together."""


class LinesFiredOn:
    """Lines pass through `watch`; afterwards `lines` are those that signatures fire on."""

    def __init__(self, signatures: SignatureSet) -> None:
        self._signatures = signatures
        self._seen: set[str] = set()
        self.lines: dict[str, None] = {}

    def watch(self, lines: Iterable[str]) -> Iterator[str]:
        """The same lines, looked at on the way, a block at a time."""
        held, size = list[str](), 0
        for line in lines:
            yield line
            held.append(line if line.endswith("\n") else f"{line}\n")
            size += len(line)
            if size >= _BLOCK:
                self._look("".join(held))
                held, size = [], 0
        self._look("".join(held))

    def _look(self, block: str) -> None:
        for hit in self._signatures.scan(block):
            if hit.key not in self._seen and not hit.signature.trace:
                self._seen.add(hit.key)
                self.lines |= dict.fromkeys(_lines_of_hit(block, hit))


def _lines_of_hit(block: str, hit: SignatureHit) -> Iterator[str]:
    """The lines in which the needles begin."""
    for start, _ in hit.spans:
        yield block[block.rfind("\n", 0, start) + 1 : block.find("\n", start)]


_PIECE = 1024 * 1024
"""Bytes of a line from which on it is cut."""
_TELL_EVERY = 4 * 1024 * 1024
"""Bytes between two reports of progress."""
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"(\xb5/\xfd", b"PK\x03\x04")
"""How files begin that gzip, bzip2, xz, zstd and zip wrote."""


def lines_in(stream: BinaryIO, name: str, told: Callable[[int], None] | None = None) -> Iterator[str]:
    """The lines of a log, in pieces where one never ends.  Raises InvalidInput for what is no text."""
    done = next_tell = 0
    for number, line in enumerate(iter(lambda: stream.readline(_PIECE), b"")):
        if number == 0 and line.startswith(_PACKED):
            raise InvalidInput(
                f"{name} is packed; unpack it on the way: zcat FILE | kb healthy add - --source NAME"
            )
        if b"\x00" in line:
            raise InvalidInput(f"{name} is no text: line {number + 1} holds a NUL byte; nothing was added")
        done += len(line)
        if told and done >= next_tell:
            told(done)
            next_tell = done + _TELL_EVERY
        yield line.decode("utf-8", "replace")
    if told:
        told(done)


def _lines_of_file(path: Path, progress: Progress | None) -> Generator[str]:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}") from error
    with stream:
        total = os.fstat(stream.fileno()).st_size
        yield from lines_in(
            stream, str(path), (lambda done: progress("log", done, max(total, done))) if progress else None
        )


def standard_input() -> Iterator[str]:
    """The lines of standard input."""
    return lines_in(sys.stdin.buffer, "the input")
