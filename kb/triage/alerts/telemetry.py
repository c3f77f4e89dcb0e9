"""Tools that watch metrics, errors and logs: Datadog, New Relic, Librato, Sentry, Rollbar, Graylog, Wazuh.

Datadog's `priority` is that of an event (`normal`, `low`), its `alert_priority` that of the monitor (`P1`).
Graylog counts upwards: 1 is Low, 3 High, 4 Critical; so does Wazuh, whose rules have levels from 0 to 15.  Sentry's
levels are those of a logger, Rollbar's those of Python's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from kb.expression import expression
from kb.text.environments import environment_in
from kb.triage.alert_values import moment_of, plain
from kb.triage.alerts.report import (
    AlertReport,
    AlertState,
    Text,
    Tool,
    first,
    inner,
    many,
    marks,
    scale,
    shown,
    tags_of,
    words,
)

_DATADOG = scale("p1", "p2|error", "p3|warning", "p4|p5|info")
_NEWRELIC = scale("critical", "high", "medium|warning", "low|info")
_SENTRY_STATES = {
    "resolved": AlertState.OVER,
    "ignored": AlertState.SILENCED,
    "archived": AlertState.SILENCED,
    "unresolved": AlertState.FIRING,
}
_SENTRY = scale("fatal|critical", "error|high", "warning|medium", "info|debug|low")
_ROLLBAR = scale("critical", "error", "warning", "info|debug")
_ROLLBAR_SAYS = {"10": "debug", "20": "info", "30": "warning", "40": "error", "50": "critical"}
_WAZUH = scale("critical", "high", "medium", "low")
_GRAYLOG = scale("4", "3", "2", "1|0")
_GRAYLOG_SAYS = ("Informational", "Low", "Normal", "High", "Critical")
_HEADS = expression(r"^\s*(?:\[[^\]]{0,200}\]\s*)+")
"""What Datadog puts before a monitor's name: `[P1] [Triggered on {host:ip-10-0-0-9}]`."""
_PRIORITY = expression(r"\[(P[1-5])\]")


class Datadog(msgspec.Struct, kw_only=True):
    """An event as Datadog's webhook sends it; people choose its fields, these are the usual ones."""

    title: Text = None
    monitor: Text = msgspec.field(default=None, name="alert_title")
    body: Text = None
    text: Text = msgspec.field(default=None, name="text_only_msg")
    date: Any = None
    updated: Any = msgspec.field(default=None, name="last_updated")
    transition: Text = msgspec.field(default=None, name="alert_transition")
    grade: Text = msgspec.field(default=None, name="alert_priority")
    kind: Text = msgspec.field(default=None, name="alert_type")
    status: Text = msgspec.field(default=None, name="alert_status")
    priority: Text = None
    tags: Any = None
    scope: Text = msgspec.field(default=None, name="alert_scope")
    host: Text = msgspec.field(default=None, name="hostname")

    def reports(self) -> Sequence[AlertReport]:
        """The one event."""
        title = plain(self.title)
        in_title = _PRIORITY.search(title)
        said = (first(self.grade), in_title[1] if in_title else "", first(self.priority), first(self.kind))
        label = next((one for one in said if one.casefold() in _DATADOG), "")
        return [
            AlertReport(
                name=first(self.monitor, _HEADS.sub("", title), title),
                texts=words(plain(self.body or self.text).replace("%%%", ""), self.status),
                labels={**tags_of(self.scope), **tags_of(self.tags)},
                severity=_DATADOG.get(label.casefold()),
                label=label,
                changed=moment_of(self.date) or moment_of(self.updated),
                state=self._state(title),
            )
        ]

    def _state(self, title: str) -> AlertState:
        said = first(self.transition).casefold()
        over = (
            "recover" in said or said == "ok"
            if said
            else "[recovered" in title.casefold() or self.kind == "success"
        )
        return AlertState.OVER if over else AlertState.FIRING


class NewRelicIssue(msgspec.Struct, kw_only=True):
    """An issue as New Relic's workflows send it."""

    title: Any
    state: Text
    priority: Any = None
    conditions: Any = msgspec.field(default=None, name="alertConditionNames")
    entities: Any = msgspec.field(default=None, name="impactedEntities")
    created: Any = msgspec.field(default=None, name="createdAt")
    described: Any = msgspec.field(default=None, name="alertConditionDescriptions")
    labels: Any = None

    def reports(self) -> Sequence[AlertReport]:
        """The one issue; several conditions or entities name none."""
        conditions, entities = words(*many(self.conditions)), words(*many(self.entities))
        label = first(*many(self.priority))
        return [
            AlertReport(
                name=conditions[0] if len(conditions) == 1 else first(*many(self.title)),
                texts=words(*many(self.title), *many(self.described), *entities[:8]),
                labels=tags_of(self.labels),
                service=entities[0] if len(entities) == 1 else "",
                severity=_NEWRELIC.get(label.casefold()),
                label=label,
                starts=moment_of(self.created),
                state=AlertState.OVER
                if plain(self.state).casefold() in ("closed", "resolved")
                else AlertState.FIRING,
            )
        ]


class NewRelicIncident(msgspec.Struct, kw_only=True):
    """An incident as New Relic's notification channels sent it."""

    condition: Text = msgspec.field(name="condition_name")
    state: Text = msgspec.field(name="current_state")
    details: Text = None
    severity: Text = None
    timestamp: Any = None
    targets: Any = None
    runbook: Text = msgspec.field(default=None, name="runbook_url")

    def reports(self) -> Sequence[AlertReport]:
        """The one incident."""
        targets = many(self.targets)
        label = first(self.severity)
        return [
            AlertReport(
                name=plain(self.condition),
                texts=words(self.details, *(inner(one, "name") for one in targets[:8])),
                labels=tags_of(inner(targets[0], "labels")) if targets else {},
                service=first(inner(targets[0], "name")) if len(targets) == 1 else "",
                severity=_NEWRELIC.get(label.casefold()),
                label=label,
                changed=moment_of(self.timestamp),
                state=AlertState.OVER
                if plain(self.state).casefold() in ("closed", "close")
                else AlertState.FIRING,
                runbook=first(self.runbook),
            )
        ]


class SentryHook(msgspec.Struct, kw_only=True):
    """A webhook of a Sentry integration: an issue, an event that met a rule, or a metric alert."""

    action: Text
    data: dict[str, Any]

    def reports(self) -> Sequence[AlertReport]:
        """The one issue, event or metric alert; comments and installations have none."""
        if isinstance(metric := self.data.get("metric_alert"), dict):
            return [self._metric(metric)]
        it = self.data.get("issue") or self.data.get("event") or self.data.get("error")
        return [_sentry(it, plain(self.action))] if isinstance(it, dict) else []

    def _metric(self, it: dict[str, Any]) -> AlertReport:
        label = plain(self.action)
        return AlertReport(
            name=first(inner(it, "alert_rule", "name"), it.get("title"), self.data.get("description_title")),
            texts=words(self.data.get("description_title"), self.data.get("description_text")),
            service=first(*many(it.get("projects"))) if len(many(it.get("projects"))) == 1 else "",
            environment=shown(inner(it, "alert_rule", "environment")),
            severity=_SENTRY.get(label.casefold()),
            label="" if label == "resolved" else label,
            starts=moment_of(it.get("date_started") or it.get("date_detected")),
            state=AlertState.OVER if label == "resolved" else AlertState.FIRING,
        )


class SentryPlugin(msgspec.Struct, kw_only=True):
    """An event as Sentry's older webhook plugin sends it."""

    project: Any
    event: dict[str, Any]
    message: Text = None
    level: Text = None
    culprit: Text = None

    def reports(self) -> Sequence[AlertReport]:
        """The one event."""
        it = {"culprit": self.culprit, "level": self.level, "message": self.message, **self.event}
        return [_sentry({**it, "project": {"slug": shown(self.project)}}, "triggered")]


class SentryEvent(msgspec.Struct, kw_only=True):
    """An event as an SDK sends it, and as Sentry shows its JSON."""

    event_id: Text
    exception: Any = None
    logentry: Any = None
    title: Text = None
    message: Any = None
    culprit: Text = None
    transaction: Text = None
    level: Text = None
    environment: Text = None
    tags: Any = None
    timestamp: Any = None

    def reports(self) -> Sequence[AlertReport]:
        """The one event."""
        message = self.message if isinstance(self.message, str) else None
        it = {field: getattr(self, field) for field in self.__struct_fields__} | {"message": message}
        return [_sentry({**it, "culprit": self.culprit or self.transaction}, "triggered")]


def _thrown(it: dict[str, Any]) -> list[str]:
    """The exceptions of an event, that which was raised last first; those that caused it follow."""
    values = inner(it, "exception", "values")
    return [
        ": ".join(words(one.get("type"), one.get("value")))
        for one in reversed(values if isinstance(values, list) else [])
        if isinstance(one, dict)
    ]


def _sentry(it: dict[str, Any], action: str) -> AlertReport:
    labels = tags_of(it.get("tags"))
    label = first(it.get("level"), labels.get("level"))
    project = it.get("project")
    logged = inner(it, "logentry", "formatted") or inner(it, "logentry", "message")
    thrown = _thrown(it)
    return AlertReport(
        name=first(it.get("title"), it.get("message"), logged, *thrown),
        texts=words(it.get("message"), logged, *thrown, inner(it, "metadata", "value"), it.get("culprit")),
        labels=labels,
        service=first(
            inner(project, "slug"), inner(project, "name"), it.get("project_slug"), it.get("project_name")
        ),
        environment=first(it.get("environment"), labels.get("environment")),
        severity=_SENTRY.get(label.casefold()),
        label=label,
        starts=moment_of(it.get("firstSeen") or it.get("datetime") or it.get("timestamp")),
        state=_SENTRY_STATES.get(action) or _SENTRY_STATES.get(plain(it.get("status")), AlertState.FIRING),
    )


class Graylog(msgspec.Struct, kw_only=True):
    """An event as Graylog's HTTP notification sends it."""

    title: Text = msgspec.field(name="event_definition_title")
    event: dict[str, Any]
    described: Text = msgspec.field(default=None, name="event_definition_description")
    backlog: Any = None

    def reports(self) -> Sequence[AlertReport]:
        """The one event, with the messages that it met."""
        priority = plain(self.event.get("priority"))
        fields = {**tags_of(self.event.get("group_by_fields")), **tags_of(self.event.get("fields"))}
        lines = (inner(one, "message") for one in many(self.backlog)[:12])
        return [
            AlertReport(
                name=plain(self.title),
                texts=words(self.event.get("message"), self.described, *lines),
                labels=fields,
                severity=_GRAYLOG.get(priority),
                label=f"priority {_GRAYLOG_SAYS[int(priority)]}" if priority in _GRAYLOG else "",
                starts=moment_of(self.event.get("timerange_start")) or moment_of(self.event.get("timestamp")),
                state=AlertState.FIRING,
            )
        ]


class Rollbar(msgspec.Struct, kw_only=True):
    """An event of Rollbar about an item: new, again, often, resolved, opened again."""

    event: Text = msgspec.field(name="event_name")
    data: dict[str, Any]

    def reports(self) -> Sequence[AlertReport]:
        """The one item, whose level is a number or a word; a deployment has none."""
        it = self.data.get("item")
        if not isinstance(it, dict):
            return []
        level = first(it.get("level"), inner(it, "last_occurrence", "level"))
        label = _ROLLBAR_SAYS.get(level, level)
        over = plain(self.event) == "resolved_item" or it.get("status") in (2, "resolved")
        return [
            AlertReport(
                name=first(it.get("title")),
                texts=words(
                    inner(it, "last_occurrence", "body", "message", "body"), f"Rollbar: {plain(self.event)}"
                ),
                environment=first(it.get("environment")),
                severity=_ROLLBAR.get(label.casefold()),
                label=label,
                starts=moment_of(it.get("last_activated_timestamp"))
                or moment_of(it.get("first_occurrence_timestamp")),
                state=AlertState.OVER if over else AlertState.FIRING,
            )
        ]


class Wazuh(msgspec.Struct, kw_only=True):
    """An alert of Wazuh as its integrations send it; their `severity` of 1 to 3 is made of the rule's level."""

    fields: dict[str, Any] = msgspec.field(name="all_fields")
    title: Text = None
    text: Text = None
    at: Any = msgspec.field(default=None, name="timestamp")

    def reports(self) -> Sequence[AlertReport]:
        """The one alert; it never says that it is over."""
        number = inner(self.fields, "rule", "level")
        level = number if isinstance(number, int) else 0
        steps = ((15, "critical"), (12, "high"), (7, "medium"), (1, "low"))
        label = next((word for least, word in steps if level >= least), "")
        return [
            AlertReport(
                name=first(self.title, inner(self.fields, "rule", "description")),
                texts=words(self.text, inner(self.fields, "agent", "name")),
                environment=environment_in(first(inner(self.fields, "agent", "name"))),
                severity=_WAZUH.get(label),
                label=label,
                changed=moment_of(self.at),
                state=AlertState.FIRING,
            )
        ]


class Librato(msgspec.Struct, kw_only=True):
    """An alert of Librato or AppOptics: `clear` says, in a word, how it ended."""

    alert: dict[str, Any]
    at: Any = msgspec.field(name="trigger_time")
    clear: Text = None
    violations: Any = None

    def reports(self) -> Sequence[AlertReport]:
        """The one alert."""
        found = self.violations if isinstance(self.violations, dict) else {}
        told = (
            f"{source}: {plain(inner(one, 'metric'))} is {plain(inner(one, 'value'))}"
            for source, listed in list(found.items())[:8]
            for one in many(listed)[:8]
        )
        return [
            AlertReport(
                name=first(self.alert.get("name")),
                texts=words(self.alert.get("description"), *told),
                changed=moment_of(self.at),
                state=AlertState.OVER if first(self.clear) else AlertState.FIRING,
                runbook=first(self.alert.get("runbook_url")),
            )
        ]


TOOLS = (
    Tool(
        "Datadog",
        Datadog,
        marks("title event_type body", "alert_transition", "title alert_type date", "alert_title alert_type"),
    ),
    Tool(
        "New Relic",
        NewRelicIssue,
        marks("title state alertConditionNames", "title state impactedEntities", "issueUrl title state"),
    ),
    Tool("New Relic", NewRelicIncident, marks("condition_name current_state")),
    Tool(
        "Sentry",
        SentryHook,
        marks("action data.issue", "action data.event", "action data.error", "action data.metric_alert"),
    ),
    Tool("Sentry", SentryPlugin, marks("project event culprit", "project_slug event")),
    Tool(
        "Sentry",
        SentryEvent,
        marks("event_id exception.values", "event_id logentry level", "event_id platform timestamp level"),
    ),
    Tool("Rollbar", Rollbar, marks("event_name data.item")),
    Tool("Librato", Librato, marks("alert.name trigger_time account", "alert.name trigger_time violations")),
    Tool("Wazuh", Wazuh, marks("all_fields.rule rule_id")),
    Tool("Graylog", Graylog, marks("event_definition_title event")),
)
