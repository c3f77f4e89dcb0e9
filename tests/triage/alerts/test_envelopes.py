"""What queues and event buses carry comes out of their envelopes: each message of them, whatever it was given as."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from kb.triage.alert import parse_alert
from kb.triage.alerts.envelopes import opened


def alarm(name: str, state: str) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "NewStateValue": state,
        "NewStateReason": "Threshold Crossed",
        "StateChangeTime": "2026-11-20T10:15:12.000+0000",
        "Trigger": {"Dimensions": [{"name": "ServiceName", "value": name.partition("-")[0]}]},
    }


def webhook(name: str, status: str) -> dict[str, Any]:
    labels = {"alertname": name, "severity": "critical", "service": "orders"}
    alert = {"status": status, "labels": labels, "startsAt": "2026-11-30T10:00:00Z"}
    return {"receiver": "kb", "status": status, "alerts": [alert], "version": "4", "groupKey": f"{{}}:{name}"}


def event(**data: object) -> dict[str, object]:
    """As cloudevents 2.2.0 (PyPI) writes one in its JSON format."""
    about = {"type": "alert", "source": "/am", "id": "1", "specversion": "1.0"}
    return {**about, "time": "2026-11-30T10:00:18.050609Z", **data}


def queued(*messages: object) -> dict[str, object]:
    """What SQS hands to a function, of messages that came over SNS."""
    bodies = (json.dumps({"Type": "Notification", "Message": json.dumps(message)}) for message in messages)
    return {"Records": [{"messageId": "1", "body": body, "eventSource": "aws:sqs"} for body in bodies]}


def test_a_cloudevent_that_was_given_bytes_carries_them_in_base64():
    body = base64.b64encode(json.dumps(webhook("OrdersDown", "firing")).encode()).decode()

    read = parse_alert(event(datacontenttype="application/json", data_base64=body))

    assert (read.tool, read.name, read.service, read.firing) == ("Alertmanager", "OrdersDown", "orders", 1)


@pytest.mark.parametrize(
    "given",
    [
        [event(data=webhook("DiskFull", "resolved")), event(data=webhook("OrdersDown", "firing"))],
        queued(webhook("DiskFull", "resolved"), webhook("OrdersDown", "firing")),
    ],
)
def test_of_a_batch_every_message_is_read_and_what_fires_leads(given: object):
    read = parse_alert(given)

    assert (read.name, read.firing, read.resolved, read.is_resolved) == ("OrdersDown", 1, 1, False)


def test_an_alarm_that_ended_does_not_hide_the_one_behind_it_in_the_same_batch():
    read = parse_alert(queued(alarm("orders-5xx", "OK"), alarm("cart-5xx", "ALARM")))

    assert (read.tool, read.name, read.service) == ("CloudWatch", "cart-5xx", "cart")
    assert (read.firing, read.resolved, read.is_resolved) == (1, 1, False)
    assert parse_alert(queued(alarm("orders-5xx", "OK"), alarm("cart-5xx", "OK"))).is_resolved


def test_texts_of_a_batch_are_one_text():
    records = [{"body": "orders are down"}, {"body": "cart is down"}]

    assert parse_alert({"Records": records}).text == "orders are down\ncart is down"


@pytest.mark.parametrize(
    "given",
    [
        {"Records": []},
        {"Records": [{"s3": {"object": {"key": "orders.csv"}}}]},
        event(data_base64="not base64!"),
        [],
        [{"alertname": "OrdersDown"}],
    ],
)
def test_what_holds_no_message_stays_as_it_was(given: object):
    assert opened(given) == given
