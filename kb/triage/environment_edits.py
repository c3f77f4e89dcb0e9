"""What an investigation saw, written into `state/environments.yaml` value by value.  Pure.

`revise` tells the values to set, by their paths; the file itself stays with the people who write it:
comments, order and keys that kb does not know are not touched (`kb.storage.yamledit`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kb.text.environment import canonical_environment, same_environment
from kb.triage.environments import (
    ALERT_KEYS,
    CHECK_KEYS,
    HEALTHY,
    ISSUE_KEYS,
    STATUS_KEYS,
    TITLE_KEYS,
    Path,
    first,
    open_items,
    places,
    text_of,
)

BROKEN = ("degraded", "down", "incident", "investigating", "red", "yellow", "unhealthy", "alerting")
"""Statuses that a resolved alert takes back, once nothing else fires."""

Edit = tuple[Path, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What an investigation saw of an environment."""

    environment: str
    alert: str
    issue: str
    resolved: bool
    at: datetime
    service: str = ""
    severity: str = ""
    entry_id: str = ""


def revise(data: object, seen: Sighting) -> list[Edit]:
    """The values to set so that the file says what was seen; `since` stays from the first time."""
    path, body = _home_of(data, seen.environment)
    if not isinstance(body, Mapping):
        name = {"name": canonical_environment(seen.environment)} if path[-1] == "+" else {}
        return [(path, {**name, **_fresh(seen, str(body or ""))})]
    alerts_key, alerts = _list_at(body, ALERT_KEYS)
    issues_key, issues = _list_at(body, ISSUE_KEYS)
    alert_edits = _item_edits((*path, alerts_key), body.get(alerts_key), alerts, _alert_item(seen), seen)
    issue_edits = _item_edits((*path, issues_key), body.get(issues_key), issues, _issue_item(seen), seen)
    left = _left(alerts, seen.alert) if seen.resolved else [seen.alert]
    status_key = next((key for key in STATUS_KEYS if key in body), "status")
    check_key = next((key for key in CHECK_KEYS if key in body), "last_check")
    before = text_of(body.get(status_key))
    after = _status_after(before, seen, bool(left))
    edits: list[Edit] = []
    if after != before:
        edits.append(((*path, status_key), after))
        if "since" in body:
            edits.append(((*path, "since"), _stamp(seen.at)))
    return [*edits, ((*path, check_key), _stamp(seen.at)), *alert_edits, *issue_edits]


def _home_of(data: object, environment: str) -> tuple[Path, object]:
    """Where the environment stands, or would."""
    for path, name, body in places(data):
        if same_environment(name, environment):
            return path, body
    under = isinstance(data, Mapping) and "environments" in data
    named = data.get("environments") if isinstance(data, Mapping) else data
    if isinstance(named, list):
        return ("environments", "+") if under else ("+",), None
    top: Path = ("environments",) if under or not isinstance(data, Mapping) or not any(places(data)) else ()
    return (*top, canonical_environment(environment)), None


def _fresh(seen: Sighting, before: str) -> dict[str, object]:
    """An environment that the file did not know."""
    if seen.resolved:
        return {"status": _status_after(before, seen, False), "last_check": _stamp(seen.at)}
    return {
        "status": _status_after(before, seen, True),
        "last_check": _stamp(seen.at),
        "alerts": [_alert_item(seen)],
        "known_issues": [_issue_item(seen)],
    }


def _status_after(before: str, seen: Sighting, anything_left: bool) -> str:
    if not seen.resolved:
        return "degraded" if before.casefold() in HEALTHY else before
    if before.casefold() in (*HEALTHY, *BROKEN):
        return before if anything_left and before else "healthy"
    return before


def _alert_item(seen: Sighting) -> dict[str, object]:
    return _filled({
        "name": seen.alert, "service": seen.service, "severity": seen.severity, "since": _stamp(seen.at),
    })  # fmt: skip


def _issue_item(seen: Sighting) -> dict[str, object]:
    return _filled({
        "issue": seen.issue, "alert": seen.alert, "service": seen.service, "entry": seen.entry_id,
        "since": _stamp(seen.at),
    })  # fmt: skip


def _filled(item: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in item.items() if value}


def _list_at(body: Mapping[Any, Any], keys: Sequence[str]) -> tuple[str, list[Any]]:
    key = next((key for key in keys if key in body), keys[0])
    value = body.get(key)
    return (key, value) if isinstance(value, list) else (key, [value] if value else [])


def _item_edits(
    path: Path, written: object, items: list[Any], item: dict[str, object], seen: Sighting
) -> Iterator[Edit]:
    """Add the item, or say of the one that stands there when it was seen last, or that it is over."""
    if items and not isinstance(written, list):
        yield path, items  # a single value becomes a list of one
    index = next((n for n, one in enumerate(items) if _same_item(one, item)), None)
    if index is None:
        if not seen.resolved:
            yield (*path, "+"), item
    elif not isinstance(items[index], Mapping):
        if seen.resolved:
            yield (*path, str(index)), {**item, "status": "resolved", "until": _stamp(seen.at)}
    elif seen.resolved:
        yield (*path, str(index), "status"), "resolved"
        yield (*path, str(index), "until"), _stamp(seen.at)
    else:
        if item.get("entry") and not items[index].get("entry"):  # by now the cause is known
            yield from (((*path, str(index), key), item[key]) for key in ("issue", "entry") if key in item)
        if first(items[index], STATUS_KEYS).casefold() == "resolved":
            yield (*path, str(index), "status"), "open"
        yield (*path, str(index), "last_seen"), _stamp(seen.at)


def _same_item(one: object, item: Mapping[str, object]) -> bool:
    """The same alert, entry or title, for the same service (or for none)."""
    if not isinstance(one, Mapping):
        return text_of(one).casefold() == first(item, TITLE_KEYS).casefold()
    services = text_of(one.get("service")), text_of(item.get("service"))
    if services[0] != services[1] and all(services):
        return False
    if one.get("alert") and one.get("alert") == item.get("alert"):
        return True
    if one.get("entry") and item.get("entry"):
        return bool(one["entry"] == item["entry"])
    return first(one, TITLE_KEYS).casefold() == first(item, TITLE_KEYS).casefold()


def _left(alerts: list[Any], over: str) -> list[str]:
    """The alerts that still fire when this one is over."""
    firing = open_items(
        {"alerts": [one for one in alerts if not _same_item(one, {"name": over})]}, ("alerts",)
    )
    return list(firing)


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
