"""The incidents of a window: by severity and service, how long they took, and which came back.  Pure.

An incident recurs when an earlier one has the same template of title or alert, or the same entry was
applied in both, and they do not name different services.  A text that tells little ("service down") is
the same incident only where both name the service.  One that was resolved and reopened came back, too.
Those come first whose prevention was still to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from kb.learning.outcomes import WINDOW
from kb.model import ActionItem, Incident
from kb.model.incident import Step
from kb.review.cases import Case, between, open_item
from kb.review.summary import Counted, Duration, Recurrence


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


def recurrences(cases: Sequence[Case], since: datetime, until: datetime) -> tuple[Recurrence, ...]:
    """The incidents of the window that had come before, open prevention first, then the most frequent.

    `cases` are all incidents that are known, also those before the window.
    """
    past = Past(cases)
    found = [told for case in between(cases, since, until) if (told := _recurrence(case, past, until))]
    found += [told for case in cases if (told := _reopened(case, since, until))]
    order = {"open": 0, "not_said": 1, "none": 2, "done": 3}
    return tuple(sorted(found, key=lambda one: (order[one.prevention], -one.times, one.at, one.incident_id)))


def repeats(cases: Sequence[Case], since: datetime) -> set[str]:
    """The ids of the incidents since then that had come before."""
    past = Past(cases)
    return {case.id for case in cases if case.at >= since and past.has_before(case)}


def _recurrence(case: Case, past: Past, until: datetime) -> Recurrence | None:
    before = past.before(case)
    if before is None:
        return None
    earlier = before.last
    ended = earlier.incident.resolved or earlier.at
    days = max(0.0, (case.at - ended).total_seconds() / 86_400)
    still = (open_item(other, item, until) for other, item in before.items if item.done is False)
    return Recurrence(
        incident_id=case.id,
        title=case.incident.title,
        service=", ".join(case.incident.scope.services),
        at=case.at,
        earlier_id=earlier.id,
        earlier_title=earlier.incident.title,
        times=before.times,
        days=round(days, 1),
        within_window=days <= WINDOW.days,
        shared=_shared_in_words(before.text, before.entry_id),
        prevention=_state_of_prevention([item for _, item in before.items]),
        open_items=tuple({one.text.casefold(): one for one in still}.values()),
        entry_id=before.entry_id,
        fingerprint=before.text,
    )


def _reopened(case: Case, since: datetime, until: datetime) -> Recurrence | None:
    """An incident that was resolved and reopened in the window: what was applied did not hold."""
    back = [event.at for event in case.events if event.kind == Step.REOPENED]
    if not back or not since <= back[-1] < until:
        return None
    steps = [event for event in case.events if event.at <= back[-1]]
    ended = max(event.at for event in steps if event.kind == Step.RESOLUTION)
    fixes = [str(event.data["entry_id"]) for event in steps if event.data.get("entry_id")]
    items = case.incident.action_items
    days = (back[-1] - ended).total_seconds() / 86_400
    return Recurrence(
        incident_id=case.id,
        title=case.incident.title,
        service=", ".join(case.incident.scope.services),
        at=back[-1],
        earlier_id=case.id,
        earlier_title=case.incident.title,
        times=len(back),
        days=round(days, 1),
        within_window=days <= WINDOW.days,
        shared="being reopened",
        prevention=_state_of_prevention(items),
        open_items=tuple(open_item(case, item, until) for item in items if item.done is False),
        entry_id=next(iter(reversed(fixes)), ""),
        fingerprint=next(iter(case.texts), ""),
    )


def _shared_in_words(text: str, entry_id: str) -> str:
    said = ["the same title or alert"] if text else []
    return " and ".join([*said, *([f"the same fix ({entry_id})"] if entry_id else [])])


def _state_of_prevention(items: Sequence[ActionItem]) -> str:
    if not items:
        return "none"
    states = {item.done for item in items}
    return "open" if False in states else "not_said" if None in states else "done"


_ANY_SERVICE = "\n"
"""In place of a service: whatever the incident was about."""


class Past:
    """All known incidents, oldest first, by what they can be recognised by.

    Which ones share a mark and a service is kept as a number whose bits are their places in time: where an
    incident came back a thousand times, each time is told from all before it by a few operations.
    """

    def __init__(self, cases: Sequence[Case]) -> None:
        self._cases = sorted(cases, key=_by_time)
        self._place = {case.id: place for place, case in enumerate(self._cases)}
        self._of: dict[tuple[str, str], int] = {}
        for place, case in enumerate(self._cases):
            for mark in (*case.texts, *case.applied):
                for service in (_ANY_SERVICE, *(case.services or ("",))):
                    self._of[mark, service] = self._of.get((mark, service), 0) | 1 << place
        self._with_items = sum(
            1 << place for place, case in enumerate(self._cases) if case.incident.action_items
        )

    def before(self, case: Case) -> Earlier | None:
        """The earlier incidents like this one; None when there are none."""
        alike = self._alike(case)
        if not alike:
            return None
        last = self._cases[alike.bit_length() - 1]
        return Earlier(
            alike.bit_count(), last, *_shared_by(case, last), self._items(alike & self._with_items)
        )

    def has_before(self, case: Case) -> bool:
        """Whether there are earlier incidents like this one."""
        return bool(self._alike(case))

    def _alike(self, case: Case) -> int:
        alike = 0
        for mark in (*case.texts, *case.applied):
            for service in self._fitting(case, plain=case.texts.get(mark, True)):
                alike |= self._of.get((mark, service), 0)
        return alike & ((1 << self._place[case.id]) - 1)

    @staticmethod
    def _fitting(case: Case, *, plain: bool) -> Iterable[str]:
        """The services of incidents that may be the same as this one; a text that is not `plain` tells too little."""
        if not plain:
            return case.services
        return (*case.services, "") if case.services else (_ANY_SERVICE,)

    def _items(self, places: int) -> tuple[tuple[Case, ActionItem], ...]:
        found = list[tuple[Case, ActionItem]]()
        while places:
            case = self._cases[(places & -places).bit_length() - 1]
            found += ((case, item) for item in case.incident.action_items)
            places &= places - 1
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The earlier incidents like one: how many, the last one with what both share, and what was to be done."""

    times: int
    last: Case
    text: str
    entry_id: str
    items: tuple[tuple[Case, ActionItem], ...]


def _by_time(case: Case) -> tuple[datetime, str]:
    return case.at, case.id


def _shared_by(case: Case, other: Case) -> tuple[str, str]:
    """The template and the entry that make two incidents the same one."""
    same_service = bool(case.services & other.services)
    texts = (one for one, tells in case.texts.items() if one in other.texts and (tells or same_service))
    return min(texts, default=""), min(case.applied & other.applied, default="")
