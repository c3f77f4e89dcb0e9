"""Incidents that came back, first of all those whose prevention was still to do.  Pure.

An incident recurs when an earlier one has the same template of title or alert, or the same entry was
applied in both, and they do not name different services.  A text that tells little ("service down") is
the same incident only where both name the service.  One that was resolved and reopened came back, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kb.loop.recurrence import WINDOW
from kb.records import ActionItem
from kb.records.live import Step
from kb.review.cases import Case, between
from kb.review.items import open_item
from kb.review.summary import Recurrence


class Past:
    """All known incidents, oldest first, by what they can be recognised by."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._by_mark: dict[str, list[Case]] = {}
        for case in sorted(cases, key=_when):
            for mark in (*case.texts, *case.applied):
                self._by_mark.setdefault(mark, []).append(case)

    def before(self, case: Case) -> list[tuple[Case, str, str]]:
        """The earlier incidents like this one, each with the template and the entry that both share."""
        near = {
            other.id: other for mark in (*case.texts, *case.applied) for other in self._by_mark.get(mark, ())
        }
        earlier = sorted((other for other in near.values() if _when(other) < _when(case)), key=_when)
        return [(other, *shared) for other in earlier if (shared := _shared_by(case, other))]


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
    return {case.id for case in cases if case.at >= since and past.before(case)}


def _when(case: Case) -> tuple[datetime, str]:
    return case.at, case.id


def _shared_by(case: Case, other: Case) -> tuple[str, str] | None:
    """The template and the entry that make two incidents the same one, or None when they are not."""
    if case.services and other.services and not case.services & other.services:
        return None
    same_service = bool(case.services & other.services)
    texts = (one for one, tells in case.texts.items() if one in other.texts and (tells or same_service))
    shared = min(texts, default=""), min(case.applied & other.applied, default="")
    return shared if any(shared) else None


def _recurrence(case: Case, past: Past, until: datetime) -> Recurrence | None:
    before = past.before(case)
    if not before:
        return None
    earlier, text, entry_id = before[-1]
    ended = earlier.incident.resolved or earlier.at
    days = max(0.0, (case.at - ended).total_seconds() / 86_400)
    items = [(other, item) for other, _, _ in before for item in other.incident.action_items]
    still = (open_item(other, item, until) for other, item in items if item.done is False)
    return Recurrence(
        incident_id=case.id, title=case.incident.title, service=", ".join(case.incident.scope.services),
        at=case.at, earlier_id=earlier.id, earlier_title=earlier.incident.title, times=len(before),
        days=round(days, 1), within_window=days <= WINDOW.days, shared=_shared(text, entry_id),
        prevention=_prevention([item for _, item in items]),
        open_items=tuple({one.text.casefold(): one for one in still}.values()), entry_id=entry_id,
        fingerprint=text,
    )  # fmt: skip


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
        incident_id=case.id, title=case.incident.title, service=", ".join(case.incident.scope.services),
        at=back[-1], earlier_id=case.id, earlier_title=case.incident.title, times=len(back), days=round(days, 1),
        within_window=days <= WINDOW.days, shared="being reopened", prevention=_prevention(items),
        open_items=tuple(open_item(case, item, until) for item in items if item.done is False),
        entry_id=next(iter(reversed(fixes)), ""), fingerprint=next(iter(case.texts), ""),
    )  # fmt: skip


def _shared(text: str, entry_id: str) -> str:
    said = ["the same title or alert"] if text else []
    return " and ".join([*said, *([f"the same fix ({entry_id})"] if entry_id else [])])


def _prevention(items: Sequence[ActionItem]) -> str:
    if not items:
        return "none"
    states = {item.done for item in items}
    return "open" if False in states else "not_said" if None in states else "done"
