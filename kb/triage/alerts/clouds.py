"""Alarms of the clouds: AWS CloudWatch (SNS, EventBridge, a function), AWS Health, GuardDuty, Azure, Google Cloud.

CloudWatch and AWS Health know no severity, GuardDuty's goes from 1 to 10.  Azure's `Sev0` to `Sev4` keep their number,
as every `SEV` does here (0 and 1 are both the worst).  Google's scale is Critical, Error, Warning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kb.text.environments import environment_in
from kb.triage.alert_values import labels_of, moment_of, plain
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

_CLOUDWATCH = {"ok": AlertState.OVER, "alarm": AlertState.FIRING, "insufficient_data": AlertState.PENDING}
_DIMENSIONS = (
    "ServiceName",
    "Service",
    "FunctionName",
    "ApiName",
    "QueueName",
    "StateMachineName",
    "DBInstanceIdentifier",
    "DBClusterIdentifier",
    "TableName",
    "TopicName",
    "CacheClusterId",
    "AutoScalingGroupName",
    "LoadBalancer",
    "LoadBalancerName",
    "TargetGroup",
    "ClusterName",
)
"""What a dimension says is concerned, the nearest to a service first."""
_AZURE = scale("sev0|sev1", "sev2", "sev3", "sev4")
_AZURE_LEVEL = scale("critical", "error", "warning", "informational|verbose")
_GUARDDUTY = scale("critical", "high", "medium", "low")
_GOOGLE = scale("critical", "error", "warning")


class CloudWatchAlarm(msgspec.Struct, kw_only=True):
    """An alarm as SNS carries it."""

    name: Text = msgspec.field(name="AlarmName")
    state: Text = msgspec.field(name="NewStateValue")
    description: Text = msgspec.field(default=None, name="AlarmDescription")
    reason: Text = msgspec.field(default=None, name="NewStateReason")
    changed: Text = msgspec.field(default=None, name="StateChangeTime")
    trigger: Any = msgspec.field(default=None, name="Trigger")

    def reports(self) -> Sequence[AlertReport]:
        """The one alarm."""
        found = {
            plain(one.get("name")): plain(one.get("value"))
            for one in many(inner(self.trigger, "Dimensions"))
            if isinstance(one, Mapping)
        }
        return [_alarm(self.name, self.state, (self.description, self.reason), self.changed, found)]


class CloudWatchEvent(msgspec.Struct, kw_only=True):
    """A change of state as EventBridge carries it in `detail`, or a function gets it in `alarmData`."""

    detail: Any = None
    data: Any = msgspec.field(default=None, name="alarmData")
    time: Text = None

    def reports(self) -> Sequence[AlertReport]:
        """The one alarm, since the change of its state."""
        alarm = self.detail if self.data is None else self.data
        found: dict[str, str] = {}
        for one in many(inner(alarm, "configuration", "metrics")):
            found |= labels_of(inner(one, "metricStat", "metric", "dimensions"))
        said = (inner(alarm, "configuration", "description"), inner(alarm, "state", "reason"))
        since = first(inner(alarm, "state", "timestamp"), self.time)
        return [_alarm(inner(alarm, "alarmName"), inner(alarm, "state", "value"), said, since, found)]


def _alarm(
    name: object, state: object, said: Sequence[object], since: object, dimensions: Mapping[str, str]
) -> AlertReport:
    told = next((dimensions[key] for key in _DIMENSIONS if dimensions.get(key)), "")
    parts = told.split("/")  # app/orders-api/50dc6c495c0c9188, targetgroup/orders-api/73e2d6bc24d8a067
    return AlertReport(
        name=plain(name),
        texts=words(*said, " ".join(f"{key}={value}" for key, value in dimensions.items())),
        service=parts[1] if len(parts) == 3 else told,
        environment=environment_in(dimensions.get("Stage", "")),
        changed=moment_of(since),
        state=_CLOUDWATCH.get(plain(state).casefold(), AlertState.UNTOLD),
    )


class AwsHealth(msgspec.Struct, kw_only=True):
    """An event of AWS Health as EventBridge carries it."""

    detail: dict[str, Any]
    region: Text = None

    def reports(self) -> Sequence[AlertReport]:
        """The one event: over where it is closed; what is only scheduled has not begun."""
        it = self.detail
        told = (inner(one, "latestDescription") for one in many(it.get("eventDescription")))
        said = plain(it.get("statusCode")).casefold()
        states = {"closed": AlertState.OVER, "upcoming": AlertState.PENDING}
        return [
            AlertReport(
                name=plain(it.get("eventTypeCode")),
                texts=words(*told, it.get("eventTypeCategory"), first(it.get("eventRegion"), self.region)),
                service=plain(it.get("service")),
                starts=moment_of(it.get("startTime")),
                ends=moment_of(it.get("endTime")),
                state=states.get(said, AlertState.FIRING),
            )
        ]


class GuardDuty(msgspec.Struct, kw_only=True):
    """A finding of GuardDuty as EventBridge carries it; findings never say that they are over."""

    detail: dict[str, Any]

    def reports(self) -> Sequence[AlertReport]:
        """The one finding; an archived one is silenced."""
        it = self.detail
        grade = _guardduty(it.get("severity"))
        tags = tags_of(inner(it, "resource", "instanceDetails", "tags"))
        archived = inner(it, "service", "archived") is True
        return [
            AlertReport(
                name=first(it.get("title"), it.get("type")),
                texts=words(it.get("description"), it.get("type")),
                labels=tags,
                severity=_GUARDDUTY.get(grade),
                label=grade,
                starts=moment_of(inner(it, "service", "eventFirstSeen")) or moment_of(it.get("createdAt")),
                state=AlertState.SILENCED if archived else AlertState.FIRING,
            )
        ]


def _guardduty(number: object) -> str:
    """The word that GuardDuty has for a number: 9 is Critical, 7 High, 4 Medium, 1 Low."""
    value = number if isinstance(number, (int, float)) else 0
    steps = ((9, "Critical"), (7, "High"), (4, "Medium"), (1, "Low"))
    return next((word.casefold() for least, word in steps if value >= least), "")


class AzureClassic(msgspec.Struct, kw_only=True):
    """A metric alert or an activity log alert of Azure in the forms before the common schema."""

    status: Text = None
    context: Any = None
    data: Any = None

    def reports(self) -> Sequence[AlertReport]:
        """The one alert; an activity log alert is always `Activated`, its record says what became of it."""
        it = self.context or inner(self.data, "context")
        record = inner(it, "activityLog")
        if isinstance(record, Mapping):
            return [_azure_record(record)]
        said = first(self.status, inner(self.data, "status")).casefold()
        label = first(inner(it, "severity"))
        return [
            AlertReport(
                name=first(inner(it, "name")),
                texts=words(
                    inner(it, "description"), inner(it, "resourceName"), _condition(inner(it, "condition"))
                ),
                environment=environment_in(first(inner(it, "resourceGroupName"))),
                severity=_AZURE.get(f"sev{label}"),
                label=f"Sev{label}" if label else "",
                changed=moment_of(inner(it, "timestamp")),
                state=AlertState.OVER if said in ("resolved", "deactivated") else AlertState.FIRING,
            )
        ]


def _azure_record(it: Mapping[Any, Any]) -> AlertReport:
    told = it.get("properties")
    said = {
        plain(one).casefold()
        for one in (it.get("status"), inner(told, "stage"), inner(told, "currentHealthStatus"))
    }
    label = first(it.get("level"))
    return AlertReport(
        name=first(inner(told, "title"), it.get("description"), it.get("operationName")),
        texts=words(it.get("description"), inner(told, "communication"), inner(told, "details")),
        service=first(inner(told, "service")),
        environment=environment_in(first(it.get("resourceGroupName"))),
        severity=_AZURE_LEVEL.get(label.casefold()),
        label=label,
        changed=moment_of(it.get("eventTimestamp")),
        state=AlertState.OVER if said & {"resolved", "available", "complete"} else AlertState.FIRING,
    )


class AzureAlert(msgspec.Struct, kw_only=True):
    """An alert in Azure Monitor's common schema."""

    data: dict[str, Any]

    def reports(self) -> Sequence[AlertReport]:
        """The one alert."""
        said = self.data.get("essentials")
        target = first(*many(inner(said, "configurationItems"))) or first(
            *many(inner(said, "alertTargetIDs"))
        )
        ids = [plain(one).split("/") for one in many(inner(said, "alertTargetIDs"))]
        group = next((one[4] for one in ids if len(one) > 4), "")
        label = first(inner(said, "severity"))
        labels = tags_of(self.data.get("customProperties"))
        return [
            AlertReport(
                name=first(inner(said, "alertRule")),
                texts=words(
                    inner(said, "description"),
                    target.rsplit("/", 1)[-1],
                    *map(_condition, self._conditions()),
                ),
                labels={"environment": environment_in(group), **labels},
                service=labels.get("service", ""),
                severity=_AZURE.get(label.casefold()),
                label=label,
                starts=moment_of(inner(said, "firedDateTime")),
                ends=moment_of(inner(said, "resolvedDateTime")),
                state={"fired": AlertState.FIRING, "resolved": AlertState.OVER}.get(
                    first(inner(said, "monitorCondition")).casefold(), AlertState.UNTOLD
                ),
            )
        ]

    def _conditions(self) -> list[Any]:
        return many(inner(self.data.get("alertContext"), "condition", "allOf"))


def _condition(one: object) -> str:
    """`Percentage CPU GreaterThan 90: 97.2`."""
    parts = (inner(one, "metricName"), inner(one, "operator"), inner(one, "threshold"))
    told = " ".join(filter(None, map(plain, parts)))
    value = plain(inner(one, "metricValue"))
    return f"{told}: {value}" if told and value else told


class GoogleIncident(msgspec.Struct, kw_only=True):
    """An incident of Google Cloud Monitoring."""

    incident: dict[str, Any]

    def reports(self) -> Sequence[AlertReport]:
        """The one incident; a policy that is told by its path only is called by its condition."""
        it = self.incident
        names = (it.get("policy_name"), it.get("condition_name"), inner(it, "condition", "displayName"))
        user = {**tags_of(inner(it, "metadata", "user_labels")), **tags_of(it.get("policy_user_labels"))}
        labels = {**tags_of(inner(it, "resource", "labels")), **user}
        labels.setdefault("environment", environment_in(plain(it.get("scoping_project_id"))))
        label = first(
            it.get("severity"), user.get("severity"), inner(it, "metadata", "system_labels", "severity")
        )
        is_over = plain(it.get("state")).casefold() in ("closed", "resolved")
        return [
            AlertReport(
                name=next((one for one in map(plain, names) if one and not one.startswith("projects/")), ""),
                texts=words(
                    it.get("summary"),
                    inner(it, "documentation", "subject"),
                    inner(it, "documentation", "content"),
                    it.get("condition_name"),
                ),
                labels=labels,
                severity=_GOOGLE.get(label.casefold()),
                label="" if label.casefold() == "no severity" else label,
                starts=moment_of(it.get("started_at")),
                ends=moment_of(it.get("ended_at")),
                state=AlertState.OVER if is_over else AlertState.FIRING,
            )
        ]


TOOLS = (
    Tool("CloudWatch", CloudWatchAlarm, marks("AlarmName NewStateValue")),
    Tool("CloudWatch", CloudWatchEvent, marks("detail.alarmName detail.state", "alarmData.alarmName")),
    Tool("AWS Health", AwsHealth, marks("detail.eventTypeCode detail.service")),
    Tool("GuardDuty", GuardDuty, marks("detail.schemaVersion detail.severity detail.service")),
    Tool("Azure Monitor", AzureAlert, marks("data.essentials")),
    Tool(
        "Azure Monitor",
        AzureClassic,
        marks("status context.conditionType", "data.context.conditionType", "data.context.activityLog"),
    ),
    Tool(
        "Google Cloud Monitoring",
        GoogleIncident,
        marks("incident.condition_name", "incident.policy_name", "incident.incident_id"),
    ),
)
