"""Lines of a brief about the place: the alert, changes, environment, quirks, other incidents, preventions.

Pure.  Absence is told in one sentence where it matters, and otherwise by a missing line.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kb.model import Incident
from kb.model.change import Change, ChangeResult
from kb.text.environments import same_environment
from kb.text.times import day_of, minute
from kb.triage.budget import BriefLine, shortened
from kb.triage.environments import HEALTHY, State
from kb.triage.gather import WINDOW, BriefFacts
from kb.triage.playbook import change_name, minutes

_TEXT, _SHORT = 240, 120
_CHANGES, _ELSEWHERE, _ITEMS, _QUIRKS, _FAR, _ABOVE = 5, 2, 4, 4, 4, 2


def alert_lines(facts: BriefFacts) -> Iterator[BriefLine]:
    """What the alert was understood as."""
    alert, parts = facts.alert, list[str]()
    if alert.is_resolved:
        yield BriefLine("Alert", "The alert says that it is RESOLVED", 0.1)
    if alert.name:
        parts.append(shortened(alert.name, _SHORT))
    parts += [name for name in (alert.service, alert.environment) if name]
    if alert.firing or alert.resolved > 1:
        others = ((alert.resolved, "resolved"), (alert.silenced, "silenced"), (alert.left_out, "left out"))
        parts.append(", ".join([f"{alert.firing} firing", *(f"{n} {what}" for n, what in others if n)]))
    if alert.others:
        parts.append(f"with it: {shortened(', '.join(alert.others), _SHORT)}")
    if alert.starts:
        parts.append(f"since {minute(alert.starts)},{_distance(alert.starts, facts.now, 'ago', 'ahead')}")
    if alert.ends and alert.is_resolved:
        parts.append(f"over since {minute(alert.ends)},{_distance(alert.ends, facts.now, 'ago', 'ahead')}")
    if parts:
        yield BriefLine("Alert", "; ".join(parts), 3.0)


def change_lines(facts: BriefFacts) -> Iterator[BriefLine]:
    """What was changed before it began, newest first; what came after is said to."""
    if not facts.changes_asked:
        return
    hours = int(WINDOW.total_seconds() // 3600)
    if not facts.before:
        whose = f" of {facts.alert.service}" if facts.alert.service else ""
        yield BriefLine("Changes", f"No change{whose} on record in the {hours} h before", 3.4)
    for number, change in enumerate(facts.changes[:_CHANGES]):
        yield BriefLine("Changes", _change(change, facts.started), 1.0 + number)
    if more := max(0, len(facts.changes) - _CHANGES):
        yield BriefLine("Changes", f"{more} more in this window", 7.5)
    for number, change in enumerate(facts.elsewhere[:_ELSEWHERE]):
        yield BriefLine("Changes", f"Elsewhere: {_change(change, facts.started)}", 6.2 + number)


def _change(change: Change, started: datetime) -> str:
    words = [f"{change_name(change)}{_distance(change.at, started, 'before', 'after it began')}"]
    if change.summary and (change.version or len(change.summary) > 60):
        words.append(shortened(change.summary, _SHORT))
    if change.reason:
        words.append(f"reason: {shortened(change.reason, _SHORT)}")
    if change.previous:
        words.append(f"before it ran {change.previous}")
    if change.result is ChangeResult.FAILED:
        words.append("it FAILED")
    if change.expires and change.expires < started:
        words.append(f"expired {day_of(change.expires)}")
    if change.author:
        words.append(f"by {change.author}")
    return "; ".join(words) + (f" [{change.id}]" if change.id else "")


def environment_lines(facts: BriefFacts) -> Iterator[BriefLine]:
    """The state of the environment; of all that are not well where it is not told which."""
    name = facts.alert.environment
    if facts.state_problem:
        yield BriefLine("Environment", f"State cannot be read: {shortened(facts.state_problem, _TEXT)}", 4.5)
    for state in facts.states:
        mine = same_environment(state.name, name) if name else state.status.casefold() not in HEALTHY
        if mine and (text := _state(state)):
            yield BriefLine("Environment", text, 4.4)


def _state(state: State) -> str:
    since = f" since {state.since}" if state.since else ""
    words = [f"{state.name}: {shortened(state.status, _SHORT)}{since}" if state.status else state.name]
    words += [f"checked {state.checked}"] if state.checked else []
    words += [shortened(state.note, _SHORT)] if state.note else []
    for label, items in (
        ("alerts", state.alerts),
        ("known issues", state.issues),
        ("services", state.services),
    ):
        if items:
            more = f" and {len(items) - _FAR} more" if len(items) > _FAR else ""
            words.append(f"{label}: {', '.join(shortened(item, _SHORT) for item in items[:_FAR])}{more}")
    return "; ".join(words) if len(words) > 1 or state.status else ""


def quirk_lines(facts: BriefFacts) -> Iterator[BriefLine]:
    """How this service behaves where that surprises."""
    for number, quirk in enumerate(facts.quirks[:_QUIRKS]):
        says = f": {shortened(quirk.description, _TEXT)}" if quirk.description else ""
        around = f". Workaround: {shortened(quirk.workaround, _TEXT)}" if quirk.workaround else ""
        yield BriefLine(
            "Quirks",
            f"{shortened(quirk.name, _SHORT)}{says}{around} [{quirk.id}]",
            4.6 + number / 2,
            quirk.id,
        )


def incident_lines(facts: BriefFacts) -> Iterator[BriefLine]:
    """Incidents that are open now."""
    for one in facts.open_incidents[:_FAR]:
        level = f"{one.severity} " if one.severity else ""
        age = _distance(one.detected, facts.now, "ago", "ahead")
        yield BriefLine(
            "Open incidents",
            f"{level}{shortened(one.title, _SHORT)}: {one.phase}, opened{age} [{one.id}]",
            3.6,
        )


def prevention_lines(facts: BriefFacts) -> Iterator[BriefLine]:
    """Preventions that were decided and not done: the first suspects of a recurrence."""
    for number, one in enumerate(facts.open_items[:_ITEMS]):
        late = one.overdue(facts.now)
        due = f", due {one.item.due}{' OVERDUE' if late else ''}" if one.item.due else ""
        who = f", {one.item.owner}" if one.item.owner else ", no owner"
        text = f"{shortened(one.item.text, _SHORT)} ({shortened(one.title, 60)}{who}{due}) [{one.entry_id}]"
        yield BriefLine("Open prevention", text, (4.8 if late else 6.4) + number / 10, one.entry_id)
    if more := max(0, len(facts.open_items) - _ITEMS):
        yield BriefLine("Open prevention", f"{more} more open", 8.4)


def past_lines(facts: BriefFacts) -> Iterator[BriefLine]:
    """Incidents like this one, and how they ended."""
    above = {match.id for match in (*facts.known, *facts.suspected[:_ABOVE])}
    for number, one in enumerate(facts.past):
        text = f"{_past(one, told=one.id in above)} [{one.id}]"
        yield BriefLine("Past incidents", text, 6.0 + number / 2, one.id)


def _past(one: Incident, *, told: bool) -> str:
    day = f"{one.date} " if one.date else ""
    level = f" {one.severity}" if one.severity else ""
    began = one.started or one.detected
    took = (
        f", resolved after {minutes(one.resolved - began)}"
        if one.resolved and began and one.resolved > began
        else ""
    )
    ended = one.resolution or one.mitigation
    how = (
        ": see above"
        if told and ended
        else f": {shortened(ended, _TEXT)}"
        if ended
        else ": how it ended is not recorded"
    )
    return f"{day}{shortened(one.title, _SHORT)}{level}{took}{how}"


def _distance(at: datetime, other: datetime, before: str, after: str) -> str:
    return f" {minutes(other - at)} {before if at <= other else after}"
