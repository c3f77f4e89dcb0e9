"""The weekly summary with prose: the facts handed over are the summary's, and it never goes without its numbers."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kb import KnowledgeBase
from kb.doors.cli.app import app
from kb.review.facts import facts_of
from kb.review.summary import Counted, OpenItem, WeeklySummary
from tests.doubles.messages_server import Fails, Says
from tests.prose.conftest import Serve

END = datetime(2026, 11, 16, 9, tzinfo=UTC)
POOL = "pattern-pool-exhausted-1a2b3c4d"
PARTS = tuple(field.name for field in fields(WeeklySummary) if field.name not in ("since", "until", "read"))


def summary_of(**parts: Any) -> WeeklySummary:
    empty: dict[str, Any] = {
        "read": {"lookups": 4, "outcomes": 2, "incidents": 3, "new entries": 1, "changes": 0, "log lines": 0},
        **dict.fromkeys(PARTS, ()),
    }
    return WeeklySummary(since=END - timedelta(days=7), until=END, **{**empty, **parts})


def test_every_number_of_the_summary_is_a_fact_with_its_noun():
    facts = facts_of(
        summary_of(
            incidents_by_severity=(Counted(name="SEV2", count=2), Counted(name="not given", count=1)),
            incidents_by_service=(Counted(name="payments-api", count=3),),
            verdicts=(Counted(name="known", count=3), Counted(name="unknown", count=1)),
            top_unknowns=(Counted(name="gauge 7 reports -3", count=2),),
            outcomes=(Counted(name="resolved", count=1), Counted(name="made_worse", count=2)),
            fixed=(Counted(name=f"Pool (of 20) exhausted ({POOL})", count=1),),
            open_items=(
                OpenItem(incident="Dark night", text="alert at 80 %", owner="Ada", due=None, overdue=False),
                OpenItem(incident="Dark night", text="runbook", owner=None, due="2026-11-01", overdue=True),
            ),
        )
    )

    reads = {name: fact.phrase for name, fact in facts.values.items()}

    assert reads["window"] == "7 days"
    assert reads["incidents_total"] == "3 incidents"
    assert reads["new_entries_total"] == "1 new entry"
    assert reads["changes_total"] == "0 changes to production"
    assert reads["incidents_sev2"] == "2 SEV2 incidents"
    assert reads["incidents_not_given"] == "1 incident without a severity"
    assert reads["incidents_of_payments_api"] == "3 incidents of payments-api"
    assert reads["lookups_unknown"] == "1 unknown lookup"
    assert (reads["unknown_1"], reads["unknown_1_times"]) == ("“gauge 7 reports -3”", "2 times")
    assert reads["outcomes_made_worse"] == "2 outcomes that made things worse"
    assert reads["resolved_by_1"] == "1 success"
    assert (reads["open_items_total"], reads["open_items_overdue"]) == (
        "2 open action items",
        "1 overdue action item",
    )
    assert reads["open_item_1"] == "“runbook”"
    assert facts.entries == {POOL: "Pool (of 20) exhausted"}


def test_names_that_come_out_alike_are_told_apart():
    services = (
        Counted(name="api_v1", count=2),
        Counted(name="api-v1", count=1),
        Counted(name="监控", count=4),
    )

    reads = {
        name: fact.phrase for name, fact in facts_of(summary_of(incidents_by_service=services)).values.items()
    }

    assert reads["incidents_of_api_v1"] == "2 incidents of api_v1"
    assert reads["incidents_of_api_v1_2"] == "1 incident of api-v1"
    assert reads["incidents_of"] == "4 incidents of 监控"


@pytest.fixture
def week(kb: KnowledgeBase) -> str:
    """A home in which something was learned, asked and resolved; the id of what was learned."""
    learned = kb.learn_pattern("cache node 4 evicts hot keys", "too small", "add memory")
    kb.check_known_issues("cache node 9 evicts hot keys")
    kb.record_outcome(learned.id, "resolved", verified_by="ana")
    return learned.id


def weekly(home: Path, *options: str) -> str:
    done = CliRunner().invoke(app, ["--home", str(home), "weekly", *options])
    assert done.exit_code == 0, done
    return done.stdout


def test_the_narrative_follows_the_numbers(home: Path, week: str, serve: Serve):
    text = "{resolved_by_1} came from {entry:" + week + "}, in {lookups_total}."
    answer = Says(data={"paragraphs": [{"sentences": [{"text": text, "cites": [week]}]}]})
    serve(answer, answer)

    shown, data = weekly(home, "--narrative"), json.loads(weekly(home, "--narrative", "--json"))

    sentence = "1 success came from “cache node 4 evicts hot keys”, in 1 lookup."
    assert shown.index("## What fixed") < shown.index(f"## Narrative\n\n{sentence} [{week}]")
    assert data["narrative"]["paragraphs"] == [[{"text": sentence, "cites": [week]}]]
    assert data["read"]["lookups"] == 1


def test_without_an_answer_the_numbers_are_all_there(home: Path, week: str, serve: Serve):
    plain = weekly(home, "--now", "2099-01-01")
    assert weekly(home, "--now", "2099-01-01", "--narrative") == (
        plain + "\n## Narrative\n\nThe narrative is missing because ANTHROPIC_API_KEY is not set."
        " The numbers are complete without it.\n"
    )

    serve(Fails(status=401))
    shown = weekly(home, "--narrative")
    assert week in shown
    assert "refused the key" in shown


def test_nothing_is_sent_unless_it_was_asked_for(home: Path, week: str, serve: Serve):
    server = serve(Fails(status=500))

    assert week in weekly(home)
    assert server.asked == []
