"""Tools for an alert: the brief of triage, and the two investigations that also write down what they found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from kb.errors import KbError
from kb.knowledge import KnowledgeBase
from kb.records.brief import Brief
from kb.records.ledger import Verdict
from kb.server.arguments import NUMBER, AlertLike, Environment, IncidentId, Log, Service, Text
from kb.server.offers import ANSWER, Offer, reading, writing
from kb.triage.environment import KEY, Observed, environment_writes

AlertText = Annotated[AlertLike, Field(description="The alert: text, Alertmanager's JSON, or a log.")]
Severity = Annotated[Text, Field(description="The severity as somebody gave it, such as P1 or critical.")]
Gathered = Annotated[Log, Field(description="What you gathered so far: log lines, events, metrics.")]
Status = Annotated[
    Text, Field(description="healthy, degraded, down or unknown; degraded, where an alert fires.")
]
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Investigation:
    """The brief, what was written about the environment, and what could not be written."""

    brief: Brief
    environment: str
    written: tuple[str, ...]
    notes: tuple[str, ...] = ()


class Alerts:
    """The tools over one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb

    def offers(self) -> Sequence[Offer]:
        """See `Tools.offers`."""
        more = "get_entry(entry_id) shows an entry whole; a larger budget shows more of the brief"
        return (
            reading(self.triage, 6 * ANSWER, more=more),
            writing(self.investigate_alert, ANSWER, more=more),
            writing(self.debug_prod, ANSWER, more=more),
        )

    def triage(
        self,
        alert: AlertText,
        service: Service = "",
        environment: Environment = "",
        severity: Severity = "",
        budget: Annotated[
            int, Field(ge=100, le=20_000), NUMBER, Field(description="Tokens that the brief may have.")
        ] = 1000,
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
        alert: AlertText = "",
        environment: Environment = "",
        service: Service = "",
        severity: Severity = "",
        evidence: Gathered = "",
        status: Status = "",
        incident_id: IncidentId = "",
    ) -> Investigation:
        """Triage an alert with what you gathered, and write down the state of the environment.

        Returns the brief; sets the environment's status, last check, alerts and known issues in
        state/environments, and logs the finding.  Call it again with status=healthy when it is over.
        It calls no cluster: gather the evidence with your own tools.
        """
        return self._investigate(
            "investigate_alert", alert, environment, service, severity, evidence, status, incident_id
        )

    def debug_prod(
        self,
        alert: AlertText = "",
        service: Service = "",
        evidence: Gathered = "",
        severity: Severity = "",
        environment: Environment = "production",
        status: Status = "",
        incident_id: IncidentId = "",
    ) -> Investigation:
        """As investigate_alert, for production: give the symptom or alert and what you gathered.

        Logs the findings to the session, and keeps state/environments up to date.
        """
        return self._investigate(
            "debug_prod", alert, environment, service, severity, evidence, status, incident_id
        )

    def _investigate(
        self, skill: str, alert: Any, environment: str, service: str, severity: str, evidence: str, status: str,
        incident_id: str,
    ) -> Investigation:  # fmt: skip
        brief = self._kb.triage(
            _with_evidence(alert, evidence), service=service, environment=environment, severity=severity,
            incident_id=incident_id,
        )  # fmt: skip
        name = _name_of(alert) or _name_of(evidence)
        seen = Observed(
            status=status or ("degraded" if name else "unknown"), alert=name, service=service,
            severity=brief.severity.severity or severity, issues=self._issues(brief),
        )  # fmt: skip
        written, notes = list[str](), list[str]()
        if environment:
            self._write(environment, seen, written, notes)
        else:
            notes.append("no environment was given: state/environments stays as it is")
        details = f"{brief.verdict}: {', '.join(brief.entries[:3]) or 'nothing like it is on record'}"
        self._kb.session_log(f"{skill}: {name or 'no alert'}", f"{details}\n{evidence[:2_000]}".strip())
        return Investigation(brief=brief, environment=environment, written=tuple(written), notes=tuple(notes))

    def _write(self, environment: str, seen: Observed, written: list[str], notes: list[str]) -> None:
        """Bring the file up to date; a file that cannot be written does not cost the brief."""
        try:
            data = self._kb.memory.read(KEY) if self._kb.memory.path(KEY).is_file() else {}
            for one in environment_writes(data, environment, seen, datetime.now(UTC)):
                if one.append:
                    self._kb.memory_append(KEY, one.path, one.value)
                else:
                    self._kb.memory_update(KEY, one.path, one.value)
                written.append(one.path)
        except KbError as error:
            notes.append(f"the state of {environment} was not written: {error}")

    def _issues(self, brief: Brief) -> tuple[tuple[str, str], ...]:
        """The entries that are known to be the matter, with their titles."""
        if brief.verdict is not Verdict.KNOWN:
            return ()
        return tuple((entry_id, self._kb.get(entry_id).headline) for entry_id in brief.entries[:1])


def _with_evidence(alert: Any, evidence: str) -> Any:
    if isinstance(alert, dict):
        return {**alert, "evidence": evidence} if evidence else alert
    return "\n".join(text for text in (alert, evidence) if text.strip())


def _name_of(alert: Any) -> str:
    """What an alert is called: its name in Alertmanager's JSON, else its first line."""
    if isinstance(alert, str) and alert.lstrip().startswith("{"):
        with suppress(ValueError):
            alert = json.loads(alert)
    if isinstance(alert, dict):
        first = next(iter(alert.get("alerts") or ()), alert)
        places = (
            alert.get("commonLabels"),
            alert.get("labels"),
            first.get("labels") if isinstance(first, dict) else None,
        )
        return next(
            (str(one["alertname"]) for one in places if isinstance(one, dict) and one.get("alertname")), ""
        )
    line = next((line.strip() for line in alert.splitlines() if line.strip()), "")
    return line[:_LONGEST_NAME]
