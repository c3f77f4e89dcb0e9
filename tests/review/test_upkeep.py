"""What the knowledge base itself needs: stale runbooks, expiring entries, open proposals, status moves."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from kb import KnowledgeBase
from kb.model import Runbook
from kb.model.entry import Verification
from kb.model.ledger import Outcome, Result
from kb.review.report import as_markdown
from kb.review.upkeep import stale_runbooks
from kb.text.entries.codec import stamp
from tests.review.fixture_week import MONDAY, Clock, Written


def outcome(result: Result, days_ago: float, by: str | None = None) -> Outcome:
    at = MONDAY - timedelta(days=days_ago)
    return Outcome(id=f"o{days_ago}", at=at, entry_id="r", result=result, verified_by=by)


def reason(known_days: float, *outcomes: Outcome, verified: date | None = None) -> str:
    """Why a runbook is stale; empty when it is not."""
    runbook = Runbook(id="r", name="Disk full", verified=Verification(at=verified) if verified else None)
    found = stale_runbooks([(runbook, MONDAY - timedelta(days=known_days))], {"r": outcomes}, MONDAY)
    return found[0].reason if found else ""


def test_a_runbook_is_stale_after_half_a_year_without_verification() -> None:
    assert reason(180) == ""
    assert reason(182) == "never verified, known since 2026-05-18"
    assert reason(400, verified=date(2026, 9, 1)) == ""
    assert reason(400, verified=date(2026, 3, 1)) == "last verified 2026-03-01"


def test_an_outcome_that_somebody_verified_verifies_the_runbook() -> None:
    assert reason(400, outcome(Result.RESOLVED, 30, by="ana")) == ""
    assert reason(400, outcome(Result.RESOLVED, 30)).startswith("never verified")
    assert reason(400, outcome(Result.RESOLVED, -1, by="ana")).startswith("never verified")


@pytest.mark.parametrize("bad", [Result.FAILED, Result.MADE_WORSE])
def test_a_failure_makes_it_stale_until_it_is_verified_again(bad: Result) -> None:
    assert reason(10, outcome(bad, 3)) == "failed on 2026-11-13, and nobody verified it since"
    assert reason(10, outcome(bad, 3), outcome(Result.RESOLVED, 1, by="ana")) == ""
    assert reason(10, outcome(Result.NOT_APPLIED, 3)) == ""


def test_of_a_long_record_the_last_failure_and_the_last_verified_success_are_told(
    own_week: KnowledgeBase, clock: Clock
) -> None:
    clock.now = MONDAY - timedelta(days=40)
    runbook = next(hit.id for hit in own_week.search("disk", kinds=["runbook"]))
    told = own_week._parts.ledger.told
    for days, result, by in (
        (30, "failed", ""),
        (20, "failed", ""),
        (15, "resolved", "ana"),
        (9, "resolved", ""),
    ):
        clock.now = MONDAY - timedelta(days=days)
        own_week.record_outcome(runbook, result, verified_by=by or None, note=f"drill {days}")
    assert [((MONDAY - one.at).days, str(one.result)) for one in told.last([runbook], MONDAY)[runbook]] == [
        (20, "failed"),
        (15, "resolved"),
    ]
    assert [one.result for one in told.last([runbook], MONDAY - timedelta(days=25))[runbook]] == ["failed"]


def test_entries_that_expire_within_two_weeks_or_have_expired_are_named(
    own_week: KnowledgeBase, clock: Clock
) -> None:
    clock.now = MONDAY - timedelta(days=1)
    for name, day in (("amber", "2026-11-15"), ("bronze", "2026-11-30"), ("copper", "2026-12-01")):
        own_week.learn_pattern(f"{name} lamp blinks on the {name} rack", expires=day)
    clock.now = MONDAY
    summary = own_week.weekly_summary()
    assert [(one.title.split()[0], one.expired) for one in summary.expiring] == [
        ("amber", True),
        ("bronze", False),
    ]
    assert "- Renew or remove: 1 entry has expired" in as_markdown(summary)


def test_moves_and_open_proposals_are_told(own_week: KnowledgeBase) -> None:
    db, at = own_week._parts.db, stamp(MONDAY - timedelta(days=2))
    with db.write():
        for name, decided in (("p1", None), ("p2", stamp(MONDAY - timedelta(days=1))), ("p3", stamp(MONDAY))):
            db.execute(
                "INSERT INTO proposals (id, at, kind, data, state, decided_at) VALUES (?,?,?,?,?,?)",
                [name, at, "merge", '{"title": "two pools"}', "rejected" if decided else "open", decided],
            )
    summary = own_week.weekly_summary()
    assert [(one.was, one.became, one.reason) for one in summary.status_moves] == [
        ("candidate", "active", "resolved 2 of 2, verified by ana")
    ]
    assert [(one.id, one.text) for one in summary.proposals] == [("p1", "two pools"), ("p3", "two pools")]
    text = as_markdown(summary)
    assert "- Decide: 2 proposals wait (kb proposals)" in text
    assert "candidate → active, resolved 2 of 2, verified by ana" in text


def test_an_answer_without_a_lookup_counts_for_the_lookups_before_it(
    own_week: KnowledgeBase, clock: Clock, ids: Written
) -> None:
    clock.now = datetime(2026, 11, 15, 12, tzinfo=MONDAY.tzinfo)
    own_week.record_outcome(ids.pool, "not_applied")
    clock.now = MONDAY
    summary = own_week.weekly_summary()
    assert (summary.unanswered, summary.read["lookups never answered"]) == ((), 0)
