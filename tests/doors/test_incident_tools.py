"""An incident through the tools of the server, from the alert to the postmortem; and the changes around it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.doors.calls.workers import current_actor
from kb.doors.mcp.server import KbServer
from kb.index.encoder import OnnxEncoder
from tests.doors.conftest import Agent, connected


@pytest.fixture
def watch(home: Path, encoder: OnnxEncoder) -> Iterator[Agent]:
    """An agent on a home of its own."""
    with (
        KnowledgeBase.open(home, encoder=encoder, actor=current_actor) as kb,
        connected(KbServer(kb)) as agent,
    ):
        yield agent


def test_an_incident_from_alert_to_postmortem(watch: Agent):
    learned = watch.call("learn_pattern", pattern="connection pool exhausted", fix="roll back")
    lookup = watch.call("check_known_issues", error_text="connection pool exhausted", service="api")

    opened = watch.call(
        "incident_open",
        title="api answers 503",
        service="api",
        environment="production",
        severity="P1",
        lookup_id=lookup["lookup_id"],
    )
    watch.call("incident_acknowledge", by="Ada")
    line = watch.call("memory_session_log", action="looked at the pool", details="100 of 100 in use")
    evidence = "deploy at 14:00, 100 of 100 in use"
    suspected = watch.call(
        "incident_hypothesise", text="connections leak since the deploy", evidence=evidence
    )
    confirmed = watch.call(
        "incident_hypothesise", text="", hypothesis_id="h1", status="confirmed", evidence="heap dump"
    )
    watch.call("incident_mitigate", action="rolled back", entry_id=learned["id"], worked="yes")
    resolved = watch.call("incident_resolve", resolution="rolled back to 1.4", entry_id=learned["id"])
    verified = watch.call("incident_verify", checks="all", by="Ada")
    watch.call("incident_action_item", text="alert on pool use", owner="Ada", due="2027-01-31")
    watch.call("incident_review", went_well=["fast rollback"], lessons="look at the pool first")
    update = watch.result("incident_status_update", style="chat", next_steps=["postmortem"])
    closed = watch.call("incident_close")

    assert opened["severity"] == "SEV1"
    assert line["subject"] == opened["id"]
    assert [one["status"] for one in suspected["hypotheses"]] == ["suspected"]
    assert [one["status"] for one in confirmed["hypotheses"]] == ["confirmed"]
    assert len(resolved["unchecked"]) == 6
    assert verified["phase"] == "verified"
    assert verified["unchecked"] == []
    assert closed["phase"] == "closed"
    assert "api" in watch.text(update)
    draft = watch.call("incident_postmortem", incident_id=opened["id"])
    assert "connections leak since the deploy" in draft["markdown"]
    assert draft["path"] is None
    shown = watch.call("incident_show", incident_id=opened["id"])
    assert shown["went_well"] == ["fast rollback"]
    assert watch.call("get_entry", entry_id=learned["id"])["trust"]["resolved"] == 1
    assert [one["id"] for one in watch.call("incident_list")["incidents"]] == [opened["id"]]
    assert watch.call("incident_list", open_only=True)["incidents"] == []


def test_a_tool_without_an_open_incident_says_so(watch: Agent):
    assert "none is open" in watch.refused("incident_mitigate", action="restarted")


def test_an_incident_that_comes_back_is_reopened(watch: Agent):
    opened = watch.call("incident_open", title="queue grows", service="orders")
    watch.call("incident_resolve", resolution="restarted the consumer")
    watch.call("incident_close")

    again = watch.call("incident_reopen", reason="it grows again", incident_id=opened["id"])

    assert again["phase"] == "investigating"


def test_changes_are_recorded_and_asked_for(watch: Agent):
    for version, result, at in (
        ("1.4", "succeeded", "5h"),
        ("1.5", "succeeded", "4h"),
        ("1.6", "failed", "1h"),
    ):
        watch.call(
            "record_change",
            kind="deployment",
            service="api",
            environment="production",
            version=version,
            result=result,
            at=at,
            reversible="true",
        )

    newest = watch.call("changes", service="api", hours="2")
    window = watch.call("changes", since="6h", until="3h", kinds="deployment")
    target = watch.call("rollback_target", service="api", environment="production")

    assert [one["version"] for one in newest["changes"]] == ["1.6"]
    assert newest["changes"][0]["author"] == "night-shift"
    assert [one["version"] for one in window["changes"]] == ["1.5", "1.4"]
    assert target["target"]["version"] == "1.5"


def test_triage_gives_a_brief_within_its_budget(watch: Agent):
    watch.call(
        "learn_pattern", pattern="connection pool exhausted", meaning="leak", fix="roll back the deploy"
    )

    result = watch.result(
        "triage", alert="api: connection pool exhausted", service="api", severity="critical", budget=500
    )

    brief = result.structured_content
    assert brief
    assert brief["tokens"] <= brief["budget"] == 500
    assert brief["severity"]["severity"] == "SEV1"
    assert "roll back the deploy" in watch.text(result)


ALERT = {
    "status": "firing",
    "commonLabels": {"alertname": "ApiPoolExhausted", "severity": "critical"},
    "alerts": [
        {"labels": {"alertname": "ApiPoolExhausted"}, "annotations": {"summary": "connection pool exhausted"}}
    ],
}


def test_an_investigation_writes_down_the_state_of_the_environment(watch: Agent):
    watch.call("learn_pattern", pattern="connection pool exhausted", meaning="leak", fix="roll back")

    brief = watch.result(
        "skill_run", name="investigate_alert", inputs={"alert": ALERT, "environment": "stage"}
    )
    watch.call(
        "investigate_alert", alert=ALERT, environment="stage", evidence={"kubectl_get_pods": "0/3 ready"}
    )

    state = str(watch.call("memory_query", key="state/environments", path="environments.stage")["content"])
    assert "roll back" in watch.text(brief)
    assert "ApiPoolExhausted" in state
    assert "ApiPoolExhausted" in str(watch.call("weekly_summary", days=1)["log"])


def test_debug_prod_is_about_production_and_takes_evidence(watch: Agent):
    watch.call("learn_pattern", pattern="connection pool exhausted", meaning="leak", fix="roll back")

    found = watch.call(
        "debug_prod", service="api", symptoms="slow", evidence="ERROR connection pool exhausted"
    )

    assert found["verdict"] == "known"
    assert watch.call("memory_query", key="state/environments", path="environments.production")["content"]
