"""Signatures against healthy lines: who fires goes into quarantine, who no longer fires comes back.

`recheck` runs before every answer.  It costs one small query while neither the healthy lines nor what is on
offer has changed; after a change, all signatures are looked for at once.  So it makes no difference whether
an entry was learned, edited by hand, or stood there when the log was added.  Each move has its row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from kb.errors import InvalidInput, KbError, Problem
from kb.loop.firing import by_entry, fired, judge_firing, reason_of
from kb.loop.witnesses import Witnesses
from kb.records import Entry, Status
from kb.records.healthy import Firing, HealthyAdded, HealthyLine, HealthyReport
from kb.storage.entries import EntryTable
from kb.storage.healthy import RULE, HealthyTable
from kb.text.alarm import alarm
from kb.text.log_templates import LogTemplates
from kb.text.redact import redact
from kb.text.signature_set import SignatureSet
from kb.text.sought import sought

_ALARMING = 3.0
_SHOWN = 3
_ROUNDS = 3
"""Moves change what is on offer, so it is looked again; a move that does nothing must not go on for ever."""


class Mover(Protocol):
    """What changes the status of an entry and keeps why."""

    def move(self, entry_id: str, to: Status, *, rule: str, reason: str, actor: str, now: datetime) -> object:
        """Move the entry; see `kb.loop.moves`."""
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
        version, fresh, released = self.table.version(), list[str](), list[str]()
        if not version or self.table.read_only or self.table.checked() == version:
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
        """What fires of that which is on offer."""
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
        witnesses = Witnesses(self._everything())
        read = LogTemplates().read(witnesses.watch(lines))
        if not read.by_fingerprint:
            raise InvalidInput(
                f"{name} has no line with a word in it ({read.lines} lines read); nothing was added"
            )
        read.keep(witnesses.lines)
        fresh = self.table.add(name, read.by_fingerprint, now)
        graded = sorted(((alarm(one.line), one.line) for one in read.by_fingerprint.values()), reverse=True)
        return HealthyAdded(
            source=name, lines=read.lines, templates=read.templates, fresh=fresh,
            left_out=read.left_out, redacted=read.redacted,
            alarming=tuple(line for grade, line in graded[:_SHOWN] if grade >= _ALARMING),
            report=self.check(now),
        )  # fmt: skip

    def _everything(self) -> SignatureSet:
        """The signatures on offer, and those that healthy lines keep from it."""
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
