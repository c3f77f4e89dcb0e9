"""Monitors of hosted services: Datadog, CloudWatch (templates, `describe-alarms`), Google Cloud, Azure, New Relic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingest.deployments.reading import at, listed, mapping, text
from ingest.monitors.shape import NAME, Monitor, first, mappings, tags_of
from kb.expression import expression

_DATADOG = expression(
    r"(?:metric|query|event|event-v2|log|process|synthetics|trace-analytics|slo|rum|[\w-]+) alert"
    r"|service check|composite"
)
_TEMPLATED = expression(r"\{\{[#/^]?[\w.]+[^}]*\}\}")
_NOTIFIED = expression(r"(?<![\w.])@[\w.-]+(?:@[\w.-]+)?")
_MATHS = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": ">=",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "<=",
}


def monitors(document: Any) -> Iterator[Monitor]:
    """Every monitor of a document."""
    specs: set[int] = set()
    for item in mappings(document):
        if id(item) in specs:
            continue
        if _DATADOG.fullmatch(text(item, "type").lower()) and text(item, "query"):
            yield _datadog(item)
        elif text(item, "kind") == "DatadogMonitor":
            specs.add(id(at(item, "spec")))
            yield _datadog(at(item, "spec"))
        elif text(item, "Type") in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"):
            yield _cloudwatch(at(item, "Properties") or item, text(item, NAME))
        elif (
            "AlarmName" in item
            and ("MetricName" in item or "AlarmRule" in item or "Metrics" in item)
            and "Type" not in item
        ):
            yield from (_cloudwatch(item),) if "AlarmArn" in item or "AlarmActions" in item else ()
        elif "displayName" in item and isinstance(item.get("conditions"), list) and "combiner" in item:
            yield _google(item)
        elif text(item, "type").lower().startswith("microsoft.insights/") and "properties" in item:
            yield _azure(item)
        elif "nrql" in item and "name" in item:
            yield _new_relic(item)


def _datadog(item: dict[str, Any]) -> Monitor:
    tags = tags_of(at(item, "tags"))
    message = _NOTIFIED.sub("", _TEMPLATED.sub("", text(item, "message"))).strip()
    priority = text(item, "priority")
    return Monitor(
        item=item,
        name=_TEMPLATED.sub("", text(item, "name")),
        description=message,
        expr=text(item, "query"),
        tool="datadog",
        severity=f"P{priority}" if priority.isdigit() else tags.get("severity", ""),
        service=tags.get("service", ""),
        group=tags.get("team", ""),
        labels=tags,
    )


def _cloudwatch(item: dict[str, Any], logical: str = "") -> Monitor:
    tags = {text(one, "Key").lower(): text(one, "Value") for one in listed(item, "Tags")}
    compared = _MATHS.get(text(item, "ComparisonOperator"), text(item, "ComparisonOperator"))
    metric = "/".join(part for part in (text(item, "Namespace"), text(item, "MetricName")) if part)
    threshold = " ".join(part for part in (metric, compared, text(item, "Threshold")) if part)
    return Monitor(
        item=item,
        name=_plain(item, "AlarmName") or logical or metric,
        description=_plain(item, "AlarmDescription"),
        expr=text(item, "AlarmRule") or threshold,
        severity=tags.get("severity", ""),
        service=tags.get("service", ""),
        tool="cloudwatch",
        labels=tags,
    )


def _plain(item: dict[str, Any], key: str) -> str:
    """A text of a template: as it stands, or what `Fn::Sub` and `Fn::Join` would make of it, without its variables."""
    value = at(item, key)
    if isinstance(value, dict):
        inner = next((one for name, one in value.items() if name.startswith("Fn::") or name == "Ref"), "")
        value = inner
    if isinstance(value, list):
        flat = value[-1] if len(value) == 2 and isinstance(value[-1], list) else value
        value = "-".join(one for one in flat if isinstance(one, str))
    return re.sub(r"\$\{[^}]*\}-?", "", value).strip("-_ ") if isinstance(value, str) else ""


def _google(item: dict[str, Any]) -> Monitor:
    conditions = listed(item, "conditions")
    filters = [
        text(one, "conditionThreshold", "filter") or text(one, "conditionPrometheusQueryLanguage", "query")
        for one in conditions
    ]
    labels = mapping(item, "userLabels")
    return Monitor(
        item=item,
        name=text(item, "displayName"),
        summary="; ".join(text(one, "displayName") for one in conditions),
        description=text(item, "documentation", "content"),
        expr="\n".join(one for one in filters if one),
        severity=text(item, "severity") or labels.get("severity", ""),
        service=labels.get("service", ""),
        tool="gcp",
        labels=labels,
    )


def _azure(item: dict[str, Any]) -> Monitor:
    said = at(item, "properties")
    criteria = [one for one in mappings(at(said, "criteria")) if "metricName" in one or "query" in one]
    expr = "\n".join(first(one, "query", "metricName") for one in criteria)
    level = text(said, "severity")
    return Monitor(
        item=item,
        name=first(said, "displayName") or text(item, "name").strip("[]'()"),
        description=text(said, "description"),
        expr=expr,
        severity=f"Sev{level}" if level.isdigit() else "",
        tool="azure",
        labels=mapping(item, "tags"),
    )


def _new_relic(item: dict[str, Any]) -> Monitor:
    terms = [one for one in mappings(at(item, "terms")) if "priority" in one]
    query = text(item, "nrql", "query") or text(item, "nrql")
    return Monitor(
        item=item,
        name=text(item, "name"),
        description=text(item, "description"),
        expr=query,
        tool="new relic",
        severity=next((text(one, "priority") for one in terms), ""),
        runbook=first(item, "runbook_url", "runbookUrl"),
    )
