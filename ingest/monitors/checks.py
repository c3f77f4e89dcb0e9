"""Checks and objectives: Sensu, ElastAlert, Sloth, OpenSLO, Pyrra."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.deployments.reading import LINE, at, listed, mapping, text
from ingest.monitors.shape import NAME, Monitor, first, mappings, runbook_of

_ELASTALERT = (
    "frequency",
    "any",
    "spike",
    "flatline",
    "blacklist",
    "whitelist",
    "change",
    "new_term",
    "cardinality",
    "metric_aggregation",
    "percentage_match",
    "spike_aggregation",
)


def monitors(document: Any) -> Iterator[Monitor]:
    """Every check of a document."""
    for item in mappings(document):
        kind, api = text(item, "kind"), text(item, "apiVersion") or text(item, "api_version")
        if text(item, "type") == "CheckConfig" and "spec" in item:
            yield _sensu(item)
        elif text(item, "type") in _ELASTALERT and text(item, "index") and text(item, "name"):
            yield _elastalert(item)
        elif (kind == "SLO" and "openslo" in api) or (kind == "ServiceLevelObjective" and "pyrra" in api):
            yield _openslo(item)
        elif "slos" in item and isinstance(item["slos"], list):
            yield from _sloth(item)


def _sensu(item: dict[str, Any]) -> Monitor:
    notes = mapping(item, "metadata", "annotations")
    labels = mapping(item, "metadata", "labels")
    return Monitor(
        item=item,
        name=text(item, "metadata", "name"),
        expr=text(item, "spec", "command"),
        tool="sensu",
        description=first(notes, "description", "sensu.io/description"),
        severity=first(labels, "severity") or first(notes, "severity"),
        runbook=runbook_of(notes),
        service=first(labels, "service"),
        labels=labels,
    )


def _elastalert(item: dict[str, Any]) -> Monitor:
    asked = [said for one in mappings(at(item, "filter")) for said in _asked(one)]
    return Monitor(
        item=item,
        name=text(item, "name"),
        description=first(item, "description", "alert_text"),
        expr="\n".join(dict.fromkeys(asked)),
        summary=first(item, "alert_subject"),
        severity=first(item, "priority", "severity", "pagerduty_severity", "opsgenie_priority"),
        runbook=runbook_of(mapping(item)),
        tool="elastalert",
    )


def _asked(item: dict[str, Any]) -> Iterator[str]:
    """What one part of a filter asks for: its query, or the field and the value that it wants."""
    for key, value in item.items():
        if isinstance(value, str) and key not in (LINE, NAME):
            yield value if key == "query" else f"{key}: {value}"


def _openslo(item: dict[str, Any]) -> Monitor:
    named = text(item, "spec", "service") or first(
        mapping(item, "metadata", "labels"), "service", "pyrra.dev/service"
    )
    expr = [
        said
        for one in mappings(at(item, "spec"))
        if (said := first(one, "query", "metric")) and len(said) > 3
    ]
    return Monitor(
        item=item,
        name=text(item, "metadata", "displayName") or text(item, "metadata", "name"),
        service=named,
        description=text(item, "spec", "description"),
        expr="\n".join(dict.fromkeys(expr)),
        tool="slo",
        runbook=runbook_of(mapping(item, "metadata", "annotations")),
        labels=mapping(item, "metadata", "labels"),
    )


def _sloth(item: dict[str, Any]) -> Iterator[Monitor]:
    """The alert of each objective; its page alert is the one that wakes somebody."""
    for slo in listed(item, "slos"):
        alerting = at(slo, "alerting")
        notes = {
            **mapping(alerting, "annotations"),
            **mapping(alerting, "page_alert", "annotations"),
            **mapping(alerting, "pageAlert", "annotations"),
        }
        labels = {
            **mapping(alerting, "labels"),
            **mapping(alerting, "page_alert", "labels"),
            **mapping(alerting, "pageAlert", "labels"),
        }
        events = [
            said
            for one in mappings(at(slo, "sli"))
            if (said := first(one, "error_query", "errorQuery", "error_ratio_query"))
        ]
        yield Monitor(
            item=slo,
            name=text(alerting, "name") or text(slo, "name"),
            service=text(item, "service"),
            group=text(item, "service"),
            summary=first(notes, "summary"),
            description=first(notes, "description") or text(slo, "description"),
            expr="\n".join(events),
            severity=first(labels, "severity") or "page",
            runbook=runbook_of(notes),
            tool="sloth",
            labels=labels,
        )
