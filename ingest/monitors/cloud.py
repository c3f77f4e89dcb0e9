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
_SECTION = expression(r"\{\{[#^](?P<name>\w+)[^}]*\}\}.*?\{\{/(?P=name)[^}]*\}\}", re.S)
"""What a title says of one state alone: `{{#is_alert}}above {{threshold}}{{/is_alert}}`."""
_MARK = expression(r"\{\{[#/^][\w.]+[^}]*\}\}")
_FILLED_IN = expression(r"\{{2,3}[^{}]*\}{2,3}")
_NOTIFIED = expression(r"(?<![\w.])@[\w.-]+(?:@[\w.-]+)?")
_PARAMETER = expression(r"\[parameters\('(\w+)'\)\]")
_NAMED = expression(r"\b(?:parameters|variables|resourceId|reference|resourceGroup)\([^()]*\)(?:\.\w+)*")
_QUOTED = expression(r"'((?:[^']|'')*)'")
_PLACEHOLDER = expression(r"\{\d\}")
_MATHS = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": ">=",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "<=",
}


def monitors(document: Any) -> Iterator[Monitor]:
    """Every monitor of a document."""
    specs: set[int] = set()
    given = {key: text(one, "defaultValue") for key, one in _parameters(document).items()}
    for item in mappings(document):
        if id(item) in specs:
            continue
        if _DATADOG.fullmatch(text(item, "type").lower()) and text(item, "query"):
            yield datadog(item)
        elif text(item, "kind") == "DatadogMonitor":
            specs.add(id(at(item, "spec")))
            yield datadog(at(item, "spec"))
        elif text(item, "Type") in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"):
            yield cloudwatch(at(item, "Properties") or item, text(item, NAME))
        elif (
            "AlarmName" in item
            and ("MetricName" in item or "AlarmRule" in item or "Metrics" in item)
            and "Type" not in item
        ):
            yield from (cloudwatch(item),) if "AlarmArn" in item or "AlarmActions" in item else ()
        elif "displayName" in item and isinstance(item.get("conditions"), list) and "combiner" in item:
            yield _google(item)
        elif text(item, "type").lower().startswith("microsoft.insights/") and "properties" in item:
            yield azure(item, given)
        elif "nrql" in item and "name" in item:
            yield _new_relic(item)


def datadog(item: dict[str, Any]) -> Monitor:
    """A monitor as Datadog's API has it."""
    tags = tags_of(at(item, "tags"))
    message = _NOTIFIED.sub("", _FILLED_IN.sub("<*>", _MARK.sub("", text(item, "message")))).strip()
    priority = text(item, "priority")
    return Monitor(
        item=item,
        name=_FILLED_IN.sub("", _SECTION.sub("", text(item, "name"))),
        description=message,
        expr=text(item, "query"),
        tool="datadog",
        severity=f"P{priority}" if priority.isdigit() else tags.get("severity", ""),
        service=tags.get("service", ""),
        group=tags.get("team", ""),
        labels=tags,
    )


def cloudwatch(item: dict[str, Any], logical: str = "") -> Monitor:
    """An alarm as CloudWatch's API has it; `logical` is what a template calls it."""
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


def _parameters(document: Any) -> dict[str, Any]:
    found = at(document, "parameters")
    return found if isinstance(found, dict) else {}


def azure(item: dict[str, Any], given: dict[str, str]) -> Monitor:
    """An alert of Azure as its templates have it; `given` are the defaults of their parameters."""
    said = at(item, "properties")
    criteria = [one for one in mappings(at(said, "criteria")) if "metricName" in one or "query" in one]
    expr = "\n".join(" ".join(part for part in _criterion(one, given) if part) for one in criteria)
    level = _arm(text(said, "severity"), given)
    described = _arm(text(said, "description"), given)
    return Monitor(
        item=item,
        name=_arm(first(said, "displayName"), given) or _arm(text(item, "name"), given) or described or expr,
        description=described,
        expr=expr,
        severity=f"Sev{level}" if level.isdigit() else "",
        tool="azure",
        labels=mapping(item, "tags"),
    )


def _criterion(criterion: dict[str, Any], given: dict[str, str]) -> tuple[str, str, str]:
    asked = _arm(first(criterion, "query", "metricName"), given)
    return asked, _arm(text(criterion, "operator"), given), _arm(text(criterion, "threshold"), given)


def _arm(said: str, given: dict[str, str]) -> str:
    """A text of Azure's templates: `[parameters('name')]` is its default, of other expressions what they quote."""
    if not (said.startswith("[") and said.endswith("]")) or said.startswith("[["):
        return said
    if named := _PARAMETER.fullmatch(said):
        default = given.get(named[1], "")
        return "" if default.startswith("[") else default
    quoted: list[str] = _QUOTED.findall(_NAMED.sub("", said))
    return "".join(part for part in quoted if not _PLACEHOLDER.search(part)).strip(" -_")


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
