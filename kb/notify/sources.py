"""What is told of an incident, asked of the home: its steps, its brief, the draft of its postmortem."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kb.errors import KbError
from kb.incidents.incidents import Incidents
from kb.incidents.postmortem import postmortem
from kb.model.brief import Brief, JudgedSeverity, Section
from kb.model.incident import LiveIncident
from kb.model.ledger import Verdict
from kb.store.entries import EntryTable

BUDGET = 900
"""Tokens of a brief that is told: what a message of Slack's holds."""

_log = logging.getLogger("kb.notify")


class Briefing(Protocol):
    """`Triage`, as it is called here."""

    def __call__(
        self,
        alert: object,
        service: str = "",
        environment: str = "",
        severity: str = "",
        budget: int = BUDGET,
        incident_id: str = "",
    ) -> Brief:
        """The brief of an alert."""
        ...


def announced_brief(body: Mapping[str, Any]) -> Brief | None:
    """The brief that an announcement has, as triage wrote it out; None where it has none."""
    text, entries = body.get("brief"), body.get("entries")
    if not isinstance(text, str) or not isinstance(entries, list):
        return None
    sections = dict[str, list[str]]()
    for line in text.splitlines():
        if line.startswith("## "):
            sections.setdefault(line.removeprefix("## "), [])
        elif sections:
            [*sections.values()][-1].append(line.removeprefix("- "))
    return Brief(
        severity=JudgedSeverity(severity=None),
        verdict=Verdict(body.get("verdict", Verdict.UNKNOWN)),
        lookup_id=body.get("lookup_id"),
        incident_id=None,
        sections=tuple(Section(title=title, lines=tuple(lines)) for title, lines in sections.items()),
        entries=tuple(map(str, entries)),
        left_out=0,
        tokens=0,
        budget=0,
    )


@dataclass(frozen=True, slots=True)
class HomeTelling:
    """One home, as far as people are told of it."""

    incidents: Incidents
    triage: Briefing
    entries: EntryTable

    def find(self, incident_id: str) -> LiveIncident | None:
        """The incident, or None.  Raises EntryNotFound for steps of what was never opened."""
        return self.incidents.find(incident_id)

    def brief(self, incident: LiveIncident, bodies: Sequence[Mapping[str, Any]]) -> Brief | None:
        """What was announced as known of it, else what is looked up now; None where that fails.

        That people are told of an incident does not hang on what is known of it.
        """
        announced = next((found for body in reversed(bodies) if (found := announced_brief(body))), None)
        if announced:
            return announced
        try:
            return self.triage(
                incident.alert or incident.title,
                service=incident.services[0] if incident.services else "",
                environment=incident.environment,
                severity=str(incident.severity) if incident.severity and incident.confirmed else "",
                budget=BUDGET,
                incident_id=incident.id,
            )
        except KbError as error:
            _log.warning("%s is told without a brief: %s", incident.id, error)
            return None

    def titles(self, entry_ids: Sequence[str]) -> dict[str, str]:
        """The titles of those of the entries that there are, by id."""
        found = ((one, self.entries.get(one)) for one in entry_ids)
        return {one: entry.headline for one, entry in found if entry}

    def draft(self, incident: LiveIncident) -> str:
        """The draft of its postmortem, as Markdown."""
        return postmortem(incident)
