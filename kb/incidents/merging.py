"""Two incidents that are one, and one that is two: what a merge or a split makes of what was noted.  Pure.

The steps of the other incident are carried in the step that merges it, so that each incident is still the sum of its
own steps and nothing is rewritten.  A split leaves that step out again; or it carries some steps to an incident of
their own.  What tells how far an incident is (its end, its verification) is never split off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from kb.errors import InvalidInput, Refused
from kb.model.entry import CauseStatus
from kb.model.incident import Hypothesis, LiveIncident, Mitigation, Phase, Step
from kb.model.ledger import Event

WORK = (Step.NOTE, Step.HYPOTHESIS, Step.MITIGATION, Step.ACTION_ITEM, Step.REVIEW)
"""The steps that can be split off: what was seen, thought and done."""


def check_merge(stays: LiveIncident, goes: LiveIncident) -> None:
    """Raises Refused where the two cannot be made one."""
    if stays.id == goes.id:
        raise Refused(f"both are {stays.id}: there is nothing to merge")
    if stays.resolved and not goes.resolved:
        raise Refused(f"{stays.id} is over and {goes.id} is not; merge it into the one that goes on")


def steps_named(incident: LiveIncident, named: Iterable[str]) -> list[Event]:
    """The steps of an incident that a person means by their numbers.  Raises InvalidInput for one that cannot go."""
    apart, events = taken_apart(incident.timeline), incident.timeline
    by_number = {str(event.id): event for number, event in enumerate(events) if number not in apart}
    chosen = dict[int, Event]()
    for name in named:
        step = by_number.get(name.strip().removeprefix("#"))
        if step is None:
            raise InvalidInput(
                f"{incident.id} has no step {name!r}; kb incident show lists them with numbers"
            )
        if step.kind not in WORK:
            raise InvalidInput(
                f"step {step.id} ({step.action}) tells how far the incident is, and stays with it; "
                "split off notes, hypotheses, mitigations, action items and reviews"
            )
        chosen[step.id] = step
    return [chosen[number] for number in sorted(chosen)]


def applied_alone(incident: LiveIncident, chosen: Sequence[Event]) -> set[str]:
    """The entries that only these steps of an incident applied."""

    def applied(steps: Iterable[Event]) -> set[str]:
        return {str(one.data["entry_id"]) for one in steps if one.data.get("entry_id")}

    ids = {one.id for one in chosen}
    return applied(chosen) - applied(one for one in incident.timeline if one.id not in ids)


def bring(steps: Iterable[Event]) -> list[dict[str, Any]]:
    """Steps as the data of the step that carries them."""
    return [
        {
            "id": one.id,
            "at": one.at.isoformat(),
            "action": one.action,
            "details": one.details,
            "actor": one.actor,
            "subject": one.subject,
            "kind": str(one.kind),
            "data": one.data,
        }
        for one in steps
    ]


def carried(event: Event) -> list[Event]:
    """The steps that a merge or a split brought along."""
    steps = event.data.get("steps", ())
    return [Event(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in steps]


def taken_apart(events: Sequence[Event]) -> set[int]:
    """The positions of the steps that a later split took away: what was merged, and what was split off."""
    apart, met = set[int](), dict[str, int]()
    positions = {event.id: number for number, event in enumerate(events)}
    for number, event in enumerate(events):
        if event.kind == Step.MERGED:
            met[event.data["incident"]] = number
        elif event.kind == Step.MERGED_INTO:
            met[event.data["into"]] = number
        elif event.kind in (Step.SPLIT, Step.SPLIT_FROM) and event.data["incident"] in met:
            apart |= {met.pop(event.data["incident"]), number}
        elif event.kind == Step.SPLIT:
            apart |= {positions[one] for one in event.data["taken"] if one in positions}
    return apart


def lived(events: Sequence[Event]) -> list[Event]:
    """What happened in an incident, in order of time: with what was merged into it, without what was split off."""
    apart = taken_apart(events)
    kept = [event for number, event in enumerate(events) if number not in apart]
    brought = [one for event in kept for one in lived(carried(event)) if one.kind != Step.OPENED]
    return sorted([*kept, *brought], key=lambda event: event.at)


def merged(incident: LiveIncident, other: LiveIncident) -> LiveIncident:
    """The incident with another one in it: the places of both, the earlier begin, the graver severity."""
    graver = not incident.confirmed and (
        incident.severity is None or (other.severity is not None and other.severity < incident.severity)
    )
    level = other if graver else incident
    begun = [one.started for one in (incident, other) if one.started]
    over = incident.resolved and other.resolved and max(incident.resolved, other.resolved)
    return replace(
        with_work(incident, other),
        merged=(*incident.merged, other.id),
        started=min(begun, default=None),
        detected=min(incident.detected, other.detected),
        resolved=over or incident.resolved,
        severity=level.severity,
        severity_label=level.severity_label,
        confirmed=level.confirmed,
        services=_joined(incident.services, other.services),
        environment=incident.environment or other.environment,
        impact=incident.impact or other.impact,
        alert=incident.alert or other.alert,
    )


def with_work(incident: LiveIncident, other: LiveIncident) -> LiveIncident:
    """The incident with what was thought and done in another one; how far that one was tells nothing here."""
    tried = list(other.mitigations)
    if other.resolution and other.resolved:
        tried.append(Mitigation(at=other.resolved, text=other.resolution))
    helped = next((one.at for one in tried if one.worked), None)
    items = {one.text: one for one in (*other.action_items, *incident.action_items)}
    return replace(
        incident,
        phase=Phase.MITIGATING if tried and incident.phase is Phase.INVESTIGATING else incident.phase,
        acknowledged=incident.acknowledged or other.acknowledged,
        acknowledged_by=incident.acknowledged_by or other.acknowledged_by,
        mitigated=incident.mitigated or helped,
        hypotheses=_with_hypotheses(incident.hypotheses, other.hypotheses),
        mitigations=tuple(sorted((*incident.mitigations, *tried), key=lambda one: one.at)),
        applied=_joined(incident.applied, other.applied),
        action_items=tuple(items.values()),
        went_well=_joined(incident.went_well, other.went_well),
        went_wrong=_joined(incident.went_wrong, other.went_wrong),
        lessons=_joined(incident.lessons, other.lessons),
        prevention=incident.prevention or other.prevention,
    )


def _with_hypotheses(own: Sequence[Hypothesis], others: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Those of another incident get numbers of their own; of one that both have, what was decided stays."""
    known = {one.text.casefold(): one for one in own}
    for one in others:
        same = known.get(one.text.casefold()) or replace(one, id=next_id(known.values()))
        decided = one.status if same.status is CauseStatus.SUSPECTED else same.status
        evidence = _joined(same.evidence, one.evidence)
        known[one.text.casefold()] = replace(same, status=decided, evidence=evidence)
    return tuple(known.values())


def next_id(hypotheses: Iterable[Hypothesis]) -> str:
    """The id of the next hypothesis."""
    return f"h{1 + max((int(one.id[1:]) for one in hypotheses), default=0)}"


def _joined(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))
