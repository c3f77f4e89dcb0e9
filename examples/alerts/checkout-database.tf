# Alarms of the checkout database.  `kb ingest` reads each with the values that this file tells.

variable "environment" {
  default = "production"
}

locals {
  runbooks = "https://runbooks.example.com"
  replicas = {
    eu = { lag = 30, severity = "critical" }
    us = { lag = 120, severity = "warning" }
  }
}

resource "aws_cloudwatch_metric_alarm" "connections" {
  alarm_name          = "checkout-db-connections-${var.environment}"
  alarm_description   = "The pool of the checkout database is nearly full. Runbook: ${local.runbooks}/connection-pool-exhausted"
  namespace           = "AWS/RDS"
  metric_name         = "DatabaseConnections"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 450
  period              = 60
  evaluation_periods  = 3
  dimensions          = { DBInstanceIdentifier = "checkout" }
}

resource "aws_cloudwatch_metric_alarm" "replica_lag" {
  for_each = local.replicas

  alarm_name          = "checkout-db-lag-${each.key}"
  alarm_description   = "The replica in ${each.key} is behind by more than ${each.value.lag} seconds."
  namespace           = "AWS/RDS"
  metric_name         = "ReplicaLag"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.lag
  period              = 60
  evaluation_periods  = 5
  dimensions          = { DBInstanceIdentifier = "checkout-${each.key}" }
  tags                = { severity = each.value.severity }
}
