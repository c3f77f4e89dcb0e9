"""An alert is written by others: every form is understood, and nothing that comes in makes triage fall over."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from kb.triage.alert import parse_alert

GROUP: dict[str, Any] = {
    "version": "4",
    "status": "firing",
    "groupLabels": {"alertname": "HighErrorRate"},
    "commonLabels": {"alertname": "HighErrorRate", "namespace": "shop-prod", "severity": "critical"},
    "commonAnnotations": {"runbook_url": "https://wiki/high-error-rate"},
    "alerts": [
        {
            "status": "firing",
            "labels": {"deployment": "orders", "job": "kube-state-metrics"},
            "annotations": {"summary": "Error rate above 20 %"},
            "startsAt": "2026-05-20T10:04:00.123456789Z",
            "endsAt": "0001-01-01T00:00:00Z",
        },
        {
            "status": "firing",
            "labels": {"deployment": "orders", "reason": "OOMKilled"},
            "annotations": {"summary": "Error rate above 30 %"},
            "startsAt": "2026-05-20T10:02:00Z",
        },
        {
            "status": "resolved",
            "labels": {"deployment": "billing"},
            "annotations": {"summary": "Billing was slow"},
            "startsAt": "2026-05-20T09:00:00Z",
            "endsAt": "2026-05-20T09:30:00Z",
        },
    ],
}


@pytest.mark.parametrize("form", [GROUP, json.dumps(GROUP), f"\ufeff\n{json.dumps(GROUP, indent=2)}\n"])
def test_a_webhook_is_understood_as_data_and_as_text(form: object) -> None:
    alert = parse_alert(form)

    assert (alert.name, alert.service, alert.environment) == ("HighErrorRate", "orders", "production")
    assert alert.severity_label == "critical"
    assert alert.starts == datetime(2026, 5, 20, 10, 2, tzinfo=UTC)
    assert alert.runbook_url == "https://wiki/high-error-rate"
    assert "Error rate above 30 %" in alert.text
    assert "reason=OOMKilled" in alert.text


def test_resolved_alerts_of_a_group_are_counted_apart_and_do_not_tell_what_is_broken() -> None:
    alert = parse_alert(GROUP)

    assert (alert.firing, alert.resolved, alert.is_resolved) == (2, 1, False)
    assert "Billing" not in alert.text


def test_a_group_of_which_nothing_fires_any_more_is_resolved() -> None:
    over = {**GROUP, "status": "resolved", "alerts": [GROUP["alerts"][2]]}

    alert = parse_alert(over)

    assert (alert.firing, alert.resolved, alert.is_resolved) == (0, 1, True)
    assert "Billing was slow" in alert.text


def test_the_list_of_the_v2_api_and_a_bare_alert_are_understood() -> None:
    bare = {
        "labels": {"alertname": "EtcdSpace", "app": "etcd", "cluster": "eu-stage-1", "severity": "warning"},
        "annotations": {"description": "database space exceeded"},
        "status": {"state": "active", "silencedBy": []},
        "startsAt": "2026-05-20T10:04:00Z",
        "endsAt": "2026-05-20T10:09:00Z",
    }
    for form in (bare, [bare], json.dumps([bare])):
        alert = parse_alert(form)
        assert (alert.name, alert.service, alert.environment, alert.firing) == (
            "EtcdSpace",
            "etcd",
            "stage",
            1,
        )


def test_what_is_given_wins_over_the_labels() -> None:
    alert = parse_alert(GROUP, "payments", "stage")

    assert (alert.service, alert.environment) == ("payments", "stage")


@pytest.mark.parametrize(
    ("labels", "service", "environment"),
    [
        ({"service": "a", "app": "b"}, "a", ""),
        ({"app": "b", "job": "c"}, "b", ""),
        ({"job": "monitoring/c"}, "c", ""),
        ({"job": "kube-state-metrics", "namespace": "orders-prod"}, "orders", "production"),
        ({"service": "node-exporter", "instance": "n1"}, "node-exporter", ""),
        ({"pod": "orders-7d9f8b6c5-x2x4z", "namespace": "shop"}, "orders", ""),
        ({"container": "istio-proxy", "deployment": "orders"}, "orders", ""),
        ({"namespace": "stg-billing"}, "billing", "stage"),
        ({"env": "prod-eu", "namespace": "x-stage"}, "x", "prod-eu"),
        ({"cluster": "eu-prod-1"}, "", "production"),
        ({}, "", ""),
    ],
)
def test_labels_tell_service_and_environment(labels: dict[str, str], service: str, environment: str) -> None:
    alert = parse_alert({"labels": labels})

    assert (alert.service, alert.environment) == (service, environment)


@pytest.mark.parametrize(
    ("text", "service", "environment", "severity"),
    [
        ("High error rate on order-service in production", "order-service", "production", ""),
        (
            'alertname="X" namespace="orders-prod" severity="warning" summary="slow"',
            "orders",
            "production",
            "warning",
        ),
        ("BackOff pod/report-worker-6d5f9c7b8-x2x4z", "report-worker", "", ""),
        ("SEV2: search is slow", "", "", "SEV2"),
        ("cart-api cannot reach price-api", "", "", ""),
        ("level=error job=1234 stage=build msg=failed", "", "", ""),
        ("Errors on order-service. The pool is exhausted", "order-service", "", ""),
    ],
)
def test_a_text_may_tell_as_much(text: str, service: str, environment: str, severity: str) -> None:
    alert = parse_alert(text)

    assert (alert.service, alert.environment, alert.severity_label) == (service, environment, severity)
    assert alert.text == text


@pytest.mark.parametrize("text", ["[RESOLVED] HighErrorRate", "RESOLVED: disk full", "Recovered: api is up"])
def test_a_text_that_says_resolved_is(text: str) -> None:
    assert parse_alert(text).is_resolved


def test_the_json_of_another_tool_is_read_by_its_usual_names() -> None:
    event = {
        "event": {
            "data": {
                "title": "Queue is full",
                "service": {"id": 7},
                "priority": "P2",
                "details": "depth 9000",
            }
        }
    }

    alert = parse_alert(json.dumps(event))

    assert (alert.name, alert.severity_label) == ("Queue is full", "P2")
    assert "depth 9000" in alert.text


def test_a_secret_in_a_label_is_not_shown() -> None:
    alert = parse_alert({"labels": {"alertname": "password=hunter2hunter2", "service": "api"}})

    assert "hunter2" not in alert.name


HOSTILE: list[object] = [
    "",
    "   ",
    "{",
    '{"alerts": [',
    "[1, 2",
    "{}",
    "[]",
    "null",
    "{'labels': 1}",
    None,
    7,
    1.5,
    True,
    b"\xff\xfe",
    [],
    {},
    [None, 1, "x"],
    {"alerts": None},
    {"alerts": [1, None, {"labels": None}]},
    {"alerts": "x" * 10},
    {"labels": {1: 2, "service": ["a"], "env": {"x": 1}, "severity": None}},
    {"labels": {"alertname": None}, "annotations": 5},
    {"labels": {}, "status": 9, "startsAt": "soon", "endsAt": {"a": 1}},
    {"labels": {}, "startsAt": 1e300},
    {"labels": {"service": "x" * 100_000}, "annotations": {"summary": "y" * 1_000_000}},
    {
        "data": {
            "alerts": [{"labels": {"alertname": "A"}, "state": "firing", "activeAt": "2026-05-20T10:04:00Z"}]
        }
    },
    '{"a":' * 5_000 + "1" + "}" * 5_000,
    "[" * 100_000,
    '{"labels": {"a": "\ud800"}}',
    "\x00\x01\x02" * 100,
    {"version": "4", "alerts": [{"labels": {"alertname": f"A{n}"}} for n in range(5_000)]},
]


@pytest.mark.parametrize("alert", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_input_is_understood_as_well_as_can_be(alert: object) -> None:
    parsed = parse_alert(alert)

    assert isinstance(parsed.text, str)
    assert len(parsed.name) <= 200
    assert len(parsed.service) <= 200


def test_an_endless_nesting_is_cut() -> None:
    nested: dict[str, Any] = {"message": "deep"}
    for _ in range(3_000):
        nested = {"x": nested}

    assert isinstance(parse_alert(nested).text, str)


def test_the_worst_alert_of_a_mixed_group_names_it_and_the_others_are_told() -> None:
    kubelet = {"alertname": "TargetDown", "job": "kubelet", "severity": "warning"}
    node = {"alertname": "KubeNodeNotReady", "cluster": "prod-eu-1", "severity": "critical"}

    alert = parse_alert({"alerts": [{"labels": kubelet}, {"labels": kubelet}, {"labels": node}]})

    assert (alert.name, alert.others, alert.service) == ("KubeNodeNotReady", ("TargetDown x2",), "")
    assert (alert.severity_label, alert.environment) == ("critical", "production")


@pytest.mark.parametrize(
    ("text", "service", "environment"),
    [
        ("Pod orders-6d5f9c7b8-x2x4z in namespace shop-prod: OOMKilled", "orders", "production"),
        ("Pod shop-prod/orders-6d5f9c7b8-x2x4z is in waiting state", "orders", "production"),
        ("Quota of namespace payments-stage is used up", "payments", "stage"),
        ("the namespace was deleted", "", ""),
    ],
)
def test_prose_about_a_pod_tells_service_and_environment(text: str, service: str, environment: str) -> None:
    alert = parse_alert(text)

    assert (alert.service, alert.environment) == (service, environment)


def test_a_title_of_alertmanager_tells_the_severity() -> None:
    assert parse_alert("[FIRING:1] KubeNodeNotReady (prod-eu critical)").severity_label == "critical"
    assert parse_alert("FIRING: the critical-path job is slow").severity_label == ""
    assert parse_alert("critical section entered").severity_label == ""


def test_a_log_of_json_lines_is_read_in_words() -> None:
    lines = [
        {"ts": "2026-05-20T10:04:00Z", "level": "info", "svc": "profile", "msg": "GET /profile 200"},
        {
            "level": "error",
            "svc": "profile",
            "msg": "pool exhausted",
            "err": "deadline exceeded",
            "open": 50,
            "status": 502,
        },
        {"level": "error", "service": {"name": "profile"}, "error": {"message": "no route", "code": 7}},
    ]

    alert = parse_alert("\n".join(map(json.dumps, lines)))

    assert alert.text.splitlines() == [
        "info: GET /profile 200",
        "error: pool exhausted: deadline exceeded status=502",
        "error: no route",
    ]
    assert (alert.name, alert.service) == ("pool exhausted: deadline exceeded status=502", "profile")


def test_json_lines_of_several_services_name_none() -> None:
    log = '{"app": "a", "msg": "slow"}\n{"app": "b", "msg": "slower"}\nplain text'

    alert = parse_alert(log)

    assert (alert.service, alert.text) == ("", "slow\nslower\nplain text")


def test_the_most_alarming_line_of_a_log_names_it() -> None:
    log = (
        "May 20 03:12:01 db-3 kernel: EXT4-fs: mounted filesystem\n"
        "May 20 03:12:04 db-3 postgres[22]: PANIC: No space left on device\n"
        "May 20 03:12:05 db-3 systemd[1]: Stopped PostgreSQL"
    )

    assert "PANIC: No space left on device" in parse_alert(log).name


def test_a_long_name_is_cut_at_a_word_and_says_so() -> None:
    name = parse_alert("x509 " + "certificate " * 20).name

    assert name.endswith("certificate ...")


def test_tags_and_nested_names_of_other_tools_are_read() -> None:
    tagged = {"title": "5xx rate high", "tags": "env:prod,service:checkout,team:shop", "date": 1779271440000}
    nested = {
        "event": {
            "id": "Q1",
            "type": "incident",
            "title": "pool exhausted",
            "urgency": "high",
            "service": {"id": "P1", "summary": "orders"},
            "priority": {"summary": "P1"},
            "created_at": "2026-05-20T10:04:00Z",
        }
    }

    one, other = parse_alert(tagged), parse_alert(nested)

    assert (one.service, one.environment) == ("checkout", "prod")
    assert one.starts == datetime(2026, 5, 20, 10, 4, tzinfo=UTC)
    assert (other.service, other.severity_label) == ("orders", "P1")
    assert other.starts == datetime(2026, 5, 20, 10, 4, tzinfo=UTC)
    assert "Q1" not in other.text


def test_colours_of_a_terminal_are_no_part_of_a_name() -> None:
    assert parse_alert("\x1b[31mERROR\x1b[0m disk is full").name == "ERROR disk is full"


def test_the_service_of_the_worst_alert_stands_and_the_others_are_told() -> None:
    graded = (("cart", "warning"), ("profile", "critical"), ("gateway", "warning"))

    alert = parse_alert(
        {"alerts": [{"labels": {"alertname": "Slow", "app": app, "severity": how}} for app, how in graded]}
    )

    assert (alert.name, alert.service) == ("Slow", "profile")
    assert alert.others == ("Slow on cart", "Slow on gateway")
    assert alert.services == ("cart", "profile", "gateway")


def test_mails_of_nagios_are_understood() -> None:
    problem = parse_alert("Subject: PROBLEM Service Alert: db1/Disk /var is CRITICAL\n\nState: CRITICAL")

    assert (problem.severity_label, problem.is_resolved) == ("CRITICAL", False)
    assert parse_alert("** RECOVERY Service Alert: db1/Disk /var is OK **").is_resolved
    assert not parse_alert("Recovery of the database failed").is_resolved


@pytest.mark.parametrize("times", [1, 2])
def test_one_line_of_a_json_log_is_read_as_two_are(times: int) -> None:
    line = '{"level":"error","ts":"2026-11-20T10:15:12Z","msg":"pool exhausted","service":"cart"}'

    alert = parse_alert("\n".join([line] * times))

    assert (alert.name, alert.service, alert.severity_label) == ("error: pool exhausted", "cart", "")


def test_an_alert_with_a_level_and_a_message_is_no_line_of_a_log() -> None:
    kapacitor = {"id": "cpu:host=a", "message": "cpu is CRITICAL", "level": "CRITICAL", "previousLevel": "OK"}

    assert parse_alert(kapacitor).severity_label == "CRITICAL"


def test_the_message_of_a_panic_names_it_and_its_thread_is_no_service() -> None:
    panic = "thread 'tokio-runtime-worker' panicked at src/store.rs:42:9:\ncalled Option::unwrap() on a None value"

    alert = parse_alert(panic)

    assert (alert.name, alert.service) == ("called Option::unwrap() on a None value", "")


def test_a_dumped_core_is_named_by_its_message_and_belongs_to_its_unit() -> None:
    log = (
        "Nov 20 10:15:12 node-7 systemd-coredump[4400]: Process 4312 (ledgerd) of user 998 dumped core.\n\n"
        "                Stack trace of thread 4312:\n"
        "                #0  0x00007f1c2d8a1e37 raise (libc.so.6 + 0x42e37)\n"
        "                #1  0x00007f1c2d88b895 abort (libc.so.6 + 0x2c895)\n"
        "Nov 20 10:15:13 node-7 systemd[1]: ledgerd.service: Main process exited, code=dumped, status=6/ABRT\n"
    )

    alert = parse_alert(log)

    assert (alert.name, alert.service) == ("Process 4312 (ledgerd) of user 998 dumped core.", "ledgerd")


RECORDS = {
    "bunyan 2.0.5": (
        {"name": "orders", "hostname": "a", "pid": 7, "level": 50, "msg": "lease of slot 3 refused", "v": 0},
        "lease of slot 3 refused",
    ),
    "python-logstash-formatter": (
        {
            "name": "orders",
            "levelname": "ERROR",
            "message": "job failed",
            "exception": ["Traceback (most recent call last):\n", "LedgerError: slot 3 is taken\n"],
        },
        "LedgerError: slot 3 is taken",
    ),
}


@pytest.mark.parametrize("logger", RECORDS)
def test_one_record_of_a_logger_is_named_after_what_it_says_and_not_after_the_logger(logger: str) -> None:
    record, name = RECORDS[logger]

    assert parse_alert(json.dumps(record)).name == name


LINES = {
    "nest 12": "[Nest] 27240  - 11/29/2026, 8:03:21 PM   FATAL [OrdersService] lease of slot 3 refused",
    "klog": 'E1129 20:08:48.524135   31367 main.go:25] "lease of slot 3 refused"',
    "log4js": "[2026-11-29T20:02:54.916] [FATAL] orders - lease of slot 3 refused",
    "logfmt": 'ts=2026-11-29T20:08:48.57Z caller=main.go:28 level=error msg="lease of slot 3 refused"',
}


@pytest.mark.parametrize("logger", LINES)
def test_a_line_of_a_log_is_named_without_what_its_logger_put_before_it(logger: str) -> None:
    assert parse_alert(LINES[logger]).name == "lease of slot 3 refused"
    assert parse_alert("the orders are slow\n" + LINES[logger]).name == "lease of slot 3 refused"


def test_a_trace_is_named_after_its_exception_and_not_after_a_frame_that_quotes_it() -> None:
    log = (
        "2026-11-29 20:14:35.623 | ERROR    | __main__:<module>:5 - order job failed\n"
        "Traceback (most recent call last):\n\n"
        '> File "/srv/ru.py", line 3, in renew\n'
        '    def renew(): raise RuntimeError("lease of slot 3 refused")\n\n'
        "RuntimeError: lease of slot 3 refused\n"
    )

    assert parse_alert(log).name == "RuntimeError: lease of slot 3 refused"
