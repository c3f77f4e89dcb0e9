"""From steps to state: an incident is the sum of what was noted, in the order of noting.

`unfold` adds the steps up; no step is ever changed or taken back, a later one speaks instead.
Times are those of the steps, so that several agents may write at once without a lock of their own.

Here are also a step's line in a timeline, which says what was done and never who did it, as a timeline is there to
learn from, not to blame; how often those who wait want to hear of an incident; and the verification checklist, what
must hold before a fix counts as one.  Its six items are those of the incident workflow that kb grew from; an item
nobody looked at is neither held nor broken.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from kb.errors import EntryNotFound, InvalidInput
from kb.incidents.merging import carried, merged, taken_apart, with_work
from kb.model.entry import ActionItem, CauseStatus, Severity
from kb.model.incident import CheckItem, Hypothesis, LiveIncident, Mitigation, Phase, Step
from kb.model.ledger import Event
from kb.text.times import parse_instant

BY_ALERT = "by_alert"
"""The mark, in its data, of a step that an alert took: its end is no word of what was done."""


REPORTED_AGAIN = "reported again"
"""How a note begins that somebody opened what was open already."""


def unfold(events: Sequence[Event]) -> LiveIncident:
    """The incident that the events tell of, oldest first.  Raises EntryNotFound when none opens one."""
    first = next((event for event in events if event.kind == Step.OPENED), None)
    if first is None or first.subject is None:
        raise EntryNotFound("there is no such incident; see: kb incident list")
    incident, apart = _opened(first), taken_apart(events)
    for number, event in enumerate(events):
        if event is not first and number not in apart and event.kind in _STEPS:
            incident = _STEPS[event.kind](incident, event)
    told_at = max(event.at for event in events if event.kind in (Step.OPENED, Step.REOPENED, Step.UPDATE))
    return replace(incident, timeline=tuple(events), update_due=next_due(incident, told_at))


def teaches(incident: LiveIncident) -> bool:
    """Whether anything was noted of it that could help the next time: what was done, why it was, what follows."""
    noted = (
        incident.resolution,
        incident.prevention,
        incident.mitigations,
        incident.hypotheses,
        incident.lessons,
        incident.went_well,
        incident.went_wrong,
        incident.action_items,
        incident.impact,
    )
    return any(noted)


def durations(incident: LiveIncident, now: datetime) -> dict[str, timedelta]:
    """The named durations that have both ends: each from the start (or detection) to its time.

    `to_acknowledge`, `to_mitigate` and `to_resolve`, and `so_far` while it is not resolved.
    """
    begun = incident.started or incident.detected
    ends = {
        "to_acknowledge": incident.acknowledged,
        "to_mitigate": incident.mitigated,
        "to_resolve": incident.resolved,
        "so_far": None if incident.resolved else now,
    }
    return {name: end - begun for name, end in ends.items() if end is not None}


def confirmed_cause(incident: LiveIncident) -> str:
    """What is known to have caused it, or an empty text."""
    return "; ".join(h.text for h in incident.hypotheses if h.status is CauseStatus.CONFIRMED)


def _opened(event: Event) -> LiveIncident:
    data = event.data
    return LiveIncident(
        id=event.subject or "",
        title=event.action,
        phase=Phase.INVESTIGATING,
        detected=event.at,
        severity=_severity(data),
        severity_label=data.get("label", ""),
        confirmed=bool(data.get("confirmed")),
        services=tuple(data.get("services", ())),
        environment=data.get("environment", ""),
        impact=data.get("impact", ""),
        alert=data.get("alert", ""),
        lookup_id=data.get("lookup_id"),
        started=_moment(data.get("started")),
    )


def _severity_set(incident: LiveIncident, event: Event) -> LiveIncident:
    label = event.data.get("label", "")
    given = not event.data.get(BY_ALERT)
    return replace(incident, severity=_severity(event.data), severity_label=label, confirmed=given)


def _acknowledged(incident: LiveIncident, event: Event) -> LiveIncident:
    if incident.acknowledged:
        return incident
    return replace(incident, acknowledged=event.at, acknowledged_by=event.data.get("by", ""))


def _hypothesis(incident: LiveIncident, event: Event) -> LiveIncident:
    data = event.data
    known = {one.id: one for one in incident.hypotheses}
    before = known.get(data["id"])
    evidence = dict.fromkeys((*(before.evidence if before else ()), *data.get("evidence", ())))
    known[data["id"]] = Hypothesis(
        id=data["id"],
        text=event.action or (before.text if before else ""),
        status=CauseStatus(data["status"]),
        evidence=tuple(evidence),
    )
    return replace(incident, hypotheses=tuple(known.values()))


def _mitigation(incident: LiveIncident, event: Event) -> LiveIncident:
    worked, entry_id = event.data.get("worked"), event.data.get("entry_id")
    tried = Mitigation(at=event.at, text=event.action, entry_id=entry_id, worked=worked)
    incident = replace(incident, mitigations=(*incident.mitigations, tried))
    if incident.phase is Phase.INVESTIGATING:
        incident = replace(incident, phase=Phase.MITIGATING)
    if worked is False:
        return _without_applied(incident, entry_id)
    if worked and incident.mitigated is None:
        incident = replace(incident, mitigated=event.at)
    return _with_applied(incident, entry_id)


def _resolution(incident: LiveIncident, event: Event) -> LiveIncident:
    at = _moment(event.data.get("ended")) or event.at  # an alert may tell late when it was over
    incident = replace(
        incident,
        phase=Phase.RESOLVED,
        resolved=at,
        mitigated=incident.mitigated or at,
        # (what the end of an alert says is that it is over, not what was done)
        resolution=incident.resolution if event.data.get(BY_ALERT) else event.action,
        prevention=event.data.get("prevention") or incident.prevention,
    )
    return _with_applied(incident, event.data.get("entry_id"))


def _verification(incident: LiveIncident, event: Event) -> LiveIncident:
    before = {item.key: item.held for item in incident.checks if item.held is not None}
    checks = checklist({**before, **event.data["found"]})
    incident = replace(incident, checks=checks)
    if incident.verified or incident.resolved is None or not all(item.held for item in checks):
        return incident
    phase = incident.phase if incident.phase is Phase.CLOSED else Phase.VERIFIED
    return replace(incident, phase=phase, verified=event.at, verified_by=event.data.get("by", ""))


def _action_item(incident: LiveIncident, event: Event) -> LiveIncident:
    due = event.data.get("due")
    item = ActionItem(
        text=event.action,
        owner=event.data.get("owner") or None,
        due=date.fromisoformat(due) if due else None,
        done=bool(event.data.get("done")),
    )
    others = tuple(one for one in incident.action_items if one.text != item.text)
    return replace(incident, action_items=(*others, item))


def _review(incident: LiveIncident, event: Event) -> LiveIncident:
    data = event.data

    def more(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*getattr(incident, name), *data.get(name, ()))))

    return replace(
        incident,
        went_well=more("went_well"),
        went_wrong=more("went_wrong"),
        lessons=more("lessons"),
        impact=data.get("impact") or incident.impact,
        started=_moment(data.get("started")) or incident.started,
    )


def _updated(incident: LiveIncident, event: Event) -> LiveIncident:
    return replace(incident, updated=event.at)


def _closed(incident: LiveIncident, event: Event) -> LiveIncident:
    return replace(incident, phase=Phase.CLOSED, closed=event.at)


def _reopened(incident: LiveIncident, _: Event) -> LiveIncident:
    return replace(
        incident,
        phase=Phase.INVESTIGATING,
        mitigated=None,
        resolved=None,
        verified=None,
        verified_by="",
        closed=None,
        checks=(),
        applied=(),
    )


def _merged(incident: LiveIncident, event: Event) -> LiveIncident:
    return merged(incident, unfold(carried(event)))


def _split_from(incident: LiveIncident, event: Event) -> LiveIncident:
    steps = carried(event)
    return with_work(incident, unfold(steps)) if steps else incident


def _merged_into(incident: LiveIncident, event: Event) -> LiveIncident:
    return replace(incident, phase=Phase.MERGED, merged_into=event.data["into"])


_STEPS: dict[str, Callable[[LiveIncident, Event], LiveIncident]] = {
    Step.SEVERITY: _severity_set,
    Step.ACKNOWLEDGED: _acknowledged,
    Step.HYPOTHESIS: _hypothesis,
    Step.MITIGATION: _mitigation,
    Step.RESOLUTION: _resolution,
    Step.VERIFICATION: _verification,
    Step.ACTION_ITEM: _action_item,
    Step.REVIEW: _review,
    Step.UPDATE: _updated,
    Step.CLOSED: _closed,
    Step.REOPENED: _reopened,
    Step.MERGED: _merged,
    Step.MERGED_INTO: _merged_into,
    Step.SPLIT_FROM: _split_from,
}


def _with_applied(incident: LiveIncident, entry_id: str | None) -> LiveIncident:
    if not entry_id or entry_id in incident.applied:
        return incident
    return replace(incident, applied=(*incident.applied, entry_id))


def _without_applied(incident: LiveIncident, entry_id: str | None) -> LiveIncident:
    return replace(incident, applied=tuple(one for one in incident.applied if one != entry_id))


def _severity(data: dict[str, Any]) -> Severity | None:
    return Severity(data["severity"]) if data.get("severity") else None


def _moment(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None


_UNTOLD = (Step.ACTION_ITEM, Step.REVIEW, Step.UPDATE)
_HYPOTHESES = {"suspected": "Suspected", "confirmed": "Root cause identified", "refuted": "Ruled out"}
_WORKED = {True: " (it helped)", False: " (it did not help)", None: ""}


def told(event: Event) -> str:
    """The event as a line of a timeline, or an empty text for one that does not belong there."""
    said, data = event.action, event.data
    if event.kind in _UNTOLD:
        return ""
    if event.kind == Step.HYPOTHESIS:
        return f"{_HYPOTHESES[data['status']]}: {said}"
    if event.kind == Step.MITIGATION:
        return f"Mitigation: {said}{_WORKED[data.get('worked')]}"
    before = {
        Step.OPENED: "Incident detected: ",
        Step.RESOLUTION: "Incident resolved: ",
        Step.REOPENED: "Came back: ",
        Step.MERGED: "Merged into it: ",
        Step.MERGED_INTO: "Merged into ",
        Step.SPLIT: "Split off: ",
        Step.SPLIT_FROM: "Split off from ",
    }.get(Step(event.kind), "")
    details = f": {event.details}" if event.details else ""
    return f"{before}{said}{details}"


def one_line(text: str) -> str:
    """The text with its white space joined."""
    return " ".join(text.split())


def span(length: timedelta) -> str:
    """A length of time: `2 min`, `1 h 5 min`, `3 d 2 h`."""
    minutes = max(0, round(length.total_seconds() / 60))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (0 if days else minutes, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "under a minute"


INTERVALS = {
    Severity.SEV1: timedelta(minutes=15),
    Severity.SEV2: timedelta(minutes=30),
    Severity.SEV3: timedelta(hours=1),
}
"""How often to tell: every 15 to 30 minutes for SEV1 and SEV2, hourly for SEV3, on progress for SEV4."""


def next_due(incident: LiveIncident, told_at: datetime) -> datetime | None:
    """When the update after the one of `told_at` is due.  An unknown severity counts as SEV2."""
    interval = INTERVALS.get(incident.severity or Severity.SEV2)
    ended = incident.resolved or incident.merged_into
    return None if ended or interval is None else told_at + interval


def overdue(incident: LiveIncident, now: datetime) -> bool:
    """Whether an update should have been posted by now."""
    return incident.update_due is not None and incident.update_due < now


ITEMS: dict[str, str] = {
    "error_rates": "Error rates back to baseline",
    "response_times": "Response times normal",
    "complaints": "No user complaints",
    "services": "All services healthy",
    "dashboards": "Monitoring dashboards green",
    "alerts": "No related alerts firing",
}
"""Key and wording of each item of the checklist, in order."""
_TRUE, _FALSE = ("true", "yes", "y", "1", "ok", "pass", "passed"), ("false", "no", "n", "0", "failed", "fail")


def parse_checks(given: Mapping[str, object] | Iterable[str] | str) -> dict[str, bool]:
    """What was found, by key: from a mapping, a list of the items that hold, or `all`.

    Raises InvalidInput for an item that is not on the list or an answer that is neither yes nor no.
    """
    if isinstance(given, str):
        if given.strip().casefold() == "all":
            return dict.fromkeys(ITEMS, True)
        given = [part for part in re.split(r"[,\n]", given) if part.strip()]
    if isinstance(given, Mapping):
        found = {_item_key(str(name)): _yes_or_no(str(name), value) for name, value in given.items()}
    else:
        found = {_item_key(str(name)): True for name in given}
    if not found:
        raise InvalidInput(f"no item of the checklist was given; there are: {', '.join(ITEMS)} (or: all)")
    return found


def checklist(found: Mapping[str, bool]) -> tuple[CheckItem, ...]:
    """All six items with what was found of each."""
    return tuple(CheckItem(key=key, text=text, held=found.get(key)) for key, text in ITEMS.items())


def _item_key(name: str) -> str:
    wanted = re.sub(r"[\W_]+", " ", name).strip().casefold()
    for key, text in ITEMS.items():
        if wanted in (key.replace("_", " "), key.split("_")[0], text.casefold()):
            return key
    raise InvalidInput(f"{name!r} is not on the checklist; there are: {', '.join(ITEMS)} (or: all)")


def _yes_or_no(name: str, value: object) -> bool:
    word = str(value).strip().casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise InvalidInput(f"{name}: {value!r} is neither true nor false")
