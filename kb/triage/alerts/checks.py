"""Tools that run checks on hosts: Zabbix, Sensu, Riemann, Nagios, Icinga and Checkmk with their macros.

Zabbix counts upwards (4 is High, 5 Disaster), Nagios' states are OK, WARNING, CRITICAL, UNKNOWN for services
and UP, DOWN, UNREACHABLE for hosts; Sensu has them as numbers.  A check is no service of ours: `Disk /var on
web-03` is a name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    marks,
    scale,
    tags_of,
    words,
)

ZABBIX = scale("5|disaster", "4|high", "3|average|2|warning", "1|information|0|not classified")
_ZABBIX_SAYS = ("Not classified", "Information", "Warning", "Average", "High", "Disaster")
CHECK_STATES = scale("critical|crit|down", "unreachable|unreach", "warning|warn|unknown|unkn")
_SUBJECT = expression(r"^(?:Problem|Updated problem in [^:]{1,40}|Resolved(?: in [^:]{1,40})?): ")
"""What Zabbix' own templates put before the name of a problem."""
_SENSU = ("OK", "WARNING", "CRITICAL")
_OVER = ("ok", "up", "resolved", "recovery", "recovered", "passing", "cleared", "resolve")
_QUIET = ("downtimestart", "acknowledgement", "flappingstart")


def on_host(check: str, host: str) -> str:
    """`Disk Space /var on web-03`; `web-03` where the host itself is checked."""
    return f"{check} on {host}" if check and host and host not in check else check or host


def state_of(*said: str) -> AlertState:
    """Whether what is said of a check means that it is over: its last state decides, as in `DOWN -> UP`."""
    for one in said:
        if last := one.replace("→", "->").rsplit("->", 1)[-1].strip().casefold():
            return AlertState.OVER if last in _OVER else AlertState.FIRING
    return AlertState.UNTOLD


def zabbix_label(number: str, name: str) -> str:
    """`High` for 4; the name where it was sent, too."""
    return name or (_ZABBIX_SAYS[int(number)] if number in ["0", "1", "2", "3", "4", "5"] else number)


class Zabbix(msgspec.Struct, kw_only=True):
    """A problem as webhooks of Zabbix send it; people choose its fields, these are those of its own media types."""

    event_id: Any = None
    trigger_name: Text = None
    event_name: Text = None
    trigger: Text = None
    subject: Text = msgspec.field(default=None, name="alert_subject")
    message: Text = msgspec.field(default=None, name="alert_message")
    host: Text = None
    host_name: Text = None
    hostname: Text = None
    severity: Text = None
    event_severity: Text = None
    trigger_severity: Text = None
    number: Text = msgspec.field(default=None, name="event_nseverity")
    severity_name: Text = None
    status: Text = None
    event_status: Text = None
    trigger_status: Text = None
    value: Text = msgspec.field(default=None, name="event_value")
    event_date: Text = None
    event_time: Text = None
    opdata: Text = msgspec.field(default=None, name="event_opdata")
    item_value: Text = None
    item: Text = None
    tags: Any = msgspec.field(default=None, name="event_tags")

    def reports(self) -> Sequence[AlertReport]:
        """The one problem."""
        host = first(self.host_name, self.host, self.hostname)
        number = first(self.number, self.severity, self.event_severity, self.trigger_severity)
        label = zabbix_label(number, first(self.severity_name))
        value = {"0": "ok", "1": "problem"}.get(plain(self.value), "")
        labels = tags_of(self.tags)
        return [
            AlertReport(
                name=first(
                    self.event_name, self.trigger_name, self.trigger, _SUBJECT.sub("", plain(self.subject))
                ),
                texts=words(self.message, self.item, self.item_value, self.opdata, host),
                labels=labels,
                environment=first(labels.get("environment"), labels.get("env")) or environment_in(host),
                severity=ZABBIX.get(label.casefold()),
                label=label,
                starts=moment_of(f"{plain(self.event_date)} {plain(self.event_time)}".strip()),
                state=state_of(
                    first(self.status), first(self.event_status), first(self.trigger_status), value
                ),
            )
        ]


class Sensu(msgspec.Struct, kw_only=True):
    """An event of Sensu Go (`entity`), or of Sensu Core (`client`)."""

    check: dict[str, Any]
    entity: Any = None
    client: Any = None
    timestamp: Any = None
    action: Text = None

    def reports(self) -> Sequence[AlertReport]:
        """The one check on its host."""
        status = plain(self.check.get("status"))
        said = _SENSU[int(status)] if status in ("0", "1", "2") else "UNKNOWN" if status else ""
        host = first(
            inner(self.entity, "metadata", "name"), inner(self.entity, "name"), inner(self.client, "name")
        )
        check = first(inner(self.check, "metadata", "name"), self.check.get("name"))
        of_entity = tags_of(inner(self.entity, "metadata", "labels"))
        labels = {**of_entity, **tags_of(inner(self.check, "metadata", "labels"))}
        return [
            AlertReport(
                name=on_host(check, host),
                texts=words(self.check.get("output")),
                labels=labels,
                environment=first(inner(self.client, "environment")) or environment_in(host),
                severity=CHECK_STATES.get(said.casefold()),
                label="" if said == "OK" else said,
                changed=moment_of(self.check.get("issued")) or moment_of(self.timestamp),
                state=AlertState.OVER if said == "OK" or self.action == "resolve" else _silenced(self.check),
            )
        ]


def _silenced(check: Mapping[str, Any]) -> AlertState:
    return (
        AlertState.SILENCED
        if check.get("is_silenced") is True or check.get("silenced")
        else AlertState.FIRING
    )


class Checkmk(msgspec.Struct, kw_only=True):
    """A notification of Checkmk as a webhook sends it."""

    host: Text
    event: Text
    kind: Text = msgspec.field(default=None, name="notification_type")
    what: Text = None
    service: Text = None
    check: Text = None
    output: Text = None
    long: Text = msgspec.field(default=None, name="long_output")
    status: Text = None
    date: Text = msgspec.field(default=None, name="short_date_time")
    long_date: Text = msgspec.field(default=None, name="long_date_time")

    def reports(self) -> Sequence[AlertReport]:
        """The one check, or the host itself."""
        macros = {
            "NOTIFICATIONTYPE": first(self.kind),
            "HOSTNAME": first(self.host),
            "SERVICEDESC": first(self.service, self.check),
            "SERVICEOUTPUT": first(self.output),
            "LONGSERVICEOUTPUT": first(self.long),
            "SERVICESTATE": first(self.event, self.status),
            "SHORTDATETIME": first(self.date),
            "LONGDATETIME": first(self.long_date),
        }
        return [of_macros(macros)]


class Macros(msgspec.Struct, kw_only=True):
    """What the notification scripts of Nagios, Icinga and Checkmk get, under their macros' names."""

    data: dict[str, Any]

    def reports(self) -> Sequence[AlertReport]:
        """The one check, or the host itself."""
        return [of_macros({key: plain(value) for key, value in self.data.items()})]


class Icinga(msgspec.Struct, kw_only=True):
    """An event of Icinga 2's API: a notification, a change of state, a result of a check."""

    type: Text
    host: Text
    result: dict[str, Any] = msgspec.field(name="check_result")
    service: Text = None
    kind: Text = msgspec.field(default=None, name="notification_type")
    at: Any = msgspec.field(default=None, name="timestamp")

    def reports(self) -> Sequence[AlertReport]:
        """The one check, or the host itself; states are numbers, of a service 0 to 3, of a host 0 and 1."""
        states = ("OK", "WARNING", "CRITICAL", "UNKNOWN") if self.service else ("UP", "DOWN")
        number = plain(self.result.get("state")).partition(".")[0]
        state = (
            states[int(number)] if number in "0123" and number and int(number) < len(states) else "UNKNOWN"
        )
        macros = {
            "NOTIFICATIONTYPE": first(self.kind),
            "HOSTNAME": first(self.host),
            "SERVICEDESC": first(self.service),
            "SERVICESTATE": state,
            "SERVICEOUTPUT": first(self.result.get("output")),
            "TIMET": plain(self.at),
        }
        return [of_macros(macros)]


class Riemann(msgspec.Struct, kw_only=True):
    """An event of Riemann: its `service` is what is checked, such as `cart latency`."""

    host: Text
    service: Text
    state: Text
    description: Text = None
    metric: Any = None
    tags: Any = None
    at: Any = msgspec.field(default=None, name="time")

    def reports(self) -> Sequence[AlertReport]:
        """The one check on its host; an event that expired says that nothing is heard any more."""
        label = first(self.state)
        state = state_of(label)
        return [
            AlertReport(
                name=on_host(first(self.service), first(self.host)),
                texts=words(self.description, self.metric, f"State: {label}"),
                labels=tags_of(self.tags),
                environment=environment_in(first(self.host)),
                severity=CHECK_STATES.get(label.casefold()),
                label="" if state is AlertState.OVER else label,
                changed=moment_of(self.at),
                state=state,
            )
        ]


def of_macros(said: Mapping[str, str]) -> AlertReport:
    """The alert of macros such as `SERVICEDESC` and `HOSTNAME`; an acknowledged or paused one is silenced."""
    kind = said.get("NOTIFICATIONTYPE", "")
    check, host = said.get("SERVICEDESC", ""), first(said.get("HOSTNAME"), said.get("HOSTALIAS"))
    event = first(said.get("SERVICESTATE"), said.get("HOSTSTATE"))
    label = event.replace("→", "->").rsplit("->", 1)[-1].strip().upper()
    state = state_of(kind if kind.casefold() in _OVER else "", event, kind)
    quiet = kind.casefold().replace(" ", "").startswith(_QUIET) and state is not AlertState.OVER
    dates = (
        said.get(key, "")
        for key in ("SHORTDATETIME", "LONGDATETIME", "TIMET", "LASTSERVICESTATECHANGE", "LASTHOSTSTATECHANGE")
    )
    outputs = (
        said.get(key) for key in ("SERVICEOUTPUT", "HOSTOUTPUT", "LONGSERVICEOUTPUT", "LONGHOSTOUTPUT")
    )
    return AlertReport(
        name=on_host(check, host),
        texts=words(*outputs, f"State: {label}" if label else ""),
        environment=environment_in(host),
        severity=CHECK_STATES.get(label.casefold()),
        label="" if state is AlertState.OVER else label,
        changed=next((at for one in dates if (at := moment_of(one))), None),
        state=AlertState.SILENCED if quiet else state,
    )


def as_macros(data: Mapping[Any, Any]) -> dict[str, str]:
    """The macros among the keys, without what programs put before them: `NOTIFY_SERVICEDESC`, `NAGIOS_HOSTNAME`."""
    found = {}
    for key, value in data.items():
        if isinstance(key, str) and isinstance(value, (str, int, float)):
            plain_key = (
                key.upper()
                .removeprefix("NOTIFY_")
                .removeprefix("NAGIOS_")
                .removeprefix("ICINGA_")
                .replace("_", "")
            )
            found[plain_key] = str(value)
    return found if "NOTIFICATIONTYPE" in found and "HOSTNAME" in found else {}


TOOLS = (
    Tool("Icinga", Icinga, marks("type host check_result")),
    Tool("Checkmk", Checkmk, marks("host event notification_type", "host event what")),
    Tool(
        "Zabbix",
        Zabbix,
        marks(
            "event_id trigger_name",
            "event_id event_name",
            "event_nseverity",
            "alert_subject alert_message",
            "hostname severity status trigger",
            "trigger_name severity",
            "trigger_id trigger_name",
            "event_value event_severity",
            "event_name event_severity",
        ),
    ),
    Tool("Riemann", Riemann, marks("host service state metric", "host service state ttl")),
    Tool("Sensu", Sensu, marks("check.status entity", "check.status client", "check.output entity")),
)
