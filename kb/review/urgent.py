"""What needs action after a review, most urgent first, each with its reason.  Pure."""

from __future__ import annotations

from collections.abc import Iterator

from kb.review.summary import OpenItem, Recurrence, WeeklySummary

_FAILED_OFTEN = 2
"""Failures in one window from which an entry is named."""
_ASKED_OFTEN = 2


def urgent(summary: WeeklySummary) -> list[str]:
    """One line for each thing that somebody should do; first what came back with its prevention open."""
    return [*_incidents(summary), *_knowledge(summary), *_upkeep(summary)]


def came_back(one: Recurrence) -> str:
    """`checkout down on checkout came back after 3.5 days; prevention STILL OPEN: … (ana, due …); seen …`."""
    on = f" on {one.service}" if one.service else ""
    days = f"{one.days:g} {'day' if one.days == 1 else 'days'}"
    times = "once" if one.times == 1 else f"{one.times} times"
    lately = "" if one.within_window else " (later than the 20 days in which most repeats come)"
    seen = f"seen {times} before, by {one.shared}"
    return f"{one.title}{on} came back after {days}{lately}; {_prevention(one)}; {seen} ({one.incident_id})"


def _prevention(one: Recurrence) -> str:
    if one.open_items:
        return f"prevention STILL OPEN: {'; '.join(map(_item, one.open_items))}"
    return {
        "done": "its prevention was done and did not hold",
        "not_said": "whether its prevention was done is not said",
        "none": "no prevention was decided",
    }.get(one.prevention, "")


def _item(item: OpenItem) -> str:
    due = f", due {item.due}" if item.due else ""
    return f"{item.text} ({item.owner or 'no owner'}{due}{', OVERDUE' if item.overdue else ''})"


def _incidents(summary: WeeklySummary) -> Iterator[str]:
    for one in summary.recurrences:
        if one.open_items:
            yield f"Prevent: {came_back(one)}"
    told = {(item.incident_id, item.text) for one in summary.recurrences for item in one.open_items}
    for one in summary.recurrences:
        if not one.open_items and one.within_window:
            yield f"Decide on prevention: {came_back(one)}"
    for item in summary.items_overdue:
        if (item.incident_id, item.text) not in told:
            yield f"Do: {item.text} ({item.incident}, {item.owner or 'no owner'}), due {item.due}"


def _knowledge(summary: WeeklySummary) -> Iterator[str]:
    for failed in summary.failed:
        if failed.count >= _FAILED_OFTEN:
            yield f"Mend or retire: {failed.name} failed {failed.count} times"
    for unknown in summary.top_unknowns:
        if unknown.count >= _ASKED_OFTEN and not unknown.known_since:
            yield f"Learn: asked {unknown.count} times and not known: `{unknown.name}`"
    if summary.proposals:
        n = len(summary.proposals)
        yield f"Decide: {n} {'proposal waits' if n == 1 else 'proposals wait'} (kb proposals)"


def _upkeep(summary: WeeklySummary) -> Iterator[str]:
    for stale in summary.stale_runbooks:
        if stale.failed:
            yield f"Verify: runbook {stale.title} ({stale.entry_id}) {stale.reason}"
    if late := [one for one in summary.stale_runbooks if not one.failed]:
        n = len(late)
        yield f"Verify: {n} {'runbook was' if n == 1 else 'runbooks were'} not verified for half a year"
    if n := len(summary.expired_drift):
        yield f"End or renew: {n} {'drift exception has' if n == 1 else 'drift exceptions have'} expired"
    if n := sum(one.expired for one in summary.expiring):
        yield f"Renew or remove: {n} {'entry has' if n == 1 else 'entries have'} expired"
