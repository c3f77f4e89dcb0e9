"""Triage: an alert in, one page out; and the two investigations that write down what they found.

The agent brings the alert and what its tools said; back comes the brief.  `investigate_alert` and `debug_prod` are
the knowledge base's half of those skills; they call no cluster.  On the way `state/environments.yaml` learns what was
seen, and the session log what was found.  A home that cannot be written still gives the brief, which then says what
was not written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kb.errors import InvalidInput, KbError, Problem
from kb.model.brief import Alert, AlertSays, Brief
from kb.model.ledger import Verdict
from kb.text.redact import redact
from kb.text.times import utc_now
from kb.triage.alert import parse_alert
from kb.triage.brief import compose
from kb.triage.budget import checked_budget, shortened
from kb.triage.environments import KEY, EnvironmentSighting, revise
from kb.triage.gather import BriefFacts, gather
from kb.triage.labels import environment_of, service_candidates, service_of
from kb.triage.severity import judge_severity
from kb.triage.sources import HomeParts, evidence_text

DEFAULT_BUDGET = 1000
"""Tokens of a brief, where nobody says otherwise."""
_EMPTY = "the alert is empty; give its text, its JSON, or the log that tells of it"
_LONGEST = 200
"""Characters of an issue, a finding or an evidence, as they are written down."""

Log = Callable[[str, str], object]
"""Writes down an action and its details, such as `KnowledgeBase.session_log`."""


def _log_nothing(_action: str, _details: str) -> None:
    """Where nobody keeps a log."""


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

    sources: HomeParts
    clock: Callable[[], datetime] = utc_now
    refresh: Callable[[], Sequence[Problem]] = tuple
    """Sees first what changed in the home; returns the mistakes in its memory files."""
    log: Log = _log_nothing
    at_once: Callable[[], AbstractContextManager[object]] = nullcontext
    """Within it, what a question writes waits for no other writer."""

    def __call__(
        self,
        alert: object,
        service: str = "",
        environment: str = "",
        severity: str = "",
        budget: int = DEFAULT_BUDGET,
        incident_id: str = "",
    ) -> Brief:
        """The first minute of an incident on one page of at most `budget` tokens.

        `alert` is a text, Alertmanager's JSON (as text or as data), or a log.  What is given explicitly wins over what
        the alert says.  Raises InvalidInput for an empty alert or a bad budget.
        """
        request = Request(
            alert=alert,
            service=service,
            environment=environment,
            severity=severity,
            budget=budget,
            incident_id=incident_id,
        )
        with self.at_once():
            return self.brief(request, problems=self.refresh(), now=self.clock())

    def investigate_alert(
        self,
        alert: object,
        evidence: object = None,
        service: str = "",
        environment: str = "",
        **options: Any,
    ) -> Brief:
        """The brief for an alert and what tools said of it (a text, a list, or a mapping of tool to output).

        Updates `state/environments.yaml` and logs the findings.  Calls no cluster.  `options` are `severity`,
        `budget` and `incident_id`, as for the brief.
        """
        request = Request(alert=alert, service=service, environment=environment, evidence=evidence, **options)
        return self._investigate(request)

    def debug_prod(
        self,
        service: str = "",
        namespace: str = "",
        symptoms: object = None,
        evidence: object = None,
        environment: str = "",
        **options: Any,
    ) -> Brief:
        """The same for a service that misbehaves without an alert; the namespace may tell the environment."""
        return self._investigate(
            replace(debugging(service, namespace, environment, symptoms, evidence), **options)
        )

    def _investigate(self, request: Request) -> Brief:
        """The brief with its evidence; the environment's state is updated, the findings logged."""
        facts = self.facts(request, problems=self.refresh(), now=self.clock())
        notes = [*_note_environment(self, facts), *_note_findings(facts, self.log)]
        return self.written(request, facts, notes)

    def brief(self, request: Request, *, problems: Iterable[Problem] = (), now: datetime) -> Brief:
        """The brief for an alert.  Raises InvalidInput for an empty alert, or a bad severity or budget."""
        return self.written(request, self.facts(request, problems=problems, now=now))

    def facts(self, request: Request, *, problems: Iterable[Problem] = (), now: datetime) -> BriefFacts:
        """What the home says to it; the lookup is recorded."""
        checked_budget(request.budget)
        alert = self.read(request.alert, request.service, request.environment)
        evidence = evidence_text(request.evidence)
        if not alert.text.strip() and not evidence.strip():
            raise InvalidInput(_EMPTY)
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

    def read(self, alert: object, service: str = "", environment: str = "") -> Alert:
        """The alert as this home understands it: with its words of severity, and its names of services."""
        set_here = self.sources.configuration()
        read = parse_alert(alert, service, environment, set_here.scale())
        return self._with_known_service(replace(read, service=set_here.service_named(read.service)))

    def said_by(self, alert: object, service: str = "", environment: str = "") -> AlertSays:
        """What the alert says of itself, without a lookup.  Raises InvalidInput for an empty alert.

        A start that is still to come is left out: its clock is wrong, and nothing begins later than now.
        """
        self.refresh()
        read = self.read(alert, service, environment)
        if not read.text.strip():
            raise InvalidInput(_EMPTY)
        return AlertSays(
            name=read.name,
            service=read.service,
            environment=read.environment,
            severity=judge_severity(read),
            starts=read.starts if read.starts and read.starts <= self.clock() else None,
            ends=read.ends,
            tool=read.tool,
            notes=read.notes,
        )

    def _with_known_service(self, alert: Alert) -> Alert:
        """The alert with the service that its first lines name, where the home knows such a service."""
        if alert.service:
            return alert
        known = {name.casefold(): name for name in self.sources.entries.services()}
        named = (known.get(word.casefold(), "") for word in service_candidates(alert.text))
        return replace(alert, service=next(filter(None, named), ""))

    def written(self, request: Request, facts: BriefFacts, notes: Sequence[str] = ()) -> Brief:
        """The brief that the facts make."""
        return compose(facts, request.budget, notes)


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


def _note_environment(triage: Triage, facts: BriefFacts) -> list[str]:
    """Update the state of the environment; returns what could not be written."""
    if not facts.alert.environment:
        return ["The environment is not known, so state/environments.yaml was not updated"]
    try:
        triage.sources.memory.revise(KEY, lambda data: revise(data, _sighting(facts)))
    except KbError as error:
        return [f"state/environments.yaml was not updated: {error}"]
    return []


def _sighting(facts: BriefFacts) -> EnvironmentSighting:
    alert, best = facts.alert, facts.known[0] if facts.known else None
    severity = facts.severity.severity
    name = alert.name or shortened(facts.alert.text, 80)
    issue = shortened(best.meaning or best.title, _LONGEST) if best else f"{name}: cause unknown"
    return EnvironmentSighting(
        environment=alert.environment,
        alert=name,
        issue=issue,
        resolved=alert.is_resolved,
        at=facts.now,
        service=alert.service,
        severity=str(severity) if severity else "",
        entry_id=best.id if best else "",
    )


def _note_findings(facts: BriefFacts, log: Log) -> list[str]:
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


def _findings(facts: BriefFacts) -> str:
    """Severity, verdict with the entries that it rests on, and the evidence that told most."""
    level = facts.severity.severity or "not told"
    words = [
        f"severity {level}{'' if facts.severity.confirmed else ' (unconfirmed)'}",
        f"verdict {facts.answer.verdict}",
    ]
    shown = facts.known or (() if facts.answer.verdict is Verdict.UNKNOWN else facts.suspected[:2])
    words += [f"{shortened(match.meaning or match.title, _LONGEST)} [{match.id}]" for match in shown]
    seen = (match.evidence.text for match in shown if match.evidence)
    words += [f"evidence: {shortened(text, _LONGEST)}" for text in dict.fromkeys(seen)]
    return "; ".join(words)
