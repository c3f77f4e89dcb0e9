"""Alert rules that Terraform declares, as far as one file alone tells what they are."""

from __future__ import annotations

from ingest.pipeline import Read, decode, parse_file
from ingest.source import Parsed
from kb.model import AlertRule, Severity


def parsed(text: str, name: str = "alerts.tf") -> tuple[str, Parsed]:
    read = decode(text.encode(), name)
    assert isinstance(read, Read)
    return parse_file(read.file)


def rules(text: str) -> list[AlertRule]:
    return [entry for entry in parsed(text)[1].entries if isinstance(entry, AlertRule)]


def test_an_alarm_of_cloudwatch_says_what_it_watches_and_where_its_runbook_is() -> None:
    (rule,) = rules(
        """
        variable "limit" { default = 90 }
        resource "aws_cloudwatch_metric_alarm" "queue" {
          alarm_name          = "${var.stage}-orders-queue-old-critical"
          alarm_description   = <<-TEXT
            Orders wait in ${var.region} for too long.
            Runbook: https://wiki.example.com/runbooks/orders-queue
          TEXT
          namespace           = "AWS/SQS"
          metric_name         = "ApproximateAgeOfOldestMessage"
          comparison_operator = "GreaterThanThreshold"
          threshold           = var.limit
          tags                = merge(local.common, { service = "orders" })
        }
        """
    )

    assert (rule.name, rule.severity, rule.severity_label) == (
        "orders-queue-old-critical",
        Severity.SEV1,
        "critical",
    )
    assert rule.expr == "AWS/SQS/ApproximateAgeOfOldestMessage > 90"
    assert rule.description.startswith("Orders wait in <*> for too long.")
    assert rule.runbook_url == "https://wiki.example.com/runbooks/orders-queue"
    assert rule.scope.services == ("orders",)
    assert rule.provenance.source is not None
    assert rule.provenance.source.line == 3


def test_a_resource_that_is_repeated_is_a_rule_for_each_item() -> None:
    found = rules(
        """
        locals {
          queues = { orders = { age = 60 }, mails = { age = 900 } }
        }
        resource "aws_cloudwatch_metric_alarm" "age" {
          for_each    = local.queues
          alarm_name  = "${each.key} queue is old"
          metric_name = "Age"
          threshold   = each.value.age
          comparison_operator = "GreaterThanThreshold"
        }
        """
    )

    assert [(rule.name, rule.expr) for rule in found] == [
        ("orders queue is old", "Age > 60"),
        ("mails queue is old", "Age > 900"),
    ]


def test_a_rule_group_of_grafana_is_read_with_the_rules_of_its_dynamic_blocks() -> None:
    found = rules(
        """
        locals { limits = [{ name = "DiskFull", most = 90 }, { name = "DiskFilling", most = 75 }] }
        resource "grafana_rule_group" "disks" {
          name = "disks"
          rule {
            name = "DiskSlow"
            data {
              ref_id = "A"
              model  = jsonencode({ expr = "disk_wait > 2", refId = "A" })
            }
            data {
              ref_id         = "B"
              datasource_uid = "__expr__"
              model          = "{\\"type\\": \\"threshold\\"}"
            }
            labels      = { severity = "warning" }
            annotations = {
              summary     = "Disk of {{ $labels.host }} is slow"
              runbook_url = "https://wiki.example.com/disk"
            }
          }
          dynamic "rule" {
            for_each = local.limits
            iterator = limit
            content {
              name = limit.value.name
              data { model = jsonencode({ expr = "disk > ${limit.value.most}" }) }
              labels = { severity = "critical" }
            }
          }
        }
        """
    )

    assert [(rule.name, rule.severity_label, rule.expr, rule.group) for rule in found] == [
        ("DiskSlow", "warning", "disk_wait > 2", "disks"),
        ("DiskFull", "critical", "disk > 90", "disks"),
        ("DiskFilling", "critical", "disk > 75", "disks"),
    ]
    assert found[0].summary == "Disk of <*> is slow"
    assert found[0].runbook_url == "https://wiki.example.com/disk"


def test_monitors_of_datadog_say_nothing_of_one_state_alone_in_their_names() -> None:
    (rule,) = rules(
        """
        resource "datadog_monitor" "latency" {
          name    = "[${var.environment}] Carts are slow {{#is_alert}}above {{{threshold}}} s ({{value}}){{/is_alert}}"
          type    = "query alert"
          query   = "avg(last_5m):avg:carts.latency{*} > 2"
          message = "{{#is_alert}}Look at https://wiki.example.com/runbooks/carts{{/is_alert}} ${var.notify}"
          priority = 2
        }
        """
    )

    assert (rule.name, rule.severity) == ("Carts are slow", Severity.SEV2)
    assert rule.runbook_url == "https://wiki.example.com/runbooks/carts"


def test_policies_of_other_clouds_have_their_own_names_for_the_same() -> None:
    google, azure, newrelic = rules(
        """
        resource "google_monitoring_alert_policy" "carts" {
          display_name = "Carts fail"
          combiner     = "OR"
          severity     = "ERROR"
          conditions {
            display_name = "5xx above 1 %"
            condition_threshold { filter = "metric.type = \\"carts/5xx\\"" }
          }
          documentation {
            content = "Customers cannot pay."
            links {
              display_name = "Runbook"
              url          = "https://wiki.example.com/carts"
            }
          }
        }
        resource "azurerm_monitor_metric_alert" "cpu" {
          name     = "cpu-high"
          severity = 1
          criteria {
            metric_name = "Percentage CPU"
            operator    = "GreaterThan"
            threshold   = 80
          }
        }
        resource "newrelic_nrql_alert_condition" "errors" {
          name        = "Errors of carts"
          runbook_url = "https://wiki.example.com/errors"
          nrql { query = "SELECT count(*) FROM TransactionError" }
          warning { threshold = 3 }
        }
        """
    )

    assert (google.name, google.severity, google.expr) == (
        "Carts fail",
        Severity.SEV2,
        'metric.type = "carts/5xx"',
    )
    assert (google.summary, google.runbook_url) == ("5xx above 1 %", "https://wiki.example.com/carts")
    assert (azure.name, azure.severity, azure.expr) == (
        "cpu-high",
        Severity.SEV1,
        "Percentage CPU GreaterThan 80",
    )
    assert (newrelic.severity, newrelic.runbook_url) == (Severity.SEV3, "https://wiki.example.com/errors")


def test_what_only_a_plan_knows_is_no_name_and_stands_in_a_query_by_what_it_is_called() -> None:
    (rule,) = rules(
        'resource "aws_cloudwatch_metric_alarm" "memory" {\n  alarm_name = var.name\n'
        '  metric_name = module.names.MemoryUsed\n  comparison_operator = "GreaterThanThreshold"\n'
        "  threshold = data.aws_ssm_parameter.limit.value * 2\n}\n"
    )

    assert (rule.name, rule.expr) == ("memory", "<MemoryUsed> > <*>")


def test_rules_of_a_detector_differ_in_what_is_to_be_done() -> None:
    first, second = rules(
        """
        resource "signalfx_detector" "carts" {
          name         = "Carts are slow"
          program_text = "detect(when(data('carts.latency') > 2)).publish('slow')"
          rule {
            severity     = "Critical"
            detect_label = "much"
            runbook_url  = "https://wiki.example.com/carts"
          }
          rule {
            severity     = "Minor"
            detect_label = "a little"
            tip          = "Wait a minute."
          }
        }
        """
    )

    assert [one.name for one in (first, second)] == ["Carts are slow: much", "Carts are slow: a little"]
    assert [one.severity for one in (first, second)] == [Severity.SEV1, Severity.SEV4]
    assert (first.runbook_url, second.description) == ("https://wiki.example.com/carts", "Wait a minute.")


def test_a_file_that_is_no_hcl_is_kept_and_says_near_which_line() -> None:
    name, found = parsed('resource "datadog_monitor" "a" {\n  name = \n}\n')

    assert name == "document"
    assert [problem.message for problem in found.problems] == ["not valid HCL, near line 2"]


def test_terraform_without_a_monitor_and_a_page_that_quotes_one_are_no_rules() -> None:
    assert parsed('resource "aws_s3_bucket" "logs" {\n  bucket = "logs"\n}\n')[0] == "document"
    page = '# Alarms\n\n```hcl\nresource "datadog_monitor" "a" {\n  name = "x"\n}\n```\n'
    assert parsed(page, "alarms.md")[0] == "document"


def test_locals_that_lead_to_themselves_end() -> None:
    (rule,) = rules(
        'locals {\n  a = local.b\n  b = local.a\n}\nresource "datadog_monitor" "m" {\n  name = "Carts ${local.a}"\n'
        '  type = "metric alert"\n  query = "avg:carts{*} > 1"\n}\n'
    )

    assert rule.name == "Carts"


def test_a_runbook_below_an_address_that_only_a_plan_knows_is_known_by_its_name() -> None:
    (rule,) = rules(
        'resource "azurerm_monitor_metric_alert" "disk" {\n  name = "disk-full"\n'
        '  description = "Disk is full, runbook: ${var.docs}/disk-full"\n}\n'
    )

    assert rule.runbook_url == "<*>/disk-full"
