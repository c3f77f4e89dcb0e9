"""Events of Kubernetes as kubectl prints them (YAML, JSON, a table), and the notifications of Flux.

An event is a report of something, not an alert: it never says that it is over, and `Warning` is its type, not
how grave it is.  What it says names it; warnings go before what is normal, the latest first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from kb.errors import InvalidInput
from kb.expression import expression
from kb.records import from_data
from kb.text.environments import environment_in
from kb.text.safe_yaml import YamlLimits, compose, value
from kb.triage.alert_values import moment_of, plain
from kb.triage.alerts.report import AlertReport, AlertState, Text, first, inner, words
from kb.triage.labels import pod_owner, service_of

_LONGEST = 1_000_000
"""Characters of YAML that are read as events; what is longer is read as a log."""
_MOST = 1_000
_OPENS = expression(r"\A\s*(?:---\s*\n)?(?:apiVersion|items|kind):", re.MULTILINE)
_HEAD = expression(
    r"^(?:NAMESPACE\s+)?LAST SEEN\s+TYPE\s+REASON\s+OBJECT\s+(?:SUBOBJECT\s+SOURCE\s+)?MESSAGE"
)
_CONTAINER = expression(r"containers\{([^}]{1,80})\}")
_OWNED = ("pod", "replicaset")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class KubernetesEvent(msgspec.Struct, kw_only=True):
    """One event, of the core API (`involvedObject`, `message`) or of `events.k8s.io` (`regarding`, `note`)."""

    reason: Text = None
    message: Text = None
    note: Text = None
    type: Text = None
    severity: Text = None
    involved: Any = msgspec.field(default=None, name="involvedObject")
    regarding: Any = None
    first_seen: Any = msgspec.field(default=None, name="firstTimestamp")
    first_seen_before: Any = msgspec.field(default=None, name="deprecatedFirstTimestamp")
    last_seen: Any = msgspec.field(default=None, name="lastTimestamp")
    at: Any = msgspec.field(default=None, name="eventTime")
    sent: Any = msgspec.field(default=None, name="timestamp")
    series: Any = None

    @property
    def is_normal(self) -> bool:
        """Whether it tells of nothing that went wrong."""
        return plain(self.type) == "Normal"

    @property
    def last(self) -> datetime:
        """When it was seen last."""
        seen = (self.last_seen, inner(self.series, "lastObservedTime"), self.at, self.first_seen)
        return next((at for one in seen if (at := moment_of(one))), _LONG_AGO)

    def report(self) -> AlertReport:
        """What the event says, of the thing that it says it of."""
        about = self.involved or self.regarding
        kind, name = first(inner(about, "kind")), first(inner(about, "name"))
        space = first(inner(about, "namespace"))
        container = _CONTAINER.search(first(inner(about, "fieldPath")))
        owner = (
            pod_owner(name) if kind.casefold() in _OWNED else "" if kind.casefold() in ("node", "") else name
        )
        labels = (
            {"pod": owner or name}
            if owner
            else {"container": container[1] if container else "", "namespace": space}
        )
        seen = (self.first_seen, self.first_seen_before, self.at, self.sent)
        return AlertReport(
            name=first(self.message, self.note, self.reason),
            texts=words(self.reason, f"{kind}/{name}" if name else ""),
            service=owner or service_of(labels),
            environment=environment_in(space),
            label=first(self.severity),
            starts=next((at for one in seen if (at := moment_of(one))), None),
            state=AlertState.UNTOLD,
        )


def events_in(data: object) -> list[AlertReport]:
    """The events of a list, or the one event; none where it holds none."""
    items = (
        data.get("items")
        if isinstance(data, Mapping) and _is_list(data)
        else data
        if isinstance(data, list)
        else [data]
    )
    found = [event for one in items[:_MOST] if (event := _event(one))] if isinstance(items, list) else []
    telling = [one for one in found if not one.is_normal] or found
    return [one.report() for one in sorted(telling, key=lambda one: one.last, reverse=True)]


def _is_list(data: Mapping[Any, Any]) -> bool:
    return str(data.get("kind", "")).endswith("List")


def _event(one: object) -> KubernetesEvent | None:
    """The event; None for anything else, and for what is no event but has its keys."""
    if not isinstance(one, Mapping) or not all(isinstance(key, str) for key in one):
        return None
    about = one.get("involvedObject") or one.get("regarding")
    if not isinstance(about, Mapping) or not one.keys() & {"reason", "message", "note"}:
        return None
    try:
        return from_data(dict(one), KubernetesEvent)
    except msgspec.ValidationError:
        return None


def events_in_text(text: str) -> list[AlertReport]:
    """The events of YAML or of a table of kubectl; none where the text is neither."""
    if len(text) > _LONGEST:
        return []
    if _HEAD.match(text.lstrip("\n")):
        return events_in(list(_rows(text.strip("\n").splitlines())))
    if not _OPENS.match(text) or ("involvedObject" not in text and "regarding" not in text):
        return []
    try:
        nodes = compose(text, YamlLimits(max_bytes=4 * _LONGEST, max_aliased=10_000))
        return [report for node in nodes[:_MOST] for report in events_in(value(node))]
    except (InvalidInput, ValueError, RecursionError, TypeError):
        return []


def _rows(lines: Sequence[str]) -> Iterator[dict[str, object]]:
    """The rows of a table, whose columns are parted by two blanks or more, or by where the heading has them."""
    head = lines[0]
    names = ("NAMESPACE", "LAST SEEN", "TYPE", "REASON", "OBJECT", "SUBOBJECT", "SOURCE", "MESSAGE")
    starts = {name: at for name in names if (at := head.find(name)) >= 0 and (at == 0 or head[at - 1] == " ")}
    ends = [*list(starts.values())[1:], None]
    for line in lines[1:_MOST]:
        cells = {name: line[at:end].strip() for (name, at), end in zip(starts.items(), ends, strict=True)}
        kind, _, name = cells.get("OBJECT", "").partition("/")
        about = {"kind": kind, "name": name, "namespace": cells.get("NAMESPACE", "")}
        yield {
            "type": cells.get("TYPE"),
            "reason": cells.get("REASON"),
            "message": cells.get("MESSAGE"),
            "involvedObject": about,
        }
