"""Runbooks to write, runbooks to run again, and entries to retire.

A runbook is proposed where the same incident ended twice by hand, and no runbook covers it.  Its steps are what was
done, as the incidents tell it; it is not verified because its parts once helped.  One is to run again when it was
verified long ago, failed since, or was used since without anybody looking.  An entry is to be retired when it keeps
failing, or the day has passed until which it held; that it is never offered says nothing against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kb.model import Entry, Incident, Runbook
from kb.model.ledger import APPLIED, FAILURES, Outcome, Result, Standing, Trust
from kb.model.proposal import Proposal, ProposalKind
from kb.proposals.facts import RecordFacts, cause_of, one_cause, telling_words
from kb.text.entries.ids import short_hash
from kb.text.masking import fingerprint, mask
from kb.text.masking_rules import PLACEHOLDER
from kb.text.tokens import tokenize

AT_LEAST = 2
"""Incidents that a runbook is drafted from."""
SAME_TITLE = 0.6
"""Share of words (Jaccard) from which two titles name the same kind of incident."""
COVERS = 0.6
"""Share of an incident's telling words that a runbook's name and occasion must have to cover it."""


@dataclass(frozen=True, slots=True)
class _Case:
    """An incident with what it is compared by, worked out once."""

    incident: Incident
    services: frozenset[str]
    fingerprint: str
    words: frozenset[str]
    telling: frozenset[str]
    """The telling words of its title that are not the name of its service."""

    @classmethod
    def of(cls, incident: Incident) -> _Case:
        services = _services(incident)
        telling = frozenset(telling_words(incident.title) - services)
        words = frozenset(tokenize(incident.title))
        return cls(incident, services, fingerprint(incident.title), words, telling)


def _services(entry: Entry) -> frozenset[str]:
    return frozenset(name.casefold() for name in entry.scope.services)


def gather_runbooks(facts: RecordFacts) -> list[Proposal]:
    """A drafted runbook for every group of like incidents that were ended without one."""
    runbooks = [entry for entry in facts.entries if isinstance(entry, Runbook)]
    ended = sorted(
        (one for one in facts.incidents if _steps_taken(one)), key=lambda one: (str(one.date), one.id)
    )
    groups: list[list[_Case]] = []
    for case in map(_Case.of, ended):
        near = next((group for group in groups if _alike(group[0], case)), None)
        if near is None:
            groups.append([case])
        else:
            near.append(case)
    found = [[case.incident for case in group] for group in groups if len(group) >= AT_LEAST]
    return [_drafted_runbook(group) for group in found if not _covered(group, runbooks, facts)]


def alike(one: Incident, other: Incident) -> bool:
    """Whether two incidents are the same again: a service in common, the same symptom, no other cause."""
    return _alike(_Case.of(one), _Case.of(other))


def _alike(one: _Case, other: _Case) -> bool:
    if not one.services & other.services:
        return False
    same = one.fingerprint == other.fingerprint != ""
    shared, union = len(one.words & other.words), len(one.words | other.words)
    near = bool(one.telling & other.telling) and shared >= SAME_TITLE * union
    return (same or near) and one_cause([cause_of(one.incident), cause_of(other.incident)])


def _covered(group: Sequence[Incident], runbooks: Sequence[Runbook], facts: RecordFacts) -> bool:
    return any(
        covers(runbook, one) or _resolved_by(runbook, one, facts) for runbook in runbooks for one in group
    )


def covers(runbook: Runbook, incident: Incident) -> bool:
    """Whether the runbook is about such incidents, as far as its name, occasion and service tell."""
    services = _services(runbook)
    if services and not services & _services(incident):
        return False
    wanted = telling_words(incident.title) - _services(incident)
    said = set(telling_words(f"{runbook.name} {runbook.when}"))
    return bool(wanted) and len(wanted & said) >= COVERS * len(wanted)


def _resolved_by(runbook: Runbook, incident: Incident, facts: RecordFacts) -> bool:
    outcomes = facts.outcomes.get(runbook.id, ())
    return any(one.result is Result.RESOLVED and incident.id in (one.incident, one.note) for one in outcomes)


def _steps_taken(incident: Incident) -> list[str]:
    """What was done, in order: what stopped the bleeding, then what removed the cause."""
    lines = (*incident.mitigation.splitlines(), *incident.resolution.splitlines())
    return list(dict.fromkeys(clean for line in lines if (clean := line.strip(" \t-*•"))))


def _drafted_runbook(group: Sequence[Incident]) -> Proposal:
    last = group[-1]
    services = tuple(dict.fromkeys(name for one in group for name in one.scope.services))
    name = " ".join(mask(last.title).replace(PLACEHOLDER, " ").split())
    steps = _steps_taken(last)
    others = [
        f"in {one.id} it was: {step}" for one in group[:-1] for step in _steps_taken(one) if step not in steps
    ]
    cause = next((said for one in reversed(group) if (said := cause_of(one))), "")
    item = {
        "name": name,
        "when": f"{name}; cause: {cause}" if cause else name,
        "steps": steps,
        "services": list(services),
        "warning": last.warning,
    }
    return Proposal(
        id=f"proposal-runbook-{short_hash(group[0].id)}",
        kind=ProposalKind.RUNBOOK,
        title=name,
        reasons=(
            f"it happened {len(group)} times ({', '.join(one.id for one in group)}) and no runbook covers it",
            f"steps are from {last.id}, please review",
            *others,
        ),
        weight=len(group),
        keys=tuple(one.id for one in group),
        services=services,
        incidents=tuple(one.id for one in group),
        item={name: value for name, value in item.items() if value},
        review={"steps": last.id},
    )


STALE_DAYS = 180
"""Days after which a verification no longer counts."""


def gather_verifications(facts: RecordFacts) -> list[Proposal]:
    """A proposal for each runbook whose last verification does not tell how it is today."""
    return [
        _verification(entry, reasons, facts)
        for entry in facts.entries
        if isinstance(entry, Runbook) and (reasons := list(_reasons_to_verify(entry, facts)))
    ]


def verified_on(runbook: Runbook, facts: RecordFacts) -> date | None:
    """When somebody last said that it holds, in its file or by accepting a proposal."""
    said = runbook.verified.at if runbook.verified else None
    return max((day for day in (said, facts.verified.get(runbook.id)) if day), default=None)


def _reasons_to_verify(runbook: Runbook, facts: RecordFacts) -> Iterator[str]:
    day = verified_on(runbook, facts)
    used = _uses_since(facts.outcomes.get(runbook.id, ()), day)
    if day and facts.now.date() - day > timedelta(days=STALE_DAYS):
        yield f"verified {(facts.now.date() - day).days} days ago, on {day}"
    if used and used[-1].result in FAILURES:
        yield f"the last time it was used, on {used[-1].at.date()}, it {used[-1].result.replace('_', ' ')}"
    elif used and not any(one.verified_by for one in used):
        since = f"since its verification on {day}" if day else "and never verified"
        yield f"used {len(used)} times {since}, and nobody looked whether it held"


def _uses_since(outcomes: Sequence[Outcome], day: date | None) -> list[Outcome]:
    """Its uses after the day of its verification, oldest first."""
    return [one for one in outcomes if one.result in APPLIED and (day is None or one.at.date() > day)]


def _verification(runbook: Runbook, reasons: Sequence[str], facts: RecordFacts) -> Proposal:
    day = verified_on(runbook, facts)
    key = f"{runbook.id} {day or 'never'}"
    source = runbook.provenance.source
    where = (
        []
        if runbook.id in facts.owned or not source
        else [f"it stands in {source.path}, which stays as it is"]
    )
    return Proposal(
        id=f"proposal-verification-{short_hash(key)}",
        kind=ProposalKind.VERIFICATION,
        title=runbook.name,
        reasons=(*reasons, *where),
        weight=len(_uses_since(facts.outcomes.get(runbook.id, ()), day)) or 1,
        keys=(key,),
        entry_id=runbook.id,
        services=runbook.scope.services,
        item={"verified": {"by": "", "at": ""}} if runbook.id in facts.owned else {},
    )


ADVISING = ("pattern", "tool_fix", "runbook", "quirk", "known_error")
"""Kinds that advise; an incident or a document tells what was, and is not retired for that."""
ENOUGH = 3
"""Failures, each in an occurrence of its own, before a failing entry is one that keeps failing."""
_FAILURES_SHOWN = 5


def gather_retirements(facts: RecordFacts) -> list[Proposal]:
    """The failing ones, most failures first, then the expired ones."""
    advising = [entry for entry in facts.entries if entry.kind in ADVISING]
    failing = [
        *(
            _failing_retirement(entry, facts, f"in quarantine since {move.at.date()}")
            for entry, move in facts.quarantined
        ),
        *(
            _failing_retirement(entry, facts)
            for entry in advising
            if keeps_failing(facts.trust.get(entry.id))
        ),
    ]
    named = {one.retires for one in failing}
    expired = [one for one in _expired_retirements(advising, facts) if one.retires not in named]
    return [*sorted(failing, key=lambda one: (-one.weight, one.id)), *expired]


def _failing_retirement(entry: Entry, facts: RecordFacts, *more: str) -> Proposal:
    failures = [one for one in facts.outcomes.get(entry.id, ()) if one.result in FAILURES]
    trust = facts.trust.get(entry.id)
    said = f"failed {trust.failed} of {trust.n} times, trust {trust.value:.2f}" if trust else "it failed"
    reasons = [said, *more, *map(_failure_in_words, failures[-_FAILURES_SHOWN:])]
    return _retirement(entry, entry.id, trust.failed if trust else 1, reasons, failures)


def keeps_failing(trust: Trust | None) -> bool:
    """Whether its failures weigh more than its successes, and it had more than one chance."""
    return trust is not None and trust.standing is Standing.FAILING and trust.failed >= ENOUGH


def _failure_in_words(outcome: Outcome) -> str:
    by = f" ({outcome.actor})" if outcome.actor else ""
    note = f": {outcome.note}" if outcome.note else ""
    return f"{outcome.at.date()} {outcome.result.replace('_', ' ')}{by}{note}"


def _expired_retirements(entries: Sequence[Entry], facts: RecordFacts) -> Iterator[Proposal]:
    for entry in entries:
        if entry.expires and entry.expires < facts.now.date():
            yield _retirement(entry, f"{entry.id} {entry.expires}", 1, [f"expired on {entry.expires}"], [])


def _retirement(
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
