"""Alert rules that Terraform's JSON form and Bicep declare, as far as one file alone tells what they are."""

from __future__ import annotations

import json

from ingest.pipeline import Read, decode, parse_file
from kb.model import AlertRule, Severity

ALARM = {
    "//": {"metadata": {"path": "stack/alarm"}},
    "alarm_name": "${var.stage}-orders-queue-old-critical",
    "alarm_description": "Orders wait. Runbook: https://wiki.example.com/runbooks/orders-queue",
    "namespace": "AWS/SQS",
    "metric_name": "ApproximateAgeOfOldestMessage",
    "comparison_operator": "GreaterThanThreshold",
    "threshold": "${var.limit}",
    "tags": {"service": "orders"},
}


def rules(text: str, name: str) -> list[AlertRule]:
    read = decode(text.encode(), name)
    assert isinstance(read, Read)
    return [entry for entry in parse_file(read.file)[1].entries if isinstance(entry, AlertRule)]


def test_an_alarm_in_terraforms_json_is_read_like_one_in_its_own_language() -> None:
    document = {
        "variable": {"limit": {"default": 90}, "stage": {"type": "string"}},
        "resource": {"aws_cloudwatch_metric_alarm": {"queue": ALARM}},
    }

    (rule,) = rules(json.dumps(document, indent=2), "cdk.tf.json")

    assert (rule.name, rule.severity) == ("orders-queue-old-critical", Severity.SEV1)
    assert rule.expr == "AWS/SQS/ApproximateAgeOfOldestMessage > 90"
    assert rule.runbook_url == "https://wiki.example.com/runbooks/orders-queue"
    assert rule.scope.services == ("orders",)
    assert rule.provenance.source is not None
    assert rule.provenance.source.line == 12


def test_resources_of_json_may_be_lists_their_blocks_objects_and_each_repeated() -> None:
    datadog = {
        "for_each": {"web": 1, "mail": 2},
        "name": "Disk of ${each.key} is full",
        "type": "metric alert",
        "query": "avg:disk{host:${each.key}} > 90",
        "message": 'Clean it "up".',
        "tags": ["service:${each.key}"],
    }
    google = {
        "display_name": "Latency",
        "combiner": "OR",
        "conditions": {"display_name": "slow", "condition_threshold": {"filter": 'metric.type = "x"'}},
    }
    document = {
        "resource": [
            {"datadog_monitor": {"disk": datadog}},
            {"google_monitoring_alert_policy": {"slow": [google]}},
        ]
    }

    found = rules(json.dumps(document), "alerts.tf.json")

    assert [(rule.name, rule.expr) for rule in found] == [
        ("Disk of web is full", "avg:disk{host:web} > 90"),
        ("Disk of mail is full", "avg:disk{host:mail} > 90"),
        ("Latency", 'metric.type = "x"'),
    ]


def test_a_state_of_terraform_declares_nothing() -> None:
    state = {"version": 4, "resources": [{"type": "aws_cloudwatch_metric_alarm", "instances": []}]}

    assert rules(json.dumps(state), "terraform.tfstate") == []


METRIC = """
@description('How much is too much')
param limit int = 80 // percent
param actionGroup string
var prefix = 'shop'

resource cpuAlert 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${prefix}-cpu-${environment().name}'
  location: 'global'
  tags: {
    team: 'web'
  }
  properties: {
    description: 'CPU of the shop\\'s plan. Runbook: https://wiki.example.com/runbooks/cpu'
    severity: 1
    scopes: [
      resourceId('Microsoft.Web/serverfarms', 'plan')
    ]
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'high' /* the only one */
          metricName: 'CpuPercentage'
          operator: 'GreaterThan'
          threshold: limit
        }
      ]
    }
    actions: [ { actionGroupId: actionGroup } ]
  }
}
"""


def test_a_metric_alert_in_bicep_is_filled_in_with_the_defaults_of_its_file() -> None:
    (rule,) = rules(METRIC, "alerts.bicep")

    assert (rule.name, rule.severity_label, rule.expr) == ("shop-cpu", "Sev1", "CpuPercentage GreaterThan 80")
    assert rule.description == "CPU of the shop's plan. Runbook: https://wiki.example.com/runbooks/cpu"
    assert rule.runbook_url == "https://wiki.example.com/runbooks/cpu"
    assert rule.provenance.source is not None
    assert rule.provenance.source.line == 7


def test_a_query_in_several_lines_a_loop_and_a_condition_are_read() -> None:
    text = """
    param names array
    resource failed 'microsoft.insights/scheduledQueryRules@2022-06-15' = [for one in names: if (one != 'x') {
      name: 'Failed logins'
      properties: {
        displayName: 'Too many failed logins'
        severity: severityOf(one)
        criteria: {
          allOf: [
            {
              query: '''
                SigninLogs
                | where ResultType != 0
              '''
              operator: 'GreaterThan', threshold: 10
            }
          ]
        }
      }
    }]
    """

    (rule,) = rules(text, "alerts.bicep")

    assert (rule.name, rule.severity) == ("Too many failed logins", None)
    assert rule.expr.split() == ["SigninLogs", "|", "where", "ResultType", "!=", "0", "GreaterThan", "10"]


def test_rules_of_azures_prometheus_are_rules() -> None:
    text = """
    resource group 'Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01' = {
      name: 'nodes'
      properties: {
        rules: [
          {
            record: 'instance:cpu'
            expression: 'sum(x)'
          }
          {
            alert: 'NodeDown'
            expression: 'up == 0'
            severity: 3
            annotations: { description: 'A node is down.', runbook_url: 'https://wiki.example.com/node' }
          }
        ]
      }
    }
    """

    (rule,) = rules(text, "prometheus.bicep")

    assert (rule.name, rule.expr, rule.severity_label) == ("NodeDown", "up == 0", "Sev3")
    assert (rule.group, rule.runbook_url) == ("nodes", "https://wiki.example.com/node")


def test_a_bicep_file_that_ends_early_or_declares_no_alert_gives_what_it_has() -> None:
    assert (
        rules("resource plan 'Microsoft.Web/serverfarms@2022-03-01' = {\n  name: 'x'\n}\n", "a.bicep") == []
    )
    (rule,) = rules(METRIC[: METRIC.index("criteria")], "b.bicep")
    assert (rule.name, rule.severity_label) == ("shop-cpu", "Sev1")


def test_variables_that_double_with_each_name_end_and_leave_the_other_alerts() -> None:
    doubling = "".join(f"var v{n} = [v{n + 1}, v{n + 1}, '${{v{n + 1}}}${{v{n + 1}}}']\n" for n in range(60))
    nested = METRIC.replace("resource ", "resource other", 1).replace("criteria: {", "criteria: {\n x: v0", 1)

    assert next(rule.name for rule in rules(f"{doubling}{METRIC}{nested}", "c.bicep")) == "shop-cpu"
