"""What would have matched, had it not been taken away: told as a warning, never offered as advice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kb.lookup.question import Question
from kb.records import Entry
from kb.records.moves import BY_PERSON, FAILING, Move
from kb.storage.identify import crash_key, fingerprints_of
from kb.text.one_line import one_line
from kb.text.signature_set import SignatureSet
from kb.text.sought import sought
from kb.text.titles import title_line

RULES = (FAILING, *BY_PERSON)
"""The quarantines that say something about the advice; the others are about signatures that fire too often."""
_MOST = 3
_TITLE, _FIX = 80, 160


def warnings(question: Question, entries: Iterable[Entry], moves: Mapping[str, Move]) -> list[str]:
    """A sentence for each quarantined entry that fits the question exactly, at most three."""
    fitting = _fitting(question, [entry for entry in entries if entry.id in moves])
    said = [_warning(entry, moves[entry.id]) for entry in fitting[:_MOST]]
    more = len(fitting) - _MOST
    return [*said, f"{more} more quarantined entries fit as well"] if more > 0 else said


def _fitting(question: Question, entries: Sequence[Entry]) -> list[Entry]:
    """Those with the template of an evidence line or a crash of the text, or whose signature occurs in the evidence."""
    if not entries:
        return []
    asked = {one.fingerprint for one in question.evidence if one.fingerprint}
    asked |= {crash_key(crash.name) for crash in question.crashes}
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
