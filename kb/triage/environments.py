"""`state/environments.yaml`: what is so now, read whatever shape people wrote, and written value by value.  Pure.

`revise` tells the values to set after an investigation, by their paths; the file itself stays with the people who
write it: comments, order and keys that kb does not know are not touched (`kb.memory.yaml_edit`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeGuard

from kb.errors import InvalidInput
from kb.text.environments import canonical_environment, same_environment
from kb.text.times import minute

KEY = "state/environments"
"""The memory file."""

HEALTHY = (
    "",
    "healthy",
    "ok",
    "okay",
    "green",
    "up",
    "normal",
    "fine",
    "good",
    "unknown",
    "resolved",
    "none",
)
"""Statuses that an alert that fires makes `degraded`; any other is somebody's word and stays."""
NOTHING = ("none", "-", "n/a", "no", "nothing", "ok", "clear", "all clear")
"""What people write where there is no alert or issue."""
_NAME_KEYS = ("name", "environment", "env", "id")
STATUS_KEYS = ("status", "state", "health")
CHECK_KEYS = ("last_check", "last_checked", "checked", "last_seen", "updated")
ISSUE_KEYS = ("known_issues", "issues", "active_issues")
ALERT_KEYS = ("alerts", "active_alerts", "firing")
TITLE_KEYS = ("issue", "name", "alert", "title", "alertname", "summary", "description", "text")

Path = tuple[str, ...]
"""The keys (and indices, as text) that lead to a value; `+` adds to a list."""


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


def read_states(data: object) -> list[State]:
    """Every environment of the file."""
    return [_state(name, body) for _, name, body in places(data)]


def state_of(data: object, environment: str) -> State | None:
    """The environment of that name (or an alias of it), or None."""
    return next((one for one in read_states(data) if same_environment(one.name, environment)), None)


def places(data: object) -> Iterator[tuple[Path, str, object]]:
    """Path, name and body of each environment: under `environments`, or at the top; mapping or list."""
    if isinstance(data, Mapping) and "environments" in data:
        yield from _environments_in(("environments",), data["environments"])
    else:
        yield from _environments_in((), data)


def _environments_in(path: Path, data: object) -> Iterator[tuple[Path, str, object]]:
    if isinstance(data, Mapping):
        for key, body in data.items():
            if isinstance(body, (Mapping, str)):
                yield (*path, str(key)), str(key), body
    elif isinstance(data, list):
        for index, body in enumerate(data):
            name = first(body, _NAME_KEYS) if isinstance(body, Mapping) else body
            if name and isinstance(name, str):
                yield (*path, str(index)), name, body


def _state(name: str, body: object) -> State:
    if not isinstance(body, Mapping):
        return State(name, "" if body == name else str(body))
    by_service = [value for key in ("services", *STATUS_KEYS) if isinstance(value := body.get(key), Mapping)]
    told = [(key, _status_of_service(one)) for services in by_service for key, one in services.items()]
    return State(
        name,
        first(body, STATUS_KEYS),
        first(body, ("since", "started")),
        first(body, CHECK_KEYS),
        first(body, ("note", "notes", "comment", "message")),
        tuple(open_items(body, ALERT_KEYS)),
        tuple(open_items(body, ISSUE_KEYS)),
        tuple(f"{key}: {status}" for key, status in told if status.casefold() not in HEALTHY),
    )


def _status_of_service(value: object) -> str:
    return first(value, STATUS_KEYS) if isinstance(value, Mapping) else text_of(value)


def open_items(body: Mapping[Any, Any], keys: Sequence[str]) -> Iterator[str]:
    """The titles of the items of the first of these lists, those that are over left out."""
    for _, item in items_in(next((body[key] for key in keys if body.get(key)), None)):
        if isinstance(item, Mapping):
            since = first(item, ("since", "started", "at"))
            if first(item, STATUS_KEYS).casefold() not in ("resolved", "closed", "fixed", "over"):
                yield first(item, TITLE_KEYS) + (f" since {since}" if since else "")
        elif (text := text_of(item)) and text.casefold() not in NOTHING:
            yield text


def items_in(value: object) -> list[tuple[str, object]]:
    """The items of a list, of a mapping of title to item, or the one item; each with its step in there."""
    if isinstance(value, list):
        return [(str(index), item) for index, item in enumerate(value)]
    if is_keyed(value):
        return [(str(key), _under_its_title(str(key), item)) for key, item in value.items()]
    return [("", value)] if value and text_of(value).casefold() not in NOTHING else []


def is_keyed(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Whether it is a mapping of title to item, and not one item."""
    return isinstance(value, Mapping) and not first(value, TITLE_KEYS)


def _under_its_title(title: str, item: object) -> dict[str, object]:
    said = {str(key): value for key, value in item.items()} if isinstance(item, Mapping) else {"note": item}
    return {"name": title, **{key: value for key, value in said.items() if value is not None}}


def first(body: Mapping[Any, Any], keys: Sequence[str]) -> str:
    """The first of these keys that says something, as text; else an empty one."""
    return next((text for key in keys if (text := text_of(body.get(key)))), "")


def text_of(value: object) -> str:
    """A text, number or time as text; empty for anything else."""
    if isinstance(value, (datetime, date)):
        return minute(value) if isinstance(value, datetime) else value.isoformat()
    return str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


BROKEN = ("degraded", "down", "incident", "investigating", "red", "yellow", "unhealthy", "alerting")
"""Statuses that a resolved alert takes back, once nothing else fires."""

Edit = tuple[Path, object]
"""A place and the value to set there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSighting:
    """What an investigation saw of an environment."""

    environment: str
    alert: str
    issue: str
    resolved: bool
    at: datetime
    service: str = ""
    severity: str = ""
    entry_id: str = ""


def revise(data: object, seen: EnvironmentSighting) -> list[Edit]:
    """The values to set so that the file says what was seen; `since` stays from the first time.

    Raises InvalidInput where the file is no place for environments.
    """
    _check_shape(data)
    path, body = _place_of(data, seen.environment)
    if not isinstance(body, Mapping):
        name, status = _kept_of_bare_value(path, body, seen)
        return [(path, {**name, **_new_environment(seen, status)})]
    alerts_key = next((key for key in ALERT_KEYS if key in body), ALERT_KEYS[0])
    issues_key = next((key for key in ISSUE_KEYS if key in body), ISSUE_KEYS[0])
    alert_edits = _item_edits((*path, alerts_key), body.get(alerts_key), _alert_item(seen), seen)
    issue_edits = _item_edits((*path, issues_key), body.get(issues_key), _issue_item(seen), seen)
    left = _still_firing(body.get(alerts_key), seen.alert) if seen.resolved else [seen.alert]
    # What a person wrote as a mapping or a list stays; the plain value stands beside it.
    status_key, check_key = _plain_key(body, STATUS_KEYS), _plain_key(body, CHECK_KEYS)
    before = text_of(body.get(status_key))
    after = _status_after(before, seen, bool(left))
    edits: list[Edit] = []
    if after != before:
        edits.append(((*path, status_key), after))
        if "since" in body:
            edits.append(((*path, "since"), _stamp(seen.at)))
    return [*edits, ((*path, check_key), _stamp(seen.at)), *alert_edits, *issue_edits]


def _check_shape(data: object) -> None:
    named = data["environments"] if isinstance(data, Mapping) and "environments" in data else data
    if named is not None and not isinstance(named, (Mapping, list)):
        where = "under `environments` stands" if named is not data else "it holds"
        raise InvalidInput(
            f"{where} the single value {str(named)[:60]!r}, and no environments; make it `environments: {{}}`"
        )


def _plain_key(body: Mapping[Any, Any], keys: Sequence[str]) -> str:
    """The first of these keys with a plain value; else the first that is free."""
    plain = (key for key in keys if key in body and not isinstance(body[key], (Mapping, list)))
    return next(plain, None) or next((key for key in keys if key not in body), keys[0])


def _kept_of_bare_value(path: Path, body: object, seen: EnvironmentSighting) -> tuple[dict[str, object], str]:
    """What a new mapping keeps of the bare value in its place: a name where that is needed in a list, and a status."""
    if path[-1] == "+":
        return {"name": canonical_environment(seen.environment)}, ""
    in_list = isinstance(body, str) and same_environment(body, seen.environment)
    return ({"name": body}, "") if in_list else ({}, str(body or ""))


def _place_of(data: object, environment: str) -> tuple[Path, object]:
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


def _new_environment(seen: EnvironmentSighting, before: str) -> dict[str, object]:
    """An environment that the file did not know."""
    if seen.resolved:
        return {"status": _status_after(before, seen, False), "last_check": _stamp(seen.at)}
    return {
        "status": _status_after(before, seen, True),
        "last_check": _stamp(seen.at),
        "alerts": [_alert_item(seen)],
        "known_issues": [_issue_item(seen)],
    }


def _status_after(before: str, seen: EnvironmentSighting, anything_left: bool) -> str:
    if not seen.resolved:
        return "degraded" if before.casefold() in HEALTHY else before
    if before.casefold() in (*HEALTHY, *BROKEN):
        return before if anything_left and before else "healthy"
    return before


def _alert_item(seen: EnvironmentSighting) -> dict[str, object]:
    return _without_empty(
        {
            "name": seen.alert,
            "service": seen.service,
            "severity": seen.severity,
            "since": _stamp(seen.at),
        }
    )


def _issue_item(seen: EnvironmentSighting) -> dict[str, object]:
    return _without_empty(
        {
            "issue": seen.issue,
            "alert": seen.alert,
            "service": seen.service,
            "entry": seen.entry_id,
            "since": _stamp(seen.at),
        }
    )


def _without_empty(item: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in item.items() if value}


def _item_edits(
    path: Path, written: object, item: dict[str, object], seen: EnvironmentSighting
) -> Iterator[Edit]:
    """Add the item, or say of the one that stands there when it was seen last, or that it is over."""
    items = items_in(written)
    keyed = written if is_keyed(written) and written else None
    if written is not None and keyed is None and not isinstance(written, list):
        yield path, [one for _, one in items]  # a single value becomes a list of one
        items = [(str(index), one) for index, (_, one) in enumerate(items)]
    step, standing = next(((step, one) for step, one in items if _same_item(one, item)), ("", None))
    if standing is None:
        if not seen.resolved:
            yield (*path, "+" if keyed is None else first(item, TITLE_KEYS)), item
    elif not isinstance(standing, Mapping):
        if seen.resolved:
            yield (*path, step), {**item, "status": "resolved", "until": _stamp(seen.at)}
    elif keyed is not None and not isinstance(keyed[step], Mapping):
        yield (*path, step), {**standing, **dict(_updates(standing, item, seen))}
    else:
        yield from (((*path, step, key), value) for key, value in _updates(standing, item, seen))


def _updates(
    standing: Mapping[Any, Any], item: Mapping[str, object], seen: EnvironmentSighting
) -> Iterator[tuple[str, object]]:
    if seen.resolved:
        yield from (("status", "resolved"), ("until", _stamp(seen.at)))
        return
    if item.get("entry") and not standing.get("entry"):  # by now the cause is known
        yield from ((key, item[key]) for key in ("issue", "entry") if key in item)
    if first(standing, STATUS_KEYS).casefold() == "resolved":
        yield "status", "open"
    yield "last_seen", _stamp(seen.at)


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


def _still_firing(alerts: object, over: str) -> list[str]:
    """The alerts that still fire when this one is over."""
    others = [one for _, one in items_in(alerts) if not _same_item(one, {"name": over})]
    return list(open_items({"alerts": others}, ("alerts",)))


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
