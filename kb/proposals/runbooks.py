"""Runbooks to write: the same incident ended twice by hand, and no runbook covers it.

The steps are what was done, as the incidents tell it; a runbook is not verified because its parts once helped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.proposals.facts import Facts, cause_of, one_cause, telling_words
from kb.records import Incident, Runbook
from kb.records.ledger import Result
from kb.records.proposal import Proposal, ProposalKind
from kb.storage.codec import short_hash
from kb.text.mask import fingerprint, mask
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
        services = frozenset(name.casefold() for name in incident.scope.services)
        telling = frozenset(telling_words(incident.title) - services)
        words = frozenset(tokenize(incident.title))
        return cls(incident, services, fingerprint(incident.title), words, telling)


def gather_runbooks(facts: Facts) -> list[Proposal]:
    """A drafted runbook for every group of like incidents that were ended without one."""
    runbooks = [entry for entry in facts.entries if isinstance(entry, Runbook)]
    ended = sorted((one for one in facts.incidents if _steps(one)), key=lambda one: (str(one.date), one.id))
    groups: list[list[_Case]] = []
    for case in map(_Case.of, ended):
        near = next((group for group in groups if _alike(group[0], case)), None)
        if near is None:
            groups.append([case])
        else:
            near.append(case)
    found = [[case.incident for case in group] for group in groups if len(group) >= AT_LEAST]
    return [_draft(group) for group in found if not _covered(group, runbooks, facts)]


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


def _covered(group: Sequence[Incident], runbooks: Sequence[Runbook], facts: Facts) -> bool:
    return any(covers(runbook, one) or _applied(runbook, one, facts) for runbook in runbooks for one in group)


def covers(runbook: Runbook, incident: Incident) -> bool:
    """Whether the runbook is about such incidents, as far as its name, occasion and service tell."""
    services = {name.casefold() for name in runbook.scope.services}
    if services and not services & {name.casefold() for name in incident.scope.services}:
        return False
    wanted = telling_words(incident.title) - {name.casefold() for name in incident.scope.services}
    said = set(telling_words(f"{runbook.name} {runbook.when}"))
    return bool(wanted) and len(wanted & said) >= COVERS * len(wanted)


def _applied(runbook: Runbook, incident: Incident, facts: Facts) -> bool:
    outcomes = facts.outcomes.get(runbook.id, ())
    return any(one.result is Result.RESOLVED and incident.id in (one.incident, one.note) for one in outcomes)


def _steps(incident: Incident) -> list[str]:
    """What was done, in order: what stopped the bleeding, then what removed the cause."""
    lines = (*incident.mitigation.splitlines(), *incident.resolution.splitlines())
    return list(dict.fromkeys(clean for line in lines if (clean := line.strip(" \t-*•"))))


def _draft(group: Sequence[Incident]) -> Proposal:
    last = group[-1]
    services = tuple(dict.fromkeys(name for one in group for name in one.scope.services))
    name = " ".join(mask(last.title).replace(PLACEHOLDER, " ").split())
    steps = _steps(last)
    others = [
        f"in {one.id} it was: {step}" for one in group[:-1] for step in _steps(one) if step not in steps
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
