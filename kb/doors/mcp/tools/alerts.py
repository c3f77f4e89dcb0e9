"""Tools for an alert: the brief of triage, and the two investigations that also write down what they found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from kb.base import KnowledgeBase
from kb.doors.mcp.arguments import NUMBER, Environment, IncidentId, LogLike, Service, Text
from kb.doors.mcp.offers import PAGE, Offer, reading, writing
from kb.model.brief import Brief

Alert = Annotated[LogLike, Field(description="The alert: text, Alertmanager's JSON, or a log.")]
Severity = Annotated[Text, Field(description="The severity as somebody gave it, such as P1 or critical.")]
Gathered = Annotated[
    LogLike, Field(description="What your tools said: a text, a list, or an object of tool to output.")
]
Budget = Annotated[
    int, Field(ge=100, le=20_000), NUMBER, Field(description="Tokens that the brief may have.")
]


class Alerts:
    """The tools over one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb

    def offers(self) -> Sequence[Offer]:
        """The tools of this group, each with what it may do and how much it may say.

        A brief keeps its own budget; this one is only a bound.
        """
        most = 6 * PAGE
        return (
            reading(self.triage, most),
            writing(self.investigate_alert, most),
            writing(self.debug_prod, most),
        )

    def triage(
        self,
        alert: Alert,
        service: Service = "",
        environment: Environment = "",
        severity: Severity = "",
        budget: Budget = 1000,
        incident_id: IncidentId = "",
    ) -> Brief:
        """The first minute of an incident on one page: call it when an alert comes in.

        Returns the severity as judged and on which words, what is known (causes with the checks that
        separate them, fixes with their record, warnings), the runbook's next steps, what was changed
        before the alert, similar incidents, how to mitigate, when to escalate, and what to ask.  What is
        suspected is kept apart from what is known.
        """
        return self._kb.triage(
            alert,
            service=service,
            environment=environment,
            severity=severity,
            budget=budget,
            incident_id=incident_id,
        )

    def investigate_alert(
        self,
        alert: Alert,
        evidence: Gathered = "",
        service: Service = "",
        environment: Environment = "",
        severity: Severity = "",
        budget: Budget = 1000,
        incident_id: IncidentId = "",
    ) -> Brief:
        """Triage an alert with what you gathered, and write down the state of the environment.

        Returns the brief of triage; keeps status, last check, alerts and known issues of the environment
        in state/environments, and logs the findings.  It calls no cluster: gather with your own tools.
        """
        return self._kb.triage.investigate_alert(
            alert,
            evidence or None,
            service,
            environment,
            severity=severity,
            budget=budget,
            incident_id=incident_id,
        )

    def debug_prod(
        self,
        service: Service = "",
        namespace: Annotated[Text, Field(description="The namespace, where that is what you know.")] = "",
        symptoms: Annotated[LogLike, Field(description="What is wrong: a text or a list.")] = "",
        evidence: Gathered = "",
        environment: Annotated[
            Text, Field(description="Else what the namespace tells, and production without one.")
        ] = "",
        severity: Severity = "",
        budget: Budget = 1000,
        incident_id: IncidentId = "",
    ) -> Brief:
        """As investigate_alert, for a service in production that misbehaves without an alert.

        Give the symptoms and what your tools said (pods, events, logs, metrics); returns the brief, and logs it.
        """
        place = environment or ("" if namespace else "production")
        return self._kb.triage.debug_prod(
            service,
            namespace,
            symptoms or None,
            evidence or None,
            place,
            severity=severity,
            budget=budget,
            incident_id=incident_id,
        )
