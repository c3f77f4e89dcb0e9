"""Tools that ask from outside whether something answers: UptimeRobot, Uptime Kuma, Pingdom, Site24x7, Checkly.

UptimeRobot and Uptime Kuma know no severity.  Pingdom knows two importances, Site24x7 calls it DOWN, CRITICAL or
TROUBLE, Checkly a failure or a degradation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

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
    tags_of,
    words,
)

_PINGDOM = scale("", "high", "low")
_SITE24X7 = scale("down", "critical", "trouble")
_CHECKLY = scale("", "", "degraded")


class Pingdom(msgspec.Struct, kw_only=True):
    """A change of the state of a check of Pingdom."""

    name: Text = msgspec.field(name="check_name")
    now: Text = msgspec.field(name="current_state")
    importance: Text = msgspec.field(default=None, name="importance_level")
    changed: Any = msgspec.field(default=None, name="state_changed_timestamp")
    described: Text = msgspec.field(default=None, name="description")
    long: Text = msgspec.field(default=None, name="long_description")
    tags: Any = None
    params: Any = msgspec.field(default=None, name="check_params")

    def reports(self) -> Sequence[AlertReport]:
        """The one check; a slow transaction is `FAILING`, one that works `SUCCESS`."""
        state, label = plain(self.now).casefold(), first(self.importance)
        over = state in ("up", "success")
        address = first(
            inner(self.params, "full_url"), inner(self.params, "url"), inner(self.params, "hostname")
        )
        return [
            AlertReport(
                name=plain(self.name),
                texts=words(
                    "" if over else f"{plain(self.name)} is {plain(self.now)}",
                    self.long,
                    self.described,
                    address,
                ),
                labels=tags_of(self.tags),
                severity=_PINGDOM.get(label.casefold()),
                label=label,
                changed=moment_of(self.changed),
                state=AlertState.OVER if over else AlertState.FIRING,
            )
        ]


class UptimeRobot(msgspec.Struct, kw_only=True):
    """An alert of UptimeRobot with its usual fields.  Type 1 is down, 2 up, 3 a certificate."""

    name: Text = msgspec.field(name="monitorFriendlyName")
    kind: Text = msgspec.field(default=None, name="alertType")
    said: Text = msgspec.field(default=None, name="alertTypeFriendlyName")
    details: Text = msgspec.field(default=None, name="alertDetails")
    address: Text = msgspec.field(default=None, name="monitorURL")
    at: Text = msgspec.field(default=None, name="alertDateTime")
    tags: Any = msgspec.field(default=None, name="monitorTags")

    def reports(self) -> Sequence[AlertReport]:
        """The one monitor."""
        over = plain(self.kind) == "2" or plain(self.said).casefold() == "up"
        down = plain(self.kind) == "1" or plain(self.said).casefold() == "down"
        return [
            AlertReport(
                name=plain(self.name),
                texts=words(f"{plain(self.name)} is DOWN" if down else "", self.details, self.address),
                labels=tags_of(self.tags),
                changed=moment_of(self.at),
                state=AlertState.OVER if over else AlertState.FIRING,
            )
        ]


class UptimeKuma(msgspec.Struct, kw_only=True):
    """A notification of Uptime Kuma; the status of a beat is 0 down, 1 up, 2 pending, 3 maintenance."""

    heartbeat: Any
    monitor: Any
    msg: Text = None

    def reports(self) -> Sequence[AlertReport]:
        """The one monitor; a message without a beat (a certificate that ends, a test) tells no state."""
        states = {
            "0": AlertState.FIRING,
            "1": AlertState.OVER,
            "2": AlertState.PENDING,
            "3": AlertState.SILENCED,
        }
        name, beat = first(inner(self.monitor, "name")), self.heartbeat
        tags = [
            {"key": inner(one, "name"), "value": inner(one, "value")}
            for one in many(inner(self.monitor, "tags"))
        ]
        down = first(inner(beat, "status")) == "0"
        return [
            AlertReport(
                name=name or first(self.msg),
                texts=words(
                    f"{name} is DOWN" if down else "",
                    inner(beat, "msg"),
                    self.msg,
                    first(inner(self.monitor, "url"), inner(self.monitor, "hostname")),
                ),
                labels=tags_of(tags),
                changed=moment_of(inner(beat, "time")),
                state=states.get(first(inner(beat, "status")), AlertState.UNTOLD),
            )
        ]


class Site24x7(msgspec.Struct, kw_only=True):
    """A change of the state of a monitor of Site24x7."""

    state: Text = msgspec.field(name="STATUS")
    name: Text = msgspec.field(default=None, name="MONITORNAME")
    display: Text = msgspec.field(default=None, name="MONITOR_NAME")
    reason: Text = msgspec.field(default=None, name="INCIDENT_REASON")
    details: Text = msgspec.field(default=None, name="INCIDENT_DETAILS")
    at_iso: Text = msgspec.field(default=None, name="INCIDENT_TIME_ISO")
    at_unix: Text = msgspec.field(default=None, name="OUTAGE_TIME_UNIX_FORMAT")
    at: Text = msgspec.field(default=None, name="INCIDENT_TIME")
    address: Text = msgspec.field(default=None, name="MONITORURL")
    tags: Any = msgspec.field(default=None, name="TAGS")

    def reports(self) -> Sequence[AlertReport]:
        """The one monitor."""
        label, name = first(self.state).upper(), first(self.name, self.display)
        return [
            AlertReport(
                name=name,
                texts=words(
                    "" if label == "UP" else f"{name} is {label}", self.reason, self.details, self.address
                ),
                labels=tags_of(self.tags),
                severity=_SITE24X7.get(label.casefold()),
                label="" if label == "UP" else label,
                changed=next(
                    (at for one in (self.at_iso, self.at_unix, self.at) if (at := moment_of(one))), None
                ),
                state=AlertState.OVER if label == "UP" else AlertState.FIRING,
            )
        ]


class Checkly(msgspec.Struct, kw_only=True):
    """An alert of a check of Checkly; people choose its fields, these are those of its own template."""

    name: Text = msgspec.field(name="check_name")
    kind: Text = msgspec.field(name="alert_type")
    event: Text = None
    title: Text = msgspec.field(default=None, name="alert_title")
    error: Text = msgspec.field(default=None, name="check_error_message")
    group: Text = msgspec.field(default=None, name="group_name")
    code: Text = msgspec.field(default=None, name="api_check_response_status_code")
    text: Text = msgspec.field(default=None, name="api_check_response_status_text")
    began: Any = msgspec.field(default=None, name="started_at")
    tags: Any = None

    def reports(self) -> Sequence[AlertReport]:
        """The one check; `ALERT_DEGRADED_RECOVERY` is over, `ALERT_DEGRADED_FAILURE` is not."""
        kind = plain(self.kind).upper().removeprefix("ALERT_")
        over = kind.endswith("RECOVERY")
        last = kind.removesuffix("_REMAIN").rsplit("_", 1)[-1].casefold()
        return [
            AlertReport(
                name=plain(self.name),
                texts=words(
                    self.title,
                    self.event,
                    self.error,
                    f"{plain(self.code)} {plain(self.text)}".strip(),
                    self.group,
                ),
                labels=tags_of(self.tags),
                severity=None if over else _CHECKLY.get(last),
                label="degraded" if last == "degraded" and not over else "",
                changed=moment_of(self.began),
                state=AlertState.OVER if over else AlertState.FIRING,
            )
        ]


TOOLS = (
    Tool("Pingdom", Pingdom, marks("check_name current_state")),
    Tool(
        "UptimeRobot",
        UptimeRobot,
        marks("monitorFriendlyName alertType", "monitorFriendlyName alertTypeFriendlyName"),
    ),
    Tool("Uptime Kuma", UptimeKuma, marks("heartbeat monitor msg")),
    Tool("Site24x7", Site24x7, marks("MONITORNAME STATUS", "MONITOR_NAME STATUS", "STATUS INCIDENT_REASON")),
    Tool("Checkly", Checkly, marks("check_name alert_type")),
)
