"""The weekly summary counts what the ledger holds, and says so when that is nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.review.markdown import render
from kb.starter import make_home
from kb.storage.encoder import OnnxEncoder

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kb_at(tmp_path: Path, clock: Clock, encoder: OnnxEncoder) -> KnowledgeBase:
    """A home that is as old as the clock says."""
    make_home(tmp_path / "home")
    return KnowledgeBase.open(tmp_path / "home", clock=clock, encoder=encoder)


def test_a_week_gives_the_numbers_counted_by_hand(kb_at: KnowledgeBase, clock: Clock, tmp_path: Path) -> None:
    with kb_at as kb:
        kb.check_known_issues("long before the week began")
        clock.now += timedelta(days=8)
        learned = kb.learn_pattern("cache node 4 evicts hot keys", "too small", "add memory")
        kb.check_known_issues("cache node 4 evicts hot keys")
        kb.check_known_issues("cache node 9 evicts hot keys")
        kb.check_known_issues("the espresso machine leaks steam")
        kb.record_outcome(learned.id, "resolved", verified_by="ana")
        kb.record_outcome(learned.id, "failed")
        kb.session_log("added memory", "from 4 to 8 GB")
        (tmp_path / "pm.md").write_text(
            "# Cache outage\n\n**Date**: 2026-11-20\n**Severity**: SEV2\n**Service**: cache\n\n"
            "## Summary\n\nHot keys.\n\n## Root cause\n\nToo small.\n\n"
            "## Action items\n\n- [ ] Alert on evictions - Owner: Ana - Due: 2026-11-22\n"
            "- [x] Add memory - Owner: Ben\n"
        )
        kb.ingest(tmp_path / "pm.md")
        clock.now += timedelta(hours=1)
        summary = kb.weekly_summary(7)
    assert summary.read == {
        "lookups": 3, "outcomes": 2, "incidents": 1, "new entries": 2, "changes": 0, "drift exceptions": 0,
        "log lines": 1,
    }  # fmt: skip
    assert {c.name: c.count for c in summary.verdicts} == {"known": 2, "unknown": 1}
    assert [(c.name, c.count) for c in summary.top_unknowns] == [("the espresso machine leaks steam", 1)]
    assert {c.name: c.count for c in summary.outcomes} == {"resolved": 1, "failed": 1}
    assert [c.name for c in summary.fixed] == [f"cache node 4 evicts hot keys ({learned.id})"]
    assert [(c.name, c.count) for c in summary.incidents_by_severity] == [("SEV2", 1)]
    assert [(c.name, c.count) for c in summary.incidents_by_service] == [("cache", 1)]
    assert [(item.text, item.owner, item.overdue) for item in summary.open_items] == [
        ("Alert on evictions", "Ana", True)
    ]
    assert "added memory: from 4 to 8 GB" in render(summary)


def test_the_same_window_can_be_told_again_later(kb_at: KnowledgeBase, clock: Clock) -> None:
    with kb_at as kb:
        kb.check_known_issues("something odd")
        end = clock.now + timedelta(days=1)
        first = kb.weekly_summary(7, now=end)
        clock.now += timedelta(days=30)
        kb.check_known_issues("something else")
        assert kb.weekly_summary(7, now=end) == first


def test_an_empty_week_says_what_was_read(kb_at: KnowledgeBase) -> None:
    with kb_at as kb:
        text = render(kb.weekly_summary(7, now=MONDAY - timedelta(days=100)))
    assert "Nothing to count: nobody asked (0 records read)." in text


@pytest.mark.parametrize("days", [0, -1, 99999])
def test_a_window_that_is_none_is_refused(kb_at: KnowledgeBase, days: float) -> None:
    with kb_at as kb, pytest.raises(InvalidInput, match="window"):
        kb.weekly_summary(days)
