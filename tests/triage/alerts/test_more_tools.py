"""Forms of tools whose numbers and words nobody could guess by the names of keys: each as documented, in own values."""

from __future__ import annotations

from typing import Any

import pytest

from kb.triage.alert import parse_alert
from kb.triage.alerts.report import AlertState
from kb.triage.alerts.tools import read_tool
from tests.triage.alerts.test_tools import AT, MS, Told, told

ISO = "2026-11-20T10:15:12Z"

SECONDS = MS // 1000
KUMA = {
    "heartbeat": {"status": 1, "time": "2026-11-20 10:15:12", "msg": "200 - OK"},
    "monitor": {"id": 1, "name": "Shop front page", "tags": [{"name": "env", "value": "stage"}]},
    "msg": "[Shop front page] [✅ Up] 200 - OK",
}
HEALTH = {
    "source": "aws.health",
    "detail-type": "AWS Health Event",
    "region": "eu-west-1",
    "detail": {
        "service": "RDS",
        "eventTypeCode": "AWS_RDS_OPERATIONAL_ISSUE",
        "eventTypeCategory": "issue",
        "startTime": "Fri, 20 Nov 2026 10:15:12 GMT",
        "statusCode": "open",
        "eventDescription": [{"language": "en_US", "latestDescription": "Failovers of other zones resolved"}],
    },
}
FINDING = {
    "source": "aws.guardduty",
    "detail-type": "GuardDuty Finding",
    "detail": {
        "schemaVersion": "2.0",
        "type": "Backdoor:EC2/DenialOfService.Dns",
        "resource": {"instanceDetails": {"tags": [{"key": "env", "value": "prod"}]}},
        "service": {"eventFirstSeen": ISO, "archived": False},
        "severity": 8,
        "title": "i-9 may be used for a denial of service",
        "description": "The instance is up",
    },
}
CLASSIC = {
    "schemaId": "AzureMonitorMetricAlert",
    "data": {
        "version": "2.0",
        "status": "Deactivated",
        "context": {
            "timestamp": ISO,
            "name": "CartStorage",
            "conditionType": "SingleResourceMultipleMetricCriteria",
            "severity": "3",
            "resourceGroupName": "shop-prod",
        },
    },
}
RECORD = {
    "schemaId": "Microsoft.Insights/activityLogs",
    "data": {
        "status": "Activated",
        "context": {
            "activityLog": {
                "eventTimestamp": ISO,
                "level": "Error",
                "properties": {
                    "title": "Storage - West Europe",
                    "service": "Storage",
                    "stage": "Active",
                    "communication": "Writes fail; reads are OK",
                },
                "status": "Active",
            }
        },
    },
}
ROLLBAR = {
    "event_name": "item_velocity",
    "data": {
        "item": {
            "title": "ConnectionError: pool is closed",
            "environment": "stage",
            "level": 50,
            "status": 1,
            "last_activated_timestamp": SECONDS,
        }
    },
}
WAZUH = {
    "severity": 3,
    "pretext": "WAZUH Alert",
    "title": "sshd: authentication failed.",
    "text": "sshd[7]: Failed password",
    "rule_id": "5716",
    "timestamp": "2026-11-20T10:15:12.000+0000",
    "all_fields": {"rule": {"level": 12}, "agent": {"name": "web-prod-3"}},
}
LIBRATO = {
    "alert": {"id": 6, "name": "cart.latency"},
    "account": "ops",
    "trigger_time": SECONDS,
    "clear": "normal",
}
RIEMANN = {
    "host": "web-prod-3",
    "service": "cart latency",
    "state": "critical",
    "metric": 9.1,
    "description": "9 s; db is ok",
    "time": SECONDS,
}
GITLAB = {
    "title": "Orders queue grows",
    "start_time": ISO,
    "service": "orders",
    "severity": "low",
    "monitoring_tool": "own",
    "gitlab_environment_name": "production",
    "end_time": None,
}
APPRISE = {
    "version": "1.0",
    "title": "Cart fails",
    "message": "db is ok",
    "attachments": [],
    "type": "failure",
}

SENT: dict[str, tuple[Any, Told]] = {
    "Uptime Kuma": (KUMA, ("Uptime Kuma", "Shop front page", "", "stage", "", None, AT, True)),
    "AWS Health": (HEALTH, ("AWS Health", "AWS_RDS_OPERATIONAL_ISSUE", "RDS", "", "", None, AT, False)),
    "GuardDuty": (
        FINDING,
        (
            "GuardDuty",
            "i-9 may be used for a denial of service",
            "",
            "prod",
            "high",
            "SEV2",
            AT,
            False,
        ),
    ),
    "Azure, classic": (CLASSIC, ("Azure Monitor", "CartStorage", "", "production", "Sev3", "SEV3", AT, True)),
    "Azure, activity log": (
        RECORD,
        ("Azure Monitor", "Storage - West Europe", "Storage", "", "Error", "SEV2", AT, False),
    ),
    "Rollbar": (
        ROLLBAR,
        ("Rollbar", "ConnectionError: pool is closed", "", "stage", "critical", "SEV1", AT, False),
    ),
    "Wazuh": (WAZUH, ("Wazuh", "sshd: authentication failed.", "", "production", "high", "SEV2", AT, False)),
    "Librato": (LIBRATO, ("Librato", "cart.latency", "", "", "", None, AT, True)),
    "Riemann": (
        RIEMANN,
        ("Riemann", "cart latency on web-prod-3", "", "production", "critical", "SEV1", AT, False),
    ),
    "Apprise": (APPRISE, ("Apprise", "Cart fails", "", "", "", None, None, False)),
    "GitLab": (
        GITLAB,
        ("GitLab", "Orders queue grows", "orders", "production", "low", "SEV4", AT, False),
    ),
}


@pytest.mark.parametrize("tool", SENT)
def test_a_tool_is_read_by_its_own_form(tool: str) -> None:
    sent, expected = SENT[tool]

    assert told(sent) == expected


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0, AlertState.FIRING),
        (1, AlertState.OVER),
        (2, AlertState.PENDING),
        (3, AlertState.SILENCED),
    ],
)
def test_the_beats_of_uptime_kuma_are_numbers(status: int, state: AlertState) -> None:
    reading = read_tool({**KUMA, "heartbeat": {"status": status, "msg": "x"}})

    assert reading is not None
    assert reading.reports[0].state is state


def test_a_message_of_uptime_kuma_without_a_beat_tells_no_state() -> None:
    read = parse_alert(
        {"heartbeat": None, "monitor": None, "msg": "[shop.example] certificate ends in 7 days"}
    )

    assert (read.tool, read.name) == ("Uptime Kuma", "[shop.example] certificate ends in 7 days")
    assert (read.firing, read.resolved) == (0, 0)


@pytest.mark.parametrize(("number", "severity"), [(9.1, "SEV1"), (7, "SEV2"), (5, "SEV3"), (2, "SEV4")])
def test_findings_of_guardduty_are_graded_from_one_to_ten(number: float, severity: str) -> None:
    read = parse_alert({**FINDING, "detail": {**FINDING["detail"], "severity": number}})  # type: ignore[dict-item]

    assert read.severity == severity


def test_an_archived_finding_is_silenced() -> None:
    it: Any = FINDING["detail"]

    read = parse_alert({**FINDING, "detail": {**it, "service": {**it["service"], "archived": True}}})

    assert (read.firing, read.silenced) == (0, 1)


@pytest.mark.parametrize(("level", "severity"), [(15, "SEV1"), (12, "SEV2"), (7, "SEV3"), (3, "SEV4")])
def test_rules_of_wazuh_are_graded_by_their_level(level: int, severity: str) -> None:
    assert parse_alert({**WAZUH, "all_fields": {"rule": {"level": level}}}).severity == severity


@pytest.mark.parametrize("code", ["closed", "open", "upcoming"])
def test_an_event_of_aws_health_is_over_where_it_is_closed_and_has_not_begun_where_it_is_upcoming(
    code: str,
) -> None:
    it: Any = HEALTH["detail"]

    read = parse_alert({**HEALTH, "detail": {**it, "statusCode": code}})

    assert (read.is_resolved, read.firing) == (code == "closed", int(code == "open"))


def test_what_an_activity_log_says_of_its_record_goes_before_that_the_rule_was_activated() -> None:
    it: Any = RECORD["data"]
    record = {**it["context"]["activityLog"], "status": "Resolved"}

    assert parse_alert({**RECORD, "data": {**it, "context": {"activityLog": record}}}).is_resolved


@pytest.mark.parametrize("kind", ["success", "failure", "warning", "info"])
def test_a_notification_of_apprise_is_over_where_its_sender_calls_it_a_success(kind: str) -> None:
    assert parse_alert({**APPRISE, "type": kind}).is_resolved is (kind == "success")


def test_an_incident_of_pagerdutys_first_webhooks_stands_within_data() -> None:
    incident = {
        "created_on": ISO,
        "incident_key": "k",
        "service": {"id": "P", "name": "cart"},
        "status": "triggered",
        "trigger_summary_data": {"subject": "Cart is slow"},
    }
    sent = {"messages": [{"type": "incident.trigger", "created_on": ISO, "data": {"incident": incident}}]}
    closed = {"messages": [{"type": "incident.resolve", "created_on": ISO, "data": {"incident": incident}}]}

    read = parse_alert(sent)

    assert (read.tool, read.name, read.service, read.starts, read.firing) == (
        "PagerDuty",
        "Cart is slow",
        "cart",
        AT,
        1,
    )
    assert parse_alert(closed).is_resolved


@pytest.mark.parametrize("action", ["ignored", "archived"])
def test_an_issue_of_sentry_that_somebody_ignored_is_silenced(action: str) -> None:
    issue = {"title": "KeyError", "level": "error", "status": "ignored", "project": {"slug": "cart"}}

    read = parse_alert({"action": action, "data": {"issue": issue}})

    assert (read.tool, read.firing, read.silenced) == ("Sentry", 0, 1)


def test_an_alert_of_opsgenie_that_somebody_deleted_is_silenced() -> None:
    read = parse_alert({"action": "Delete", "alert": {"alertId": "1", "message": "Cart is slow"}})

    assert (read.tool, read.firing, read.silenced, read.is_resolved) == ("Opsgenie", 0, 1, False)
