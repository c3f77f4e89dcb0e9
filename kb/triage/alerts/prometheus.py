"""Prometheus' family: Alertmanager's webhook and API, Prometheus' own alerts, Grafana's alerting and its older form.

Alertmanager's webhook (version 4) carries one group; a list of its API (v2) holds what has nothing in common.
What is suppressed there (silenced or inhibited) does not lead.  Grafana calls an alert that it could not ask
for `DatasourceError` or `DatasourceNoData`, and the rule in a label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kb.records import from_data
from kb.triage.alert_values import labels_of, moment_of, plain
from kb.triage.alerts.report import (
    AlertReading,
    AlertReport,
    AlertState,
    Text,
    Tool,
    first,
    marks,
    tags_of,
    words,
)

_MOST = 2_000
"""Alerts of a group that are read."""
TEXTS = (
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
"""What annotations for people are called, in the order in which they are told."""
_REASONS = ("reason", "error", "exception", "condition", "phase", "code", "status_code", "device")
"""Labels that tell a reason, and so belong to the words."""
_NO_ANSWER = ("DatasourceError", "DatasourceNoData")
_STATES = {
    "firing": AlertState.FIRING,
    "active": AlertState.FIRING,
    "alerting": AlertState.FIRING,
    "unprocessed": AlertState.FIRING,
    "suppressed": AlertState.SILENCED,
    "pending": AlertState.PENDING,
    "resolved": AlertState.OVER,
    "inactive": AlertState.OVER,
    "normal": AlertState.OVER,
    "expired": AlertState.OVER,
    "ok": AlertState.OVER,
    "closed": AlertState.OVER,
    "recovered": AlertState.OVER,
}


class PrometheusAlert(msgspec.Struct, kw_only=True):
    """One alert, as all of them write it; the state is a text, or an object in the v2 API."""

    labels: dict[Any, Any]
    annotations: Any = None
    status: Any = None
    state: Any = None
    starts: Any = msgspec.field(default=None, name="startsAt")
    active: Any = msgspec.field(default=None, name="activeAt")
    ends: Any = msgspec.field(default=None, name="endsAt")


_OF_FAMILY = {"annotations", "startsAt", "activeAt", "generatorURL"}
_NAMED_OUTSIDE = {
    "title",
    "name",
    "summary",
    "message",
    "alert",
    "alertName",
    "alert_name",
    "check",
    "description",
}


def is_alert(item: object) -> bool:
    """Whether something has labels, as every alert of this family does, and no name of its own outside of them."""
    labels = item.get("labels") if isinstance(item, Mapping) else None
    if not isinstance(item, Mapping) or not isinstance(labels, Mapping):
        return False
    return "alertname" in labels or bool(item.keys() & _OF_FAMILY) or not item.keys() & _NAMED_OUTSIDE


def read_group(head: Mapping[Any, Any], items: Sequence[object], *, one_group: bool) -> AlertReading:
    """The alerts of a webhook under its common labels, or of a list, which has none."""
    shared = {**labels_of(head.get("groupLabels")), **labels_of(head.get("commonLabels"))}
    notes = labels_of(head.get("commonAnnotations"))
    status = plain(head.get("status")).casefold()
    found = [
        from_data(_texts_as_keys(one), PrometheusAlert)
        for one in items[:_MOST]
        if isinstance(one, Mapping) and is_alert(one)
    ]
    left = head.get("truncatedAlerts")
    return AlertReading(
        tool="Grafana" if "orgId" in head or any(_of_grafana(one) for one in found) else "Alertmanager",
        reports=tuple(_report(one, shared, notes, status) for one in found),
        one_group=one_group,
        left_out=(left if isinstance(left, int) else 0) + max(0, len(items) - _MOST),
    )


def _texts_as_keys(item: Mapping[Any, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if isinstance(key, str)}


def _of_grafana(one: PrometheusAlert) -> bool:
    return "grafana_folder" in one.labels or "rulename" in one.labels


def _report(
    one: PrometheusAlert, shared: Mapping[str, str], common: Mapping[str, str], status: str
) -> AlertReport:
    labels = {**shared, **labels_of(one.labels)}
    notes = {**common, **labels_of(one.annotations)}
    return AlertReport(
        name=_name(labels),
        texts=(*_said(notes), " ".join(f"{key}={labels[key]}" for key in _REASONS if labels.get(key))),
        labels=labels,
        starts=moment_of(one.starts or one.active),
        ends=moment_of(one.ends),
        state=_state(one, status),
        runbook=first(notes.get("runbook_url"), notes.get("runbook")),
    )


def _name(labels: Mapping[str, str]) -> str:
    name, rule = labels.get("alertname", ""), labels.get("rulename", "")
    return f"{rule} ({name})" if rule and name in _NO_ANSWER else name


def _said(notes: Mapping[str, str]) -> list[str]:
    """The annotations for people: those of the usual names, then what else is written in sentences."""
    by_name = {key.casefold(): text for key, text in notes.items()}
    usual = [by_name[key] for key in TEXTS if by_name.get(key)]
    rest = [
        text
        for key, text in by_name.items()
        if key not in TEXTS and " " in text.strip() and not key.startswith("__")
    ]
    return list(dict.fromkeys([*usual, *rest]))


def _state(one: PrometheusAlert, status_of_group: str) -> AlertState:
    status = one.status if one.status is not None else one.state
    own = plain(status.get("state") if isinstance(status, Mapping) else status).casefold()
    if own:
        return _STATES.get(own.split(" ", 1)[0], AlertState.FIRING)
    # An open alert of the v2 API carries the time at which it will end unless it is sent again.
    is_over = status_of_group == "resolved" and moment_of(one.ends) is not None
    return AlertState.OVER if is_over else AlertState.FIRING


class LegacyGrafana(msgspec.Struct, kw_only=True):
    """A dashboard's alert as Grafana sent it up to version 10 (`ruleName`, `state`, `evalMatches`)."""

    rule: Text = msgspec.field(name="ruleName")
    state: Text
    title: Text = None
    message: Text = None
    tags: Any = None
    matches: Any = msgspec.field(default=None, name="evalMatches")

    def reports(self) -> Sequence[AlertReport]:
        """The one alert."""
        state = {"ok": AlertState.OVER, "pending": AlertState.PENDING, "paused": AlertState.SILENCED}
        hits = self.matches if isinstance(self.matches, list) else []
        found = (f"{one.get('metric')}: {one.get('value')}" for one in hits[:8] if isinstance(one, Mapping))
        return [
            AlertReport(
                name=first(self.rule, self.title),
                texts=words(self.message, *found),
                labels=tags_of(self.tags),
                state=state.get(plain(self.state).casefold(), AlertState.FIRING),
            )
        ]


TOOLS = (Tool("Grafana", LegacyGrafana, marks("ruleName state", "ruleId state")),)
