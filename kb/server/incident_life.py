"""Tools for the life of an incident: open, acknowledge, set severity, mitigate, resolve, verify, close."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from kb.knowledge import KnowledgeBase
from kb.server.arguments import Environment, Flag, IncidentId, Log, Service, Text
from kb.server.checks import Checks
from kb.server.incident_record import IncidentNow, stands
from kb.server.offers import Offer, writing


class IncidentLife:
    """The tools over one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb

    def offers(self) -> Sequence[Offer]:
        """See `Tools.offers`."""
        more = "incident_show(incident_id) shows all of it"
        steps = (
            self.incident_open, self.incident_acknowledge, self.incident_severity, self.incident_mitigate,
            self.incident_resolve, self.incident_verify, self.incident_close, self.incident_reopen,
        )  # fmt: skip
        return tuple(writing(step, newest=True, more=more) for step in steps)

    def incident_open(
        self,
        title: Annotated[Text, Field(description="Service and symptom in a few words.")],
        service: Service = "",
        environment: Environment = "",
        severity: Annotated[
            Text, Field(description="As given: SEV1, P1, critical; empty where unknown.")
        ] = "",
        impact: Annotated[Text, Field(description="Who and what is affected.")] = "",
        alert: Annotated[Log, Field(description="The alert that told of it.")] = "",
        started: Annotated[Text, Field(description="When it began, as 2026-05-20T14:30:00Z.")] = "",
        lookup_id: Annotated[Text, Field(description="The lookup made for it, where there was one.")] = "",
    ) -> IncidentNow:
        """Open an incident: from now on memory_session_log lines belong to it.

        Call it as soon as customers may be affected; a false alarm is closed again in a line.  Returns
        its id, which other incident tools need only while several are open.
        """
        return stands(
            self._kb.incidents.open(
                title, service=service, environment=environment, severity=severity, impact=impact, alert=alert,
                started=started or None, lookup_id=lookup_id or None,
            )
        )  # fmt: skip

    def incident_acknowledge(
        self,
        by: Annotated[Text, Field(description="Who takes it.")] = "",
        incident_id: IncidentId = "",
    ) -> IncidentNow:
        """Say that somebody is on it; the time to acknowledge is counted from this."""
        return stands(self._kb.incidents.acknowledge(by, incident_id))

    def incident_severity(
        self,
        severity: Annotated[Text, Field(description="SEV1 to SEV4, or P1, critical, 🔴.")],
        reason: Annotated[Text, Field(description="Why it is that.")] = "",
        incident_id: IncidentId = "",
    ) -> IncidentNow:
        """Set or change the severity, with the reason: raise it early, lower it when impact is measured."""
        return stands(self._kb.incidents.set_severity(severity, reason, incident_id))

    def incident_mitigate(
        self,
        action: Annotated[Text, Field(description="What was done to stop the bleeding.")],
        entry_id: Annotated[
            Text, Field(description="The entry whose advice that was, where it was one.")
        ] = "",
        worked: Annotated[
            Flag, Field(description="Whether it worked; leave it out while nobody knows.")
        ] = None,
        incident_id: IncidentId = "",
    ) -> IncidentNow:
        """Write down what was tried, and whether it worked; failures count as much as successes."""
        return stands(self._kb.incidents.mitigate(action, entry_id, worked, incident_id))

    def incident_resolve(
        self,
        resolution: Annotated[Text, Field(description="What ended it.")],
        cause: Annotated[Text, Field(description="The confirmed root cause, where it is known.")] = "",
        entry_id: Annotated[Text, Field(description="The entry whose advice resolved it.")] = "",
        prevention: Annotated[Text, Field(description="What would keep it from coming back.")] = "",
        incident_id: IncidentId = "",
    ) -> IncidentNow:
        """Say what ended the incident.  It still needs incident_verify: `unchecked` lists what to look at."""
        return stands(self._kb.incidents.resolve(resolution, cause, entry_id, prevention, incident_id))

    def incident_verify(
        self,
        checks: Checks,
        by: Annotated[Text, Field(description="Who looked.")] = "",
        incident_id: IncidentId = "",
    ) -> IncidentNow:
        """Say which checks of the list hold; a fix without this gains no confidence.

        Give the keys that hold, an object of key to true or false, or "all" after you checked all.
        """
        given: Any = checks
        return stands(self._kb.incidents.verify(given, by, incident_id))

    def incident_close(self, incident_id: IncidentId = "") -> IncidentNow:
        """Close the incident, when it is resolved and verified; draft the postmortem with incident_postmortem."""
        return stands(self._kb.incidents.close(incident_id))

    def incident_reopen(
        self,
        reason: Annotated[Text, Field(description="What came back.")],
        incident_id: IncidentId = "",
    ) -> IncidentNow:
        """Open a resolved or closed incident again: the fix that did not hold is counted as such."""
        return stands(self._kb.incidents.reopen(reason, incident_id))
