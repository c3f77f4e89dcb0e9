"""Tools for incidents: the steps of their life, the work within them, and where they stand now.

Steps of the life are open, acknowledge, set severity, mitigate, resolve, verify, close, reopen; the work is the log,
hypotheses, action items, the review, updates and the postmortem.  A step answers where the incident stands now, in few
tokens; `incident_show` shows all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from kb.base import KnowledgeBase
from kb.doors.mcp.arguments import Checks, Environment, Flag, IncidentId, Limit, Log, Service, Text, Words
from kb.doors.mcp.offers import PAGE, Offer, reading, writing
from kb.incidents.life import checklist
from kb.model.entry import Severity
from kb.model.incident import Hypothesis, LiveIncident, Phase
from kb.model.ledger import Event


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
        id=incident.id,
        title=incident.title,
        phase=incident.phase,
        severity=incident.severity,
        confirmed=incident.confirmed,
        services=incident.services,
        environment=incident.environment,
        detected=incident.detected,
        hypotheses=incident.hypotheses,
        unchecked=tuple(f"{item.key}: {item.text}" for item in checks if not item.held),
        open_action_items=sum(not item.done for item in incident.action_items),
        noted=f"{last.action}: {last.details}".strip(": ") if last else "",
    )


class IncidentLife:
    """The tools for the steps of an incident's life, over one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb

    def offers(self) -> Sequence[Offer]:
        """The tools of this group, each with what it may do and how much it may say."""
        more = "incident_show(incident_id) shows all of it"
        steps = (
            self.incident_open,
            self.incident_acknowledge,
            self.incident_severity,
            self.incident_mitigate,
            self.incident_resolve,
            self.incident_verify,
            self.incident_close,
            self.incident_reopen,
        )
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
                title,
                service=service,
                environment=environment,
                severity=severity,
                impact=impact,
                alert=alert,
                started=started or None,
                lookup_id=lookup_id or None,
            )
        )

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


class IncidentWork:
    """The tools for the work within an incident, over one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb

    def offers(self) -> Sequence[Offer]:
        """The tools of this group, each with what it may do and how much it may say."""
        more = "the postmortem and the session log hold all of it"
        return (
            writing(self.incident_log),
            writing(self.incident_hypothesise),
            writing(self.incident_action_item),
            writing(self.incident_review),
            writing(self.incident_status_update),
            reading(self.incident_show, PAGE, newest=True, more=more),
            reading(self.incident_list, more="a smaller limit shows the newest"),
            writing(self.incident_postmortem, 2 * PAGE, again=True, more="save it and read the file"),
        )

    def incident_log(
        self,
        action: Annotated[Text, Field(description="What was just done or seen.")],
        details: Annotated[Text, Field(description="More about it.")] = "",
        incident_id: IncidentId = "",
    ) -> Event:
        """Add a line to the incident's timeline; as memory_session_log, for a certain incident."""
        return self._kb.incidents.log(action, details, incident_id)

    def incident_hypothesise(
        self,
        text: Annotated[Text, Field(description="A possible cause, in a sentence.")],
        status: Annotated[Text, Field(description="suspected, confirmed or refuted.")] = "suspected",
        evidence: Annotated[Words, Field(description="What speaks for or against it.")] = (),
        hypothesis_id: Annotated[Text, Field(description="Such as h1, to change one that is there.")] = "",
        incident_id: IncidentId = "",
    ) -> IncidentNow:
        """Write down a possible cause, or what became of it: known is kept apart from suspected.

        Confirm or refute only with evidence.  Returns all hypotheses with their ids.
        """
        return stands(self._kb.incidents.hypothesise(text, status, evidence, hypothesis_id, incident_id))

    def incident_action_item(
        self,
        text: Annotated[Text, Field(description="What is to be done.")],
        owner: Annotated[Text, Field(description="Who does it.")] = "",
        due: Annotated[Text, Field(description="By when, as 2026-05-20.")] = "",
        done: Annotated[
            Flag, Field(description="True once it is done; the same text changes the item.")
        ] = False,
        incident_id: IncidentId = "",
    ) -> IncidentNow:
        """Add something to do after the incident; items without owner and day are seldom done."""
        return stands(
            self._kb.incidents.add_action_item(
                text, owner, due or None, done=bool(done), incident_id=incident_id
            )
        )

    def incident_review(
        self,
        went_well: Annotated[Words, Field(description="What went well: a list.")] = (),
        went_wrong: Annotated[Words, Field(description="What went wrong: a list; blameless.")] = (),
        lessons: Annotated[Words, Field(description="What was learned: a list.")] = (),
        impact: Annotated[Text, Field(description="Who was affected, how, for how long.")] = "",
        incident_id: IncidentId = "",
    ) -> IncidentNow:
        """Add to the review of the incident, for the postmortem."""
        return stands(self._kb.incidents.review(went_well, went_wrong, lessons, impact, incident_id))

    def incident_status_update(
        self,
        style: Annotated[
            Text, Field(description="report (for a page or ticket) or chat (for a channel).")
        ] = "report",
        focus: Annotated[Text, Field(description="What is being worked on now.")] = "",
        next_steps: Annotated[Words, Field(description="What comes next: a list.")] = (),
        incident_id: IncidentId = "",
    ) -> Update:
        """The status update to post now, from what was logged, and when the next one is due."""
        update = self._kb.incidents.status_update(style, focus, next_steps, incident_id)
        return Update(text=update.text, next_due=update.next_due, incident_id=update.incident_id)

    def incident_show(self, incident_id: IncidentId = "") -> LiveIncident:
        """An incident with all that was noted: timeline, hypotheses, mitigations, checks, action items."""
        return self._kb.incidents.get(incident_id)

    def incident_list(
        self,
        open_only: Annotated[Flag, Field(description="Only those that are still open.")] = False,
        limit: Limit = 20,
    ) -> IncidentList:
        """The incidents that were opened here, newest first; past ones from documents: search_incidents."""
        found: Sequence[Any] = (
            self._kb.incidents.open_ones() if open_only else self._kb.incidents.recent(limit)
        )
        return IncidentList(incidents=tuple(stands(one) for one in found[:limit]))

    def incident_postmortem(
        self,
        save: Annotated[Flag, Field(description="Whether to save it as a file of the home, too.")] = False,
        incident_id: IncidentId = "",
    ) -> Postmortem:
        """Draft the postmortem from the timeline: blameless, with action items.  Edit it before you publish it."""
        text = self._kb.incidents.postmortem(incident_id)
        path = self._kb.incidents.save_postmortem("", incident_id) if save else None
        return Postmortem(markdown=text, path=str(path) if path else None)
