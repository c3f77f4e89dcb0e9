"""Alert rules of monitoring systems other than Prometheus, by their shape."""

from __future__ import annotations

import pytest

from ingest.pipeline import Read, decode, parse_file
from kb.model import AlertRule, Severity

DATADOG = """{"name": "CPU of {{host.name}} is high", "type": "metric alert", "priority": 1,
 "query": "avg(last_5m):avg:system.cpu.user{service:web} by {host} > 90",
 "message": "{{#is_alert}}CPU is high.{{/is_alert}} See https://wiki.example.com/runbooks/cpu @pagerduty-web",
 "tags": ["service:web", "team:core"]}"""
CLOUDFORMATION = """
Resources:
  QueueAgeAlarm:
    Type: 'AWS::CloudWatch::Alarm'
    Properties:
      AlarmDescription: Messages wait too long
      Namespace: AWS/SQS
      MetricName: ApproximateAgeOfOldestMessage
      ComparisonOperator: GreaterThanThreshold
      Threshold: 600
      Tags: [{Key: severity, Value: critical}]
"""
GOOGLE = """{"displayName": "Cart latency", "combiner": "OR", "severity": "CRITICAL",
 "documentation": {"content": "Cart answers slowly."},
 "conditions": [{"displayName": "p99 above 2 s", "conditionThreshold": {"filter": "metric.type=\\"x\\""}}]}"""
ZABBIX = """
zabbix_export:
  version: '6.4'
  templates:
    - template: Nginx
      name: Nginx
      items:
        - name: Up
          triggers:
            - expression: 'last(/Nginx/nginx.up)=0'
              name: 'Nginx is down'
              priority: HIGH
              description: 'The process does not run.'
"""
SENSU = """
type: CheckConfig
api_version: core/v2
metadata:
  name: check-disk
  labels: {severity: warning, service: db}
  annotations: {runbook: https://wiki.example.com/disk}
spec:
  command: check-disk-usage -w 80
"""
SLOTH = """
version: prometheus/v1
service: myservice
slos:
  - name: availability
    objective: 99.9
    sli:
      events: {error_query: 'sum(rate(errors[5m]))', total_query: 'sum(rate(all[5m]))'}
    alerting:
      name: HighErrorRate
      annotations: {summary: Too many errors, runbook: https://wiki.example.com/errors}
      page_alert: {labels: {severity: critical}}
"""
ELASTALERT = """
name: Too many logins fail
type: frequency
index: auth-*
num_events: 50
timeframe: {minutes: 5}
filter:
- query: {query_string: {query: "event: login_failed"}}
alert: [email]
priority: 2
description: Somebody guesses passwords
"""
RULER = """{"groups":[{"name":"queue","rules":[{"grafana_alert":{"title":"Queue is long","condition":"A","data":
[{"refId":"A","datasourceUid":"p","model":{"expr":"queue > 10"}}]},"for":"5m","labels":{"severity":"page"},
"annotations":{"summary":"Jobs wait"}}]}]}"""
API = """{"status":"success","data":{"groups":[{"name":"g","file":"x","rules":[
{"state":"firing","name":"DiskFull","query":"disk > 90","duration":60,"labels":{"severity":"critical"},
 "annotations":{"summary":"Disk is full"},"type":"alerting"},
{"name":"disk:rate","query":"rate(disk[5m])","type":"recording","labels":{},"annotations":{}}]}]}}"""


def rules(text: str, name: str) -> list[AlertRule]:
    read = decode(text.encode(), name)
    assert isinstance(read, Read)
    return [entry for entry in parse_file(read.file)[1].entries if isinstance(entry, AlertRule)]


@pytest.mark.parametrize(
    ("text", "name", "title", "severity", "expr"),
    [
        (DATADOG, "cpu.json", "CPU of is high", Severity.SEV1, "avg(last_5m)"),
        (
            CLOUDFORMATION,
            "stack.yaml",
            "QueueAgeAlarm",
            Severity.SEV1,
            "AWS/SQS/ApproximateAgeOfOldestMessage > 600",
        ),
        (GOOGLE, "policy.json", "Cart latency", Severity.SEV1, "metric.type"),
        (ZABBIX, "nginx.yaml", "Nginx is down", Severity.SEV2, "last(/Nginx"),
        (SENSU, "check.yml", "check-disk", Severity.SEV3, "check-disk-usage"),
        (SLOTH, "slo.yml", "HighErrorRate", Severity.SEV1, "sum(rate(errors[5m]))"),
        (ELASTALERT, "rule.yaml", "Too many logins fail", Severity.SEV2, "login_failed"),
        (RULER, "ruler.json", "Queue is long", Severity.SEV1, "queue > 10"),
        (API, "rules.json", "DiskFull", Severity.SEV1, "disk > 90"),
    ],
)
def test_each_system_names_its_rule_its_severity_and_what_it_asks(
    text: str, name: str, title: str, severity: Severity, expr: str
) -> None:
    (rule,) = rules(text, name)

    assert (rule.name, rule.severity) == (title, severity)
    assert expr in rule.expr
    assert "{{" not in rule.name + rule.summary + rule.description


def test_a_monitor_names_service_runbook_and_not_whom_it_wakes() -> None:
    (rule,) = rules(DATADOG, "cpu.json")

    assert rule.scope.services == ("web",)
    assert rule.runbook_url == "https://wiki.example.com/runbooks/cpu"
    assert "@pagerduty" not in rule.description


def test_rules_in_a_template_of_another_kind_of_suffix_are_found() -> None:
    text = (
        "groups:\n- name: queue\n  rules:\n  - alert: QueueBacklogHigh\n    expr: queue > {{ most | default('9') }}\n"
        "    labels:\n      severity: {{ sev | default('warning') }}\n"
    )

    (rule,) = rules(text, "queue.rules.yml.j2")

    assert (rule.name, rule.severity) == ("QueueBacklogHigh", Severity.SEV3)


NAGIOS = """
define service {
    use                  generic-service   ; template
    host_name            web-01
    service_description  Disk Space /var
    check_command        check_disk!10%!5%!/var
    notes_url            https://wiki.example.com/disk
    _SEVERITY            critical
}
define service {
    name      generic-service
    register  0
}
"""
ICINGA = """
apply Service "disk" {
  import "generic-service"
  display_name = "Disk space"
  check_command = "disk"
  notes_url = "https://wiki.example.com/disk"
  vars.severity = "critical"
  assign where host.vars.os == "Linux"
}
"""


@pytest.mark.parametrize(
    ("text", "name", "title"), [(NAGIOS, "disk.cfg", "Disk Space /var"), (ICINGA, "disk.conf", "Disk space")]
)
def test_checks_of_nagios_and_icinga_are_rules_and_their_templates_are_none(
    text: str, name: str, title: str
) -> None:
    (rule,) = rules(text, name)

    assert (rule.name, rule.severity, rule.runbook_url) == (
        title,
        Severity.SEV1,
        "https://wiki.example.com/disk",
    )
    assert "disk" in rule.expr
    assert rule.provenance.source is not None
    assert rule.provenance.source.line == 2


def test_a_check_of_icinga_has_its_own_settings_and_not_those_of_a_mapping_in_it() -> None:
    found = rules(
        """
        /* { a comment */
        object Host "db-1" {
          check_command = "hostalive"
          notes_url = "https://wiki.example.com/db"
          vars.commands["users"] = {
            display_name = "Logged in users"
          }
        }
        apply Service for (disk => config in host.vars.disks) {
          check_command = "disk"
        }
        apply Service "API-" for (name => config in host.vars.apis) {
          check_command = "http"
          vars.severity = "critical"
        }
        """,
        "hosts.conf",
    )

    assert [(rule.name, rule.expr) for rule in found] == [
        ("db-1", "hostalive"),
        ("disk", "disk"),
        ("API", "http"),
    ]
    assert found[0].runbook_url == "https://wiki.example.com/db"
    assert found[2].severity == Severity.SEV1


def test_a_file_of_hosts_alone_is_read_as_well() -> None:
    (rule,) = rules('object Host "db-2" {\n  address = "10.0.0.2"\n}\n', "db.conf")

    assert rule.name == "db-2"


def test_an_alert_in_a_template_of_azure_has_the_defaults_of_its_parameters() -> None:
    template = """{"parameters": {"name": {"type": "string"}, "about": {"defaultValue": "Memory is short"},
      "level": {"defaultValue": 1}, "most": {"defaultValue": "80"}},
     "resources": [{"type": "Microsoft.Insights/metricAlerts", "name": "[parameters('name')]",
      "properties": {"description": "[parameters('about')]", "severity": "[parameters('level')]",
       "criteria": {"allOf": [{"metricName": "Memory", "operator": "GreaterThan",
        "threshold": "[parameters('most')]"}]}}},
      {"type": "Microsoft.Insights/metricAlerts", "name": "[concat('disk-full-', parameters('name'))]",
       "properties": {"severity": 2, "criteria": {"allOf": [{"metricName": "Disk"}]}}}]}"""

    first, second = rules(template, "alerts.json")

    assert (first.name, first.severity, first.expr) == (
        "Memory is short",
        Severity.SEV1,
        "Memory GreaterThan 80",
    )
    assert (second.name, second.severity) == ("disk-full", Severity.SEV2)


def test_a_folder_of_a_runbook_that_only_an_alert_names_is_left_open() -> None:
    (rule,) = rules(
        "groups:\n- name: g\n  rules:\n  - alert: ErrorsHigh\n    expr: errors > 1\n    annotations:\n"
        "      runbook: docs/{{ $labels.type }}/errors.md\n",
        "rules.yml",
    )

    assert rule.runbook_url == "docs/<*>/errors.md"
