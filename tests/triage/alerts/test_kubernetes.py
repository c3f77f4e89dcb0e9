"""Events of Kubernetes, as kubectl prints them."""

from __future__ import annotations

import json

import pytest

from kb.triage.alert import parse_alert


def event(
    message: str,
    kind: str = "Warning",
    seen: str = "2026-11-20T10:15:12Z",
    pod: str = "cart-6d8f9c7b5d-x2x4q",
) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "type": kind,
        "reason": "R",
        "message": message,
        "eventTime": None,
        "firstTimestamp": "2026-11-20T09:50:11Z",
        "lastTimestamp": seen,
        "involvedObject": {
            "kind": "Pod",
            "name": pod,
            "namespace": "shop-prod",
            "fieldPath": "spec.containers{app}",
        },
    }


def test_the_latest_warning_leads_and_what_is_normal_is_left_out() -> None:
    items = [
        event("Back-off restarting failed container", seen="2026-11-20T10:00:00Z"),
        event("Pulled image", "Normal"),
        event("Readiness probe failed: 503"),
    ]

    read = parse_alert(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))

    assert (read.name, read.service, read.environment) == (
        "Readiness probe failed: 503",
        "cart",
        "production",
    )
    assert "Back-off restarting" in read.text
    assert "Pulled" not in read.text


def test_one_event_and_one_of_the_newer_api_are_read() -> None:
    newer = {
        "kind": "Event",
        "note": "Readiness probe failed: 503",
        "reason": "Unhealthy",
        "type": "Warning",
        "regarding": {"kind": "Pod", "name": "cart-0", "namespace": "shop-prod"},
        "eventTime": "2026-11-20T10:15:12.000000Z",
    }

    assert parse_alert(event("Readiness probe failed: 503")).name == "Readiness probe failed: 503"
    assert (parse_alert(newer).name, parse_alert(newer).service) == ("Readiness probe failed: 503", "cart")


def test_the_table_of_kubectl_is_read() -> None:
    table = (
        "NAMESPACE   LAST SEEN   TYPE      REASON      OBJECT                      MESSAGE\n"
        "shop-prod   26s         Normal    Pulled      pod/cart-6d8f9c7b5d-x2x4q   Container image already present\n"
        "shop-prod   12s         Warning   Unhealthy   pod/cart-6d8f9c7b5d-x2x4q   Readiness probe failed: 503\n"
    )

    read = parse_alert(table)

    assert (read.name, read.service, read.environment) == (
        "Readiness probe failed: 503",
        "cart",
        "production",
    )


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Pod\nmetadata: {name: involvedObject}",
        "kind: [involvedObject",
        "items: *a # involvedObject",
        "apiVersion: v1\nkind: List\nitems: 7 # involvedObject",
    ],
)
def test_yaml_that_holds_no_event_stays_a_text(text: str) -> None:
    read = parse_alert(text)

    assert (read.tool, read.text) == ("", text)
