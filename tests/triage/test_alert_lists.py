"""What Alertmanager, Prometheus and amtool list is read as alerts; each as the named version printed it, shortened."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from kb.triage.alert import parse_alert

STARTED = datetime(2026, 11, 29, 20, 4, 54, tzinfo=UTC)
HIGH = {
    "labels": {"alertname": "HighErrorRate", "env": "prod", "service": "orders", "severity": "critical"},
    "annotations": {"summary": "orders answers 5xx: 12 % of requests"},
    "startsAt": "2026-11-29T20:04:54.000Z",
    "status": {"inhibitedBy": [], "silencedBy": [], "state": "active"},
}
LATE = {
    "labels": {"alertname": "HighLatency", "service": "cart", "severity": "warning"},
    "annotations": {"summary": "p99 above 2 s"},
    "startsAt": "2026-11-29T20:04:54.000Z",
    "status": {"inhibitedBy": [], "silencedBy": ["c6ca587e"], "state": "suppressed"},
}
GROUPS = [  # Alertmanager 0.25.0, /api/v2/alerts/groups: a group has labels of its own, those it is grouped by
    {"alerts": [LATE], "labels": {"alertname": "HighLatency"}, "receiver": {"name": "hook"}},
    {"alerts": [HIGH], "labels": {"alertname": "HighErrorRate"}, "receiver": {"name": "hook"}},
]


def test_a_group_of_alertmanager_is_no_alert_and_the_alerts_in_it_are() -> None:
    alert = parse_alert(json.dumps(GROUPS))

    assert (alert.name, alert.service, alert.severity_label) == ("HighErrorRate", "orders", "critical")
    assert (alert.starts, alert.firing, alert.silenced) == (STARTED, 1, 1)
    assert "12 % of requests" in alert.text


def rules(*states: str) -> str:
    """Prometheus 2.42, /api/v1/rules: the rule has the template of its summary, the alert what came of it."""
    found = [
        {
            "state": state,
            "name": one["labels"]["alertname"],
            "annotations": {"summary": "{{ $value | humanizePercentage }}"},
            "alerts": [
                {
                    "labels": one["labels"],
                    "annotations": one["annotations"],
                    "state": state,
                    "activeAt": "2026-11-29T20:04:54Z",
                    "value": "1.2e-01",
                }
            ],
            "type": "alerting",
        }
        for state, one in zip(states, (HIGH, LATE), strict=True)
    ]
    return json.dumps(
        {"status": "success", "data": {"groups": [{"name": "shop", "file": "r.yml", "rules": found}]}}
    )


def test_the_alerts_of_prometheus_rules_are_read_and_not_the_name_of_their_group() -> None:
    alert = parse_alert(rules("firing", "firing"))

    assert (alert.name, alert.service, alert.severity_label) == ("HighErrorRate", "orders", "critical")
    assert (alert.starts, alert.firing) == (STARTED, 2)
    assert "humanizePercentage" not in alert.text


def test_what_is_pending_does_not_fire_and_does_not_tell_how_grave_it_is() -> None:
    alert = parse_alert(rules("pending", "firing"))

    assert (alert.name, alert.service, alert.severity_label) == ("HighLatency", "cart", "warning")
    assert (alert.firing, alert.resolved) == (1, 0)


def test_pending_alerts_tell_where_nothing_fires() -> None:
    alert = parse_alert(rules("pending", "pending"))

    assert (alert.name, alert.firing, alert.resolved) == ("HighErrorRate", 0, 0)


SIMPLE = """\
Alertname      Starts At                Summary                               State
HighLatency    2026-11-29 20:05:00 UTC  p99 above 2 s                         suppressed
HighErrorRate  2026-11-29 20:04:54 UTC  orders answers 5xx: 12 % of requests  active
HighErrorRate  2026-11-29 20:05:00 UTC                                        active
"""  # amtool 0.25.0
EXTENDED = """\
Labels                                                                               Annotations                                     Starts At                Ends At                  Generator URL  State
alertname="HighErrorRate" env="prod" service="orders" severity="critical"            summary="orders answers \\"5xx\\": 12 %"          2026-11-29 20:04:54 UTC  2026-11-29 20:09:54 UTC                 active
alertname="HighLatency" service="cart" severity="warning"                            summary="p99 above 2 s"                         2026-11-29 20:05:00 UTC  2026-11-29 20:09:54 UTC                 active
"""  # noqa: E501


@pytest.mark.parametrize("state", ["", "  State"])
def test_amtools_short_table_is_read_with_or_without_its_last_column(state: str) -> None:
    table = SIMPLE if state else "\n".join(line[:77].rstrip() for line in SIMPLE.splitlines())

    alert = parse_alert(table)

    suppressed = 1 if state else 0
    assert (alert.name, alert.starts) == ("HighErrorRate", STARTED)
    assert (alert.firing, alert.silenced) == (3 - suppressed, suppressed)
    assert ("p99 above 2 s" in alert.text) is not bool(state)


def test_amtools_long_table_tells_service_environment_and_severity() -> None:
    alert = parse_alert(EXTENDED)

    assert (alert.name, alert.service, alert.environment) == ("HighErrorRate", "orders", "prod")
    assert (alert.severity_label, alert.starts, alert.firing) == ("critical", STARTED, 2)
    assert 'orders answers "5xx": 12 %' in alert.text


def test_a_sentence_that_begins_like_a_table_is_a_text() -> None:
    assert parse_alert("Labels of the orders pods are gone").name == "Labels of the orders pods are gone"


LISTED = (
    "Alerts Firing:\nLabels:\n - alertname = CartSlow\n - env = stage\n - service = orders\n - severity = warning\n"
    "Annotations:\n - summary = Orders is slow\n - description = two lines,\nthe database is ok\n"
    "Source: http://prometheus.example/g\n\n"
    "Alerts Resolved:\nLabels:\n - alertname = CartSlow\n - env = stage\n - service = cart\n - severity = critical\n"
    "Annotations:\n - summary = Cart is slow\nSource: http://prometheus.example/g\n"
)
"""As Alertmanager 0.25.0 writes a group into messages of other tools, with values of our own."""


@pytest.mark.parametrize(
    ("tool", "sent"),
    [
        (
            "Splunk On-Call",
            {
                "entity_display_name": "[FIRING:1] CartSlow (stage)",
                "entity_id": "4d",
                "message_type": "CRITICAL",
                "monitoring_tool": "Alertmanager",
                "state_message": LISTED,
            },
        ),
        ("Alertmanager", {"alias": "4d", "message": "[FIRING:1] CartSlow (stage)", "description": LISTED}),
        ("Alertmanager", {"text": {"content": f"[FIRING:1] CartSlow (stage)\n{LISTED}"}, "msgtype": "text"}),
        ("Alertmanager", LISTED),
    ],
)
def test_a_group_that_alertmanager_wrote_into_another_tools_message_keeps_its_alerts(
    tool: str, sent: object
) -> None:
    read = parse_alert(sent)

    assert (read.tool, read.name, read.service, read.environment, read.severity) == (
        tool,
        "CartSlow",
        "orders",
        "stage",
        "SEV3",
    )
    assert (read.firing, read.resolved) == (1, 1)
    assert "the database is ok" in read.text


def test_pagerduty_gets_what_fires_and_what_is_over_in_fields_of_their_own_and_one_severity_for_all() -> None:
    firing, over = LISTED.split("\n\n")
    details = {
        "firing": firing.partition("\n")[2],
        "resolved": over.partition("\n")[2],
        "num_firing": "1",
        "num_resolved": "1",
    }
    payload = {"summary": "[FIRING:1] CartSlow (stage)", "severity": "error", "custom_details": details}

    read = parse_alert({"routing_key": "r", "dedup_key": "4d", "event_action": "trigger", "payload": payload})

    assert (read.tool, read.service, read.severity, read.firing, read.resolved) == (
        "PagerDuty",
        "orders",
        "SEV3",
        1,
        1,
    )


def test_an_incident_that_was_closed_in_the_other_tool_is_over_though_its_text_fires() -> None:
    alert = {"alertId": "1", "message": "[FIRING:1] CartSlow (stage)", "description": LISTED}

    assert parse_alert({"action": "Close", "alert": alert}).is_resolved
    assert not parse_alert({"action": "Create", "alert": alert}).is_resolved


def test_a_title_of_alertmanager_without_a_text_is_its_name_and_common_labels() -> None:
    sent = {"channel": "#ops", "attachments": [{"title": "[FIRING:1] CartSlow (stage cart critical)"}]}

    read = parse_alert(sent)

    assert (read.name, read.environment, read.severity) == ("CartSlow", "stage", "SEV1")


def test_the_webhook_of_grafana_is_read_by_its_alerts_and_not_by_its_text() -> None:
    text = LISTED.replace("Alerts Firing:", "**Firing**\n\nValue: A=9").replace(
        "Alerts Resolved:", "**Resolved**\n"
    )
    alert = {
        "status": "firing",
        "labels": {"alertname": "CartSlow", "service": "cart"},
        "annotations": {"summary": "Cart is slow"},
        "startsAt": "2026-11-20T10:15:12Z",
    }

    read = parse_alert({"orgId": 1, "status": "firing", "alerts": [alert], "message": text})

    assert (read.tool, read.service, read.firing, read.resolved) == ("Grafana", "cart", 1, 0)
    assert read.starts == datetime(2026, 11, 20, 10, 15, 12, tzinfo=UTC)
    carried = parse_alert({"alias": "4d", "message": "[FIRING:1] CartSlow", "description": text})
    assert (carried.service, carried.firing, carried.resolved) == ("orders", 1, 1)
