"""Triage: an alert in, one page out.  A thin object over the parts of a home."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kb.errors import InvalidInput, Problem
from kb.records.brief import Alert, Brief
from kb.triage.alert import parse_alert
from kb.triage.asking import evidence_text
from kb.triage.brief import compose
from kb.triage.budget import checked_budget
from kb.triage.gather import Facts, gather
from kb.triage.labels import service_candidates
from kb.triage.severity import judge_severity
from kb.triage.sources import Sources

DEFAULT_BUDGET = 1000
"""Tokens of a brief, where nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of triage, as it was given; empty fields were not."""

    alert: object
    service: str = ""
    environment: str = ""
    severity: str = ""
    budget: int = DEFAULT_BUDGET
    incident_id: str = ""
    evidence: object = None


@dataclass(frozen=True, slots=True)
class Triage:
    """Briefs about one home."""

    sources: Sources

    def brief(self, request: Request, *, problems: Iterable[Problem] = (), now: datetime) -> Brief:
        """The brief for an alert.  Raises InvalidInput for an empty alert, or a bad severity or budget."""
        return self.written(request, self.facts(request, problems=problems, now=now))

    def facts(self, request: Request, *, problems: Iterable[Problem] = (), now: datetime) -> Facts:
        """What the home says to it; the lookup is recorded."""
        checked_budget(request.budget)
        alert = parse_alert(request.alert, request.service, request.environment)
        evidence = evidence_text(request.evidence)
        if not alert.text.strip() and not evidence.strip():
            raise InvalidInput("the alert is empty; give its text, its JSON, or the log that tells of it")
        alert = self._with_known_service(alert)
        severity = judge_severity(alert, request.severity)
        return gather(
            self.sources, alert, severity, evidence=evidence, incident_id=request.incident_id,
            problems=problems, now=now,
        )  # fmt: skip

    def _with_known_service(self, alert: Alert) -> Alert:
        """The alert with the service that its first lines name, where the home knows such a service."""
        if alert.service:
            return alert
        known = {name.casefold(): name for name in self.sources.entries.services()}
        named = (known.get(word.casefold(), "") for word in service_candidates(alert.text))
        return replace(alert, service=next(filter(None, named), ""))

    def written(self, request: Request, facts: Facts, notes: Sequence[str] = ()) -> Brief:
        """The brief that the facts make."""
        return compose(facts, request.budget, notes)
