"""`state/environments.yaml`: what is so now, read whatever shape people wrote, changed value by value.  Pure.

`revise` tells the values to set, by their paths; the file itself stays with the people who write it:
comments, order and keys that kb does not know are not touched (`kb.storage.yamledit`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kb.text.environment import canonical_environment, same_environment

KEY = "state/environments"
"""The memory file."""

HEALTHY = ("", "healthy", "ok", "okay", "green", "up", "normal", "fine", "good", "unknown", "resolved", "none")
"""Statuses that an alert that fires makes `degraded`; any other is somebody's word and stays."""
_BROKEN = ("degraded", "down", "incident", "investigating", "red", "yellow", "unhealthy", "alerting")
_NAME_KEYS = ("name", "environment", "env", "id")
_STATUS_KEYS = ("status", "state", "health")
_CHECK_KEYS = ("last_check", "last_checked", "checked", "last_seen", "updated")
_ISSUE_KEYS = ("known_issues", "issues", "active_issues")
_ALERT_KEYS = ("alerts", "active_alerts", "firing")
_TITLE_KEYS = ("issue", "name", "alert", "title", "alertname", "summary", "description", "text")

Path = tuple[str, ...]
Edit = tuple[Path, object]


@dataclass(frozen=True, slots=True)
class State:
    """One environment as its file tells it; empty where it does not say."""

    name: str
    status: str = ""
    since: str = ""
    checked: str = ""
    note: str = ""
    alerts: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


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


def read_states(data: object) -> list[State]:
    """Every environment of the file."""
    return [_state(name, body) for _, name, body in _places(data)]


def state_of(data: object, environment: str) -> State | None:
    """The environment of that name (or an alias of it), or None."""
    return next((one for one in read_states(data) if same_environment(one.name, environment)), None)


def _places(data: object) -> Iterator[tuple[Path, str, object]]:
    """Path, name and body of each environment: under `environments`, or at the top; mapping or list."""
    if isinstance(data, Mapping) and "environments" in data:
        yield from _children(("environments",), data["environments"])
    else:
        yield from _children((), data)


def _children(path: Path, data: object) -> Iterator[tuple[Path, str, object]]:
    if isinstance(data, Mapping):
        for key, body in data.items():
            if isinstance(body, (Mapping, str)):
                yield (*path, str(key)), str(key), body
    elif isinstance(data, list):
        for index, body in enumerate(data):
            if isinstance(body, Mapping) and (name := _first(body, _NAME_KEYS)):
                yield (*path, str(index)), name, body


def _state(name: str, body: object) -> State:
    if not isinstance(body, Mapping):
        return State(name, str(body))
    services = body.get("services")
    return State(
        name, _first(body, _STATUS_KEYS), _first(body, ("since", "started")), _first(body, _CHECK_KEYS),
        _first(body, ("note", "notes", "comment", "message")), tuple(_open_items(body, _ALERT_KEYS)),
        tuple(_open_items(body, _ISSUE_KEYS)),
        tuple(f"{key}: {_status_in(value)}" for key, value in services.items() if _status_in(value).casefold() not in HEALTHY)
        if isinstance(services, Mapping) else (),
    )  # fmt: skip


def _status_in(value: object) -> str:
    return _first(value, _STATUS_KEYS) if isinstance(value, Mapping) else _text(value)


def _open_items(body: Mapping[Any, Any], keys: Sequence[str]) -> Iterator[str]:
    found = next((body[key] for key in keys if body.get(key)), ())
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, Mapping):
            since = _first(item, ("since", "started", "at"))
            if _first(item, _STATUS_KEYS).casefold() not in ("resolved", "closed", "fixed", "over"):
                yield _first(item, _TITLE_KEYS) + (f" since {since}" if since else "")
        elif text := _text(item):
            yield text


def _first(body: Mapping[Any, Any], keys: Sequence[str]) -> str:
    return next((text for key in keys if (text := _text(body.get(key)))), "")


def _text(value: object) -> str:
    if isinstance(value, (datetime, date)):
        return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value.isoformat()
    return str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def revise(data: object, seen: Sighting) -> list[Edit]:
    """The values to set so that the file says what was seen; `since` stays from the first time."""
    path, body = _home_of(data, seen.environment)
    if not isinstance(body, Mapping):
        name = {"name": canonical_environment(seen.environment)} if path[-1] == "+" else {}
        return [(path, {**name, **_fresh(seen, str(body or ""))})]
    alerts_key, alerts = _list_at(body, _ALERT_KEYS)
    issues_key, issues = _list_at(body, _ISSUE_KEYS)
    alert_edits = _item_edits((*path, alerts_key), body.get(alerts_key), alerts, _alert_item(seen), seen)
    issue_edits = _item_edits((*path, issues_key), body.get(issues_key), issues, _issue_item(seen), seen)
    left = _left(alerts, seen.alert) if seen.resolved else [seen.alert]
    status_key = next((key for key in _STATUS_KEYS if key in body), "status")
    check_key = next((key for key in _CHECK_KEYS if key in body), "last_check")
    before = _text(body.get(status_key))
    after = _status_after(before, seen, bool(left))
    edits: list[Edit] = []
    if after != before:
        edits.append(((*path, status_key), after))
        if "since" in body:
            edits.append(((*path, "since"), _stamp(seen.at)))
    return [*edits, ((*path, check_key), _stamp(seen.at)), *alert_edits, *issue_edits]


def _home_of(data: object, environment: str) -> tuple[Path, object]:
    """Where the environment stands, or would."""
    for path, name, body in _places(data):
        if same_environment(name, environment):
            return path, body
    under = isinstance(data, Mapping) and "environments" in data
    named = data.get("environments") if isinstance(data, Mapping) else data
    if isinstance(named, list):
        return ("environments", "+") if under else ("+",), None
    top: Path = ("environments",) if under or not isinstance(data, Mapping) or not any(_places(data)) else ()
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
    if before.casefold() in (*HEALTHY, *_BROKEN):
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
        if _first(items[index], _STATUS_KEYS).casefold() == "resolved":
            yield (*path, str(index), "status"), "open"
        yield (*path, str(index), "last_seen"), _stamp(seen.at)


def _same_item(one: object, item: Mapping[str, object]) -> bool:
    """The same alert, entry or title, for the same service (or for none)."""
    if not isinstance(one, Mapping):
        return _text(one).casefold() == _first(item, _TITLE_KEYS).casefold()
    services = _text(one.get("service")), _text(item.get("service"))
    if services[0] != services[1] and all(services):
        return False
    if one.get("alert") and one.get("alert") == item.get("alert"):
        return True
    if one.get("entry") and item.get("entry"):
        return bool(one["entry"] == item["entry"])
    return _first(one, _TITLE_KEYS).casefold() == _first(item, _TITLE_KEYS).casefold()


def _left(alerts: list[Any], over: str) -> list[str]:
    """The alerts that still fire when this one is over."""
    firing = _open_items({"alerts": [one for one in alerts if not _same_item(one, {"name": over})]}, ("alerts",))
    return list(firing)


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
