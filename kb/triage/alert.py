"""An alert understood, whatever form it comes in: text, Alertmanager's JSON, another tool's JSON, a log.

What was given explicitly wins over what the labels say.  JSON that does not parse is text; nothing that
comes in makes this raise, since an alert is written by others.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kb.records.brief import Alert
from kb.text.redact import redact
from kb.text.severity import parse_severity
from kb.triage.budget import shortened
from kb.triage.labels import (
    Labels,
    agreed,
    environment_of,
    labels_in,
    service_but_no_exporter,
    service_of,
    severity_of,
)
from kb.triage.structured_logs import plain_log, telling_line

MOST_JSON = 4_000_000
"""Characters of JSON that are parsed; what is longer is read as a log."""
_MOST_ALERTS = 2_000
_TOLD_ALERTS = 12
_LONGEST_VALUE = 2_000
_LONGEST_NAME = 120
_MOST_LEAVES = 60
_DEPTH = 6

_TEXTS = (
    "summary",
    "title",
    "description",
    "message",
    "msg",
    "details",
    "reason",
    "error",
    "err",
    "exception",
)
_KEPT_LABELS = ("reason", "error", "exception", "condition", "phase", "code", "status_code", "device")
_NAMES = ("alertname", "alert_name", "alert", "title", "name", "summary", "message", "check")
_RESOLVED = re.compile(
    r"(?i)^\W*(?:\[?(?:resolved|recovered|recovery|ok)\b[\]:]|\[?(?:resolved|recovered)\b)|\bstate: (?:ok|resolved)\b"
)
_NO_TIME = datetime(1971, 1, 1, tzinfo=UTC)


def parse_alert(alert: object, service: str = "", environment: str = "") -> Alert:
    """The alert that a text, a mapping or a list of mappings tells; never raises."""
    data = _as_json(alert)
    if isinstance(data, Mapping):
        data = _unwrapped(data)
        group = data.get("alerts")
        if isinstance(group, Sequence) and not isinstance(group, str) and any(map(_is_alert, group)):
            return _of_group(data, group, service, environment)
        if _is_alert(data):
            return _of_group({}, [data], service, environment)
        return _of_unknown(data, service, environment)
    if isinstance(data, list) and any(map(_is_alert, data)):
        return _of_group({}, data, service, environment)
    return _of_text(_text_of(data), service, environment)


def _as_json(alert: object) -> object:
    if isinstance(alert, bytes):
        alert = alert.decode("utf-8", "replace")
    if not isinstance(alert, str):
        return alert
    text = alert.lstrip("\ufeff \t\r\n")
    if not text.startswith(("{", "[")) or len(text) > MOST_JSON:
        return alert
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return alert
    return data if isinstance(data, (dict, list)) else alert


def _unwrapped(data: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """The answer of Alertmanager's or Prometheus' own API around its alerts: `{"data": {"alerts": …}}`."""
    inner = data.get("data")
    if "alerts" in data or not isinstance(inner, (Mapping, list)):
        return data
    return inner if isinstance(inner, Mapping) and "alerts" in inner else data


def _is_alert(item: object) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("labels"), Mapping)


def _of_group(head: Mapping[Any, Any], group: Sequence[object], service: str, environment: str) -> Alert:
    items = [item for item in group[:_MOST_ALERTS] if isinstance(item, Mapping) and _is_alert(item)]
    status = _plain(head.get("status")).casefold()
    over = [_is_over(item, status) for item in items]
    # What is over does not tell what is broken now; it speaks where nothing fires any more.
    telling = [item for item, is_over in zip(items, over, strict=True) if not is_over] or items
    common = {**_labels(head.get("groupLabels")), **_labels(head.get("commonLabels"))}
    labels: list[Labels] = [{**common, **_labels(item.get("labels"))} for item in telling]
    name = _first_name(labels)
    own = [one for one in labels if one.get("alertname", "") == name]
    notes = [
        {**_labels(head.get("commonAnnotations")), **_labels(item.get("annotations"))} for item in telling
    ]
    told = [_told(one, note) for one, note in zip(labels[:_TOLD_ALERTS], notes, strict=False)]
    starts = [at for item in telling if (at := _time(item.get("startsAt") or item.get("activeAt")))]
    return Alert(
        text="\n".join(dict.fromkeys(line for lines in told for line in lines)),
        name=_name(name),
        others=_other_names(labels, name),
        service=_given(service, agreed(own, service_of) or agreed(labels, service_but_no_exporter)),
        environment=_given(environment, agreed(labels, environment_of)),
        severity_label=_name(_worst_label(labels)),
        starts=min(starts, default=None),
        firing=over.count(False),
        resolved=over.count(True),
        runbook_url=agreed(notes, lambda one: one.get("runbook_url", "") or one.get("runbook", ""))[:300],
    )


def _told(labels: Labels, notes: Labels) -> list[str]:
    """An alert in words: its name, what its annotations say, and the labels that tell a reason."""
    texts = [notes[key] for key in _TEXTS if notes.get(key)]
    reasons = [f"{key}={labels[key]}" for key in _KEPT_LABELS if labels.get(key)]
    return [text for text in (labels.get("alertname", ""), *texts, " ".join(reasons)) if text.strip()]


def _first_name(labels: list[Labels]) -> str:
    """The name of the worst alerts of a group; of equals the most frequent, then the first."""
    worst = min((_grade(one) for one in labels), default="")
    return agreed([one for one in labels if _grade(one) == worst], lambda one: one.get("alertname", ""))


def _grade(labels: Labels) -> str:
    return parse_severity(severity_of(labels)[:_LONGEST_NAME]) or "SEV9"


def _other_names(labels: list[Labels], name: str) -> tuple[str, ...]:
    """What else fires in the same group, as often as it does: `TargetDown x3`."""
    count = Counter(other for one in labels if (other := one.get("alertname", "")) and other != name)
    return tuple(_name(f"{other} x{n}" if n > 1 else other) for other, n in count.most_common(_TOLD_ALERTS))


def _worst_label(labels: list[Labels]) -> str:
    said = [label for one in labels if (label := severity_of(one))]
    graded = [(parse_severity(label[:_LONGEST_NAME]) or "SEV9", n) for n, label in enumerate(said)]
    return said[min(graded)[1]] if graded else ""


def _is_over(item: Mapping[Any, Any], status_of_group: str) -> bool:
    status = item.get("status", item.get("state"))
    own = _plain(status.get("state") if isinstance(status, Mapping) else status).casefold()
    ended = _time(item.get("endsAt"))
    # An open alert of the v2 API carries the time at which it will end unless it is sent again.
    return own in ("resolved", "inactive") if own else status_of_group == "resolved" and ended is not None


def _of_text(text: str, service: str, environment: str) -> Alert:
    text, said = plain_log(text) or (text, {})
    first = next((line.strip() for line in text[:20_000].splitlines() if line.strip()), "")
    over = _RESOLVED.search(first) is not None
    labels = {**labels_in(text), **said}
    return Alert(
        text=text, name=_name(labels.get("alertname", "") or telling_line(text)), resolved=int(over),
        service=_given(service, service_of(labels)), environment=_given(environment, environment_of(labels)),
        severity_label=_name(labels.get("severity", "")) or _label_in(first),
    )  # fmt: skip


_FIRING = re.compile(
    r"(?i)^\W{0,3}(?:FIRING|ALERT|PROBLEM|TRIGGERED)\b(?:.*?\W)?(critical|page|high|warning|info)(?![\w-])"
)
_SHORT_LABEL = re.compile(r"(?i)\b(?:SEV[\s-]?[1-4]|P[0-5])\b|\bseverity\W{1,3}(\w+)|[🔴🟠🟡🟢]")


def _label_in(line: str) -> str:
    found = _SHORT_LABEL.search(line[:400])
    if found is None:  # as Alertmanager titles it: "[FIRING:1] KubeNodeNotReady (prod critical)"
        found = _FIRING.search(line[:400])
    return (found[1] or found[0]) if found else ""


def _of_unknown(data: Mapping[Any, Any], service: str, environment: str) -> Alert:
    """The JSON of another tool: its texts as lines, and what keys of the usual names say."""
    leaves = list(_leaves(data))
    flat = {key.rsplit(".", 1)[-1].casefold(): value for key, value in reversed(leaves)}
    texts = list(dict.fromkeys(value for key in _TEXTS if (value := flat.get(key, ""))))
    # Beside texts, ids and switches only drown the words that tell what is wrong.
    telling = [(key, value) for key, value in leaves if not texts or value.count(" ") > 1]
    rest = [f"{key}: {value}" for key, value in telling if value not in texts]
    flat = {**_tags(leaves), **_of_parents(leaves), **flat}
    state = flat.get("status", "") or flat.get("state", "") or flat.get("alert_transition", "")
    return Alert(
        text="\n".join([*texts, *rest]),
        name=_name(next((flat[key] for key in _NAMES if flat.get(key)), "")),
        service=_given(service, service_of(flat)),
        environment=_given(environment, environment_of(flat)),
        severity_label=_name(severity_of(flat)),
        starts=next((at for key in ("startsat", "starts_at", "started_at", "timestamp", "time", "created_at", "date")
                     if (at := _time(flat.get(key)))), None),
        resolved=int(state.casefold() in ("resolved", "recovered", "ok", "closed")),
    )  # fmt: skip


def _tags(leaves: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What tags say: `env:prod,service:checkout`, in one text or one by one."""
    texts = (value for key, value in leaves if key.rsplit(".", 1)[-1].casefold() in ("tags", "labels"))
    pairs = (tag.strip().split(":", 1) for text in texts for tag in text.split(",") if ":" in tag)
    return {key.strip().casefold(): value.strip() for key, value in pairs}


def _of_parents(leaves: Sequence[tuple[str, str]]) -> dict[str, str]:
    """`priority.summary: P1` is the priority, `service.name: orders` the service."""
    paths = [(key.casefold().split("."), value) for key, value in reversed(leaves)]
    return {path[-2]: value for path, value in paths if len(path) > 1 and path[-1] in ("summary", "name")}


def _leaves(data: object, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """The first texts and numbers of nested data, with the path to each."""
    found, pending = 0, [(path, data, depth)]
    while pending and found < _MOST_LEAVES:
        where, value, deep = pending.pop(0)
        if isinstance(value, Mapping) and deep < _DEPTH:
            items = list(value.items())[:_MOST_LEAVES]
            pending += [(f"{where}.{key}"[:200].lstrip("."), item, deep + 1) for key, item in items]
        elif isinstance(value, (list, tuple)) and deep < _DEPTH:
            pending += [(where, item, deep + 1) for item in value[:_MOST_LEAVES]]
        elif text := _plain(value):
            found += 1
            yield where, text


def _labels(value: object) -> dict[str, str]:
    """Labels or annotations as texts; what is no text or number is left out."""
    if not isinstance(value, Mapping):
        return {}
    pairs = ((str(key)[:200], _plain(item)) for key, item in list(value.items())[:200])
    return {key: text for key, text in pairs if text}


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value[:_LONGEST_VALUE]
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _text_of(data: object) -> str:
    if data is None:
        return ""
    return data if isinstance(data, str) else "\n".join(f"{key}: {value}" for key, value in _leaves(data))


def _time(value: object) -> datetime | None:
    """A time of RFC 3339, or seconds since 1970; the zero time of Go is none."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        else:
            text = re.sub(r"(\.\d{6})\d+", r"\1", str(value or "").strip())
            moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if moment > _NO_TIME else None


def _given(given: str, read: str) -> str:
    return given.strip() or redact(read[:_LONGEST_NAME]).text.strip()


def _name(text: str) -> str:
    return shortened(redact(" ".join(text[:400].split())).text, _LONGEST_NAME - 4).strip()
