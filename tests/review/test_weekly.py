"""The weekly summary counts what the ledger holds, and says so when that is nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.index.encoder import OnnxEncoder
from kb.review.page import as_html as render_page
from kb.review.plots import incidents_per_week
from kb.review.report import as_markdown, report
from kb.review.summary import WeeklySummary
from kb.starter import make_home
from kb.text.entries.codec import to_builtins
from tests.conftest import lend_vectors
from tests.review.fixture_week import MONDAY, Clock


@pytest.fixture
def kb_at(tmp_path: Path, clock: Clock, encoder: OnnxEncoder, new_home: Path) -> KnowledgeBase:
    """A home that is as old as the clock says."""
    home = tmp_path / "home"
    make_home(home)
    with KnowledgeBase.open(home, clock=clock) as kb:
        kb.counts()
    lend_vectors(new_home, home)
    return KnowledgeBase.open(home, clock=clock, encoder=encoder)


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
        (tmp_path / "earlier.md").write_text(
            "# Queue outage\n\n**Date**: 2026-10-01\n**Severity**: SEV3\n**Service**: queue\n\n"
            "## Summary\n\nThe queue was stuck.\n\n## Root cause\n\nA poison message.\n"
        )
        (tmp_path / "undated.md").write_text(
            "# Postmortem: printer outage\n\n**Severity**: SEV4\n\n## Summary\n\nNo paper.\n\n"
            "## Root cause\n\nNobody ordered any.\n\n## Action items\n\n- [x] Order paper - Owner: Cleo\n"
        )
        kb.ingest(tmp_path / "pm.md", tmp_path / "earlier.md", tmp_path / "undated.md")
        clock.now += timedelta(hours=1)
        summary = kb.weekly_summary(7)
        past = kb.weekly_summary(7, now=datetime(2026, 10, 5, tzinfo=UTC))
        notes = kb.review_notes(past)
    late, undated = summary.written_down
    assert late.startswith("Queue outage (")
    assert "rinter outage" in undated
    assert undated.endswith(", without a date")
    assert past.read["incidents"] == 0
    assert notes == [
        "1 incident of these days came into the home only after 2026-10-05 00:00 UTC and is not counted"
    ]
    assert summary.read == {
        "incidents": 1,
        "earlier incidents": 1,
        "lookups": 3,
        "lookups that offered something": 2,
        "lookups never answered": 0,
        "outcomes": 2,
        "new entries": 4,
        "status moves": 0,
        "action items": 2,
        "runbooks": 5,
        "changes": 0,
        "drift exceptions": 0,
        "watch items": 0,
        "log lines": 1,
    }
    assert {c.name: c.count for c in summary.verdicts} == {"known": 2, "unknown": 1}
    assert [(c.name, c.count) for c in summary.top_unknowns] == [("the espresso machine leaks steam", 1)]
    assert {c.name: c.count for c in summary.outcomes} == {"resolved": 1, "failed": 1}
    assert [c.name for c in summary.fixed] == [f"cache node 4 evicts hot keys ({learned.id})"]
    assert [(c.name, c.count) for c in summary.incidents_by_severity] == [("SEV2", 1)]
    assert [(c.name, c.count) for c in summary.incidents_by_service] == [("cache", 1)]
    assert [(item.text, item.owner, item.overdue) for item in summary.open_items] == [
        ("Alert on evictions", "Ana", True)
    ]
    assert "added memory: from 4 to 8 GB" in as_markdown(summary)


def test_the_same_window_can_be_told_again_later(kb_at: KnowledgeBase, clock: Clock) -> None:
    with kb_at as kb:
        kb.check_known_issues("something odd")
        end = clock.now + timedelta(days=1)
        first = kb.weekly_summary(7, now=end)
        clock.now += timedelta(days=30)
        kb.check_known_issues("something else")
        assert kb.weekly_summary(7, now=end) == first


def test_an_empty_week_is_told_in_a_few_lines_that_say_what_was_read(kb_at: KnowledgeBase) -> None:
    with kb_at as kb:
        summary = kb.weekly_summary(7, now=MONDAY - timedelta(days=100))
    text = as_markdown(summary)
    assert "No incident. Nobody looked anything up. No fix was reported on." in text
    assert [line for line in text.splitlines() if line.startswith("#")][1:] == ["## Needs action"]
    (line,) = [line for line in text.splitlines() if line.startswith("Nothing to count in: ")]
    assert line.startswith("Nothing to count in: incidents by severity; incidents by service; durations; ")
    assert len(line.split("; ")) > 18
    assert text.rstrip().splitlines()[-1].startswith("Records read: incidents 0,")
    page = render_page(summary)
    assert line.removesuffix(".") in page
    assert "the picture Time to mitigate" in page
    assert "<figure" not in page
    assert set(to_builtins(summary)["read"].values()) == {0}


def test_a_part_is_a_heading_or_stands_in_the_last_line_never_both(summary: WeeklySummary) -> None:
    told = report(summary)

    assert {part.title for part in told.parts}.isdisjoint(told.nothing)
    assert all(part.lines or part.table for part in told.parts)
    headings = {line[3:] for line in as_markdown(summary).splitlines() if line.startswith("## ")}
    assert headings == {"Needs action", *(part.title for part in told.parts)}


@pytest.mark.parametrize("days", [7, 84, 85, 200, 365, 3000])
def test_pictures_show_every_incident_that_the_window_counts(
    kb_at: KnowledgeBase, clock: Clock, tmp_path: Path, days: int
) -> None:
    for number, at in enumerate((1, 20, 83, 90, 190, 300)):
        day = (MONDAY - timedelta(days=at)).date()
        (tmp_path / f"{number}.md").write_text(
            f"# Outage {number} of the ferry\n\n**Date**: {day}\n**Severity**: SEV3\n\n## Summary\n\nGone."
            f"\n\n## Root cause\n\nCause {number}.\n"
        )
    with kb_at as kb:
        clock.now = MONDAY - timedelta(days=3500)
        kb.ingest(*sorted(tmp_path.glob("*.md")))
        clock.now = MONDAY
        summary = kb.weekly_summary(days)

    counted = sum(one.count for one in summary.incidents_by_severity)
    assert counted == sum(at <= days for at in (1, 20, 83, 90, 190, 300))
    assert sum(week.incidents for week in summary.weeks) >= counted
    assert summary.weeks[0].since <= summary.since
    assert not incidents_per_week(summary).empty


@pytest.mark.parametrize("days", [0, -1, 99999])
def test_a_window_that_is_none_is_refused(kb_at: KnowledgeBase, days: float) -> None:
    with kb_at as kb, pytest.raises(InvalidInput, match="window"):
        kb.weekly_summary(days)
