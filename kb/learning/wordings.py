"""Outcomes teach words: what was asked when an entry resolved the trouble is one more way to find it.

The lines of the lookup that an outcome names, and of all lookups of its incident, count as one success
or failure an incident (else a lookup).  A line is taught while its successes exceed its failures.  So:

- Only what ended something teaches: a `resolved` outcome, or the resolution of an incident that names
  the entry (which is how an entry that was written down in an incident gets its first words).
- A lookup that another entry resolved, or that was asked for another service than the outcome's,
  teaches nothing, though it lies in the same incident.
- Nor does one that was known as something else, which nobody said was wrong, unless the resolution of its
  incident names the entry: while an incident is open, other troubles are asked about as well.
- Generic lines and healthy ones teach nothing.  Of a log only the alarming lines do; where somebody
  picked out a few lines, all do.
- The newest `MOST` are kept.  One whose successes nobody verified may relate, it cannot settle.

Trust does not look at any of this.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kb.model.ledger import APPLIED, FAILURES, Asked, Outcome, Result, Wording
from kb.store.entries import EntryTable
from kb.store.ledger import Ledger
from kb.store.wordings import WordingTable
from kb.text.evidence.alarm import alarm
from kb.text.masking import fingerprint, mask, without_prefix
from kb.text.specificity import TOO_GENERAL, text_specificity

MOST = 8
"""Wordings that an entry keeps."""
PICKED = 3
"""Up to so many lines were picked out by hand; more are a log."""


@dataclass(frozen=True, slots=True)
class Use:
    """One incident (or lookup) in which an entry was used: what was asked there, and what came of it."""

    asked: tuple[Asked, ...]
    at: datetime
    success: bool = False
    failure: bool = False
    verified: bool = False


@dataclass(slots=True)
class _Line:
    text: str
    successes: int = 0
    failures: int = 0
    verified: bool = False
    at: datetime | None = None
    services: dict[str, None] = field(default_factory=dict)


def taught(uses: Iterable[Use], healthy: Iterable[str] = ()) -> list[Wording]:
    """The wordings that the uses of one entry teach, the newest first."""
    lines, fine = dict[str, _Line](), set(healthy)
    for use in uses:
        said = {print_: (text, asked) for asked in use.asked for print_, text in telling(asked.lines)}
        for print_, (text, asked) in said.items():
            line = lines.setdefault(print_, _Line(text))
            line.successes += use.success
            line.failures += use.failure
            if use.success:
                line.verified |= use.verified
                line.at = max(line.at or use.at, use.at)
                line.services.setdefault(asked.service)
    kept = [
        Wording(
            fingerprint=print_,
            line=one.text,
            at=one.at,
            services=tuple(filter(None, one.services)),
            verified=one.verified,
        )
        for print_, one in lines.items()
        if one.at is not None and one.successes > one.failures and print_ not in fine
    ]
    return sorted(sorted(kept, key=lambda one: one.fingerprint), key=lambda one: one.at, reverse=True)[:MOST]


def telling(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Fingerprint and text of the lines of a question that say enough to be known by."""
    chosen = lines if len(lines) <= PICKED else [line for line in lines if alarm(line) > 0]
    return [
        (print_, line)
        for line in chosen
        if (print_ := fingerprint(line)) and text_specificity(without_prefix(mask(line))) >= TOO_GENERAL
    ]


@dataclass(frozen=True, slots=True)
class Teaching:
    """What the ledger of one home teaches its entries."""

    ledger: Ledger
    table: WordingTable
    entries: EntryTable

    def follow(self, entry_id: str) -> None:
        """Bring the entry's wordings in step with what came of it.  Call inside a write."""
        outcomes = [
            one for one in self.ledger.outcomes_of([entry_id]).get(entry_id, ()) if one.result in APPLIED
        ]
        uses = self._uses(entry_id, outcomes)
        prints = {print_ for use in uses for asked in use.asked for print_, _ in telling(asked.lines)}
        wordings = taught(uses, self.table.healthy(sorted(prints)))
        if wordings != self.table.of(entry_id):
            self.table.replace(entry_id, wordings)
            self.entries.reword(entry_id)

    def rebuild(self) -> None:
        """Derive the wordings of all entries anew from the whole ledger."""
        with self.ledger.write():
            for entry_id in self.ledger.used():
                self.follow(entry_id)

    def _uses(self, entry_id: str, outcomes: Sequence[Outcome]) -> list[Use]:
        incidents = sorted({one.incident for one in outcomes if one.incident})
        named = sorted({one.lookup_id for one in outcomes if one.lookup_id})
        asked = {one.id: one for one in self.table.asked_in(incidents, named)}
        ended = self.table.ended_by(entry_id, incidents)
        known = self.table.known_as_others(entry_id, list(asked))
        others = self.table.resolved_by_others(entry_id, list(asked)) | {
            one for one in known if asked[one].incident not in ended
        }
        by_use = dict[str, list[Outcome]]()
        for one in outcomes:
            if key := one.incident or one.lookup_id:
                by_use.setdefault(key, []).append(one)
        return [_use(key, told, asked.values(), others, ended) for key, told in by_use.items()]


def _use(
    key: str, told: Sequence[Outcome], asked: Iterable[Asked], others: set[str], ended: dict[str, datetime]
) -> Use:
    named = {one.lookup_id for one in told}
    services = {one.service.casefold() for one in told if one.service}
    here = tuple(
        one
        for one in asked
        if one.id in named
        or (
            one.incident == key
            and one.id not in others
            and (not one.service or not services or one.service.casefold() in services)
        )
    )
    resolved = [one for one in told if one.result is Result.RESOLVED]
    times = [one.at for one in resolved] + ([ended[key]] if key in ended else [])
    return Use(
        asked=here,
        at=max(times, default=told[-1].at),
        success=bool(times),
        failure=any(one.result in FAILURES for one in told),
        verified=any(one.verified_by for one in resolved),
    )
