"""Operations on an alert: what it says, the brief of triage, and the investigation that notes what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from kb.base import KnowledgeBase
from kb.model.role import Role
from kb.operations.arguments import Environment, IncidentId, LogLike, Service, Text, whole
from kb.operations.operation import PAGE, reading, writing

if TYPE_CHECKING:
    from kb.model.brief import AlertSays, Brief

Severity = Annotated[Text, "As somebody gave it, such as P1 or critical."]
Budget = Annotated[int, whole(100, 20_000), "Tokens that the brief may have."]

_MOST = 6 * PAGE
"""A brief keeps its own budget; this one is only a bound."""


def _in_words(brief: Brief) -> str:
    from kb.triage.brief import render

    return render(brief)


@reading("POST /triage", _MOST, words=_in_words)
def triage(
    kb: KnowledgeBase,
    alert: Annotated[LogLike, "The alert: text, the JSON of a monitoring tool, or a log."],
    service: Service = "",
    environment: Environment = "",
    severity: Severity = "",
    budget: Budget = 1000,
    incident_id: IncidentId = "",
) -> Brief:
    """The first minute of an incident on one page: call it when an alert comes in.

    Returns the severity and on which words it was judged, what is known (causes with the checks that separate them,
    fixes with their record, warnings), the runbook's next steps, what was changed before the alert, similar incidents,
    how to mitigate, when to escalate, what to ask.  What is suspected is kept apart from what is known.
    """
    return kb.triage(
        alert,
        service=service,
        environment=environment,
        severity=severity,
        budget=budget,
        incident_id=incident_id,
    )


@reading("POST /alerts/read")
def read_alert(
    kb: KnowledgeBase,
    alert: Annotated[LogLike, "The alert: text, the JSON of a monitoring tool, or a log."],
    service: Service = "",
    environment: Environment = "",
) -> AlertSays:
    """What an alert says of itself: name, service, environment, severity, since when.  Nothing is looked up or kept.

    What an incident should be opened with: its start is when the alert began, not when somebody typed it in.  The
    severity is what its tool or its words say, so nobody has confirmed it.  For what is known about it, call triage.
    """
    return kb.triage.said_by(alert, service, environment)


@writing("POST /investigations", _MOST, words=_in_words, by=Role.RESPOND)
def investigate_alert(
    kb: KnowledgeBase,
    alert: Annotated[LogLike, "The alert, where there is one: text, JSON, or a log."] = "",
    evidence: Annotated[
        LogLike, "What your tools said: a text, a list, or an object of tool to output."
    ] = "",
    service: Service = "",
    environment: Annotated[
        Text, "The environment; without an alert, else what the namespace tells, or production."
    ] = "",
    severity: Severity = "",
    budget: Budget = 1000,
    incident_id: IncidentId = "",
    namespace: Annotated[Text, "Without an alert: the namespace, where that is what you know."] = "",
    symptoms: Annotated[LogLike, "Without an alert: what is wrong, a text or a list."] = "",
) -> Brief:
    """Triage with what your tools told you, and write that down: for an alert, or a service that misbehaves.

    Returns the brief of triage; keeps status, alerts and known issues of the environment in state/environments, and
    logs the findings.  It calls no cluster: gather pods, events, logs and metrics with your own tools first.
    """
    if alert:
        return kb.triage.investigate_alert(
            alert,
            evidence or None,
            service,
            environment,
            severity=severity,
            budget=budget,
            incident_id=incident_id,
        )
    return kb.triage.debug_prod(
        service,
        namespace,
        symptoms or None,
        evidence or None,
        environment or ("" if namespace else "production"),
        severity=severity,
        budget=budget,
        incident_id=incident_id,
    )
