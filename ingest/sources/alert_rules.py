"""Alerting rules in YAML: PrometheusRule objects, plain rule files, ConfigMaps around them, rule collections.

Rules are found by their keys, wherever they stand: `alert` with `expr`, or `name` with `query`, so that one walk reads
every layout.  Recording rules raise no problem; they are counted in a note.  What Prometheus fills in at run time
(`{{ $labels.pod }}`) becomes `<*>`, as in a masked error line.  Severities are those of incidents
(`kb.text.severities`), of a template its default; the label stays as written.

YAML that is a template (Helm charts) is made readable as YAML without running it (`without_templates`).  Lines that
hold nothing but template code become blank, so that every other line keeps its number; both branches of a condition
stay.  What the chart would fill in stays as text, and has the default that is written in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from ingest.source import Parsed, SourceFile
from kb.errors import Problem
from kb.expression import expression
from kb.model import AlertRule, Provenance, Scope, Severity, Source
from kb.text import safe_yaml
from kb.text.severities import parse_severity

_KEY = r"(?:^|[\s{,\[-])[\"']?(?:%s)[\"']?[ \t]*:"
_RULE = expression(_KEY % "alert|record", re.M)
_EXPR = expression(_KEY % "expr", re.M)
_COLLECTION = expression(_KEY % "query", re.M)
_DIRECTIVE = expression(r"\{\{-?\s*(?:if|else|end|range|with|define|block|template)\b.*?\}\}", re.S)
_RUNTIME_TEMPLATE = expression(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
_TEMPLATED_FOLDER = expression(r"(?<=\w)/\{\{[^{}]*\}\}/(?=\w)")
"""A folder in an address that only an alert that fires names: `docs/{{ $labels.type }}/README.md`."""
_LABEL_SEVERITIES = {"none": None, "page": Severity.SEV1, "ticket": Severity.SEV3}
_TEXTS = ("summary", "title"), ("description", "message")
_RUNBOOK_KEYS = ("runbook_url", "runbook", "runbook_link", "playbook_url", "playbook")


@dataclass(frozen=True, slots=True)
class _Place:
    """What stands around a rule: its group, its service, the line it is read from, and the labels of its group."""

    group: str = ""
    service: str = ""
    exporter: str = ""
    line_offset: int = 0
    labels: tuple[tuple[str, str], ...] = ()
    """Of Prometheus from 3.0 on, and of vmalert: what all rules of the group have, unless they say otherwise."""


class AlertRules:
    """Every alerting rule of a YAML file, each its own entry with its line."""

    name = "alert_rules"

    def recognises(self, file: SourceFile) -> float:
        """Certain of files with rules; JSON is YAML too."""
        if not file.is_data:
            return 0.0
        if _RULE.search(file.text) and _EXPR.search(file.text):
            return 0.95
        looks_collected = all(_has_key(file.text, key) for key in ("rules", "severity", "description"))
        looks_listed = all(_has_key(file.text, key) for key in ("rules", "query", "annotations"))
        return 0.9 if (looks_collected or looks_listed) and _COLLECTION.search(file.text) else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        """One entry per alert; documents that hold none of ours are passed over."""
        notes: list[str] = []
        try:
            documents = safe_yaml.compose(
                without_templates(file.text) if is_template(file.text) else file.text
            )
        except safe_yaml.YamlRefused as error:
            try:
                documents = safe_yaml.compose(without_templates(file.text))
                notes.append("read without its template lines")
            except safe_yaml.YamlRefused:
                return Parsed(problems=(Problem(file.path, error.line, str(error)),))
        rules = [rule for document in documents for rule in _walk(document, _Place())]
        alerts, problems, recordings = list[AlertRule](), list[Problem](), 0
        for node, place in rules:
            if _records(node):
                recordings += 1
                continue
            line = safe_yaml.line_of(node) + place.line_offset
            alert = _alert(node, place)
            if not alert.name:
                problems.append(Problem(file.path, line, "a rule without a name was left out"))
                continue
            source = Source(path=file.path, section=alert.group or None, line=line)
            alerts.append(replace(alert, provenance=Provenance(source=source)))
        if recordings:
            notes.append(f"{recordings} recording rules left out: they raise no alert")
        if alerts or problems:
            return Parsed(entries=tuple(alerts), problems=tuple(problems), notes=tuple(notes))
        return Parsed(skipped=notes.pop() if recordings else "", notes=tuple(notes))


def _has_key(text: str, key: str) -> bool:
    return re.search(_KEY % key, text, re.M) is not None


def _walk(node: Node, place: _Place) -> Iterator[tuple[Node, _Place]]:
    """Every rule below `node`, with what stands around it."""
    for item in safe_yaml.items(node):
        yield from _walk(item, place)
    if isinstance(node, ScalarNode) and "\n" in node.value and _RULE.search(node.value):
        yield from _embedded(node, place)
    pairs = {key: item for key, _, item in safe_yaml.pairs(node)}
    if _is_rule(pairs):
        yield node, place
        return
    name = safe_yaml.text_of(pairs["name"]) if "name" in pairs else ""
    if "exporters" in pairs or ("services" not in pairs and "logo" in pairs):
        place = replace(place, service=name)
    elif "rules" in pairs and not (place.service and not name):
        labels = tuple(_texts(pairs["labels"]).items()) if "labels" in pairs else ()
        place = replace(place, group=place.group if place.service else name, exporter=name, labels=labels)
    elif "services" in pairs:
        place = replace(place, group=name)
    for item in pairs.values():
        yield from _walk(item, place)


def _embedded(node: ScalarNode, place: _Place) -> Iterator[tuple[Node, _Place]]:
    """The rules of a rule file that stands as text inside YAML, as in a ConfigMap."""
    try:
        documents = safe_yaml.compose(node.value)
    except safe_yaml.YamlRefused:
        return
    for document in documents:
        yield from _walk(document, replace(place, line_offset=safe_yaml.line_of(node)))


def _is_rule(pairs: dict[str, Node]) -> bool:
    if "expr" in pairs and ("alert" in pairs or "record" in pairs):
        return True
    return {"name", "query"} <= pairs.keys() and bool(
        {"severity", "description", "annotations", "type"} & pairs.keys()
    )


def _records(node: Node) -> bool:
    """Whether a rule only records: by its key, or as Prometheus' own list of rules says it."""
    kind = safe_yaml.find(node, "type")
    said = safe_yaml.text_of(kind) if kind is not None else ""
    return safe_yaml.find(node, "record") is not None or said == "recording"


def _alert(node: Node, place: _Place) -> AlertRule:
    fields = {key: item for key, _, item in safe_yaml.pairs(node)}
    annotations, labels = _taken(fields, "annotations"), dict(place.labels) | _taken(fields, "labels")
    # What a collection writes beside the rule is what Prometheus keeps among its annotations.
    said = {key: text for key in list(fields) if (text := _scalar(fields[key]))} | annotations
    summary, description = (next((said.pop(key) for key in keys if key in said), "") for keys in _TEXTS)
    label = default_of(said.pop("severity", "") or labels.pop("severity", ""))
    url = next((said.pop(key) for key in _RUNBOOK_KEYS if key in said), "") or labels.pop("runbook_url", "")
    services = [service for service in (place.service, labels.get("service", "")) if service]
    extra: dict[str, Any] = {
        key: text for key, text in said.items() if key not in ("alert", "expr", "query", "name")
    }
    if labels:
        extra["labels"] = labels
    if place.exporter and place.service:
        extra["exporter"] = place.exporter
    return AlertRule(
        name=default_of((_scalar(fields.get("alert")) or _scalar(fields.get("name"))).strip()),
        summary=masked(summary),
        description=masked(description),
        expr=(_scalar(fields.get("expr")) or _scalar(fields.get("query"))).strip(),
        severity=rule_severity(label),
        severity_label=label,
        runbook_url=default_of(_TEMPLATED_FOLDER.sub("/<*>/", url.strip())),
        group=place.group,
        scope=Scope(services=tuple(services)),
        extra=extra,
    )


def rule_severity(label: str) -> Severity | None:
    """The severity of a rule's label, which may say who is told (`page`, `ticket`); a watchdog's `none` is none."""
    word = label.strip().lower()
    return _LABEL_SEVERITIES[word] if word in _LABEL_SEVERITIES else parse_severity(label)


def masked(text: str) -> str:
    """Annotation text with what varies as `<*>` and without directives such as `{{ end }}`."""
    return _RUNTIME_TEMPLATE.sub("<*>", _DIRECTIVE.sub("", text)).strip()


def _scalar(node: Node | None) -> str:
    return safe_yaml.text_of(node) if node is not None else ""


def _taken(fields: dict[str, Node], key: str) -> dict[str, str]:
    """The texts of the mapping under `key`, which is taken out of `fields`."""
    node = fields.pop(key, None)
    return _texts(node) if node is not None else {}


def _texts(node: Node) -> dict[str, str]:
    """The texts of a mapping by their names; empty where it is none."""
    if not isinstance(node, MappingNode):
        return {}
    return {name: text for name, _, item in safe_yaml.pairs(node) if (text := _scalar(item))}


_RAW_TEMPLATE = expression(r"\{\{-?\s*`(?P<raw>.*?)`\s*-?\}\}", re.S)
_BLOCK_COMMENT = expression(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.S)
_ONLY_TEMPLATE = expression(r"^[ \t]*(?:\{\{(?:(?!\}\}).)*\}\}[ \t]*)+$", re.M)
_TEMPLATED_VALUE = expression(r"^(?P<key>[ \t-]*[\w.-]+:[ \t]+)(?P<value>[^\s'\"|>#].*\{\{.*|\{\{.*)$", re.M)

_BARE_TEMPLATE = expression(r"^[ \t-]*[\w.-]+:[ \t]+\{\{", re.M)
_DEFAULTS = (
    expression(r"\bdefault\s+(?:\"(?P<a>[^\"]*)\"|(?P<b>[\d.]+))"),
    expression(r"\bdig\s+(?:\"[^\"]*\"\s+)+?\"(?P<a>[^\"]*)\"\s+(?=[.$(])"),
    expression(r"\|\s*(?:default|d)\s*\(?\s*['\"](?P<a>[^'\"]*)['\"]"),
    expression(r"\$\{[\w.]+:-?(?P<a>[^}]*)\}"),
    expression(r"\b(?:ternary|coalesce)\b[^\"]*\"(?P<a>[^\"]*)\""),
    expression(r"\bif\b[^%}]*[}%]\}\s*(?P<a>[A-Za-z][\w-]*)\s*\{[{%]"),
)
_TEMPLATE_CODE = expression(r"\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|\$\{[^}]*\}", re.S)


def default_of(value: str) -> str:
    """What a templated value is where nobody sets it: `critical` of `{{ dig "X" "severity" "critical" .Values.x }}`.

    A value without a template is itself; one whose template names no default is what stands around it.
    """
    if not _TEMPLATE_CODE.search(value):
        return value
    for form in _DEFAULTS:
        if found := form.search(value):
            return next(part for part in found.groups() if part is not None)
    return _TEMPLATE_CODE.sub("", value).strip(" /'\"")


def without_templates(text: str) -> str:
    """`text` with its template lines blanked and templated values quoted."""
    text = _BLOCK_COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    text = _ONLY_TEMPLATE.sub("", text)
    text = _RAW_TEMPLATE.sub(lambda match: match["raw"], text)
    return _TEMPLATED_VALUE.sub(lambda match: match["key"] + _yaml_quoted(match["value"]), text)


def is_template(text: str) -> bool:
    """Whether a value of the text is a template that YAML would take for a mapping (`severity: {{ level }}`)."""
    return _BARE_TEMPLATE.search(text) is not None


def _yaml_quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
