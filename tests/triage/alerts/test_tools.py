"""What each tool sends is read by its own form; where each form is documented stands in docs/alerts.md."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from kb.triage.alert import parse_alert
from kb.triage.severity import judge_severity

AT = datetime(2026, 11, 20, 10, 15, 12, tzinfo=UTC)
MS = 1_795_169_712_000
"""`AT` in milliseconds since 1970."""

Told = tuple[str, str, str, str, str, str | None, datetime | None, bool]
"""Tool, name, service, environment, severity as written, severity, start (else end), over or not."""


def told(alert: object) -> Told:
    read = parse_alert(alert)
    severity = judge_severity(read).severity
    return (
        read.tool,
        read.name,
        read.service,
        read.environment,
        read.severity_label,
        severity and str(severity),
        read.starts or read.ends,
        read.is_resolved,
    )


ALARM = {
    "AlarmName": "orders-5xx",
    "NewStateValue": "ALARM",
    "NewStateReason": "Threshold Crossed",
    "OldStateValue": "OK",
    "StateChangeTime": "2026-11-20T10:15:12.000+0000",
    "Trigger": {"Dimensions": [{"name": "ServiceName", "value": "orders"}]},
}
LAMBDA = {
    "source": "aws.cloudwatch",
    "alarmArn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:orders-5xx",
    "alarmData": {
        "alarmName": "orders-5xx",
        "state": {"value": "OK", "reason": "r", "timestamp": "2026-11-20T10:15:12.000+0000"},
        "previousState": {"value": "ALARM", "timestamp": "2026-11-20T09:15:12.000+0000"},
    },
}
AZURE = {
    "schemaId": "azureMonitorCommonAlertSchema",
    "data": {
        "essentials": {
            "alertRule": "cart-5xx",
            "severity": "Sev3",
            "monitorCondition": "Resolved",
            "firedDateTime": "2026-11-20T10:15:12Z",
            "configurationItems": ["cart-1"],
            "alertTargetIDs": ["/subscriptions/1/resourcegroups/shop-prod/providers/x/y/cart-1"],
        },
        "alertContext": {},
        "customProperties": {"service": "cart"},
    },
}
GOOGLE = {
    "version": "1.2",
    "incident": {
        "incident_id": "1",
        "policy_name": "projects/1/alertPolicies/2",
        "condition_name": "5xx above 5%",
        "state": "closed",
        "started_at": MS // 1000,
        "ended_at": MS // 1000 + 60,
        "severity": "Error",
        "metadata": {"user_labels": {"environment": "stage", "app": "cart"}},
        "summary": "5xx",
    },
}
OPSGENIE = {
    "action": "Close",
    "source": {"name": "web"},
    "alert": {
        "alertId": "1",
        "message": "Cart is slow",
        "priority": "P5",
        "tags": ["service:cart", "stage"],
        "createdAt": MS,
    },
}
PAGERDUTY = {
    "event": {
        "id": "1",
        "event_type": "incident.resolved",
        "resource_type": "incident",
        "occurred_at": "2026-11-20T11:15:12Z",
        "agent": {"summary": "Ann"},
        "data": {
            "id": "P1",
            "type": "incident",
            "status": "resolved",
            "title": "Cart is slow",
            "urgency": "high",
            "service": {"id": "S", "summary": "cart"},
            "priority": {"summary": "P3"},
            "created_at": "2026-11-20T10:15:12Z",
        },
    },
}
PAGERDUTY_V2 = {
    "messages": [
        {
            "event": "incident.trigger",
            "created_on": "2026-11-20T10:15:12Z",
            "incident": {
                "title": "Cart is slow",
                "service": {"name": "cart"},
                "urgency": "high",
                "status": "triggered",
            },
        }
    ],
}
PAGERDUTY_EVENT = {
    "routing_key": "r",
    "event_action": "trigger",
    "dedup_key": "d",
    "payload": {
        "summary": "Cart is slow",
        "source": "web-3",
        "severity": "warning",
        "component": "cart",
        "timestamp": "2026-11-20T10:15:12Z",
        "custom_details": {"env": "prod"},
    },
}
VICTOROPS = {
    "message_type": "RECOVERY",
    "entity_id": "cart/latency",
    "entity_display_name": "Cart is slow",
    "service": "cart",
    "state_message": "p99 is 200 ms",
    "state_start_time": MS // 1000,
}
VICTOROPS_OUT = {
    "ALERT": {
        "entity_id": "cart/latency",
        "entity_display_name": "Cart is slow",
        "message_type": "CRITICAL",
        "state_message": "p99 is 9 s",
    },
    "STATE": {"CURRENT_ALERT_PHASE": "UNACKED", "SERVICE": "cart", "INCIDENT_TIMESTAMP": MS},
}
SERVICENOW = {
    "number": "INC1",
    "short_description": "Cart is slow",
    "priority": "1",
    "severity": "3",
    "state": "6",
    "cmdb_ci": {"display_value": "cart-stage", "link": "https://x/1"},
    "opened_at": "2026-11-20 10:15:12",
}
DATADOG = {
    "id": "1",
    "title": "[Recovered on {service:cart}] Cart is slow",
    "event_type": "query_alert_monitor",
    "body": "%%%\nok\n%%%",
    "alert_type": "success",
    "alert_transition": "Recovered",
    "date": str(MS),
    "tags": "env:stage,service:cart",
    "priority": "low",
}
NEWRELIC = {
    "id": "1",
    "issueUrl": "https://x",
    "title": "cart query result is > 1.0 for 1 minutes on 'Cart is slow'",
    "priority": "HIGH",
    "impactedEntities": ["cart"],
    "state": "ACTIVATED",
    "createdAt": MS,
    "alertConditionNames": ["Cart is slow"],
}
NEWRELIC_OLD = {
    "incident_id": 1,
    "condition_name": "Cart is slow",
    "current_state": "closed",
    "severity": "WARNING",
    "details": "p99 > 2 s",
    "timestamp": MS,
    "policy_name": "Shop",
    "targets": [{"name": "cart", "type": "Application", "labels": {"env": "prod"}}],
}
SENTRY = {
    "action": "resolved",
    "actor": {"type": "user", "name": "Ann"},
    "installation": {"uuid": "1"},
    "data": {
        "issue": {
            "title": "KeyError: 'sku'",
            "level": "error",
            "status": "resolved",
            "firstSeen": "2026-11-20T10:15:12Z",
            "project": {"slug": "cart", "name": "Cart"},
            "culprit": "checkout in views",
        }
    },
}
SENTRY_RULE = {
    "action": "triggered",
    "actor": {"id": "sentry"},
    "data": {
        "event": {
            "title": "KeyError: 'sku'",
            "level": "fatal",
            "datetime": "2026-11-20T10:15:12.000000Z",
            "environment": "prod",
            "project": 7,
            "tags": [["level", "fatal"], ["service", "cart"]],
        },
        "triggered_rule": "All errors",
    },
}
SENTRY_SDK = {  # sentry-sdk 2.75.0, shortened: what was raised last stands last
    "event_id": "55be70d299b640ed8776a04aaef639e1",
    "level": "error",
    "exception": {
        "values": [
            {"type": "ConnectionError", "value": "shard 9 has no leader", "stacktrace": {"frames": []}},
            {"type": "RuntimeError", "value": "job 7", "stacktrace": {"frames": []}},
        ]
    },
    "timestamp": "2026-11-20T10:15:12.000000Z",
    "environment": "prod",
    "server_name": "web-01",
    "tags": {"service": "cart"},
    "platform": "python",
}
SENTRY_METRIC = {
    "action": "critical",
    "data": {
        "metric_alert": {
            "title": "p95",
            "date_started": "2026-11-20T10:15:12Z",
            "projects": ["cart"],
            "alert_rule": {"name": "Cart is slow", "environment": "prod"},
        },
        "description_title": "Critical: Cart is slow",
        "description_text": "p95 is 9 s",
    },
}
GRAYLOG = {
    "event_definition_title": "Payment errors",
    "event_definition_description": "More than 10",
    "event_definition_type": "x",
    "event": {
        "id": "1",
        "priority": 3,
        "timestamp": "2026-11-20T10:15:12.000Z",
        "message": "Payment errors: 12",
        "source": "graylog",
        "fields": {"service": "payments", "env": "prod"},
        "group_by_fields": {},
    },
    "backlog": [{"message": "card declined by acquirer", "source": "web-1"}],
}
ZABBIX = {
    "event_id": "1",
    "event_name": "Disk is full",
    "event_nseverity": "5",
    "event_value": "0",
    "event_date": "2026.11.20",
    "event_time": "10:15:12",
    "host_name": "web-3",
    "event_tags": "service:cart, env:prod",
    "trigger_id": "7",
}
SENSU = {
    "timestamp": MS // 1000,
    "entity": {"metadata": {"name": "web-3", "labels": {"service": "cart"}}},
    "check": {
        "metadata": {"name": "check-cpu"},
        "output": "CPU CRITICAL 97%",
        "status": 2,
        "issued": MS // 1000,
        "history": [],
    },
}
SENSU_CORE = {
    "client": {"name": "web-3", "environment": "prod"},
    "action": "resolve",
    "check": {"name": "check-cpu", "output": "CPU OK", "status": 0, "issued": MS // 1000},
}
CHECKMK = {
    "host": "web-3",
    "event": "DOWN -> UP",
    "what": "HOST",
    "notification_type": "RECOVERY",
    "output": "Packet received",
    "status": "UP",
    "severity": "OK",
    "short_date_time": "2026-11-20 10:15:12",
}
CHECKMK_MACROS = {
    "NOTIFY_NOTIFICATIONTYPE": "PROBLEM",
    "NOTIFY_HOSTNAME": "web-3",
    "NOTIFY_SERVICEDESC": "Filesystem /var",
    "NOTIFY_SERVICESTATE": "WARN",
    "NOTIFY_SERVICEOUTPUT": "82% used",
    "NOTIFY_SHORTDATETIME": "2026-11-20 10:15:12",
}
ICINGA = {
    "type": "Notification",
    "host": "web-3",
    "service": "disk",
    "notification_type": "PROBLEM",
    "timestamp": MS / 1000,
    "check_result": {"state": 2.0, "output": "DISK CRITICAL"},
}
UPTIMEROBOT = {
    "monitorID": "1",
    "monitorFriendlyName": "Shop front page",
    "alertType": "2",
    "alertTypeFriendlyName": "Up",
    "alertDetails": "HTTP 200",
    "monitorURL": "https://shop.example.com",
    "alertDateTime": str(MS // 1000),
}
PINGDOM = {
    "check_id": 1,
    "check_name": "Shop front page",
    "current_state": "DOWN",
    "previous_state": "UP",
    "importance_level": "LOW",
    "state_changed_timestamp": MS // 1000,
    "tags": ["stage"],
    "long_description": "HTTP Error 503",
}
SITE24X7 = {
    "MONITORNAME": "Shop front page",
    "STATUS": "TROUBLE",
    "INCIDENT_REASON": "Response time above threshold",
    "INCIDENT_TIME_ISO": "2026-11-20T10:15:12+0000",
    "MONITORTYPE": "URL",
    "MONITORURL": "https://shop.example.com",
}
CHECKLY = {
    "event": "Shop API has recovered",
    "alert_type": "ALERT_RECOVERY",
    "check_name": "Shop API",
    "check_type": "API",
    "started_at": "2026-11-20T10:15:12Z",
    "tags": "",
    "api_check_response_status_code": "200",
}
GRAFANA = {
    "receiver": "oncall",
    "status": "firing",
    "orgId": 1,
    "groupLabels": {},
    "commonLabels": {},
    "commonAnnotations": {},
    "alerts": [
        {
            "status": "firing",
            "labels": {
                "alertname": "DatasourceNoData",
                "rulename": "Cart is slow",
                "grafana_folder": "Shop",
                "service": "cart",
                "severity": "warning",
            },
            "annotations": {},
            "startsAt": "2026-11-20T10:15:12Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "values": None,
        }
    ],
}
GRAFANA_OLD = {
    "ruleId": 1,
    "ruleName": "Cart is slow",
    "ruleUrl": "https://x",
    "state": "ok",
    "title": "[OK] Cart is slow",
    "evalMatches": [],
    "message": "p99",
    "tags": {"service": "cart", "env": "prod"},
}
FLUX = {
    "involvedObject": {"kind": "Kustomization", "namespace": "shop-prod", "name": "cart"},
    "severity": "error",
    "timestamp": "2026-11-20T10:15:12Z",
    "message": "health check failed",
    "reason": "HealthCheckFailed",
}

NODATA = "Cart is slow (DatasourceNoData)"
SENT: dict[str, tuple[Any, Told]] = {
    "CloudWatch": (ALARM, ("CloudWatch", "orders-5xx", "orders", "", "", None, AT, False)),
    "CloudWatch to a function": (LAMBDA, ("CloudWatch", "orders-5xx", "", "", "", None, AT, True)),
    "Azure Monitor": (AZURE, ("Azure Monitor", "cart-5xx", "cart", "production", "Sev3", "SEV3", AT, True)),
    "Google": (
        GOOGLE,
        ("Google Cloud Monitoring", "5xx above 5%", "cart", "stage", "Error", "SEV2", AT, True),
    ),
    "Opsgenie": (OPSGENIE, ("Opsgenie", "Cart is slow", "cart", "stage", "P5", "SEV4", AT, True)),
    "PagerDuty v3": (PAGERDUTY, ("PagerDuty", "Cart is slow", "cart", "", "P3", "SEV3", AT, True)),
    "PagerDuty v2": (PAGERDUTY_V2, ("PagerDuty", "Cart is slow", "cart", "", "high", "SEV2", AT, False)),
    "PagerDuty events": (
        PAGERDUTY_EVENT,
        ("PagerDuty", "Cart is slow", "cart", "prod", "warning", "SEV3", AT, False),
    ),
    "VictorOps": (VICTOROPS, ("Splunk On-Call", "Cart is slow", "cart", "", "", None, AT, True)),
    "VictorOps webhook": (
        VICTOROPS_OUT,
        ("Splunk On-Call", "Cart is slow", "cart", "", "CRITICAL", "SEV1", AT, False),
    ),
    "ServiceNow": (
        SERVICENOW,
        ("ServiceNow", "Cart is slow", "cart-stage", "stage", "priority 1", "SEV1", AT, True),
    ),
    "Datadog": (DATADOG, ("Datadog", "Cart is slow", "cart", "stage", "", None, AT, True)),
    "New Relic": (NEWRELIC, ("New Relic", "Cart is slow", "cart", "", "HIGH", "SEV2", AT, False)),
    "New Relic channel": (
        NEWRELIC_OLD,
        ("New Relic", "Cart is slow", "cart", "prod", "WARNING", "SEV3", AT, True),
    ),
    "Sentry, as its SDK sends it": (
        SENTRY_SDK,
        ("Sentry", "RuntimeError: job 7", "cart", "prod", "error", "SEV2", AT, False),
    ),
    "Sentry": (SENTRY, ("Sentry", "KeyError: 'sku'", "cart", "", "error", "SEV2", AT, True)),
    "Sentry rule": (SENTRY_RULE, ("Sentry", "KeyError: 'sku'", "cart", "prod", "fatal", "SEV1", AT, False)),
    "Sentry metric": (
        SENTRY_METRIC,
        ("Sentry", "Cart is slow", "cart", "prod", "critical", "SEV1", AT, False),
    ),
    "Graylog": (
        GRAYLOG,
        ("Graylog", "Payment errors", "payments", "prod", "priority High", "SEV2", AT, False),
    ),
    "Zabbix": (ZABBIX, ("Zabbix", "Disk is full", "cart", "prod", "Disaster", "SEV1", AT, True)),
    "Sensu": (SENSU, ("Sensu", "check-cpu on web-3", "cart", "", "CRITICAL", "SEV1", AT, False)),
    "Sensu Core": (SENSU_CORE, ("Sensu", "check-cpu on web-3", "", "prod", "", None, AT, True)),
    "Checkmk": (CHECKMK, ("Checkmk", "web-3", "", "", "", None, AT, True)),
    "Checkmk macros": (
        CHECKMK_MACROS,
        ("Nagios, Icinga or Checkmk", "Filesystem /var on web-3", "", "", "WARN", "SEV3", AT, False),
    ),
    "Icinga": (ICINGA, ("Icinga", "disk on web-3", "", "", "CRITICAL", "SEV1", AT, False)),
    "UptimeRobot": (UPTIMEROBOT, ("UptimeRobot", "Shop front page", "", "", "", None, AT, True)),
    "Pingdom": (PINGDOM, ("Pingdom", "Shop front page", "", "stage", "LOW", "SEV3", AT, False)),
    "Site24x7": (SITE24X7, ("Site24x7", "Shop front page", "", "", "TROUBLE", "SEV3", AT, False)),
    "Checkly": (CHECKLY, ("Checkly", "Shop API", "", "", "", None, AT, True)),
    "Grafana": (GRAFANA, ("Grafana", NODATA, "cart", "", "warning", "SEV3", AT, False)),
    "Grafana 8": (GRAFANA_OLD, ("Grafana", "Cart is slow", "cart", "prod", "", None, None, True)),
    "Flux": (
        FLUX,
        ("Kubernetes events", "health check failed", "cart", "production", "error", "SEV2", AT, False),
    ),
}


@pytest.mark.parametrize("tool", SENT)
def test_a_tool_is_read_by_its_own_form(tool: str) -> None:
    sent, expected = SENT[tool]

    assert told(json.dumps(sent)) == expected
    assert told(sent) == expected


@pytest.mark.parametrize(
    ("tool", "key", "value", "severity"),
    [
        (ZABBIX, "event_nseverity", "4", "SEV2"),
        (ZABBIX, "event_nseverity", "3", "SEV3"),
        (ZABBIX, "event_nseverity", "1", "SEV4"),
        (PINGDOM, "importance_level", "HIGH", "SEV2"),
        (SITE24X7, "STATUS", "DOWN", "SEV1"),
        (SITE24X7, "STATUS", "CRITICAL", "SEV2"),
        (SERVICENOW, "priority", "5 - Planning", "SEV4"),
        (SERVICENOW, "priority", {"display_value": "2 - High", "value": "2"}, "SEV2"),
        (NEWRELIC, "priority", "LOW", "SEV4"),
        (DATADOG, "alert_priority", "P2", "SEV2"),
    ],
)
def test_a_severity_is_read_on_the_scale_of_its_tool(
    tool: dict[str, Any], key: str, value: object, severity: str
) -> None:
    assert judge_severity(parse_alert({**tool, key: value})).severity == severity


@pytest.mark.parametrize(("priority", "severity"), [(1, "SEV4"), (2, "SEV3"), (3, "SEV2"), (4, "SEV1")])
def test_graylog_counts_upwards(priority: int, severity: str) -> None:
    event = {**GRAYLOG["event"], "priority": priority}  # type: ignore[dict-item]

    assert judge_severity(parse_alert({**GRAYLOG, "event": event})).severity == severity


def test_the_messages_that_graylog_met_are_in_the_text() -> None:
    assert "card declined by acquirer" in parse_alert(GRAYLOG).text


@pytest.mark.parametrize(
    ("tool", "key", "value", "over"),
    [
        (ALARM, "NewStateValue", "OK", True),
        (ALARM, "NewStateValue", "INSUFFICIENT_DATA", False),
        (OPSGENIE, "action", "Acknowledge", False),
        (VICTOROPS, "message_type", "ACKNOWLEDGEMENT", False),
        (SERVICENOW, "state", "2", False),
        (SERVICENOW, "state", {"display_value": "Closed", "value": "7"}, True),
        (DATADOG, "alert_transition", "Re-Triggered", False),
        (NEWRELIC, "state", "CLOSED", True),
        (SENSU, "check", {"metadata": {"name": "c"}, "status": 0}, True),
        (CHECKMK, "event", "UP -> DOWN", False),
        (UPTIMEROBOT, "alertTypeFriendlyName", None, True),
        (PINGDOM, "current_state", "UP", True),
        (SITE24X7, "STATUS", "UP", True),
        (CHECKLY, "alert_type", "ALERT_DEGRADED_FAILURE", False),
        (CHECKLY, "alert_type", "ALERT_DEGRADED_RECOVERY", True),
        (GRAFANA_OLD, "state", "alerting", False),
        (PAGERDUTY_EVENT, "event_action", "resolve", True),
    ],
)
def test_each_tool_has_its_own_words_for_over(
    tool: dict[str, Any], key: str, value: object, over: bool
) -> None:
    changed = {**tool, key: value}
    if tool is CHECKMK and not over:
        changed["notification_type"] = "PROBLEM"

    assert parse_alert(changed).is_resolved is over


def test_an_envelope_of_sentrys_sdk_holds_an_event_and_all_its_exceptions_are_in_the_text() -> None:
    about = '{"type":"event","content_type":"application/json","length":2021}'

    alert = parse_alert(f'{{"event_id":"55be","sent_at":"now"}}\n{about}\n{json.dumps(SENTRY_SDK)}\n')

    assert (alert.tool, alert.name, alert.service) == ("Sentry", "RuntimeError: job 7", "cart")
    assert "ConnectionError: shard 9 has no leader" in alert.text


def test_a_subject_names_a_problem_of_zabbix_that_has_no_other_name() -> None:
    sent = {
        "alert_subject": "Resolved in 5m: Disk is full",
        "alert_message": "x",
        "event_value": "0",
        "event_nseverity": "2",
    }

    assert parse_alert(sent).name == "Disk is full"


def test_an_acknowledged_problem_or_one_in_a_downtime_is_silenced_and_not_over() -> None:
    for kind in ("ACKNOWLEDGEMENT", "DOWNTIMESTART (web-3)", "FLAPPINGSTART"):
        alert = parse_alert({**CHECKMK_MACROS, "NOTIFY_NOTIFICATIONTYPE": kind})
        assert (alert.silenced, alert.firing, alert.is_resolved) == (1, 0, False)


@pytest.mark.parametrize(
    "envelope",
    [
        {"Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": json.dumps(ALARM)},
        {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(ALARM)}}]},
        {"Records": [{"body": json.dumps({"Type": "Notification", "Message": json.dumps(ALARM)})}]},
        {
            "message": {"data": base64.b64encode(json.dumps(ALARM).encode()).decode()},
            "subscription": "projects/x/y",
        },
        {"specversion": "1.0", "type": "alarm", "source": "/x", "data": ALARM},
    ],
)
def test_the_envelopes_of_queues_are_opened(envelope: object) -> None:
    assert told(json.dumps(envelope)) == SENT["CloudWatch"][1]


@pytest.mark.parametrize(
    "envelope",
    [
        {"Type": "Notification", "Message": None},
        {"Records": [1]},
        {"Records": []},
        {"message": {"data": "%%%"}, "subscription": "s"},
        {"specversion": "1.0", "data": 7},
    ],
)
def test_an_envelope_that_holds_nothing_readable_does_no_harm(envelope: object) -> None:
    assert isinstance(parse_alert(envelope).text, str)


@pytest.mark.parametrize("tool", SENT)
@pytest.mark.parametrize("odd", [None, 7, "x", [], {}, [None], {"a": {"b": None}}, True])
def test_odd_values_in_a_known_form_never_raise(tool: str, odd: object) -> None:
    sent = SENT[tool][0]

    for key in sent:
        assert isinstance(parse_alert({**sent, key: odd}).text, str)
        if isinstance(sent[key], dict):
            for inner in sent[key]:
                assert isinstance(parse_alert({**sent, key: {**sent[key], inner: odd}}).text, str)


def test_a_time_at_which_a_state_changed_is_the_start_of_what_fires_and_the_end_of_what_is_over() -> None:
    for sent, over in ((ALARM, False), ({**ALARM, "NewStateValue": "OK"}, True)):
        read = parse_alert(sent)
        assert (read.starts, read.ends) == ((None, AT) if over else (AT, None))


def test_start_and_end_are_both_read_where_both_are_told() -> None:
    end = datetime(2026, 11, 20, 10, 16, 12, tzinfo=UTC)

    google = parse_alert(GOOGLE)

    assert (google.starts, google.ends) == (AT, end)
