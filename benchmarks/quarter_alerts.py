"""The loop of the simulated quarter where nobody types an outcome: alerts open and end incidents, people press buttons.

What was tried is marked as being applied, as an agent does when it follows advice.  The end of the alert credits what
is marked so; a button below the message, where somebody presses one, says of an offer that it helped, did not, or was
not this.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from benchmarks.quarter_agent import Answer, Ending, Offer
from benchmarks.quarter_memories import ClosedLoop
from benchmarks.quarter_stream import Incident, Quarter
from kb.index.encoder import OnnxEncoder

_SETTINGS = """\
[hooks.alertmanager]
token = "the-token-of-alertmanager"
[[hooks.open]]
severity = "SEV2"
[hooks.limits]
incidents = 1000
"""


class AlertedLoop(ClosedLoop):
    """The loop with outcomes from the ends of alerts, and from buttons with a chance of `presses`."""

    def __init__(self, home: Path, encoder: OnnxEncoder, quarter: Quarter, presses: float) -> None:
        super().__init__(home, encoder, quarter)
        settings = home / "kb.toml"
        settings.write_text(_SETTINGS)
        settings.chmod(0o600)
        self.presses = presses
        self.firing: dict[str, Incident] = {}

    def opened(self, incident: Incident) -> str:
        """The alert comes in by webhook; returns the incident that it opened."""
        self._deliver(incident, incident.at, over=False)
        found = self.kb.incidents.recent(1)[0].id
        self.firing[found] = incident
        return found

    def tell(self, answer: Answer, offer: Offer, result: str, verified: bool, at: datetime) -> None:  # noqa: ARG002
        """What was tried is marked as being applied; somebody may press a button."""
        self.clock.now = at
        if result != "not_applied":
            self.kb.incidents.mitigate(offer.fix, offer.id, None, answer.incident_id)
        if self.quarter.chance(self.presses, answer.incident_id, "presses", offer.fix):
            self.kb.record_outcome(
                offer.id,
                result,
                lookup_id=answer.lookup_id,
                verified_by="on-call" if result == "resolved" else None,
                incident_id=answer.incident_id,
            )

    def end(self, answer: Answer, ending: Ending, at: datetime) -> None:  # noqa: ARG002
        """The alert ends."""
        self.clock.now = at
        self._deliver(self.firing.pop(answer.incident_id), at, over=True)

    def _deliver(self, incident: Incident, at: datetime, *, over: bool) -> None:
        labels = {
            "alertname": f"{incident.service.title()}Trouble{incident.number}",
            "service": incident.service,
            "severity": "critical",
        }
        alert = {
            "status": "resolved" if over else "firing",
            "labels": labels,
            "annotations": {"description": incident.text},
            "startsAt": incident.at.isoformat(),
            "endsAt": at.isoformat() if over else "0001-01-01T00:00:00Z",
            "fingerprint": f"{incident.number:016x}",
        }
        body = {
            "version": "4",
            "groupKey": f"{{}}:{incident.number}",
            "truncatedAlerts": 0,
            "status": alert["status"],
            "receiver": "kb",
            "groupLabels": {"alertname": labels["alertname"]},
            "commonLabels": labels,
            "commonAnnotations": alert["annotations"],
            "externalURL": "http://alertmanager:9093",
            "alerts": [alert],
        }
        self.kb.hooks.accept("alertmanager", {}, json.dumps(body).encode(), signed=False)
        self.kb.hooks.work()
