"""What an alert says of itself, for an incident that is opened with it: read alone, nothing looked up or kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.operations.alerts import read_alert

BEGAN = datetime(2026, 5, 20, 10, 2, tzinfo=UTC)


def fired(starts: datetime = BEGAN, **more: str) -> str:
    labels = {"alertname": "SluiceStuck", "service": "sluice", "env": "stage", "severity": "critical"}
    return json.dumps({"labels": labels, "annotations": {}, "startsAt": starts.isoformat(), **more})


def test_an_alert_says_its_name_place_severity_and_start_and_nothing_is_kept(kb: KnowledgeBase) -> None:
    says = read_alert(kb, alert=fired())

    assert (says.name, says.service, says.environment) == ("SluiceStuck", "sluice", "stage")
    assert (says.starts, says.ends) == (BEGAN, None)
    assert (says.severity.severity, says.severity.confirmed, says.severity.words) == (
        "SEV1",
        False,
        ("critical",),
    )
    assert kb.weekly_summary().read["lookups"] == 0


def test_a_page_of_pagerduty_is_read_as_well(kb: KnowledgeBase) -> None:
    sent = {
        "event": {
            "event_type": "incident.triggered",
            "occurred_at": "2026-05-20T10:04:00Z",
            "data": {
                "type": "incident",
                "title": "the sluice is stuck",
                "status": "triggered",
                "created_at": "2026-05-20T10:02:00Z",
                "service": {"summary": "sluice"},
                "priority": {"summary": "P2"},
            },
        }
    }

    says = read_alert(kb, alert=sent)

    assert (says.tool, says.service, says.starts) == ("PagerDuty", "sluice", BEGAN)
    assert says.severity.severity == "SEV2"


def test_what_is_given_goes_before_what_the_alert_says(kb: KnowledgeBase) -> None:
    says = read_alert(kb, alert=fired(), service="weir", environment="prod")

    assert (says.service, says.environment) == ("weir", "prod")


def test_an_alert_that_is_over_says_since_when(kb: KnowledgeBase) -> None:
    says = read_alert(kb, alert=fired(status="resolved", endsAt="2026-05-20T11:00:00Z"))

    assert (says.starts, says.ends) == (BEGAN, BEGAN.replace(hour=11, minute=0))


def test_a_start_that_is_still_to_come_is_no_start(kb: KnowledgeBase) -> None:
    says = read_alert(kb, alert=fired(datetime.now(UTC) + timedelta(hours=3)))

    assert says.starts is None


def test_a_line_says_nothing_of_itself_and_no_text_is_refused(kb: KnowledgeBase) -> None:
    says = read_alert(kb, alert="the sluice hums")

    assert (says.service, says.environment, says.starts, says.tool) == ("", "", None, "")
    with pytest.raises(InvalidInput, match="the alert is empty"):
        read_alert(kb, alert=" ")
