"""An alert understood, whatever form it comes in: text, Alertmanager's JSON, another tool's JSON, a log.

What was given explicitly wins over what the labels say.  JSON that does not parse is text; nothing that
comes in makes this raise, since an alert is written by others.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from kb.records.brief import Alert
from kb.text.carriers.objects import messages
from kb.text.redact import redact_data
from kb.text.severity import parse_severity
from kb.triage.alert_lists import listed, of_amtool
from kb.triage.alert_values import (
    LONGEST_NAME,
    given_or,
    labels_of,
    leaves,
    moment_of,
    named,
    of_parents,
    plain,
    tags,
    text_of,
)
from kb.triage.labels import (
    Labels,
    agreed,
    environment_of,
    labels_in,
    service_but_no_exporter,
    service_of,
    severity_of,
)
from kb.triage.structured_logs import is_log_line, plain_log, telling_line

MOST_JSON = 4_000_000
"""Characters of JSON that are parsed; what is longer is read as a log."""
_MOST_ALERTS = 2_000
_TOLD_ALERTS = 12

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
_NAMES_OF_AN_ALERT = frozenset(_NAMES) - {"name", "message"}
_OF_A_LOGGER = frozenset(
    ("pid", "process", "logger", "logger_name", "loggername", "levelname", "levelno", "level_value", "caller", "thread",
     "thread_name", "threadid", "lineno", "exc_info", "exc_type", "stack_trace", "stacktrace", "stack", "@timestamp")
)  # fmt: skip
"""Fields that records of loggers have and alerts do not: there `name` is the logger's, or that of a function."""
_RESOLVED = re.compile(
    r"(?i)^\W*(?:Subject:\W*)?(?:RECOVERY (?:service|host) alert|\[?(?:resolved|recovered|recovery|ok)\b[\]:]"
    r"|\[?(?:resolved|recovered)\b)|\bstate: (?:ok|resolved)\b"
)


def parse_alert(alert: object, service: str = "", environment: str = "") -> Alert:
    """The alert that a text, a mapping or a list of mappings tells; never raises."""
    data = listed(redact_data(_as_json(alert)))
    if isinstance(data, str) and (rows := of_amtool(data)):
        data = rows
    if isinstance(data, Mapping):
        group = data.get("alerts")
        if isinstance(group, Sequence) and not isinstance(group, str) and any(map(_is_alert, group)):
            return _of_group(data, group, service, environment)
        if _is_alert(data):
            return _of_group({}, [data], service, environment)
        if is_log_line(data):
            return _of_text(json.dumps(data, ensure_ascii=False), service, environment)
        return _of_unknown(data, service, environment)
    if isinstance(data, list) and any(map(_is_alert, data)):
        return _of_group({}, data, service, environment)
    return _of_text(text_of(data), service, environment)


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


def _is_alert(item: object) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("labels"), Mapping)


def _of_group(head: Mapping[Any, Any], group: Sequence[object], service: str, environment: str) -> Alert:
    items = [item for item in group[:_MOST_ALERTS] if isinstance(item, Mapping) and _is_alert(item)]
    status = plain(head.get("status")).casefold()
    over = [_is_over(item, status) for item in items]
    current = [item for item, is_over in zip(items, over, strict=True) if not is_over]
    firing = [item for item in current if _state(item) != "pending"]
    # What is over does not tell what is broken now; it speaks where nothing fires any more.
    telling = firing or current or items
    common = {**labels_of(head.get("groupLabels")), **labels_of(head.get("commonLabels"))}
    labels: list[Labels] = [{**common, **labels_of(item.get("labels"))} for item in telling]
    grave = min((_grade(one) for one in labels), default="")
    worst = [one for one in labels if _grade(one) == grave]
    name = agreed(worst, lambda one: one.get("alertname", ""))
    own = [one for one in worst if one.get("alertname", "") == name]
    read = agreed(own, service_of) or agreed(labels, service_but_no_exporter)
    notes = [
        {**labels_of(head.get("commonAnnotations")), **labels_of(item.get("annotations"))} for item in telling
    ]
    told = [_told(one, note) for one, note in zip(labels[:_TOLD_ALERTS], notes, strict=False)]
    starts = [at for item in telling if (at := moment_of(item.get("startsAt") or item.get("activeAt")))]
    return Alert(
        text="\n".join(dict.fromkeys(line for lines in told for line in lines)),
        name=named(name),
        others=_others(labels, name, read),
        service=given_or(service, read),
        services=tuple(
            dict.fromkeys(named(found) for one in labels if (found := service_but_no_exporter(one)))
        ),
        environment=given_or(environment, agreed(labels, environment_of)),
        severity_label=named(_worst_label(labels)),
        starts=min(starts, default=None),
        firing=len(firing),
        resolved=over.count(True),
        runbook_url=agreed(notes, lambda one: one.get("runbook_url", "") or one.get("runbook", ""))[:300],
    )


def _told(labels: Labels, notes: Labels) -> list[str]:
    """An alert in words: its name, what its annotations say, and the labels that tell a reason."""
    texts = [notes[key] for key in _TEXTS if notes.get(key)]
    reasons = [f"{key}={labels[key]}" for key in _KEPT_LABELS if labels.get(key)]
    return [text for text in (labels.get("alertname", ""), *texts, " ".join(reasons)) if text.strip()]


def _grade(labels: Labels) -> str:
    return parse_severity(severity_of(labels)[:LONGEST_NAME]) or "SEV9"


def _others(labels: list[Labels], name: str, service: str) -> tuple[str, ...]:
    """What else fires in the same group, as often as it does: `TargetDown x3`, `HighErrorRate on cart`."""
    told = Counter[str]()
    for one in labels:
        called, where = one.get("alertname", ""), service_but_no_exporter(one)
        if called and (called != name or where != service):
            told[f"{called} on {where}" if where and where != service else called] += 1
    return tuple(named(f"{one} x{n}" if n > 1 else one) for one, n in told.most_common(_TOLD_ALERTS))


def _worst_label(labels: list[Labels]) -> str:
    said = [label for one in labels if (label := severity_of(one))]
    graded = [(parse_severity(label[:LONGEST_NAME]) or "SEV9", n) for n, label in enumerate(said)]
    return said[min(graded)[1]] if graded else ""


def _is_over(item: Mapping[Any, Any], status_of_group: str) -> bool:
    own = _state(item)
    ended = moment_of(item.get("endsAt"))
    # An open alert of the v2 API carries the time at which it will end unless it is sent again.
    return own in ("resolved", "inactive") if own else status_of_group == "resolved" and ended is not None


def _state(item: Mapping[Any, Any]) -> str:
    """What an alert says of itself: `firing`, `active`, `suppressed`, `resolved`, `pending`, or nothing."""
    status = item.get("status", item.get("state"))
    return plain(status.get("state") if isinstance(status, Mapping) else status).casefold()


def _of_text(text: str, service: str, environment: str) -> Alert:
    text, said = plain_log(text) or (text, {})
    first = next((line.strip() for line in text[:20_000].splitlines() if line.strip()), "")
    over = _RESOLVED.search(first) is not None
    labels = {**labels_in(text), **said}
    return Alert(
        text=text, name=named(labels.get("alertname", "") or telling_line(text)), resolved=int(over),
        service=given_or(service, service_of(labels)), environment=given_or(environment, environment_of(labels)),
        severity_label=named(labels.get("severity", "")) or _label_in(first),
    )  # fmt: skip


_FIRING = re.compile(
    r"(?i)^\W{0,3}(?:Subject:\W*)?(?:FIRING|ALERT|PROBLEM|TRIGGERED)\b(?:.*?\W)?(critical|page|high|warning|info)(?![\w-])"
)
_SHORT_LABEL = re.compile(r"(?i)\b(?:SEV[\s-]?[1-4]|P[0-5])\b|\bseverity\W{1,3}(\w+)|[🔴🟠🟡🟢]")


def _label_in(line: str) -> str:
    found = _SHORT_LABEL.search(line[:400])
    if found is None:  # as Alertmanager titles it: "[FIRING:1] KubeNodeNotReady (prod critical)"
        found = _FIRING.search(line[:400])
    return (found[1] or found[0]) if found else ""


def _of_unknown(data: Mapping[Any, Any], service: str, environment: str) -> Alert:
    """The JSON of another tool: its texts as lines, and what keys of the usual names say."""
    found = list(leaves(data))
    flat = {key.rsplit(".", 1)[-1].casefold(): value for key, value in reversed(found)}
    texts = list(dict.fromkeys(value for key in _TEXTS if (value := flat.get(key, ""))))
    # Beside texts, ids and switches only drown the words that tell what is wrong.
    telling = [(key, value) for key, value in found if not texts or value.count(" ") > 1]
    rest = [f"{key}: {value}" for key, value in telling if value not in texts]
    flat = {**tags(found), **of_parents(found), **flat}
    state = flat.get("status", "") or flat.get("state", "") or flat.get("alert_transition", "")
    name = next((flat[key] for key in _NAMES if flat.get(key)), "")
    if flat.keys() & _OF_A_LOGGER and not flat.keys() & _NAMES_OF_AN_ALERT:
        name = telling_line("\n".join(messages(data))) or name
    return Alert(
        text="\n".join([*texts, *rest]),
        name=named(name),
        service=given_or(service, service_of(flat)),
        environment=given_or(environment, environment_of(flat)),
        severity_label=named(severity_of(flat)),
        starts=next((at for key in ("startsat", "starts_at", "started_at", "timestamp", "time", "created_at", "date")
                     if (at := moment_of(flat.get(key)))), None),
        resolved=int(state.casefold() in ("resolved", "recovered", "ok", "closed")),
    )  # fmt: skip
