"""Tools that page people and keep tickets: Opsgenie, PagerDuty, Splunk On-Call, GitLab, ServiceNow; Apprise.

PagerDuty's priority goes before its urgency.  ServiceNow's `priority` (1 Critical to 5 Planning) is computed
from impact and urgency and is what people go by; its `severity` is another field, which nobody sets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

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

_OPSGENIE_STATES = {"close": AlertState.OVER, "resolve": AlertState.OVER, "delete": AlertState.SILENCED}
_OPSGENIE = scale("p1", "p2", "p3", "p4|p5")
_PAGERDUTY = scale(
    "p0|p1|sev0|sev1|sev-1|critical",
    "p2|sev2|sev-2|error|high",
    "p3|sev3|sev-3|warning",
    "p4|p5|sev4|sev-4|sev5|info|low",
)
_VICTOROPS = scale("critical", "", "warning", "info")
_APPRISE = scale("", "", "warning", "info")
_GITLAB = scale("critical", "high", "medium", "low|info")
_SERVICENOW = scale("1|critical", "2|high", "3|moderate", "4|5|low|planning")


class Opsgenie(msgspec.Struct, kw_only=True):
    """An action on an alert of Opsgenie."""

    alert: dict[str, Any]
    action: Text

    def reports(self) -> Sequence[AlertReport]:
        """The alert; actions but `Close` leave it open, and a deleted one is quiet, whether it is over or not."""
        it = self.alert
        labels = {**tags_of(it.get("tags")), **tags_of(it.get("details"))}
        label = first(it.get("priority"))
        return [
            AlertReport(
                name=plain(it.get("message")),
                texts=words(it.get("description"), *many(it.get("note"))),
                labels=labels,
                service=first(labels.get("service"), _name_like(it.get("entity"))),
                severity=_OPSGENIE.get(label.casefold()),
                label=label,
                starts=moment_of(it.get("createdAt")),
                state=_OPSGENIE_STATES.get(plain(self.action).casefold(), AlertState.FIRING),
            )
        ]


def _name_like(value: object) -> str:
    """A name in one word; a sentence or a host with its domain names no service."""
    text = plain(value).strip()
    return text if text and not any(mark in text for mark in " ./") else ""


class PagerDutyEvent(msgspec.Struct, kw_only=True):
    """A webhook of PagerDuty, version 3."""

    event: dict[str, Any]

    def reports(self) -> Sequence[AlertReport]:
        """The incident; an event of something else (a service, a note) has none."""
        it = self.event.get("data")
        if (
            not plain(self.event.get("event_type")).startswith("incident.")
            or not isinstance(it, Mapping)
            or "title" not in it
        ):
            return []
        return [
            _incident(it, since=self.event.get("occurred_at"), type_of=plain(self.event.get("event_type")))
        ]


class PagerDutyMessages(msgspec.Struct, kw_only=True):
    """A webhook of PagerDuty, version 2, or version 1, which has the incident within `data`."""

    messages: list[Any]

    def reports(self) -> Sequence[AlertReport]:
        """The incident of each message."""
        found = (
            (one, inner(one, "incident") or inner(one, "data", "incident")) for one in self.messages[:200]
        )
        return [
            _incident(
                it,
                since=inner(one, "created_on"),
                type_of=first(inner(one, "event"), inner(one, "type")),
            )
            for one, it in found
            if isinstance(it, Mapping)
        ]


def _incident(it: Mapping[Any, Any], *, since: object, type_of: str) -> AlertReport:
    label = first(shown(it.get("priority")), it.get("urgency"))
    is_over = type_of.endswith((".resolved", ".resolve")) or it.get("status") == "resolved"
    return AlertReport(
        name=first(
            it.get("title"),
            it.get("summary"),
            inner(it, "trigger_summary_data", "subject"),
            inner(it, "trigger_summary_data", "description"),
            it.get("incident_key"),
        ),
        texts=words(
            it.get("description"),
            inner(it, "body", "details"),
            *many(inner(it, "first_trigger_log_entry", "channel", "details")),
        ),
        service=shown(it.get("service")),
        severity=_PAGERDUTY.get(label.split(" ", 1)[0].casefold()),
        label=label,
        starts=moment_of(it.get("created_at") or it.get("created_on")),
        changed=moment_of(since),
        state=AlertState.OVER if is_over else AlertState.FIRING,
    )


class PagerDutyAlert(msgspec.Struct, kw_only=True):
    """An event as tools send it to PagerDuty (Events API, version 2)."""

    action: Text = msgspec.field(name="event_action")
    payload: Any = None
    key: Text = msgspec.field(default=None, name="dedup_key")

    def reports(self) -> Sequence[AlertReport]:
        """The one event; a `resolve` has only its key."""
        label = first(inner(self.payload, "severity"))
        labels = tags_of(inner(self.payload, "custom_details"))
        said = (f"{key}: {value}" for key, value in labels.items() if " " in value)
        said = (f"{key}: {value}" for key, value in labels.items() if " " in value)
        return [
            AlertReport(
                name=first(inner(self.payload, "summary"), self.key),
                texts=words(inner(self.payload, "source"), *said),
                labels=labels,
                service=first(inner(self.payload, "component"), labels.get("service")),
                severity=_PAGERDUTY.get(label.casefold()),
                label=label,
                changed=moment_of(inner(self.payload, "timestamp")),
                state=AlertState.OVER if plain(self.action).casefold() == "resolve" else AlertState.FIRING,
            )
        ]


class VictorOps(msgspec.Struct, kw_only=True):
    """An alert as tools send it to Splunk On-Call, or as its escalation webhooks tell it (`ALERT`, `STATE`)."""

    kind: Text = msgspec.field(default=None, name="message_type")
    entity: Text = msgspec.field(default=None, name="entity_id")
    display: Text = msgspec.field(default=None, name="entity_display_name")
    said: Text = msgspec.field(default=None, name="state_message")
    began: Text = msgspec.field(default=None, name="state_start_time")
    sent: Text = msgspec.field(default=None, name="timestamp")
    service: Text = None
    alert: Any = msgspec.field(default=None, name="ALERT")
    state: Any = msgspec.field(default=None, name="STATE")

    def reports(self) -> Sequence[AlertReport]:
        """The one alert."""
        it, now = self.alert, self.state
        kind = first(self.kind, inner(it, "message_type"), inner(now, "CURRENT_STATE")).casefold()
        phase = first(inner(now, "CURRENT_ALERT_PHASE")).casefold()
        names = (
            self.display,
            inner(it, "entity_display_name"),
            inner(now, "INCIDENT_NAME"),
            self.entity,
            inner(it, "entity_id"),
        )
        began = (
            self.began,
            inner(it, "state_start_time"),
            self.sent,
            inner(it, "timestamp"),
            inner(now, "INCIDENT_TIMESTAMP"),
        )
        acknowledged = kind.startswith("ack")
        return [
            AlertReport(
                name=first(*names),
                texts=words(self.said, inner(it, "state_message")),
                service=first(self.service, inner(now, "SERVICE"), inner(it, "service")),
                severity=_VICTOROPS.get(kind),
                label="" if acknowledged or kind in ("recovery", "ok") else kind.upper(),
                changed=next((at for one in began if (at := moment_of(one))), None),
                state=AlertState.OVER
                if kind in ("recovery", "ok") or phase == "resolved"
                else AlertState.FIRING,
            )
        ]


class ServiceNow(msgspec.Struct, kw_only=True):
    """Incidents of ServiceNow's table API; with display values or without."""

    result: Any

    def reports(self) -> Sequence[AlertReport]:
        """An alert a record."""
        return [
            _record(one)
            for one in many(self.result)
            if isinstance(one, Mapping) and "short_description" in one
        ]


class ServiceNowRecord(msgspec.Struct, kw_only=True):
    """One incident of ServiceNow as a business rule sends it."""

    number: Any
    title: Any = msgspec.field(name="short_description")
    description: Any = None
    priority: Any = None
    state: Any = None
    business_service: Any = None
    cmdb_ci: Any = None
    opened_at: Any = None

    def reports(self) -> Sequence[AlertReport]:
        """The one incident."""
        return [_record({**msgspec.structs.asdict(self), "short_description": self.title})]


def _record(it: Mapping[Any, Any]) -> AlertReport:
    label = shown(it.get("priority"))
    scale_word = label.partition(" - ")[0].strip().casefold()
    item = shown(it.get("cmdb_ci"))
    state = shown(it.get("state")).casefold()
    return AlertReport(
        name=shown(it.get("short_description")),
        texts=words(shown(it.get("description")), shown(it.get("close_notes")), item),
        service=first(shown(it.get("business_service")), item),
        environment=first(shown(it.get("u_environment")), environment_in(item)),
        severity=_SERVICENOW.get(scale_word),
        label=f"priority {label}" if label.isdigit() else label,
        starts=moment_of(shown(it.get("opened_at")) or shown(it.get("sys_created_on"))),
        state=AlertState.OVER
        if state in ("6", "7", "8", "resolved", "closed", "canceled", "cancelled")
        else AlertState.FIRING,
    )


class GitLabAlert(msgspec.Struct, kw_only=True):
    """An alert in the form of GitLab's endpoint for alerts, which is over where it tells its end."""

    title: Text
    description: Text = None
    start: Any = msgspec.field(default=None, name="start_time")
    end: Any = msgspec.field(default=None, name="end_time")
    service: Text = None
    severity: Text = None
    environment: Text = msgspec.field(default=None, name="gitlab_environment_name")
    hosts: Any = None

    def reports(self) -> Sequence[AlertReport]:
        """The one alert."""
        label, ended = first(self.severity), moment_of(self.end)
        return [
            AlertReport(
                name=first(self.title),
                texts=words(self.description, *many(self.hosts)[:8]),
                service=first(self.service),
                environment=first(self.environment),
                severity=_GITLAB.get(label.casefold()),
                label=label,
                starts=moment_of(self.start),
                ends=ended,
                state=AlertState.OVER if ended else AlertState.FIRING,
            )
        ]


class Apprise(msgspec.Struct, kw_only=True):
    """A notification of Apprise as JSON; its type is what its sender thinks of it."""

    title: Text
    message: Text
    type: Text

    def reports(self) -> Sequence[AlertReport]:
        """The one notification: `failure` fires, `success` is an end, `info` and `warning` leave it open."""
        kind = first(self.type).casefold()
        return [
            AlertReport(
                name=first(self.title, self.message),
                texts=words(self.message),
                severity=_APPRISE.get(kind),
                label=kind if kind in _APPRISE else "",
                state={"success": AlertState.OVER, "failure": AlertState.FIRING}.get(kind, AlertState.UNTOLD),
            )
        ]


TOOLS = (
    Tool("Opsgenie", Opsgenie, marks("action alert.message", "action alert.alertId")),
    Tool("PagerDuty", PagerDutyEvent, marks("event.event_type event.data")),
    Tool("PagerDuty", PagerDutyMessages, marks("messages")),
    Tool("PagerDuty", PagerDutyAlert, marks("event_action payload", "event_action dedup_key")),
    Tool(
        "Splunk On-Call",
        VictorOps,
        marks(
            "message_type entity_id",
            "message_type state_message",
            "ALERT.message_type",
            "STATE.CURRENT_ALERT_PHASE",
        ),
    ),
    Tool("Apprise", Apprise, marks("version title message type attachments")),
    Tool("GitLab", GitLabAlert, marks("title gitlab_environment_name", "title monitoring_tool")),
    Tool("ServiceNow", ServiceNow, marks("result")),
    Tool("ServiceNow", ServiceNowRecord, marks("number short_description")),
)
