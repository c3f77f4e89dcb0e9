"""An incident as somebody who joins it needs it, and a list of incidents by what it is asked for.  Pure.

What is known is kept apart from what is suspected, what nobody has checked and what was ruled out; the timeline is
that of `lived`, so that what was merged is in it and what was split off is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kb.errors import InvalidInput
from kb.incidents.life import checklist, durations, overdue, span, told
from kb.incidents.listing import ListedIncident
from kb.incidents.merging import WORK, lived, taken_apart
from kb.model.change import Change
from kb.model.entry import CauseStatus, Severity
from kb.model.incident import (
    Hypothesis,
    IncidentCounts,
    IncidentOverview,
    LiveIncident,
    MergedIncident,
    Step,
    ToldStep,
)
from kb.model.ledger import Event
from kb.text.environments import same_environment

CHANGES_HOURS = 24
"""How far before an incident the changes are told that may have caused it."""
_UPDATED, _REVIEWED, _ITEM = "Status update posted", "Review", "To do: "


def overview(
    incident: LiveIncident,
    changes: Iterable[Change],
    merged: Iterable[LiveIncident],
    entries: Mapping[str, str],
    now: datetime,
) -> IncidentOverview:
    """The overview; `changes` are those of all places before the incident, `entries` titles by id."""
    suspected = of_status(incident, CauseStatus.SUSPECTED)
    updates = [one for one in incident.timeline if one.kind == Step.UPDATE]
    return IncidentOverview(
        incident=replace(incident, timeline=()),
        steps=told_steps(incident.timeline),
        last=max((one.id for one in incident.timeline), default=0),
        known=of_status(incident, CauseStatus.CONFIRMED),
        suspected=tuple(one for one in suspected if one.evidence),
        unchecked=tuple(one for one in suspected if not one.evidence),
        ruled_out=of_status(incident, CauseStatus.REFUTED),
        checks=incident.checks or checklist({}),
        changes=tuple(one for one in changes if _of_its_place(one, incident)),
        changes_hours=CHANGES_HOURS,
        durations={name: span(length) for name, length in durations(incident, now).items()},
        overdue=overdue(incident, now),
        last_update=updates[-1].action if updates else "",
        merged=tuple(MergedIncident(id=one.id, title=one.title) for one in merged),
        entries=dict(entries),
    )


def of_status(incident: LiveIncident, status: CauseStatus) -> tuple[Hypothesis, ...]:
    """The possible causes of one status."""
    return tuple(one for one in incident.hypotheses if one.status is status)


def before_it(incident: LiveIncident) -> tuple[datetime, datetime]:
    """The window in which changes may have caused the incident: it ends when somebody noticed."""
    begun = min(incident.started or incident.detected, incident.detected)
    return begun - timedelta(hours=CHANGES_HOURS), incident.detected + timedelta(seconds=1)


def _of_its_place(change: Change, incident: LiveIncident) -> bool:
    services = {name.casefold() for name in incident.services}
    elsewhere = (
        change.environment
        and incident.environment
        and not same_environment(change.environment, incident.environment)
    )
    return not elsewhere and (not services or not change.service or change.service.casefold() in services)


def told_steps(events: Sequence[Event]) -> tuple[ToldStep, ...]:
    """The timeline; also what a postmortem does not tell, such as that an update was posted."""
    apart = taken_apart(events)
    own = {event.id for number, event in enumerate(events) if number not in apart}
    return tuple(
        ToldStep(
            number=one.id,
            at=one.at,
            kind=Step(one.kind),
            text=step_in_words(one),
            actor=one.actor,
            entry_id=str(one.data.get("entry_id") or ""),
            may_be_split=one.id in own and one.kind in WORK,
        )
        for one in lived(events)
    )


def step_in_words(event: Event) -> str:
    """What was done, for whoever follows the incident."""
    match event.kind:
        case Step.UPDATE:
            return _UPDATED
        case Step.ACTION_ITEM:
            return f"{'Done: ' if event.data.get('done') else _ITEM}{event.action}"
        case Step.REVIEW:
            said = (
                text
                for name in ("went_well", "went_wrong", "lessons", "impact")
                if (text := _joined(event.data.get(name)))
            )
            return ": ".join(filter(None, (_REVIEWED, "; ".join(said))))
    return told(event)


def _joined(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFilter:
    """Incidents of these severities, of a service, or only open ones; what is empty allows all.

    The severity `unknown` stands for none.  Raises InvalidInput for one of no scale.
    """

    open_only: bool = False
    severities: tuple[str, ...] = ()
    service: str = ""

    def __post_init__(self) -> None:
        for one in self.severities:
            if one not in (*Severity, UNKNOWN):
                raise InvalidInput(
                    f"severity {one!r} is none of: {', '.join(Severity)}; {UNKNOWN}, where nobody gave one"
                )

    def __bool__(self) -> bool:
        """Whether it leaves out more than closed ones."""
        return bool(self.severities or self.service)

    def passes(self, incident: ListedIncident) -> bool:
        """Whether the incident is asked for."""
        return (
            (not self.open_only or incident.closed is None)
            and (not self.severities or severity_of(incident) in self.severities)
            and (not self.service or self.service.casefold() in map(str.casefold, incident.services))
        )


UNKNOWN = "unknown"
"""The severity of an incident to which nobody gave one."""


def severity_of(incident: ListedIncident) -> str:
    """`SEV1` to `SEV4`, or `unknown`."""
    return str(incident.severity or UNKNOWN)


def chosen(incidents: Iterable[ListedIncident], only: IncidentFilter) -> list[ListedIncident]:
    """Those that pass, what is open before what ended, each newest first."""
    passing = filter(only.passes, incidents)
    return sorted(passing, key=lambda one: (one.closed is None, one.detected), reverse=True)


def counts(incidents: Sequence[ListedIncident], only: IncidentFilter) -> IncidentCounts:
    """How many pass; by each part of the filter, how many would with another value there."""

    def passing(**changed: object) -> list[ListedIncident]:
        return list(filter(replace(only, **changed).passes, incidents))  # type: ignore[arg-type]

    everything = passing(open_only=False)
    return IncidentCounts(
        passing=len(passing()),
        open=sum(one.closed is None for one in everything),
        all=len(everything),
        severities=_counted(passing(severities=()), lambda one: [severity_of(one)]),
        services=_most(_counted(passing(service=""), lambda one: one.services)),
    )


def _counted(
    incidents: Iterable[ListedIncident], names: Callable[[ListedIncident], Iterable[str]]
) -> dict[str, int]:
    counted = Counter(name for one in incidents for name in names(one))
    return dict(sorted(counted.items()))


_SERVICES = 50


def _most(counted: Mapping[str, int]) -> dict[str, int]:
    """Those of the most incidents."""
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:_SERVICES])
