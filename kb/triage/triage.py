"""Triage: an alert in, one page out; and the two investigations that write down what they found.

Triage: an alert in, one page out.  A thin object over the parts of a home.

`investigate_alert` and `debug_prod`: the knowledge base's half of those skills.  They call no cluster.

The agent brings the alert and what its tools said; back comes the brief.  On the way
`state/environments.yaml` learns what was seen, and the session log what was found.  A home that cannot
be written still gives the brief, which then says what was not written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kb.errors import InvalidInput, KbError, Problem
from kb.model.brief import Alert, Brief
from kb.model.ledger import Verdict
from kb.text.redact import redact
from kb.triage.alert import parse_alert
from kb.triage.brief import compose
from kb.triage.budget import checked_budget, shortened
from kb.triage.environments import KEY, Sighting, revise
from kb.triage.gather import Facts, gather
from kb.triage.labels import environment_of, service_candidates, service_of
from kb.triage.severity import judge_severity
from kb.triage.sources import Sources, evidence_text

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
            self.sources,
            alert,
            severity,
            evidence=evidence,
            incident_id=request.incident_id,
            problems=problems,
            now=now,
        )

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


Log = Callable[[str, str], object]
"""Writes down an action and its details, such as `KnowledgeBase.session_log`."""

_LINE = 200


def investigate(
    triage: Triage, request: Request, log: Log, *, problems: Iterable[Problem] = (), now: datetime
) -> Brief:
    """The brief for an alert with its evidence; the environment's state is updated, the findings logged."""
    facts = triage.facts(request, problems=problems, now=now)
    notes = [*_note_environment(triage, facts), *_note_findings(facts, log)]
    return triage.written(request, facts, notes)


def debugging(service: str, namespace: str, environment: str, symptoms: object, evidence: object) -> Request:
    """The request that `debug_prod` makes: symptoms are the alert; the namespace may tell service and environment.

    Raises InvalidInput where neither a symptom nor evidence says what is wrong.
    """
    told = evidence_text(symptoms)
    if not told.strip() and not evidence_text(evidence).strip():
        raise InvalidInput(
            "nothing says what is wrong: give the symptoms, or the evidence (pods, events, logs, metrics)"
        )
    labels = {"namespace": namespace}
    return Request(
        alert=told or f"debug {service or namespace}".strip(),
        service=service or service_of(labels),
        environment=environment or environment_of(labels),
        evidence=evidence,
    )


def with_options(request: Request, severity: str, budget: int, incident_id: str) -> Request:
    """The request with what all of these calls take."""
    return replace(request, severity=severity, budget=budget, incident_id=incident_id)


def _note_environment(triage: Triage, facts: Facts) -> list[str]:
    """Update the state of the environment; returns what could not be written."""
    if not facts.alert.environment:
        return ["The environment is not known, so state/environments.yaml was not updated"]
    try:
        triage.sources.memory.revise(KEY, lambda data: revise(data, _sighting(facts)))
    except KbError as error:
        return [f"state/environments.yaml was not updated: {error}"]
    return []


def _sighting(facts: Facts) -> Sighting:
    alert, best = facts.alert, facts.known[0] if facts.known else None
    severity = facts.severity.severity
    name = alert.name or shortened(facts.alert.text, 80)
    issue = shortened(best.meaning or best.title, _LINE) if best else f"{name}: cause unknown"
    return Sighting(
        environment=alert.environment,
        alert=name,
        issue=issue,
        resolved=alert.is_resolved,
        at=facts.now,
        service=alert.service,
        severity=str(severity) if severity else "",
        entry_id=best.id if best else "",
    )


def _note_findings(facts: Facts, log: Log) -> list[str]:
    """Log what was found; returns what could not be written."""
    alert = facts.alert
    where = " in ".join(part for part in (alert.service, alert.environment) if part)
    state = "RESOLVED " if alert.is_resolved else ""
    action = f"Investigated {state}{alert.name or 'alert'}" + (f" ({where})" if where else "")
    try:
        log(redact(action).text, redact(_findings(facts)).text)
    except KbError as error:
        return [f"the findings were not logged: {error}"]
    return []


def _findings(facts: Facts) -> str:
    """Severity, verdict with the entries that it rests on, and the evidence that told most."""
    level = facts.severity.severity or "not told"
    words = [
        f"severity {level}{'' if facts.severity.confirmed else ' (unconfirmed)'}",
        f"verdict {facts.answer.verdict}",
    ]
    shown = facts.known or (() if facts.answer.verdict is Verdict.UNKNOWN else facts.suspected[:2])
    words += [f"{shortened(match.meaning or match.title, _LINE)} [{match.id}]" for match in shown]
    seen = (match.evidence.text for match in shown if match.evidence)
    words += [f"evidence: {shortened(text, _LINE)}" for text in dict.fromkeys(seen)]
    return "; ".join(words)
