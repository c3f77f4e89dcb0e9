"""What the incident tools answer: where the incident stands now, in few tokens; `incident_show` shows all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kb.incidents.checklist import checklist
from kb.records.live import Hypothesis, LiveIncident, Phase
from kb.records.parts import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentNow:
    """Where an incident stands.  `noted` is the last line of its timeline; `unchecked` what verify still needs."""

    id: str
    title: str
    phase: Phase
    severity: Severity | None
    confirmed: bool
    services: tuple[str, ...]
    environment: str
    detected: datetime
    hypotheses: tuple[Hypothesis, ...]
    unchecked: tuple[str, ...]
    open_action_items: int
    noted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentList:
    """Incidents, newest first."""

    incidents: tuple[IncidentNow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A status update to post, and when the next one is due (null when none is)."""

    text: str
    next_due: datetime | None
    incident_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmortem:
    """A draft in Markdown; `path` is where it was saved, null when it was only shown."""

    markdown: str
    path: str | None


def stands(incident: LiveIncident) -> IncidentNow:
    """The incident in few words."""
    checks = incident.checks or (checklist({}) if incident.resolved else ())
    last = incident.timeline[-1] if incident.timeline else None
    return IncidentNow(
        id=incident.id, title=incident.title, phase=incident.phase, severity=incident.severity,
        confirmed=incident.confirmed, services=incident.services, environment=incident.environment,
        detected=incident.detected, hypotheses=incident.hypotheses,
        unchecked=tuple(f"{item.key}: {item.text}" for item in checks if not item.held),
        open_action_items=sum(not item.done for item in incident.action_items),
        noted=f"{last.action}: {last.details}".strip(": ") if last else "",
    )  # fmt: skip
