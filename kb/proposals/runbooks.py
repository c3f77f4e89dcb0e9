"""Runbooks to write: the same incident ended twice by hand, and no runbook covers it.

The steps are what was done, as the incidents tell it; a runbook is not verified because its parts once helped.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.loop.learning import overlap
from kb.proposals.facts import Facts, cause_of, one_cause, telling_words
from kb.records import Incident, Runbook
from kb.records.ledger import Result
from kb.records.proposal import Proposal, ProposalKind
from kb.storage.codec import short_hash
from kb.text.mask import fingerprint, mask
from kb.text.masking_rules import PLACEHOLDER

AT_LEAST = 2
"""Incidents that a runbook is drafted from."""
SAME_TITLE = 0.6
"""Share of words (Jaccard) from which two titles name the same kind of incident."""
COVERS = 0.6
"""Share of an incident's telling words that a runbook's name and occasion must have to cover it."""


def gather_runbooks(facts: Facts) -> list[Proposal]:
    """A drafted runbook for every group of like incidents that were ended without one."""
    runbooks = [entry for entry in facts.entries if isinstance(entry, Runbook)]
    ended = sorted((one for one in facts.incidents if _steps(one)), key=lambda one: (str(one.date), one.id))
    groups: list[list[Incident]] = []
    for incident in ended:
        near = next((group for group in groups if alike(group[0], incident)), None)
        if near is None:
            groups.append([incident])
        else:
            near.append(incident)
    found = [group for group in groups if len(group) >= AT_LEAST and not _covered(group, runbooks, facts)]
    return [_draft(group) for group in found]


def alike(one: Incident, other: Incident) -> bool:
    """Whether two incidents are the same again: a service in common, the same symptom, no other cause."""
    mine, theirs = ({name.casefold() for name in i.scope.services} for i in (one, other))
    if not mine & theirs or not one_cause([cause_of(one), cause_of(other)]):
        return False
    if fingerprint(one.title) and fingerprint(one.title) == fingerprint(other.title):
        return True
    rare = telling_words(one.title) & telling_words(other.title)
    return bool(rare - mine) and overlap(one.title, other.title) >= SAME_TITLE


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
        "when": f"{last.title}" + (f"; cause: {cause}" if cause else ""),
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
