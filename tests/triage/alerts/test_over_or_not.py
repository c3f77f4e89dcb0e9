"""Whether JSON of no known form is over: on the alert's own word alone, since a wrong "over" ends what goes on."""

from __future__ import annotations

from typing import Any

import pytest

from kb.triage.alert import parse_alert
from tests.triage.alerts.test_further_tools import ALL

FIRES: dict[str, dict[str, Any]] = {
    "another thing is well, in its description": {
        "title": "Cart fails",
        "severity": "critical",
        "description": "db is ok",
    },
    "another thing is well, at the end of its title": {"title": "Cart fails: db is ok"},
    "a part has recovered, in its message": {
        "title": "Orders fail",
        "message": "Replica has recovered, primary is down",
    },
    "a cause that is over": {"title": "Orders fail", "cause": "The network is back to normal"},
    "a conditional recovery": {"title": "Orders fail", "note": "recovers when it is ok for 5 minutes"},
    "a check mark within a list": {
        "title": "Front page fails",
        "text": "❌ status is 200, ✅ answers in 500 ms",
    },
    "a job that is closed": {"title": "Cart fails", "job": {"status": "closed"}},
    "a trigger that is called up": {"title": "Cart fails", "severity": "high", "trigger": {"type": "up"}},
    "a connection that is closed": {"title": "Pool of cart is empty", "connection": {"state": "closed"}},
    "a ticket that was resolved": {"title": "Cart fails", "ticket": {"status": "Resolved"}},
    "a result that is ok": {"name": "Cart fails", "result": {"status": "ok"}},
    "a database that is up": {"title": "Cart fails", "severity": "critical", "db_status": "up"},
    "the object of another thing, deeper down": {
        "title": "Cart fails",
        "context": {"pool": {"state": "resolved"}},
    },
    "an alert linked to it": {"title": "Cart fails", "parent_alert": {"status": "resolved"}},
    "what happened to an error that was resolved before": {
        "event": "occurred",
        "error": {"name": "KeyError", "resolved": True},
    },
    "what is nearer": {
        "incident": {"title": "Cart fails", "state": "open", "updates": [{"state": "resolved"}]}
    },
    "a time of its end that is empty": {"title": "Cart fails", "resolved_at": None},
    "a time of its end that may be that of a window": {
        "title": "Cart fails",
        "start_time": "2026-11-20T10:10:12Z",
        "end_time": "2026-11-20T10:15:12Z",
    },
    "a carrier that worked": {"status": "success", "data": {"name": "Cart fails", "severity": "high"}},
    "a project that is up": {"event": "down", "site": {"name": "Shop"}, "sites": [{"state": "up"}]},
    "a grade at the top and an ok in what it carries": {
        "message": "Cart fails",
        "alert_type": "critical",
        "payload": {"status": "ok"},
    },
    "a green check of a part in the title": {"title": "Deploy ✅ but errors at 40 %"},
    "a colour beside a severity": {
        "severity": "high",
        "attachments": [{"color": "good", "title": "Cart fails"}],
    },
    "a message that says nothing else": {"title": "Cart fails", "message": "db is ok"},
    "a text that says nothing else": {"title": "Cart fails", "text": "The replica has recovered."},
    "a list of checks, the first of them ok": {"title": "Cart fails", "text": "OK: db\nCRITICAL: cart"},
    "an analysis that worked and a gate that did not open": {
        "status": "SUCCESS",
        "project": {"name": "cart"},
        "qualityGate": {"name": "strict", "status": "ERROR", "conditions": [{"status": "OK"}]},
    },
    "what failed to end": {"title": "Cart", "status": "waiting to recover"},
}
OVER: dict[str, dict[str, Any]] = {
    "its severity stays": {"title": "Cart fails", "status": "RESOLVED", "severity": "critical"},
    "a word for the kind of message above it": {
        "event": "alert",
        "alert": {"name": "Cart fails", "status": "ok"},
    },
    "the kind of message and its state": {
        "type": "incident.updated",
        "data": {"title": "Cart fails", "status": "closed"},
    },
    "a switch for open": {"alert": {"name": "Cart fails", "isOpen": False}},
    "a switch written as a text": {"title": "Cart fails", "resolved": "true"},
    "the time at which it was resolved": {"title": "Cart fails", "resolved": "2026-11-20T10:15:12Z"},
    "labels beside a state of its own": {
        "title": "Cart fails",
        "status": "closed",
        "labels": {"severity": "critical"},
    },
    "the name of a state": {"title": "Cart fails", "status": {"id": 6, "name": "Resolved"}},
    "a state called otherwise": {"name": "Cart fails", "currentHealthStatus": "Available"},
    "an event that ends": {"name": "Cart fails", "alert_event": "ALERT_STATE_EVENT_END"},
    "a state that is switched off": {"name": "Cart fails", "status": "Deactivated"},
    "what somebody did": {"title": "KeyError", "action": "fixed"},
    "a title that says nothing else": {"title": "[Shop] Front page is back up."},
    "a title with its mark": {"text": "✅ Front page"},
    "a title with its mark at the end": {"title": "Prometheus Alert (Resolved)", "summary": "Cart is slow"},
    "a word for the kind of message and its severity": {
        "event": "disk.disk_alarm",
        "type": "netdataAlarm",
        "severity": "cleared",
    },
    "a card that says so in its title": {
        "title": "💚 Alert CLEAR from netdata for db-1",
        "potentialAction": [{"@type": "OpenUri"}],
    },
    "the colour of a chat message": {
        "text": "db-1 recovered, `disk`",
        "attachments": [{"color": "good", "title": "disk (raised for 3 seconds)"}],
    },
    "an original that fired": {
        "alert_group": {"title": "Cart fails", "state": "resolved"},
        "alert_payload": {"status": "firing"},
    },
}


@pytest.mark.parametrize("case", FIRES)
def test_good_news_of_something_else_do_not_make_it_over(case: str) -> None:
    assert not parse_alert(FIRES[case]).is_resolved


@pytest.mark.parametrize("case", OVER)
def test_its_own_word_makes_it_over(case: str) -> None:
    assert parse_alert(OVER[case]).is_resolved


def test_a_tool_that_knows_no_service_and_writes_its_own_name_names_none() -> None:
    sent = {"event": "disk_full", "service": ["Netdata"], "origin": "netdata/db-1", "severity": "critical"}

    assert parse_alert(sent).service == ""


GOOD_NEWS: dict[str, Any] = {
    "description": "db is ok",
    "note": "Recovered: the replica",
    "details": "[OK] the other zone",
    "job": {"status": "closed"},
    "db_status": "up",
    "connection_state": "closed",
    "children": [{"state": "ok"}],
    "ticket": {"status": "Resolved"},
    "previous_status": "ok",
    "pull_request": {"state": "closed", "merged": True, "closed_at": "2026-11-20T10:15:12Z"},
    "links": [{"title": "Resolved incidents", "state": "ok"}],
    "replica": {"name": "db-2", "state": "ok", "resolved": True},
    "response": {"status": "OK", "body": "healthy"},
    "trigger_config": {"type": "recovery"},
}
BAD_NEWS: dict[str, Any] = {
    "description": "was firing since 9 o'clock",
    "children": [{"state": "failed"}],
    "previous_status": "critical",
    "replica": {"name": "db-2", "state": "down"},
    "checks": [{"status": "critical"}],
    "history": [{"event": "triggered"}],
    "db_status": "down",
}
TOLD = {tool: (sent, told["over"]) for tool, (sent, told) in ALL.items() if isinstance(sent, dict)}


def _with(sent: dict[str, Any], key: str, value: object) -> dict[str, Any]:
    """The payload with one key more; what it says itself stays."""
    return {**sent, key: value} if key not in sent else sent


@pytest.mark.parametrize("key", GOOD_NEWS)
def test_no_tool_that_fires_is_over_for_good_news_beside_what_it_says(key: str) -> None:
    firing = {tool: sent for tool, (sent, over) in TOLD.items() if not over}

    wrong = [
        tool for tool, sent in firing.items() if parse_alert(_with(sent, key, GOOD_NEWS[key])).is_resolved
    ]

    assert wrong == []


@pytest.mark.parametrize("key", BAD_NEWS)
def test_no_tool_that_is_over_fires_for_bad_news_beside_what_it_says(key: str) -> None:
    over = {tool: sent for tool, (sent, is_over) in TOLD.items() if is_over}

    wrong = [
        tool for tool, sent in over.items() if not parse_alert(_with(sent, key, BAD_NEWS[key])).is_resolved
    ]

    assert wrong == []
