"""Alert rules of monitoring systems other than Prometheus, known by their shape under any name (`docs/reading.md`).

Promises: each rule is an entry of its own with its line; severities are those of incidents; what a template leaves
open is its default or nothing, never the template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ingest.deployments.reading import plain
from ingest.monitors import checks, cloud, grafana, zabbix
from ingest.monitors.shape import Monitor
from ingest.source import Parsed, SourceFile
from ingest.sources.alert_rules import is_template, without_templates
from kb.errors import InvalidInput, Problem
from kb.expression import expression
from kb.text import safe_yaml

_READERS: tuple[Callable[[Any], Iterator[Monitor]], ...] = (
    grafana.monitors,
    cloud.monitors,
    checks.monitors,
    zabbix.monitors,
)


def _keys(*names: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"(?:^|[\s{{,\[-])[\"']?(?:{name})[\"']?[ \t]*:", re.M) for name in names)


def _value(key: str, values: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[\s{{,\[-])[\"']?{key}[\"']?[ \t]*:[ \t]*[\"']?(?:{values})\b", re.M)


_ELASTALERT = r"frequency|any|spike|flatline|\w+list|change|new_term|cardinality|\w+_aggregation|\w+_match"
_MARKS: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...] = (
    ("condition", _keys("title", "condition", "data", "rules|ruleGroup|grafana_alert")),
    ("evaluator", _keys("alert", "conditions", "evaluator", "panels|targets")),
    (" alert", (*_keys("query", "message", "name"), _value("type", r"[a-z0-9-]+ alert"))),
    ("composite", (*_keys("query", "message", "name"), _value("type", "composite"))),
    ("service check", (*_keys("query", "message", "name"), _value("type", "service check"))),
    ("DatadogMonitor", (_value("kind", "DatadogMonitor"),)),
    ("AWS::CloudWatch", (_value("Type", r"AWS::CloudWatch::(?:Composite)?Alarm"),)),
    ("AlarmName", _keys("AlarmName", "AlarmActions|AlarmArn", "MetricName|AlarmRule|Metrics")),
    ("combiner", _keys("displayName", "conditions", "combiner")),
    (
        "nsights/",
        (
            expression(r"insights/(?:metricalerts|activitylogalerts|scheduledqueryrules)", re.I),
            *_keys("properties"),
        ),
    ),
    ("nrql", _keys("nrql", "name", "terms|violation_time_limit_seconds|enabled")),
    ("CheckConfig", (_value("type", "CheckConfig"), *_keys("spec", "command"))),
    ("index", (_value("type", _ELASTALERT), *_keys("index", "alert|filter"))),
    ("zabbix_export", _keys("zabbix_export", "expression", "triggers|trigger_prototypes")),
    ("SLO", (_value("kind", "SLO"), *_keys("apiVersion", "spec"))),
    (
        "ServiceLevel",
        (_value("kind", "ServiceLevelObjective|PrometheusServiceLevel"), *_keys("apiVersion", "spec")),
    ),
    ("slos", _keys("slos", "sli", "objective", "alerting")),
)
"""A word that every file of a shape has, looked for first since that is quick, and the keys that make it sure."""


_ZABBIX_XML = expression(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<zabbix_export>", re.S)
_NO_TRIGGERS = "a Zabbix template without a trigger: it raises no alert"


class MonitorRules:
    """Files in which a monitoring system says when it alerts."""

    name = "monitor_rules"

    def recognises(self, file: SourceFile) -> float:
        """By the keys that only such files have."""
        if _ZABBIX_XML.match(file.text):
            return 0.97
        if not file.is_data:
            return 0.0
        text = file.text
        likely = (marks for word, marks in _MARKS if word in text)
        return 0.94 if any(all(mark.search(text) for mark in marks) for marks in likely) else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        """One entry for each rule; a rule without a name is a problem."""
        try:
            documents, notes = _documents(file.text)
        except safe_yaml.YamlRefused as error:
            return Parsed(problems=(Problem(file.path, error.line, str(error)),))
        except InvalidInput as error:
            return Parsed(problems=(Problem(file.path, None, str(error)),))
        rules, problems = [], []
        for document in documents:
            for reader in _READERS:
                for monitor in reader(document):
                    rule = monitor.rule(file.path)
                    if rule.name:
                        rules.append(rule)
                    else:
                        line = rule.provenance.source.line if rule.provenance.source else None
                        problems.append(Problem(file.path, line, "a rule without a name was left out"))
        if not rules and not problems:
            return Parsed(skipped=_NO_TRIGGERS if "zabbix_export" in file.text else "", notes=notes)
        return Parsed(entries=tuple(rules), problems=tuple(problems), notes=notes)


def _documents(text: str) -> tuple[list[Any], tuple[str, ...]]:
    """The documents of a file as plain values, and what is to be said of how they were read."""
    if _ZABBIX_XML.match(text):
        return [zabbix.read_xml(text)], ()
    try:
        nodes = safe_yaml.compose(without_templates(text) if is_template(text) else text)
    except safe_yaml.YamlRefused as error:
        try:
            nodes = safe_yaml.compose(without_templates(text))
        except safe_yaml.YamlRefused:
            raise error from None
        return [plain(node) for node in nodes], ("read without its template lines",)
    return [plain(node) for node in nodes], ()
