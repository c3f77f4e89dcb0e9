"""What a lived incident leaves behind: an entry that is found like any postmortem's.

Whatever is one point of a list there (a cause, an action item, a lesson) is one line here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC

from kb.incidents.words import one_line, told
from kb.records import Cause, CauseStatus, Incident, Origin, Provenance, Scope, TimelineEvent
from kb.records.live import LiveIncident
from kb.text.instants import second


def to_entry(incident: LiveIncident) -> Incident:
    """The incident as an entry; what was tried and did not help is its warning."""
    begun = incident.started or incident.detected
    return Incident(
        id=incident.id,
        title=incident.title,
        date=begun.astimezone(UTC).date(),
        started=incident.started,
        detected=incident.detected,
        acknowledged=incident.acknowledged,
        mitigated=incident.mitigated,
        resolved=incident.resolved,
        severity=incident.severity,
        severity_label=incident.severity_label,
        impact=one_line(incident.impact),
        causes=causes(incident),
        mitigation=mitigation(incident),
        resolution=incident.resolution,
        prevention=incident.prevention,
        timeline=timeline(incident),
        action_items=tuple(
            replace(item, text=one_line(item.text), owner=one_line(item.owner or "") or None)
            for item in incident.action_items
        ),
        lessons=_lines(incident.lessons),
        went_well=_lines(incident.went_well),
        went_wrong=_lines(incident.went_wrong),
        warning="; ".join(warnings(incident)),
        body="\n".join((incident.alert, *(event.text for event in timeline(incident)))),
        scope=Scope(
            services=incident.services,
            environments=(incident.environment,) if incident.environment else (),
        ),
        provenance=Provenance(origin=Origin.INGESTED, at=incident.detected),
    )


def causes(incident: LiveIncident) -> tuple[Cause, ...]:
    """What caused it: the confirmed causes or, while there is none, the suspected ones."""
    by_status = {
        status: tuple(
            Cause(text=one_line(h.text), status=status) for h in incident.hypotheses if h.status is status
        )
        for status in (CauseStatus.CONFIRMED, CauseStatus.SUSPECTED)
    }
    return by_status[CauseStatus.CONFIRMED] or by_status[CauseStatus.SUSPECTED]


def mitigation(incident: LiveIncident) -> str:
    """What stopped the bleeding: everything that was tried and is not known to have failed."""
    return "\n".join(one_line(tried.text) for tried in incident.mitigations if tried.worked is not False)


def warnings(incident: LiveIncident) -> tuple[str, ...]:
    """What was tried and did not help, and what was ruled out."""
    useless = [tried.text for tried in incident.mitigations if tried.worked is False]
    refuted = [h.text for h in incident.hypotheses if h.status is CauseStatus.REFUTED]
    said = [*(f"Did not help: {text}" for text in useless), *(f"Was ruled out: {text}" for text in refuted)]
    return _lines(said)


def timeline(incident: LiveIncident) -> tuple[TimelineEvent, ...]:
    """The steps that a reader wants to see, in order of time."""
    events = sorted(incident.timeline, key=lambda event: event.at)
    lines = ((event, told(event)) for event in events)
    return tuple(
        TimelineEvent(text=one_line(text), time=second(event.at), at=event.at)
        for event, text in lines
        if text
    )


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(one_line, texts))
