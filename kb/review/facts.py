"""The weekly summary as named facts, for prose to rest on.  Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from kb.expression import expression
from kb.model.review import Fact, Facts
from kb.review.summary import Counted, WeeklySummary
from kb.text.tokens import slug

_TOTALS = {
    "incidents": "incident",
    "lookups": "lookup",
    "outcomes": "outcome",
    "new entries": "new entry",
    "changes": "change to production",
    "log lines": "line of the session log",
}
_PLURALS = {
    "new entry": "new entries",
    "change to production": "changes to production",
    "line of the session log": "lines of the session log",
}
_OUTCOMES = {"not_applied": "offer that was not applied", "made_worse": "outcome that made things worse"}
_MANY_OUTCOMES = {
    "not_applied": "offers that were not applied",
    "made_worse": "outcomes that made things worse",
}
_TITLED = expression(r"(?P<title>.*) \((?P<id>[^()\s]+)\)", re.S)
_SHOWN = 5
"""Texts of each kind that are handed over."""
_NAMED = 40
"""Entries of each kind, and services, that are handed over; totals count all."""


def facts_of(summary: WeeklySummary) -> Facts:
    """Every number of the summary with its noun, and the entries that it names."""
    named = [one.name for one in (*summary.fixed[:_NAMED], *summary.failed[:_NAMED])]
    named += summary.learned[:_NAMED]
    entries = {found["id"]: found["title"] for text in named if (found := _TITLED.fullmatch(text))}
    return Facts(values=_distinct(_facts(summary)), entries=entries)


def _facts(summary: WeeklySummary) -> Iterator[tuple[str, Fact]]:
    days = round((summary.until - summary.since).total_seconds() / 86400, 1)
    yield "window", Fact(value=days, unit="day", about="how far the review looks back")
    for name, unit in _TOTALS.items():
        total = Fact(value=summary.read.get(name, 0), unit=unit, units=_PLURALS.get(unit, ""))
        yield f"{_name(name)}_total", total
    yield from _by_name("incidents", summary.incidents_by_severity, _severity_units)
    yield from _by_name(
        "incidents_of",
        summary.incidents_by_service,
        lambda name: (f"incident of {name}", f"incidents of {name}"),
    )
    yield from _by_name("lookups", summary.verdicts, lambda name: (f"{name} lookup", ""))
    yield from _by_name("outcomes", summary.outcomes, _outcome_units)
    yield from _per_entry("resolved_by", summary.fixed, "success", "successes")
    yield from _per_entry("failed_by", summary.failed, "failure", "")
    yield from _texts(summary)


def _texts(summary: WeeklySummary) -> Iterator[tuple[str, Fact]]:
    """What is told by its text: questions without an answer, and what is still to do."""
    for number, asked in enumerate(summary.top_unknowns[:_SHOWN], 1):
        yield f"unknown_{number}", Fact(value=asked.name, about="a question that memory could not answer")
        yield (
            f"unknown_{number}_times",
            Fact(value=asked.count, unit="time", about=f"how often unknown_{number}"),
        )
    yield from _recurrences(summary)
    for one in summary.durations:
        if one.median_minutes is not None:
            about = f"the median time {one.name.replace('_', ' ')}, over {one.n} of the incidents"
            yield f"minutes_{one.name}", Fact(value=one.median_minutes, unit="minute", about=about)
    items = sorted(summary.open_items, key=lambda item: not item.overdue)
    yield "open_items_total", Fact(value=len(items), unit="open action item")
    overdue = sum(item.overdue for item in items)
    yield "open_items_overdue", Fact(value=overdue, unit="overdue action item")
    for number, item in enumerate(items[:_SHOWN], 1):
        state = "overdue" if item.overdue else "open"
        owner = f"owned by {item.owner}" if item.owner else "without an owner"
        about = f"an action item after {item.incident!r}, {state}, {owner}"
        yield f"open_item_{number}", Fact(value=item.text, about=about)
    drift = Fact(
        value=len(summary.expired_drift),
        unit="expired drift exception",
        about="changes by hand, past their day",
    )
    yield "expired_drift_total", drift


def _recurrences(summary: WeeklySummary) -> Iterator[tuple[str, Fact]]:
    """Incidents that came back, those whose prevention is still open first."""
    back = summary.recurrences
    yield "recurrences_total", Fact(value=len(back), unit="incident", about="incidents that came back")
    still = sum(bool(one.open_items) for one in back)
    about = "incidents that came back while their prevention was still open"
    yield "recurrences_unprevented_total", Fact(value=still, unit="incident", about=about)
    for number, one in enumerate(back[:_SHOWN], 1):
        state = (
            "prevention is still open"
            if one.open_items
            else f"prevention: {one.prevention.replace('_', ' ')}"
        )
        yield f"recurrence_{number}", Fact(value=one.title, about=f"an incident that came back; its {state}")


def _by_name(
    prefix: str, counted: Sequence[Counted], units: Callable[[str], tuple[str, str]]
) -> Iterator[tuple[str, Fact]]:
    for one in counted[:_NAMED]:
        unit, many = units(one.name)
        yield f"{prefix}_{_name(one.name)}", Fact(value=one.count, unit=unit, units=many)


def _per_entry(prefix: str, counted: Sequence[Counted], unit: str, units: str) -> Iterator[tuple[str, Fact]]:
    for number, one in enumerate(counted[:_NAMED], 1):
        about = f"of the entry {one.name}"
        yield f"{prefix}_{number}", Fact(value=one.count, unit=unit, units=units, about=about)


def _severity_units(name: str) -> tuple[str, str]:
    if name == "not given":
        return "incident without a severity", "incidents without a severity"
    return f"{name} incident", ""


def _outcome_units(name: str) -> tuple[str, str]:
    return _OUTCOMES.get(name, f"{name} outcome"), _MANY_OUTCOMES.get(name, "")


def _distinct(facts: Iterable[tuple[str, Fact]]) -> dict[str, Fact]:
    """The facts by name; a name that two things would share is numbered, so that neither is lost."""
    named: dict[str, Fact] = {}
    for name, fact in facts:
        number, own = 1, name.rstrip("_")
        while own in named:
            number += 1
            own = f"{name.rstrip('_')}_{number}"
        named[own] = fact
    return named


def _name(text: str) -> str:
    """A name for a placeholder; `_distinct` parts those that come out alike."""
    return slug(text).replace("-", "_")
