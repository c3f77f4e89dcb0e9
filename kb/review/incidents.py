"""The incidents of a window by severity and service, and how long they took.  Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median

from kb.records import Incident
from kb.review.cases import Case
from kb.review.summary import Counted, Duration


def counted(names: Iterable[object]) -> tuple[Counted, ...]:
    """How often each name occurs, the most frequent first."""
    counts = Counter(str(name) for name in names)
    order = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Counted(name=name, count=count) for name, count in order)


def by_severity(cases: Sequence[Case]) -> tuple[Counted, ...]:
    """Incidents by canonical severity."""
    return counted(case.incident.severity or "not given" for case in cases)


def by_service(cases: Sequence[Case]) -> tuple[Counted, ...]:
    """Incidents by service; one of two services counts in both."""
    return counted(name for case in cases for name in case.incident.scope.services or ("not given",))


def durations(cases: Sequence[Case]) -> tuple[Duration, ...]:
    """The medians of the named durations, from the start (or detection) of each incident."""
    ends = ("acknowledged", "mitigated", "resolved")
    names = ("to_acknowledge", "to_mitigate", "to_resolve")
    return tuple(
        _duration(name, [minutes_to(case.incident, end) for case in cases])
        for name, end in zip(names, ends, strict=True)
    )


def minutes_to(incident: Incident, end: str) -> float | None:
    """Minutes from its start to `acknowledged`, `mitigated` or `resolved`.

    None where a time is missing, or where they contradict each other (an end before the start).
    """
    begun, ended = incident.started or incident.detected, getattr(incident, end)
    if not isinstance(begun, datetime) or not isinstance(ended, datetime):
        return None
    if (begun.tzinfo is None) != (ended.tzinfo is None) or ended < begun:
        return None
    return (ended - begun).total_seconds() / 60


def _duration(name: str, found: Sequence[float | None]) -> Duration:
    known = [one for one in found if one is not None]
    middle = round(median(known), 1) if known else None
    return Duration(name=name, median_minutes=middle, n=len(known), without=len(found) - len(known))
