"""Entries to take off offer: they keep failing, or the day has passed until which they held.

That an entry is never offered says nothing against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.proposals.facts import Facts
from kb.records import Entry
from kb.records.ledger import FAILURES, Outcome, Standing, Trust
from kb.records.proposal import Proposal, ProposalKind
from kb.storage.codec import short_hash

ADVISING = ("pattern", "tool_fix", "runbook", "quirk", "known_error")
"""Kinds that advise; an incident or a document tells what was, and is not retired for that."""
ENOUGH = 3
"""Failures, each in an occurrence of its own, before a failing entry is one that keeps failing."""
_SHOWN = 5


def gather_retirements(facts: Facts) -> list[Proposal]:
    """The failing ones, most failures first, then the expired ones."""
    advising = [entry for entry in facts.entries if entry.kind in ADVISING]
    failing = [
        *(
            _failing(entry, facts, f"in quarantine since {move.at.date()}")
            for entry, move in facts.quarantined
        ),
        *(_failing(entry, facts) for entry in advising if keeps_failing(facts.trust.get(entry.id))),
    ]
    named = {one.retires for one in failing}
    expired = [one for one in _expired(advising, facts) if one.retires not in named]
    return [*sorted(failing, key=lambda one: (-one.weight, one.id)), *expired]


def _failing(entry: Entry, facts: Facts, *more: str) -> Proposal:
    failures = [one for one in facts.outcomes.get(entry.id, ()) if one.result in FAILURES]
    trust = facts.trust.get(entry.id)
    said = f"failed {trust.failed} of {trust.n} times, trust {trust.value:.2f}" if trust else "it failed"
    reasons = [said, *more, *map(_in_words, failures[-_SHOWN:])]
    return _proposal(entry, entry.id, trust.failed if trust else 1, reasons, failures)


def keeps_failing(trust: Trust | None) -> bool:
    """Whether its failures weigh more than its successes, and it had more than one chance."""
    return trust is not None and trust.standing is Standing.FAILING and trust.failed >= ENOUGH


def _in_words(outcome: Outcome) -> str:
    by = f" ({outcome.actor})" if outcome.actor else ""
    note = f": {outcome.note}" if outcome.note else ""
    return f"{outcome.at.date()} {outcome.result.replace('_', ' ')}{by}{note}"


def _expired(entries: Sequence[Entry], facts: Facts) -> Iterator[Proposal]:
    for entry in entries:
        if entry.expires and entry.expires < facts.now.date():
            yield _proposal(entry, f"{entry.id} {entry.expires}", 1, [f"expired on {entry.expires}"], [])


def _proposal(
    entry: Entry, key: str, weight: int, reasons: Sequence[str], failures: Sequence[Outcome]
) -> Proposal:
    incidents = dict.fromkeys(one.incident for one in failures if one.incident)
    lookups = dict.fromkeys(one.lookup_id for one in failures if one.lookup_id)
    return Proposal(
        id=f"proposal-retirement-{short_hash(key)}",
        kind=ProposalKind.RETIREMENT,
        title=entry.headline,
        reasons=tuple(reasons),
        weight=weight,
        keys=(key,),
        retires=entry.id,
        services=entry.scope.services,
        incidents=tuple(incidents),
        lookups=tuple(lookups),
    )
