"""What an investigation writes into `state/environments.yaml`: status, last check, alerts, known issues.

Pure: the file's data in, single writes out.  Each is one atomic edit of one place, so that agents
who investigate at once do not undo each other's lines; what is listed already keeps its `since`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kb.errors import InvalidInput

KEY = "state/environments"
STATUSES = ("healthy", "degraded", "down", "unknown")


@dataclass(frozen=True, slots=True)
class Write:
    """One edit: `value` is set at the dotted `path`, or appended to the list there."""

    path: str
    value: object
    append: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What an investigation found out about an environment; `issues` are ids of entries with their titles."""

    status: str
    alert: str = ""
    service: str = ""
    severity: str = ""
    issues: tuple[tuple[str, str], ...] = ()


def environment_writes(data: object, environment: str, seen: Observed, now: datetime) -> tuple[Write, ...]:
    """The edits that bring the file up to date.  `healthy` empties the lists of alerts and issues.

    Raises InvalidInput for a status or a name that the file cannot hold.
    """
    if seen.status not in STATUSES:
        raise InvalidInput(f"status {seen.status!r} is none of: {', '.join(STATUSES)}")
    name, state = _found(data, environment)
    stamp = now.astimezone(UTC).isoformat(timespec="seconds")
    base = f"environments.{name}"
    writes = [Write(f"{base}.status", seen.status), Write(f"{base}.last_check", stamp)]
    if state.get("status") != seen.status:
        writes.append(Write(f"{base}.since", stamp))
    if seen.status == "healthy":
        return (
            *writes,
            *(Write(f"{base}.{key}", []) for key in ("alerts", "known_issues") if state.get(key)),
        )
    if seen.alert and seen.alert not in _values(state.get("alerts"), "name"):
        item = {"name": seen.alert, "service": seen.service, "severity": seen.severity, "since": stamp}
        writes.append(
            Write(f"{base}.alerts", {key: value for key, value in item.items() if value}, append=True)
        )
    listed = set(_values(state.get("known_issues"), "id"))
    writes += [
        Write(f"{base}.known_issues", {"id": entry_id, "title": title, "since": stamp}, append=True)
        for entry_id, title in seen.issues
        if entry_id not in listed
    ]
    return tuple(writes)


def _found(data: object, environment: str) -> tuple[str, Mapping[str, Any]]:
    """The name as the file spells it, and what the file says about it."""
    environments = data.get("environments") if isinstance(data, Mapping) else None
    known: Mapping[str, Any] = environments if isinstance(environments, Mapping) else {}
    name = next(
        (one for one in known if str(one).casefold() == environment.casefold()), environment.strip().lower()
    )
    if not name.replace("-", "").replace("_", "").isalnum():
        raise InvalidInput(
            f"environment {environment[:60]!r} cannot be a key of {KEY}.yaml; "
            "give a name of letters, digits, '-' and '_', such as production"
        )
    state = known.get(name)
    return str(name), state if isinstance(state, Mapping) else {}


def _values(items: object, key: str) -> Iterable[object]:
    """What stands under `key` in each item; an item that is a plain text stands for itself."""
    listed = items if isinstance(items, list) else []
    return [item.get(key) if isinstance(item, Mapping) else item for item in listed]
