"""The tools that send webhooks: how each signs, what it calls a delivery, and what it tells troubles apart by.

A row of the table is data; what is done with it is in `signing` and `keys`.  Sources: PagerDuty's webhook signatures
(`v1=` and HMAC-SHA256 over the body, several while a secret is replaced), Grafana's HMAC (`grafana/alerting`:
the time, a colon and the body, where a time header is set), Sentry's integration webhooks (`Request-ID`,
`Sentry-Hook-Timestamp`, `Sentry-Hook-Signature`), GitHub's `X-Hub-Signature-256`.  Pure data.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kb.configuration.sections import GenericHook, Hook


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningWay:
    """How a tool signs: HMAC-SHA256 in hex, in a header; names of headers in small letters."""

    header: str = "x-hub-signature-256"
    prefix: str = "sha256="
    """What stands before the hex; what has another prefix, or none where one is due, is no signature."""
    time_header: str = ""
    """The header with the time, in seconds since 1970."""
    joined_by: str | None = None
    """The time, this and the body are signed together; None: the body alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What is known of one tool; places are keys with dots between them, numbers count in lists."""

    signature: SigningWay = field(default_factory=SigningWay)
    delivery_headers: tuple[str, ...] = ("idempotency-key",)
    """Headers that name a delivery, whatever it is sent again."""
    delivery: tuple[str, ...] = ()
    """Places of the body that do."""
    occurred: str = ""
    """The place of the body that says when it was so, where nothing else is signed that tells the time."""
    groups: tuple[str, ...] = ()
    """Places, the best first; several in one, parted by blanks, count together."""
    only: tuple[str, str] = ("", "")
    """A place and what stands there begins with; what says otherwise is no alert (a test, a note, a change)."""
    unique: bool = False
    """Whether its bodies hold what no other one has (times, ids), so that one that was signed and seen is a replay."""
    acknowledged: tuple[str, str, str] = ("", "", "")
    """A place, what stands there where somebody took it on, and the place of their name."""
    starts_anew: bool = False
    """Whether an alert that fires again has a new start: an older one is then a message that comes late."""


_SNS = ("x-amz-sns-message-id", "idempotency-key")
SENDERS: dict[str, Sender] = {
    "alertmanager": Sender(groups=("groupKey",), starts_anew=True),
    "grafana": Sender(
        signature=SigningWay(
            header="x-grafana-alerting-signature",
            prefix="",
            time_header="x-grafana-alerting-timestamp",
            joined_by=":",
        ),
        groups=("groupKey", "ruleId"),
        unique=True,
        starts_anew=True,
    ),
    "cloudwatch": Sender(
        delivery_headers=_SNS,
        delivery=("MessageId", "Records.0.Sns.MessageId", "Records.0.messageId"),
        only=("Type", "Notification"),
        groups=("AlarmArn", "alarmArn", "resources.0", "Region AWSAccountId AlarmName"),
    ),
    "azure": Sender(groups=("data.essentials.alertId", "data.essentials.originAlertId")),
    "gcp": Sender(groups=("incident.incident_id",)),
    "opsgenie": Sender(
        groups=("alert.alias", "alert.alertId"), acknowledged=("action", "Acknowledge", "alert.username")
    ),
    "pagerduty": Sender(
        signature=SigningWay(header="x-pagerduty-signature", prefix="v1="),
        delivery=("event.id",),
        occurred="event.occurred_at",
        only=("event.event_type", "incident."),
        acknowledged=("event.event_type", "incident.acknowledged", "event.agent.summary"),
        groups=("event.data.id", "messages.0.incident.id", "dedup_key"),
    ),
    "victorops": Sender(groups=("entity_id", "ALERT.entity_id", "STATE.INCIDENT_NAME")),
    "servicenow": Sender(groups=("number", "result.number", "result.0.number", "sys_id")),
    "datadog": Sender(groups=("aggreg_key", "aggregation_key", "alert_cycle_key", "alert_id", "monitor_id")),
    "newrelic": Sender(groups=("issueId", "incident_id", "id")),
    "sentry": Sender(
        signature=SigningWay(header="sentry-hook-signature", prefix="", time_header="sentry-hook-timestamp"),
        delivery_headers=("request-id", "idempotency-key"),
        unique=True,
        groups=("data.issue.id", "data.event.issue_id", "data.error.issue_id", "data.metric_alert.id"),
    ),
    "graylog": Sender(groups=("event_definition_id event.key", "event_definition_id")),
    "zabbix": Sender(groups=("event_id", "eventid", "trigger_id")),
    "nagios": Sender(groups=("HOSTNAME SERVICEDESC", "HOSTNAME", "NAGIOS_HOSTNAME NAGIOS_SERVICEDESC")),
    "icinga": Sender(groups=("host service", "HOSTNAME SERVICEDESC")),
    "checkmk": Sender(
        groups=("host service", "context.HOSTNAME context.SERVICEDESC", "HOSTNAME SERVICEDESC")
    ),
    "sensu": Sender(
        groups=(
            "entity.metadata.name check.metadata.name",
            "entity.name check.name",
            "client.name check.name",
        )
    ),
    "uptimerobot": Sender(groups=("monitorID", "monitorFriendlyName")),
    "pingdom": Sender(groups=("check_id",)),
    "site24x7": Sender(groups=("MONITORID", "MONITOR_ID")),
    "checkly": Sender(
        signature=SigningWay(header="x-checkly-signature", prefix=""), groups=("check_id", "check_name")
    ),
    "kubernetes": Sender(groups=("involvedObject.uid reason",)),
    "flux": Sender(groups=("involvedObject.uid reason",)),
}
"""By the name of the tool's address."""


def sender_of(name: str, hook: Hook) -> Sender:
    """What is known of the tool behind a hook; of one of your own it is what `kb.toml` says."""
    if not isinstance(hook, GenericHook):
        return SENDERS[name]
    bare = hook.signature_header.casefold() != "x-hub-signature-256"
    signature = SigningWay(
        header=hook.signature_header.casefold(),
        prefix="" if bare else "sha256=",
        time_header=hook.timestamp_header.casefold(),
        joined_by=":" if hook.timestamp_header else None,
    )
    return Sender(signature=signature)
