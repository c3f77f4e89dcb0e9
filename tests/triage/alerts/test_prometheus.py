"""Alertmanager's and Prometheus' alerts: who leads a group, what is kept apart, and what the sender left out."""

from __future__ import annotations

from typing import Any

import pytest

from kb.triage.alert import parse_alert
from kb.triage.severity import judge_severity


def alert(name: str, state: str = "active", **labels: str) -> dict[str, Any]:
    return {
        "labels": {"alertname": name, **labels},
        "annotations": {},
        "startsAt": "2026-11-20T10:15:12Z",
        "status": {"state": state},
    }


def test_what_is_silenced_or_inhibited_does_not_lead_even_where_it_is_graver() -> None:
    read = parse_alert(
        [alert("NodeDown", "suppressed", severity="critical"), alert("DiskFull", severity="warning")]
    )

    assert (read.name, read.firing, read.silenced) == ("DiskFull", 1, 1)
    assert "NodeDown" not in read.text
    assert any("NodeDown" in note for note in read.notes)


def test_where_everything_is_silenced_it_speaks_and_says_so() -> None:
    read = parse_alert([alert("NodeDown", "suppressed"), alert("DiskFull", "resolved")])

    assert (read.name, read.firing, read.silenced, read.is_resolved) == ("NodeDown", 0, 1, False)
    assert any("keeps it quiet" in note for note in read.notes)


def test_alerts_of_several_groups_keep_their_services_environments_and_starts_apart() -> None:
    node = {**alert("NodeDown", severity="critical"), "startsAt": "2026-11-20T10:15:12Z"}
    cart = {
        **alert("Slow", severity="warning", service="cart", env="stage"),
        "startsAt": "2026-11-19T08:00:00Z",
    }
    groups = [
        {"receiver": {"name": "r"}, "labels": {"alertname": one["labels"]["alertname"]}, "alerts": [one]}
        for one in (node, cart)
    ]

    read = parse_alert(groups)

    assert (read.name, read.service, read.environment) == ("NodeDown", "", "")
    assert read.services == ("cart",)
    assert read.others == ("Slow on cart",)
    assert read.starts is not None
    assert read.starts.day == 20


def webhook(*alerts: dict[str, Any], **head: object) -> dict[str, Any]:
    return {
        "version": "4",
        "status": "firing",
        "receiver": "r",
        "groupKey": "{}",
        "groupLabels": {},
        "alerts": list(alerts),
        **head,
    }


def test_what_a_webhook_left_out_is_told_and_its_common_labels_are_not_taken_for_those_of_all() -> None:
    read = parse_alert(
        webhook(alert("Slow", service="cart"), truncatedAlerts=7, commonLabels={"service": "cart"})
    )

    assert read.left_out == 7
    assert any("7 more alerts" in note and "truncatedAlerts" in note for note in read.notes)


def test_a_webhook_whose_rest_is_over_is_not_over_while_alerts_were_left_out() -> None:
    over = {**alert("Slow", service="cart"), "status": "resolved", "endsAt": "2026-11-20T10:20:00Z"}

    assert parse_alert(webhook(over, status="resolved", truncatedAlerts=0)).is_resolved
    assert not parse_alert(webhook(over, status="resolved", truncatedAlerts=2)).is_resolved


@pytest.mark.parametrize(
    ("labels", "service", "environment"),
    [
        ({"exported_job": "nightly", "job": "pushgateway", "instance": "p:9091"}, "nightly", ""),
        ({"exported_service": "cart", "service": "blackbox-exporter", "namespace": "monitoring"}, "cart", ""),
        (
            {
                "exported_namespace": "shop-prod",
                "namespace": "monitoring",
                "deployment": "cart",
                "job": "kube-state-metrics",
            },
            "cart",
            "production",
        ),
        (
            {
                "exported_container": "app",
                "exported_pod": "cart-6d8f9c7b5d-x2x4q",
                "container": "kube-state-metrics",
            },
            "cart",
            "",
        ),
        (
            {"container": "app", "pod": "cart-6d8f9c7b5d-x2x4q", "namespace": "shop-prod"},
            "cart",
            "production",
        ),
        ({"container": "main", "pod": "cart-0"}, "cart", ""),
        ({"container": "web", "namespace": "shop-prod"}, "shop", "production"),
        ({"container": "web"}, "web", ""),
        ({"container": "redis", "pod": "cart-6d8f9c7b5d-x2x4q"}, "redis", ""),
        (
            {
                "service": "prometheus-kube-state-metrics",
                "job": "kube-state-metrics",
                "pod": "cart-6d8f9c7b5d-x2x4q",
            },
            "cart",
            "",
        ),
        ({"pod": "shop-redis"}, "shop-redis", ""),
        ({"pod": "cart-x2x4q"}, "cart", ""),
        ({"pod": "my-payment-proxy"}, "my-payment-proxy", ""),
    ],
)
def test_labels_name_the_thing_and_not_what_reports_on_it(
    labels: dict[str, str], service: str, environment: str
) -> None:
    read = parse_alert({"labels": {"alertname": "X", **labels}})

    assert (read.service, read.environment) == (service, environment)


def test_a_severity_on_no_known_scale_is_named_as_one_and_the_words_are_judged() -> None:
    page = parse_alert(
        webhook({**alert("Outage", severity="page"), "annotations": {"summary": "complete outage of cart"}})
    )
    critical = parse_alert(webhook(alert("Outage", severity="critical")))

    assert (page.severity_label, page.severity, judge_severity(page).severity) == ("page", None, "SEV1")
    assert any('severity "page"' in note for note in page.notes)
    assert critical.notes == ()


def test_annotations_of_any_name_are_told_where_they_are_sentences() -> None:
    notes = {
        "impact": "Customers cannot pay",
        "Error": "dial tcp: refused",
        "dashboard": "https://x/d",
        "__values__": "{ a b }",
    }

    text = parse_alert(webhook({**alert("Slow"), "annotations": notes})).text

    assert "Customers cannot pay" in text
    assert "dial tcp: refused" in text
    assert "https://x/d" not in text
    assert "__values__" not in text
    assert "{ a b }" not in text
