"""`IncidentsByAlert`: what alerts do to incidents: open them, say more, end them, and open them again.

An alert knows when it is over, and not why: its end is no word of what was done, verifies nothing, and credits what was
being applied as an unverified success does.  Each call is part of the caller's transaction; `settle` comes after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kb.incidents import steps
from kb.incidents.life import BY_ALERT
from kb.incidents.log import IncidentLog
from kb.model.brief import JudgedSeverity
from kb.model.incident import LiveIncident, Phase, Step
from kb.text.times import second


class IncidentsByAlert(IncidentLog):
    """The incidents of one home, as alerts move them.  Call each step inside a write."""

    __slots__ = ()

    def open(
        self,
        title: str,
        *,
        services: Iterable[str] = (),
        environment: str = "",
        severity: JudgedSeverity,
        alert: str = "",
        started: datetime | None = None,
        lookup_id: str | None = None,
        details: str = "",
    ) -> tuple[LiveIncident, bool]:
        """Open an incident; returns it, and whether it is new.

        One with the same title and place that is going on, whoever opened it, is that incident.  A start that lies
        ahead of our clock is now.
        """
        now = self.clock()
        label = severity.words[0] if severity.words else ""
        title, data = steps.opening(
            title,
            service=list(services),
            environment=environment,
            severity=severity.severity or "",
            impact="",
            alert=alert,
            started=min(started, now) if started else None,
            lookup_id=lookup_id,
            now=now,
            label=label,
            confirmed=False,
        )
        titled = self.ledger.open_titled(title, data["services"], data["environment"])
        if same := next((one for one in titled if self.get(one).resolved is None), None):
            return self.say(same, "An alert tells of it, too", details), False
        opened = {**data, BY_ALERT: True}
        return self._record(self._new_id(title), Step.OPENED, title, details=details, data=opened), True

    def say(self, incident_id: str, words: str, details: str = "") -> LiveIncident:
        """Note something that an alert says."""
        return self._record(incident_id, Step.NOTE, words, details=details)

    def taken(self, incident_id: str, by: str) -> LiveIncident:
        """The tool says that somebody took it on; a second time changes nothing."""
        incident = self.get(incident_id)
        if incident.acknowledged:
            return incident
        return self._record(incident_id, Step.ACKNOWLEDGED, "Acknowledged", data={"by": steps.more("by", by)})

    def worse(self, incident_id: str, severity: JudgedSeverity) -> LiveIncident:
        """The alert is graver now than the incident was taken for; what a person said of that stays."""
        incident = self.get(incident_id)
        grave = severity.severity
        if grave is None or incident.confirmed or (incident.severity and incident.severity <= grave):
            return incident
        data = {"severity": str(grave), "label": severity.words[0] if severity.words else "", BY_ALERT: True}
        return self._record(incident_id, Step.SEVERITY, f"The alert is {grave} now", data=data)

    def over(self, incident_id: str, by: str, ended: datetime | None) -> tuple[LiveIncident, list[str]]:
        """The alert is over; returns the incident, and the entries that are credited for it, unverified.

        What is not resolved is resolved at the alert's end.  Of what a person resolved only that the alert is over is
        noted.  What was verified or closed by then stays as it is.
        """
        incident, now = self.get(incident_id), self.clock()
        if incident.phase in (Phase.VERIFIED, Phase.CLOSED):
            return incident, []
        when = f" at {second(ended)}" if ended else ""
        if incident.phase is Phase.RESOLVED:
            after = self._record(incident_id, Step.NOTE, f"The alert is over{when} ({by})")
        else:
            data = {BY_ALERT: True, "ended": _between(ended, incident, now)}
            after = self._record(incident_id, Step.RESOLUTION, f"the alert is over{when} ({by})", data=data)
        return after, self.archive.credit_by_alert(after, now, self.actor())

    def back(self, incident_id: str, by: str) -> LiveIncident:
        """The alert fires again soon after its end: what was applied did not hold, and that is recorded against it."""
        before = self.get(incident_id)
        applied = dict.fromkeys([*before.applied, *self.archive.credited_by_alert(before)])
        self.archive.debit(before, applied, self.clock(), self.actor())
        return self._record(incident_id, Step.REOPENED, f"the alert fires again ({by})")

    def ended_by_alert(self, incident_id: str) -> bool:
        """Whether the alert's end was the last that was heard of it: nobody resolved, verified or closed it."""
        incident = self.get(incident_id)
        ends = [one for one in incident.timeline if one.kind == Step.RESOLUTION]
        return incident.phase is Phase.RESOLVED and bool(ends) and bool(ends[-1].data.get(BY_ALERT))

    def settle(self) -> None:
        """Write into memory files what outcomes moved.  Call after the write."""
        self.archive.settle(self.clock())


def _between(ended: datetime | None, incident: LiveIncident, now: datetime) -> str | None:
    """The alert's own end, where it lies within the incident."""
    begun = incident.started or incident.detected
    return ended.isoformat() if ended and begun <= ended <= now else None
