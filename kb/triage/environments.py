"""`state/environments.yaml`: what is so now, read whatever shape people wrote.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeGuard

from kb.text.environment import same_environment
from kb.text.instants import minute

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
            name = first(body, _NAME_KEYS) if isinstance(body, Mapping) else body
            if name and isinstance(name, str):
                yield (*path, str(index)), name, body


def _state(name: str, body: object) -> State:
    if not isinstance(body, Mapping):
        return State(name, "" if body == name else str(body))
    by_service = [value for key in ("services", *STATUS_KEYS) if isinstance(value := body.get(key), Mapping)]
    told = [(key, _status_in(one)) for services in by_service for key, one in services.items()]
    return State(
        name, first(body, STATUS_KEYS), first(body, ("since", "started")), first(body, CHECK_KEYS),
        first(body, ("note", "notes", "comment", "message")), tuple(open_items(body, ALERT_KEYS)),
        tuple(open_items(body, ISSUE_KEYS)),
        tuple(f"{key}: {status}" for key, status in told if status.casefold() not in HEALTHY),
    )  # fmt: skip


def _status_in(value: object) -> str:
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
        return [(str(key), _named(str(key), item)) for key, item in value.items()]
    return [("", value)] if value and text_of(value).casefold() not in NOTHING else []


def is_keyed(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Whether it is a mapping of title to item, and not one item."""
    return isinstance(value, Mapping) and not first(value, TITLE_KEYS)


def _named(title: str, item: object) -> dict[str, object]:
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
