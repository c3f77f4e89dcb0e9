"""What would have matched, had it not been taken away: told as a warning, never offered as advice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kb.lookup.question import Question
from kb.records import Entry, Status
from kb.records.moves import BY_PERSON, FAILING, Move
from kb.storage.entries import EntryTable
from kb.storage.identify import crash_key, fingerprints_of
from kb.storage.moves import MoveTable
from kb.storage.signatures import CompiledSignatures
from kb.text.one_line import one_line
from kb.text.signature_set import SignatureSet
from kb.text.sought import sought
from kb.text.titles import title_line

RULES = (FAILING, *BY_PERSON)
"""The quarantines that say something about the advice; the others are about signatures that fire too often."""
_MOST = 3
_TITLE, _FIX = 80, 160


class Held(Protocol):
    """The entries in quarantine, by what they were found by."""

    def fitting(self, fingerprints: Sequence[str], text: str) -> Mapping[str, Move]:
        """The last move of those that may have one of the fingerprints, or a signature that occurs in the text."""
        ...


@dataclass(frozen=True, slots=True)
class HeldEntries:
    """See `Held`; only what may fit is read of them, however many there are."""

    entries: EntryTable
    signatures: CompiledSignatures
    moves: MoveTable

    def fitting(self, fingerprints: Sequence[str], text: str) -> Mapping[str, Move]:
        """See `Held.fitting`."""
        if not self.entries.index.holds:
            return self.moves.quarantined(self.entries.in_quarantine())
        signed = {hit.key for hit in self.signatures.current().scan(text)}
        return self.moves.quarantined(signed | self.entries.index.held(fingerprints))


def warnings(question: Question, held: Held, entries: EntryTable) -> list[str]:
    """A sentence for each quarantined entry that fits the question exactly, at most three."""
    found = held.fitting(_asked(question), "\n".join(one.line.text for one in question.evidence))
    moves = {key: move for key, move in found.items() if move.rule in RULES}
    kept = (one.entry for one in entries.many(moves).values())
    fitting = _fitting(question, [entry for entry in kept if entry.status is Status.QUARANTINED])
    said = [_warning(entry, moves[entry.id]) for entry in fitting[:_MOST]]
    more = len(fitting) - _MOST
    return [*said, f"{more} more quarantined entries fit as well"] if more > 0 else said


def _asked(question: Question) -> list[str]:
    """What the question is recognised by: the templates of its lines, and its crashes."""
    prints = [one.fingerprint for one in question.evidence if one.fingerprint]
    return [*prints, *(crash_key(crash.name) for crash in question.crashes)]


def _fitting(question: Question, entries: Sequence[Entry]) -> list[Entry]:
    """Those with the template of an evidence line or a crash of the text, or whose signature occurs in the evidence."""
    if not entries:
        return []
    asked = set(_asked(question))
    signatures = SignatureSet.compile(
        (entry.id, one) for entry in entries for one in sought(entry.signatures)
    )
    signed = {hit.key for hit in signatures.scan("\n".join(one.line.text for one in question.evidence))}
    return [
        entry
        for entry in entries
        if entry.id in signed or asked & {one.value for one in fingerprints_of(entry)}
    ]


def _warning(entry: Entry, move: Move) -> str:
    fix = one_line(entry.advice().fix, _FIX)
    advised = f"; do not rely on what it advised: {fix}" if fix else ""
    title = one_line(title_line(entry.headline), _TITLE)
    return f"an entry that fits is quarantined ({move.reason}): {title} [{entry.id}]{advised}"
