"""The dry run of an edited pattern: which past lookups it would have gained and lost.  Writes nothing.

The ledger keeps the telling lines of a lookup, not its whole text; what a signature once found outside of
them cannot be replayed and is counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kb.errors import InvalidInput
from kb.learning.firing import reason_of
from kb.learning.healthy import HealthyLines
from kb.learning.lesson import required
from kb.model import Entry, Pattern, Signature
from kb.model.healthy import PastLookup, Rehearsal, Replayed
from kb.store.history import AskedBefore, PastLookups
from kb.text.signatures.set import sought
from kb.text.signatures.signature import (
    SignatureHit,
    SignatureSet,
    parse_signature,
    sample_failure,
    validate_signature,
)

SHOWN = 10
"""Lookups shown of each sort, where nobody asks for another number."""
_BEFORE, _AFTER = "before", "after"
_NEW = "new"


def rehearse(
    entry: Entry | None,
    pattern: str,
    regex: bool | None,
    past: PastLookups,
    healthy: HealthyLines,
    shown: int = SHOWN,
) -> Rehearsal:
    """Hold the signatures before and after the edit against every past lookup and the healthy lines.

    `entry` None stands for a pattern that is not learned yet.  Raises InvalidInput for a pattern that
    cannot be a signature, and for an entry that has none.
    """
    if entry is not None and not entry.signatures:
        raise InvalidInput(f"{entry.id} is a {entry.kind} without a signature; there is no pattern to edit")
    after = _signature(pattern, regex)
    edited = replace(entry or Pattern(id=_NEW, pattern=pattern), signatures=(after,))
    firings = healthy.would_fire(edited)
    before = entry.signatures if entry else ()
    replay = _Replay(before, after, past.found_by_signature(entry.id) if entry else set(), shown)
    replay.run(past.newest_first())
    return Rehearsal(
        entry_id=entry.id if entry else "",
        before=before,
        after=after,
        lookups=replay.read,
        gained=replay.sort("gained", past),
        lost=replay.sort("lost", past),
        kept=replay.sort("kept", past),
        unseen=replay.unseen,
        healthy=tuple(firings),
        healthy_templates=sum(source.templates for source in healthy.table.sources()),
        problem=sample_failure(edited) or reason_of(firings),
    )


def _signature(pattern: str, regex: bool | None) -> Signature:
    signature = parse_signature(required("pattern", pattern), regex)
    if reason := validate_signature(signature):
        raise InvalidInput(f"the pattern cannot be used: {reason}")
    return signature


class _Replay:
    """Sorts lookups by which of the two signatures they hold."""

    def __init__(self, before: Sequence[Signature], after: Signature, offered: set[str], shown: int) -> None:
        sides = ((_BEFORE, before), (_AFTER, (after,)))
        self._set = SignatureSet.compile((side, one) for side, given in sides for one in sought(given))
        self._offered, self._shown = offered, shown
        self._counts: dict[str, int] = {}
        self._lookups: dict[str, list[tuple[AskedBefore, str]]] = {}
        self.read = self.unseen = 0

    def run(self, lookups: Iterable[AskedBefore]) -> None:
        """Read all lookups."""
        for lookup in lookups:
            self.read += 1
            text = "\n".join(lookup.lines)
            hits = {hit.key: hit for hit in self._set.scan(text)}
            if not hits:
                self.unseen += lookup.id in self._offered
                continue
            sort = "kept" if len(hits) == 2 else "gained" if _AFTER in hits else "lost"
            self._counts[sort] = self._counts.get(sort, 0) + 1
            chosen = self._lookups.setdefault(sort, [])
            if len(chosen) < self._shown:
                chosen.append((lookup, _line(text, hits.get(_AFTER) or hits[_BEFORE])))

    def sort(self, name: str, past: PastLookups) -> Replayed:
        """One sort of lookups, with what came of those that are shown."""
        chosen = self._lookups.get(name, [])
        outcomes = past.last_outcomes([lookup.id for lookup, _ in chosen])
        return Replayed(
            count=self._counts.get(name, 0),
            shown=tuple(
                PastLookup(
                    lookup_id=lookup.id,
                    at=lookup.at,
                    service=lookup.service,
                    line=line,
                    verdict=lookup.verdict,
                    outcome=outcomes[lookup.id][0] if lookup.id in outcomes else None,
                    outcome_of=outcomes[lookup.id][1] if lookup.id in outcomes else "",
                )
                for lookup, line in chosen
            ),
        )


def _line(text: str, hit: SignatureHit) -> str:
    """The line in which the match begins."""
    at = hit.spans[0][0]
    end = text.find("\n", at)
    return text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)]
