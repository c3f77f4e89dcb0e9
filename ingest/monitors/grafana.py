"""Grafana-managed alert rules: provisioning files and exports (YAML, JSON), the ruler's API, dashboards' old panels.

A rule has a title, a condition and queries; what Prometheus keeps under `expr` stands in the models of those.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.deployments.reading import at, listed, mapping, text
from ingest.monitors.shape import Monitor, first, mappings, runbook_of

_QUERIES = ("expr", "rawSql", "query", "rawQuery", "target", "queryText", "expression")
_EXPRESSIONS = ("__expr__", "-100")


def monitors(document: Any) -> Iterator[Monitor]:
    """Every alert rule of a document."""
    for item in mappings(document):
        if "rules" in item and isinstance(item["rules"], list):
            group = first(item, "name") or first(item, "title")
            for rule in listed(item, "rules"):
                if found := monitor(rule, group):
                    yield found
        elif "ruleGroup" in item and (found := monitor(item, text(item, "ruleGroup"))):
            yield found
        elif isinstance(item.get("alert"), dict) and "conditions" in item["alert"]:
            yield _of_panel(item)


def monitor(item: dict[str, Any], group: str) -> Monitor | None:
    """One rule; None for what is none, such as a rule that records."""
    said = at(item, "grafana_alert") or item
    if "record" in said or not isinstance(at(said, "data"), list) or not text(said, "title"):
        return None
    annotations, labels = mapping(item, "annotations"), mapping(item, "labels")
    return Monitor(
        item=item,
        name=text(said, "title"),
        group=group,
        tool="grafana",
        expr=_expr(said),
        summary=first(annotations, "summary", "message"),
        description=first(annotations, "description"),
        severity=first(labels, "severity", "priority", "level"),
        runbook=runbook_of(annotations),
        service=first(labels, "service", "app", "application"),
        labels=labels,
    )


def _expr(item: dict[str, Any]) -> str:
    """The queries of the rule, those of data sources before what is computed from them."""
    data = listed(item, "data")
    asked = [one for one in data if text(one, "datasourceUid") not in _EXPRESSIONS]
    texts = [first(at(one, "model"), *_QUERIES) for one in asked or data]
    return "\n".join(said for said in texts if said)


def _of_panel(panel: dict[str, Any]) -> Monitor:
    """An alert of a panel, as Grafana had them before version 9."""
    alert = panel["alert"]
    tags = mapping(alert, "alertRuleTags")
    targets = [first(target, *_QUERIES) for target in listed(panel, "targets")]
    return Monitor(
        item=alert,
        name=first(alert, "name") or first(panel, "title"),
        tool="grafana",
        description=first(alert, "message"),
        expr="\n".join(said for said in targets if said),
        severity=first(tags, "severity", "priority"),
        runbook=runbook_of(tags),
        service=first(tags, "service"),
        group=first(panel, "title"),
        labels=tags,
    )
