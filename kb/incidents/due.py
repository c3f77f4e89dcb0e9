"""How often those who wait want to hear of an incident, and when they do next.  Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from kb.records.live import LiveIncident
from kb.records.parts import Severity

INTERVALS = {
    Severity.SEV1: timedelta(minutes=15),
    Severity.SEV2: timedelta(minutes=30),
    Severity.SEV3: timedelta(hours=1),
}
"""How often to tell: every 15 to 30 minutes for SEV1 and SEV2, hourly for SEV3, on progress for SEV4."""


def next_due(incident: LiveIncident, told_at: datetime) -> datetime | None:
    """When the update after the one of `told_at` is due.  An unknown severity counts as SEV2."""
    interval = INTERVALS.get(incident.severity or Severity.SEV2)
    return None if incident.resolved or interval is None else told_at + interval


def overdue(incident: LiveIncident, now: datetime) -> bool:
    """Whether an update should have been posted by now."""
    return incident.update_due is not None and incident.update_due < now
