"""Alert rules as Terraform declares them: CloudWatch, Datadog, Google, Azure, New Relic, Grafana, SignalFx, Mimir.

What only a plan knows (`${var.name}`) is left out of names and is `<*>` in texts; a name that is nothing else is that
of the resource.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ingest.deployments.reading import at, listed, mapping, plain, text
from ingest.monitors import grafana
from ingest.monitors.cloud import cloudwatch, datadog
from ingest.monitors.hcl import Resource
from ingest.monitors.shape import Monitor, first, mappings, runbook_of, tags_of
from kb.expression import expression
from kb.text import safe_yaml

_OPEN = expression(r"\$\{(?:[^{}]|\{[^{}]*\})*\}")
_NAMED_AT_END = expression(r"\$\{[\w.-]*?(?P<name>[A-Za-z]\w*)\}")
_RUNBOOK_BELOW = expression(
    rf"\b(?:run-?book|play-?book)s?\b\W{{0,6}}{_OPEN.pattern}(?P<path>/[\w./#-]*[\w/])", re.I
)
_LEFT_OVER = expression(r"^[\s/_:.-]+|[\s/_:.-]+$|\(\s*\)|\[\s*\]")
_DOUBLED = expression(r"([\s/_:.-])[\s/_:.-]*(?=[\s/_:.-])")
_LEVEL = r"critical|crit|high|major|warning|warn|minor|low|info|page|ticket|p[1-5]|sev-?[1-5]"
_NAMED_LEVEL = expression(
    rf"^\W*\[?(?P<first>{_LEVEL})\]?(?=[\s_:/\]-])|[\s_:/(\[-](?P<last>{_LEVEL})\W*$", re.I
)


def monitors(resource: Resource) -> Iterator[Monitor]:
    """The alert rules of a resource; none where it is of another kind."""
    read = _READERS.get(resource.kind)
    for monitor in read(resource) if read else ():
        yield as_known(monitor, resource.name)


def is_monitor(kind: str) -> bool:
    """Whether a kind of resource is one that alerts."""
    return kind in _READERS


def as_known(monitor: Monitor, declared: str) -> Monitor:
    """A monitor without what only a plan knows, with the severity that its name says or what it is `declared` as."""
    name = _known(monitor.name) or declared
    level = _NAMED_LEVEL.search(name) or _NAMED_LEVEL.search(declared)
    said = _known(monitor.severity)
    return replace(
        monitor,
        name=name,
        summary=_told_text(monitor.summary),
        description=_told_text(monitor.description),
        expr=_OPEN.sub(_last_name, monitor.expr),
        severity=said or (level["first"] or level["last"] if level else ""),
        runbook="" if _OPEN.fullmatch(monitor.runbook) else _known(monitor.runbook) or _runbook_in(monitor),
        service=_known(monitor.service),
        group=_known(monitor.group),
        labels={key: item for key, item in (monitor.labels or {}).items() if not _OPEN.search(item)} or None,
    )


def _runbook_in(monitor: Monitor) -> str:
    """The runbook that a message names below an address which only a plan knows: `runbook: ${var.docs}/disk-full`."""
    found = _RUNBOOK_BELOW.search(f"{monitor.summary}\n{monitor.description}")
    return f"<*>{found['path']}" if found else ""


def _last_name(found: re.Match[str]) -> str:
    """What a reference is called, in a query: `${module.metrics.CPUUtilization}` is `<CPUUtilization>`."""
    named = _NAMED_AT_END.fullmatch(found[0])
    return f"<{named['name']}>" if named else "<*>"


def _told_text(said: str) -> str:
    """A text with what only a plan knows as `<*>`; empty where it says nothing else."""
    masked = _OPEN.sub("<*>", said)
    return masked if re.search(r"\w", masked) else ""


def _known(said: str) -> str:
    if not _OPEN.search(said):
        return said.strip()
    return _LEFT_OVER.sub("", _DOUBLED.sub(r"\1", _OPEN.sub("", said))).strip()


def _block(body: dict[str, Any], *path: str) -> dict[str, Any]:
    """The first block below nested blocks, or an empty one."""
    found: dict[str, Any] = body
    for name in path:
        found = next(iter(listed(found, name)), {})
    return found


def _cloudwatch(resource: Resource) -> Iterator[Monitor]:
    body = resource.body
    queries = [
        one
        for query in listed(body, "metric_query")
        if (one := text(query, "expression") or _metric(_block(query, "metric")))
    ]
    asked = {
        "AlarmName": text(body, "alarm_name"),
        "AlarmDescription": text(body, "alarm_description"),
        "AlarmRule": text(body, "alarm_rule"),
        "Namespace": "" if queries else text(body, "namespace"),
        "MetricName": "; ".join(queries) or text(body, "metric_name"),
        "ComparisonOperator": text(body, "comparison_operator"),
        "Threshold": text(body, "threshold"),
        "Tags": [{"Key": key, "Value": item} for key, item in mapping(body, "tags").items()],
    }
    yield replace(
        cloudwatch({**body, **asked}, resource.name),
        name=text(body, "alarm_name"),
        description=text(body, "alarm_description"),
    )


def _metric(metric: dict[str, Any]) -> str:
    return "/".join(part for part in (text(metric, "namespace"), text(metric, "metric_name")) if part)


def _datadog(resource: Resource) -> Iterator[Monitor]:
    yield datadog(resource.body)


def _google(resource: Resource) -> Iterator[Monitor]:
    body = resource.body
    conditions = listed(body, "conditions")
    labels = mapping(body, "user_labels")
    documentation = _block(body, "documentation")
    yield Monitor(
        item=body,
        name=text(body, "display_name"),
        summary="; ".join(text(one, "display_name") for one in conditions) or text(documentation, "subject"),
        description=text(documentation, "content"),
        expr="\n".join(said for one in conditions if (said := _google_condition(one))),
        severity=text(body, "severity") or labels.get("severity", ""),
        service=labels.get("service", ""),
        tool="gcp",
        runbook=next((text(one, "url") for one in listed(documentation, "links")), ""),
        labels=labels,
    )


def _google_condition(condition: dict[str, Any]) -> str:
    """What a condition asks for; each of its kinds is a block of its own name."""
    for key, value in condition.items():
        if key.startswith("condition_") and isinstance(value, list):
            return first(_block(condition, key), "query", "filter")
    return ""


def _azure(resource: Resource) -> Iterator[Monitor]:
    body = resource.body
    level = text(body, "severity")
    criteria = [one for one in mappings(body) if {"metric_name", "query", "operation_name"} & one.keys()]
    yield Monitor(
        item=body,
        name=text(body, "display_name") or text(body, "name"),
        description=text(body, "description"),
        expr="\n".join(_azure_criterion(one) for one in criteria),
        severity=f"Sev{level}" if level.isdigit() else "",
        tool="azure",
        labels=mapping(body, "tags"),
    )


def _azure_criterion(criterion: dict[str, Any]) -> str:
    asked = first(criterion, "query", "metric_name", "operation_name")
    return " ".join(
        part for part in (asked, text(criterion, "operator"), text(criterion, "threshold")) if part
    )


def _new_relic(resource: Resource) -> Iterator[Monitor]:
    body = resource.body
    priorities = [one for one in ("critical", "warning") if listed(body, one)]
    priorities += [text(one, "priority") or "critical" for one in listed(body, "term")]
    yield Monitor(
        item=body,
        name=text(body, "name"),
        description=text(body, "description"),
        expr=text(_block(body, "nrql"), "query") or first(body, "metric", "where"),
        severity=next(iter(priorities), ""),
        runbook=text(body, "runbook_url"),
        tool="new relic",
    )


def _grafana(resource: Resource) -> Iterator[Monitor]:
    """Each rule of a group, in the shape that Grafana's own exports have."""
    for rule in listed(resource.body, "rule"):
        data = [
            {
                "refId": text(one, "ref_id"),
                "datasourceUid": text(one, "datasource_uid"),
                "model": _model(at(one, "model")),
            }
            for one in listed(rule, "data")
        ]
        shaped = {**rule, "title": text(rule, "name"), "data": data}
        if found := grafana.monitor(shaped, text(resource.body, "name")):
            yield found


def _model(model: Any) -> Any:
    """The query of a rule: a mapping that was encoded, or JSON as text."""
    if not isinstance(model, str):
        return model
    try:
        return next((plain(node) for node in safe_yaml.compose(model)), {})
    except safe_yaml.YamlRefused:
        return {}


def _signalfx(resource: Resource) -> Iterator[Monitor]:
    """Each rule of a detector: they differ in severity and in what is to be done."""
    body = resource.body
    rules = listed(body, "rule")
    for rule in rules:
        label = text(rule, "detect_label")
        yield Monitor(
            item=rule,
            name=text(body, "name") + (f": {label}" if label and len(rules) > 1 else ""),
            group=text(body, "name"),
            summary=text(rule, "description") or text(body, "description"),
            description=first(rule, "tip", "parameterized_body"),
            expr=text(body, "program_text"),
            severity=text(rule, "severity"),
            runbook=text(rule, "runbook_url"),
            tool="signalfx",
            labels=tags_of(at(body, "tags")),
        )


def _mimir(resource: Resource) -> Iterator[Monitor]:
    for rule in listed(resource.body, "rule"):
        annotations, labels = mapping(rule, "annotations"), mapping(rule, "labels")
        if not text(rule, "alert"):
            continue
        yield Monitor(
            item=rule,
            name=text(rule, "alert"),
            group=text(resource.body, "name"),
            summary=first(annotations, "summary", "title"),
            description=first(annotations, "description", "message"),
            expr=text(rule, "expr"),
            severity=first(labels, "severity"),
            runbook=runbook_of(annotations),
            service=first(labels, "service"),
            labels=labels,
        )


_READERS: dict[str, Callable[[Resource], Iterator[Monitor]]] = {
    "aws_cloudwatch_metric_alarm": _cloudwatch,
    "aws_cloudwatch_composite_alarm": _cloudwatch,
    "datadog_monitor": _datadog,
    "google_monitoring_alert_policy": _google,
    "azurerm_monitor_metric_alert": _azure,
    "azurerm_monitor_activity_log_alert": _azure,
    "azurerm_monitor_scheduled_query_rules_alert": _azure,
    "azurerm_monitor_scheduled_query_rules_alert_v2": _azure,
    "newrelic_nrql_alert_condition": _new_relic,
    "newrelic_alert_condition": _new_relic,
    "newrelic_infra_alert_condition": _new_relic,
    "grafana_rule_group": _grafana,
    "signalfx_detector": _signalfx,
    "mimir_rule_group_alerting": _mimir,
}
