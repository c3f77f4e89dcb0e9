"""JSON of tools that have no form of their own here: what they have in common is how they call things."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from kb.triage.alert import parse_alert
from kb.triage.severity import judge_severity

AT = datetime(2026, 11, 20, 10, 15, 12, tzinfo=UTC)
MS = 1_795_169_712_000
ISO = "2026-11-20T10:15:12Z"

DYNATRACE = {
    "ImpactedEntity": "checkout",
    "ProblemTitle": "Failure rate increase",
    "ProblemSeverity": "ERROR",
    "State": "RESOLVED",
    "ProblemID": "P-1",
    "ProblemURL": "https://x",
    "Tags": "env:prod, team:shop",
}
BETTERSTACK = {
    "data": {
        "id": "25",
        "type": "incident",
        "attributes": {
            "name": "Shop front page",
            "cause": "Status 503",
            "started_at": ISO,
            "resolved_at": None,
            "status": "Started",
        },
    },
}
HEALTHCHECKS = {"name": "Nightly backup", "status": "down", "tags": "prod db", "last_ping": ISO}
ORACLE = {
    "dedupeKey": "x",
    "title": "High CPU",
    "type": "FIRING_TO_OK",
    "severity": "CRITICAL",
    "timestamp": ISO,
}
INCIDENT_IO = {
    "event_type": "public_incident.incident_created_v2",
    "public_incident.incident_created_v2": {
        "name": "Checkout is failing",
        "severity": {"name": "Major"},
        "incident_status": {"category": "live", "name": "Investigating"},
        "created_at": ISO,
        "creator": {"user": {"name": "Ann"}},
    },
}
HONEYCOMB = {
    "name": "Checkout is slow",
    "status": "TRIGGERED",
    "summary": "Triggered: Checkout is slow",
    "trigger_url": "https://x",
}
INSTANA = {
    "issue": {
        "id": "1",
        "state": "CLOSED",
        "start": MS,
        "severity": 10,
        "text": "Sudden increase of errors",
        "zone": "prod-eu",
        "entity": "Service",
        "entityLabel": "cart",
    }
}
BUGSNAG = {
    "account": {"name": "acme"},
    "project": {"name": "checkout-web"},
    "trigger": {"message": "New error"},
    "error": {
        "exceptionClass": "NullPointerException",
        "severity": "error",
        "releaseStage": "production",
        "receivedAt": ISO,
    },
}
LIBRENMS = {
    "title": "Device web-1 recovered from Device Down",
    "severity": "ok",
    "state": "0",
    "timestamp": "2026-11-20 10:15:12",
}
FALCO = {
    "output": "A shell was spawned",
    "priority": "Critical",
    "rule": "Terminal shell in container",
    "time": ISO,
    "output_fields": {"k8s.ns.name": "shop-prod", "k8s.pod.name": "cart-6d8f9c7b5d-x2x4q"},
}
UPDOWN = [
    {
        "event": "check.up",
        "check": {"alias": "Shop", "url": "https://x"},
        "downtime": {"started_at": ISO, "error": "503"},
    }
]
SPLUNK = {
    "severity": "Critical",
    "status": "ok",
    "detector": "Cart latency",
    "messageTitle": "Back to normal",
    "timestamp": ISO,
}
KAPACITOR = {
    "id": "cpu",
    "message": "cpu of web-1 is OK",
    "time": ISO,
    "level": "OK",
    "previousLevel": "CRITICAL",
}
ROOTLY = {
    "event": {"type": "incident.resolved"},
    "data": {
        "title": "Checkout is failing",
        "severity": {"slug": "sev1"},
        "started_at": ISO,
        "status": "resolved",
        "services": [{"name": "checkout"}],
    },
}
ELASTIC = {
    "rule": {"name": "CPU above 90", "tags": ["prod"]},
    "alert": {"actionGroup": "recovered"},
    "context": {"timestamp": ISO},
}
ALERTA = {
    "event": "node_is_slow",
    "resource": "web-1",
    "environment": "prod",
    "severity": "major",
    "createTime": ISO,
    "status": "open",
}
CORALOGIX = {
    "alert_name": "5xx high",
    "alert_severity": "Error",
    "alert_action": "trigger",
    "application": "cart",
    "timestamp": MS,
}
NESTED = {
    "a": {
        "b": {
            "c": {
                "alert": {"name": "Cart is slow"},
                "service": {"name": "cart"},
                "env": "stage",
                "priority": {"name": "P2"},
                "triggered_at": ISO,
                "state": "closed",
            }
        }
    }
}

Told = tuple[str, str, str, str | None, datetime | None, bool]
SENT: dict[str, tuple[Any, Told]] = {
    "Dynatrace": (DYNATRACE, ("Failure rate increase", "checkout", "prod", "SEV2", None, True)),
    "Better Stack": (BETTERSTACK, ("Shop front page", "", "", None, AT, False)),
    "Healthchecks": (HEALTHCHECKS, ("Nightly backup", "", "production", None, None, False)),
    "Oracle Cloud": (ORACLE, ("High CPU", "", "", "SEV1", AT, True)),
    "incident.io": (INCIDENT_IO, ("Checkout is failing", "", "", "SEV2", AT, False)),
    "Honeycomb": (HONEYCOMB, ("Checkout is slow", "", "", None, None, False)),
    "Instana": (INSTANA, ("Sudden increase of errors", "cart", "production", None, AT, True)),
    "Bugsnag": (BUGSNAG, ("NullPointerException", "checkout-web", "production", "SEV2", AT, False)),
    "LibreNMS": (LIBRENMS, ("Device web-1 recovered from Device Down", "", "", None, AT, True)),
    "Falco": (FALCO, ("Terminal shell in container", "cart", "production", "SEV1", AT, False)),
    "updown.io": (UPDOWN, ("Shop", "", "", None, AT, True)),
    "Splunk Observability": (SPLUNK, ("Cart latency", "", "", "SEV1", AT, True)),
    "Kapacitor": (KAPACITOR, ("cpu of web-1 is OK", "", "", None, AT, True)),
    "Rootly": (ROOTLY, ("Checkout is failing", "checkout", "", "SEV1", AT, True)),
    "Elastic": (ELASTIC, ("CPU above 90", "", "production", None, AT, True)),
    "Alerta": (ALERTA, ("node_is_slow", "", "prod", "SEV2", AT, False)),
    "Coralogix": (CORALOGIX, ("5xx high", "cart", "", "SEV2", AT, False)),
    "deeply nested": (NESTED, ("Cart is slow", "cart", "stage", "SEV2", AT, True)),
}


@pytest.mark.parametrize("tool", SENT)
def test_a_tool_without_a_form_of_its_own_is_read_by_the_names_of_its_keys_and_said_to_be(tool: str) -> None:
    sent, expected = SENT[tool]

    read = parse_alert(json.dumps(sent))

    severity = read.severity and str(read.severity)
    assert (
        read.name,
        read.service,
        read.environment,
        severity,
        read.starts or read.ends,
        read.is_resolved,
    ) == expected
    assert read.tool == ""
    assert "form of this alert is not known" in read.notes[0]


def test_a_known_form_says_nothing_of_the_kind() -> None:
    assert parse_alert({"check_name": "Shop", "current_state": "DOWN"}).notes == ()


@pytest.mark.parametrize("key", ["previous_state", "oldStatus", "lastState"])
def test_an_earlier_state_tells_nothing_of_now(key: str) -> None:
    assert parse_alert({"title": "Cart is slow", key: "OK", "state": "open"}).firing == 1
    assert not parse_alert({"title": "Cart is slow", key: "OK"}).is_resolved


@pytest.mark.parametrize(
    "state", ["not ok", "unresolved", "OK -> CRITICAL", "UP to DOWN", "reopened as a problem"]
)
def test_a_state_that_only_mentions_a_good_one_is_not_over(state: str) -> None:
    assert not parse_alert({"title": "Cart is slow", "state": state}).is_resolved


@pytest.mark.parametrize(("switch", "over"), [(True, True), (False, False)])
def test_a_switch_tells_whether_it_is_over(switch: bool, over: bool) -> None:
    assert parse_alert({"title": "Cart is slow", "is_resolved": switch}).is_resolved is over


def test_a_number_on_an_unknown_scale_is_taken_as_written_and_said_so() -> None:
    read = parse_alert({"title": "Cart is slow", "severity": 4})

    assert (judge_severity(read).severity, read.severity_label) == ("SEV4", "4")
    assert any("unknown scale" in note for note in read.notes)


def test_a_word_for_the_severity_goes_before_its_number_and_a_known_word_before_an_unknown() -> None:
    assert parse_alert({"title": "x y", "severity": "4", "severity_name": "High"}).severity == "SEV2"
    assert parse_alert({"title": "x y", "priority": "normal", "alert_priority": "P1"}).severity == "SEV1"
    assert parse_alert({"title": "[P2] x y"}).severity == "SEV2"


def test_names_of_people_teams_hosts_and_addresses_are_not_the_alerts() -> None:
    sent = {
        "user": {"name": "Ann"},
        "team": {"name": "ops"},
        "host": {"name": "web-3"},
        "title": "https://x/1",
        "summary": "Cart is slow",
    }

    assert parse_alert(sent).name == "Cart is slow"


def test_several_services_in_a_list_name_none() -> None:
    assert parse_alert({"title": "Slow", "services": ["cart", "orders"]}).service == ""
    assert parse_alert({"title": "Slow", "services": ["cart"]}).service == "cart"


def test_pairs_of_keys_and_values_are_read_as_fields() -> None:
    fields = [
        {"key": "service.name", "value": {"stringValue": "cart"}},
        {"key": "severity", "value": "ERROR"},
    ]

    read = parse_alert({"name": "5xx high", "fields": fields, "service": "$SERVICE"})

    assert (read.service, read.severity) == ("cart", "SEV2")


def test_a_list_of_objects_is_an_alert_each_and_the_gravest_leads() -> None:
    read = parse_alert(
        [
            {"title": "Cart is slow", "severity": "low", "service": "cart"},
            {"title": "Orders fail", "severity": "critical"},
        ]
    )

    assert (read.name, read.service, read.others, read.services) == (
        "Orders fail",
        "",
        ("Cart is slow on cart",),
        ("cart",),
    )


def test_alerts_without_labels_under_a_head_are_read_one_by_one() -> None:
    read = parse_alert(
        {
            "source": "x",
            "alerts": [{"name": "Slow", "status": "resolved"}, {"name": "Fails", "status": "firing"}],
        }
    )

    assert (read.name, read.firing, read.resolved) == ("Fails", 1, 1)


def test_one_line_of_a_json_log_stays_a_log_and_has_no_note() -> None:
    for line in (
        {"level": "error", "ts": ISO, "msg": "pool exhausted", "service": "cart"},
        {"level": 50, "time": MS, "pid": 7, "hostname": "a", "name": "cart", "msg": "pool exhausted"},
        {"severity": "ERROR", "message": "pool exhausted", "logger": "db", "name": "cart", "state": "open"},
        {"@timestamp": ISO, "log.level": "error", "message": "pool exhausted"},
        {"log": "pool exhausted\n", "stream": "stderr", "time": ISO},
        {"log": "pool exhausted", "kubernetes": {"namespace_name": "shop", "pod_name": "cart-0"}},
        {
            "MESSAGE": "pool exhausted",
            "_SYSTEMD_UNIT": "cart.service",
            "__REALTIME_TIMESTAMP": str(MS * 1000),
        },
    ):
        read = parse_alert(json.dumps(line))
        assert "pool exhausted" in read.name
        assert (read.notes, read.firing, read.resolved) == ((), 0, 0)


@pytest.mark.parametrize(
    ("written", "starts"),
    [
        (ISO, AT),
        (MS, AT),
        (MS // 1000, AT),
        (str(MS), AT),
        (str(MS * 1_000_000), AT),
        (f"{MS // 1000}.0", AT),
        ("2026-11-20 10:15:12 UTC", AT),
        ("2026.11.20 10:15:12", AT),
        ("2026/11/20 10:15:12", AT),
        ("Fri, 20 Nov 2026 10:15:12 GMT", AT),
        ("Fri Nov 20 11:15:12 CET 2026", AT),
        ("Nov 20, 2026, 10:15:12 AM", AT),
        ("2026-11-20T11:15:12+0100", AT),
        ("20/11/2026 10:15", None),
        ("soon", None),
        ("0001-01-01T00:00:00Z", None),
        ("1" * 300, None),
        (float("inf"), None),
    ],
)
def test_a_start_is_read_however_it_is_written_or_not_at_all(
    written: object, starts: datetime | None
) -> None:
    assert parse_alert({"title": "Cart is slow", "started_at": written}).starts == starts


STATUSPAGE: dict[str, Any] = {
    "page": {"status_description": "All Systems Operational"},
    "incident": {
        "name": "Queries are slow",
        "status": "investigating",
        "created_at": ISO,
        "impact": "minor",
        "incident_updates": [
            {
                "status": "investigating",
                "affected_components": [{"name": "Portal", "new_status": "operational"}],
            }
        ],
        "components": [{"name": "Portal", "status": "operational"}],
    },
}


def test_a_part_that_is_well_does_not_make_the_whole_over() -> None:
    incident = {**STATUSPAGE["incident"], "status": "resolved"}

    assert (parse_alert(STATUSPAGE).name, parse_alert(STATUSPAGE).firing) == ("Queries are slow", 1)
    assert parse_alert({**STATUSPAGE, "incident": incident}).is_resolved


def test_an_ok_of_the_carrier_is_not_one_of_the_alert() -> None:
    assert not parse_alert(
        {"status": "ok", "result": {"title": "Cart is slow", "state": "firing"}}
    ).is_resolved
    assert parse_alert({"status": "ok", "title": "Cart is slow"}).is_resolved


def test_a_tag_that_names_the_environment_outright_goes_before_one_that_is_only_called_so() -> None:
    assert parse_alert({"title": "Cart is slow", "tags": ["test", "env:staging"]}).environment == "staging"
    assert parse_alert({"title": "Cart is slow", "tags": ["prod", "eu"]}).environment == "production"
    assert parse_alert({"title": "Cart is slow", "tags": ["non-prod"]}).environment == ""


@pytest.mark.parametrize(
    "told",
    [
        {"priority": "normal"},
        {"type": "Normal"},
        {"severity": "good"},
        {"status": "completed", "conclusion": "failure"},
        {"action": "opened"},
        {"event": "up_for_review"},
        {"state": "close to the limit"},
    ],
)
def test_what_is_normal_or_done_is_not_over(told: dict[str, str]) -> None:
    assert not parse_alert({"title": "Cart is slow", **told}).is_resolved


@pytest.mark.parametrize(
    "told", [{"status": "Normal"}, {"state": "healthy"}, {"severity": "ok"}, {"severity": "clear"}]
)
def test_a_state_that_is_well_is_over(told: dict[str, str]) -> None:
    assert parse_alert({"title": "Cart is slow", **told}).is_resolved


@pytest.mark.parametrize(
    "title",
    [
        "Resolved config missing after deploy",
        "Closed connections on orders-db above 500",
        "Up to 40% of requests fail",
        "OK responses below 90%",
        "Recovery point objective missed",
        "Cleared cache misses, database overloaded",
        "Deploy ✅ but error rate at 40%",
    ],
)
def test_a_title_that_only_begins_like_good_news_is_not_over(title: str) -> None:
    assert not parse_alert({"title": title, "severity": "critical"}).is_resolved


@pytest.mark.parametrize(
    "title",
    [
        "Resolved: cart is slow",
        "[Resolved] cart",
        "✅ cart",
        "[cart] [✅ Up] 200",
        "RECOVERED",
        "RESOLVED HighErrors",
    ],
)
def test_a_title_that_is_headed_by_good_news_is_over(title: str) -> None:
    assert parse_alert({"title": title, "check": "cart"}).is_resolved


@pytest.mark.parametrize(
    "status",
    [
        "CRITICAL from OK",
        "CRITICAL (was OK)",
        "partially recovered",
        "failed to recover",
        "unable to resolve",
    ],
)
def test_a_status_that_tells_what_was_or_what_failed_is_not_over(status: str) -> None:
    assert not parse_alert({"title": "Cart", "status": status}).is_resolved


@pytest.mark.parametrize(
    "part", ["dependencies", "response", "hosts", "steps", "endpoints", "history", "ticket"]
)
def test_a_part_that_is_well_does_not_make_an_alert_over_that_tells_no_state(part: str) -> None:
    assert not parse_alert(
        {"alert": "Cart is slow", "severity": "critical", part: [{"status": "ok"}]}
    ).is_resolved


@pytest.mark.parametrize(
    "sent",
    [
        {"eventType": "POLICY_CLOSE_CRITICAL"},
        {"TriggerType": "ResolvedCritical"},
        {"type": "uptimeCheckRecoveredNotification"},
    ],
)
def test_words_that_are_run_together_are_read_one_by_one(sent: dict[str, str]) -> None:
    assert parse_alert({"title": "Cart", **sent}).is_resolved


def test_a_chat_message_is_called_by_the_title_of_its_attachment() -> None:
    sent = {"text": "", "attachments": [{"color": "danger", "title": "HighErrors", "text": "Service: cart"}]}

    assert parse_alert(sent).name == "HighErrors"


def test_an_alert_with_a_level_and_a_message_is_no_line_of_a_log() -> None:
    sent = {"alertid": "LMD1", "type": "alert", "status": "active", "level": "critical", "datasource": "Ping"}

    read = parse_alert({**sent, "host": "prod-db-1", "starttime": ISO, "message": "Ping loss"})

    assert (read.name, str(read.severity), read.environment, read.starts) == (
        "Ping loss",
        "SEV1",
        "production",
        AT,
    )


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("Resolved config missing after deploy", False),
        ("Subject: Recovered disks are read-only", False),
        ("Subject: [RESOLVED] cart is slow", True),
        ("RESOLVED cart is slow", True),
        ("Resolved: cart is slow", True),
        ("Recovered - cart is slow", True),
    ],
)
def test_a_text_is_over_where_it_is_headed_so(text: str, over: bool) -> None:
    assert parse_alert(text).is_resolved is over


@pytest.mark.parametrize("state", ["200 OK", "auto-resolve disabled"])
def test_an_answer_of_http_and_a_setting_are_no_state(state: str) -> None:
    assert not parse_alert({"alert": "Cart is slow", "severity": "critical", "status": state}).is_resolved
