"""Whom an incident concerns, and when nobody is told: `when` of a target, and silences.  Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from kb.configuration.sections import Silence, When
from kb.model.entry import Severity
from kb.model.incident import LiveIncident
from kb.text.times import in_utc

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def concerns(when: When, incident: LiveIncident) -> bool:
    """Whether a target is told of it.  An incident without a severity counts as SEV2."""
    if when.severity is not None and (incident.severity or Severity.SEV2) > when.severity:
        return False
    if when.services and not _names(when.services) & _names(incident.services):
        return False
    return not when.environments or bool(_names(when.environments) & _names([incident.environment]))


def silence_of(
    silences: Iterable[Silence], incident: LiveIncident, now: datetime
) -> tuple[Silence, datetime] | None:
    """The silence that holds for an incident now, and its end: of several, the one that ends last."""
    ends = ((one, end) for one in silences if _is_meant(one, incident) and (end := _end(one, now)))
    return max(ends, key=lambda found: found[1], default=None)


def _is_meant(silence: Silence, incident: LiveIncident) -> bool:
    services = _names(incident.services)
    if silence.services and not (services and services <= _names(silence.services)):
        return False
    return not silence.environments or bool(_names(silence.environments) & _names([incident.environment]))


def _end(silence: Silence, now: datetime) -> datetime | None:
    """When the silence ends that holds now; None where none does."""
    begins = in_utc(silence.starts) if silence.starts else None
    ends = in_utc(silence.ends) if silence.ends else None
    if (begins and now < begins) or (ends and now >= ends):
        return None
    if not silence.hours:
        return ends
    each = _hours_end(silence, now)
    return min(each, ends) if each and ends else each


def _hours_end(silence: Silence, now: datetime) -> datetime | None:
    """When the hours end that hold now, which may have begun the day before."""
    first, last = (time.fromisoformat(part) for part in silence.hours.split("-"))
    for day in (in_utc(now).date(), in_utc(now).date() - timedelta(days=1)):
        begins = datetime.combine(day, first, UTC)
        ends = datetime.combine(day if last > first else day + timedelta(days=1), last, UTC)
        if begins <= now < ends and (not silence.days or _DAYS[day.weekday()] in silence.days):
            return ends
    return None


def _names(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names if name}
