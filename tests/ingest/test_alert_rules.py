from __future__ import annotations

from pathlib import Path

import pytest

from ingest.source import Parsed, SourceFile
from ingest.sources.alert_rules import AlertRules
from kb.model import AlertRule, Severity

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"


def parse(text: str, path: str = "rules.yaml") -> Parsed:
    return AlertRules().parse(SourceFile(path=path, text=text))


def alerts(text: str) -> list[AlertRule]:
    return [entry for entry in parse(text).entries if isinstance(entry, AlertRule)]


PLAIN = """\
groups:
- name: shop
  rules:
  - record: job:errors:rate5m
    expr: sum(rate(errors[5m]))
  - alert: ShopDown
    expr: up{job="shop"} == 0
    for: 5m
    labels:
      severity: critical
      service: shop
    annotations:
      summary: Shop on {{ $labels.instance }} is down
      description: '{{ if gt $value 1.0 }}{{ printf "%.1f" $value }} pods{{ end }} are gone'
      runbook_url: https://runbooks.example/shopdown
"""


def test_an_alert_has_its_texts_severity_runbook_and_line():
    (alert,) = alerts(PLAIN)

    assert alert.name == "ShopDown"
    assert alert.summary == "Shop on <*> is down"
    assert alert.description == "<*> pods are gone"
    assert (alert.severity, alert.severity_label) == (Severity.SEV1, "critical")
    assert alert.runbook_url == "https://runbooks.example/shopdown"
    assert alert.group == "shop"
    assert alert.scope.services == ("shop",)
    assert alert.provenance.source is not None
    assert alert.provenance.source.line == 6


def test_recording_rules_are_counted_not_stored():
    assert parse(PLAIN).notes == ("1 recording rules left out: they raise no alert",)


def test_a_file_of_recording_rules_alone_is_skipped_with_the_count():
    text = "groups:\n- name: a\n  rules:\n  - record: x\n    expr: y\n"

    assert parse(text).skipped == "1 recording rules left out: they raise no alert"


def test_several_objects_in_one_file_are_all_read():
    head = "kind: PrometheusRule\nspec:\n  groups:\n  - name: g\n    rules:\n"
    text = f"{head}    - {{alert: A1, expr: x}}\n---\n{head}    - {{alert: A2, expr: y}}\n"

    assert [alert.name for alert in alerts(text)] == ["A1", "A2"]


def test_a_rule_file_inside_a_config_map_is_read_with_its_lines():
    text = """\
kind: ConfigMap
data:
  rules.yml: |
    groups:
    - name: g
      rules:
      - alert: Inner
        expr: x
"""
    (alert,) = alerts(text)

    assert alert.name == "Inner"
    assert alert.provenance.source is not None
    assert alert.provenance.source.line == 7


def test_a_collection_grouped_by_service_names_the_service():
    text = """\
groups:
  - name: Databases
    services:
      - name: Postgres
        exporters:
          - name: pgexp
            rules:
              - name: Postgres down
                description: No answer from {{ $labels.instance }}
                query: pg_up == 0
                severity: warning
"""
    (alert,) = alerts(text)

    assert (alert.name, alert.group, alert.scope.services) == ("Postgres down", "Databases", ("Postgres",))
    assert alert.expr == "pg_up == 0"
    assert alert.severity is Severity.SEV3
    assert alert.description == "No answer from <*>"


def test_a_chart_template_is_read_without_its_template_lines():
    text = """\
{{- if .Values.rules.enabled }}
groups:
- name: chart
  rules:
{{- if not .Values.rules.disabled.ChartDown }}
  - alert: ChartDown
    expr: up{namespace="{{ .Release.Namespace }}"} == 0
    annotations:
      description: {{`{{`}} $labels.pod {{`}}`}} is down
    labels:
      severity: info
{{- end }}
{{- end }}
"""
    (alert,) = alerts(text)

    assert alert.description == "<*> is down"
    assert alert.severity is Severity.SEV4


def test_yaml_that_cannot_be_read_is_a_problem_with_its_line():
    parsed = parse("groups:\n- name: a\n  rules: [\n  - alert: x\n    expr: y\n")

    assert parsed.entries == ()
    assert parsed.problems[0].line is not None


@pytest.mark.parametrize(
    ("folder", "count"),
    [("al-kube-prometheus", 139), ("al-openshift-cmo", 113), ("al-awesome-prometheus", 1155)],
)
def test_every_alert_of_the_real_rule_files_is_read(folder: str, count: int):
    if not CORPORA.is_dir():
        pytest.skip("../shared/corpora is absent")
    source = AlertRules()
    files = [SourceFile(path=str(path), text=path.read_text()) for path in (CORPORA / folder).rglob("*.y*ml")]
    found = [entry for file in files if source.recognises(file) > 0.5 for entry in source.parse(file).entries]

    assert len(found) == count
    assert all(isinstance(alert, AlertRule) and (alert.summary or alert.description) for alert in found)


def test_labels_of_a_group_are_those_of_its_rules_unless_they_say_otherwise():
    # Prometheus from 3.0 on, and vmalert
    found = alerts(
        "groups:\n- name: orders\n  labels: {severity: critical, service: orders}\n  rules:\n"
        "  - alert: OrdersDown\n    expr: up == 0\n"
        "  - alert: OrdersSlow\n    expr: latency > 1\n    labels: {severity: warning}\n"
        "- name: other\n  rules:\n  - alert: OtherDown\n    expr: up == 0\n"
    )

    assert [(alert.name, alert.severity_label, alert.scope.services) for alert in found] == [
        ("OrdersDown", "critical", ("orders",)),
        ("OrdersSlow", "warning", ("orders",)),
        ("OtherDown", "", ()),
    ]
