"""A time of another zone is that instant wherever it is printed, and every printed time names its zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.text.times import clock, day_of, in_utc, minute, parse_instant, second
from tests.conftest import ROOT, RunKb

EAST = timezone(timedelta(hours=2))
AT = datetime(2026, 11, 21, 1, 26, 31, tzinfo=EAST)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-21T11:26:00+02:00", "2026-11-21 09:26:00 UTC"),
        ("2026-11-21T11:26:00Z", "2026-11-21 11:26:00 UTC"),
        (" 2026-11-21 11:26 ", "2026-11-21 11:26:00 UTC"),
        ("2026-11-21", "2026-11-21 00:00:00 UTC"),
    ],
)
def test_a_text_is_read_as_the_instant_that_it_names(text: str, instant: str) -> None:
    assert second(parse_instant(text)) == instant


def test_an_instant_is_printed_in_utc_and_says_so() -> None:
    assert (minute(AT), clock(AT), second(AT)) == (
        "2026-11-20 23:26 UTC",
        "23:26 UTC",
        "2026-11-20 23:26:31 UTC",
    )
    assert day_of(AT).isoformat() == "2026-11-20"
    assert in_utc(datetime(2026, 11, 21)) == datetime(2026, 11, 21, tzinfo=UTC)


def test_no_other_module_prints_a_clock_or_a_day() -> None:
    printed = re.compile(r":%Y-%m-%d|:%H:%M")
    found = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "kb").rglob("*.py"))
        if printed.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["kb/text/times.py"]


@pytest.fixture
def kb(home: Path, encoder: OnnxEncoder) -> KnowledgeBase:
    clock = lambda: datetime(2026, 11, 21, 11, 0, tzinfo=EAST)  # noqa: E731 - a team that lives east of UTC
    return KnowledgeBase.open(home, encoder=encoder, clock=clock)


def test_a_brief_says_when_to_escalate_in_utc(kb: KnowledgeBase) -> None:
    labels = {"alertname": "Lost"}
    alert = {"alerts": [{"status": "firing", "startsAt": "2026-11-21T10:56:00+02:00", "labels": labels}]}
    said = str(kb.triage(alert, service="basket", budget=3000).sections)
    assert "since 2026-11-21 08:56 UTC" in said
    assert "At 09:26 UTC" in said
    assert "11:26" not in said


def test_what_was_tried_in_an_incident_is_told_with_its_zone(kb: KnowledgeBase) -> None:
    one = kb.incidents.open("basket loses items", service="basket")
    kb.incidents.mitigate("restart the basket", worked=False)
    said = str(kb.triage("basket loses items", service="basket", incident_id=one.id, budget=3000).sections)
    assert "at 09:00 UTC" in said


def test_the_weekly_review_up_to_a_time_of_another_zone_says_when_it_ended(run_kb: RunKb) -> None:
    said = run_kb("weekly", "--until", "2026-11-21T11:26:00+02:00").stdout
    assert said.startswith("# Incident review 2026-11-14 09:26 to 2026-11-21 09:26 UTC")


def test_moves_of_an_entry_are_told_with_their_zone(kb: KnowledgeBase, run_kb: RunKb) -> None:
    one = kb.learn_pattern("harbour crane 7 refused to lower its hook", "it froze", "warm the hook").id
    kb.set_status(one, "quarantined", reason="it made things worse")
    assert "2026-11-21 09:00 UTC  candidate" in run_kb("status", one).stdout
