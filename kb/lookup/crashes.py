"""Crashes of a kernel: the same kind and the same function to blame are the same crash, another function is another.

That is how those who file crashes by the thousand decide it (`kb.text.crashes.blame`).  So a log is found again though
hardly a line of it stands there as it was learned; and a trace that shares many lines with another crash does not
settle it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from kb.lookup.found import Found
from kb.lookup.question import Question
from kb.records import Entry, Pattern, ToolFix
from kb.records.ledger import Tier
from kb.storage.entries import EntryTable
from kb.storage.identify import crash_key
from kb.text.crashes.blame import function_of, tells_kind
from kb.text.sought import readable
from kb.text.specificity import text_specificity


def by_crash(question: Question, entries: EntryTable) -> list[Found]:
    """Entries that have a crash of the question; what many entries have tells less."""
    asked = {crash_key(crash.name): crash for crash in question.crashes}
    rows = entries.index.matching_fingerprints(list(asked)) if asked else []
    owners = Counter(row["fingerprint"] for row in rows)
    found = []
    for row in rows:
        crash = asked[row["fingerprint"]]
        strength = text_specificity(crash.name) * min(1.0, 2 / owners[row["fingerprint"]])
        reason = f"the same crash, of the same kind and with the same function to blame: {crash.name}"
        found.append(
            Found(
                row["entry_id"],
                Tier.FINGERPRINT,
                reason,
                crash.evidence,
                strength,
                whole=True,
                crash=crash.name,
            )
        )
    return found


def other_crashes(found: Sequence[Found], question: Question, entries: EntryTable) -> list[Found]:
    """The same, where a trace of another crash than those of the question settles nothing."""
    if not found or not question.crashes:
        return list(found)
    learned = entries.index.crashes_of([one.entry_id for one in found])
    blames_nobody = _blaming_nobody([one.entry_id for one in found if one.entry_id not in learned], entries)
    return [_other(one, question, learned.get(one.entry_id, ()), blames_nobody) for one in found]


def _blaming_nobody(entry_ids: Sequence[str], entries: EntryTable) -> frozenset[str]:
    """Those that were learned by a crash in whose stack nobody is to blame: any crash of its kind looks like it."""
    stored = entries.many(entry_ids) if entry_ids else {}
    return frozenset(key for key, one in stored.items() if tells_kind(readable(_learned_by(one.entry))))


def _learned_by(entry: Entry) -> str:
    if isinstance(entry, Pattern):
        return entry.pattern
    return entry.error_pattern if isinstance(entry, ToolFix) else ""


def _other(found: Found, question: Question, names: Sequence[str], blames_nobody: AbstractSet[str]) -> Found:
    asked = question.crashes[0].name
    if found.hearsay:
        return found
    if found.entry_id in blames_nobody:
        return replace(found, hearsay=f"but nobody was to blame for that crash, and this is {asked}")
    functions = {function for crash in question.crashes for function in crash.functions}
    if not names or functions & set(map(function_of, names)):
        return found
    return replace(found, hearsay=f"but that was {names[0]}, and this is {asked}")
