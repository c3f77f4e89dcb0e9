"""What would have matched, had it not been taken away: told as a warning, never offered as advice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kb.lookup.question import Question
from kb.records import Entry
from kb.records.moves import BY_PERSON, FAILING, Move
from kb.storage.identify import fingerprints_of
from kb.text.signature_set import SignatureSet

RULES = (FAILING, *BY_PERSON)
"""The quarantines that say something about the advice; the others are about signatures that fire too often."""
_MOST = 3
_TITLE, _FIX = 80, 160


def warnings(question: Question, entries: Iterable[Entry], moves: Mapping[str, Move]) -> list[str]:
    """A sentence for each quarantined entry that fits the question exactly, at most three."""
    fitting = [entry for entry in entries if entry.id in moves and _fits(question, entry)]
    said = [_warning(entry, moves[entry.id]) for entry in fitting[:_MOST]]
    more = len(fitting) - _MOST
    return [*said, f"{more} more quarantined entries fit as well"] if more > 0 else said


def _fits(question: Question, entry: Entry) -> bool:
    asked = {one.fingerprint for one in question.evidence if one.fingerprint}
    if asked & {one.value for one in fingerprints_of(entry)}:
        return True
    signatures = SignatureSet.compile((entry.id, signature) for signature in entry.signatures)
    return bool(signatures.scan("\n".join(one.line.text for one in question.evidence)))


def _warning(entry: Entry, move: Move) -> str:
    fix = " ".join(entry.advice().fix.split())
    shown = fix if len(fix) <= _FIX else f"{fix[: _FIX - 1]}…"
    advised = f"; do not rely on what it advised: {shown}" if fix else ""
    return (
        f"an entry that fits is quarantined ({move.reason}): {entry.headline[:_TITLE]} [{entry.id}]{advised}"
    )
