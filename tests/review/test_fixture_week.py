"""The fixture week gives exactly the numbers counted by hand, as data, as Markdown and as a page."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from kb import KnowledgeBase
from kb.doors.cli.printed.output import as_json_text
from kb.review.report import as_markdown
from kb.review.summary import Counted, WeeklySummary
from tests.review.fixture_week import MONDAY, Clock, Written, days_later

POOL = "PoolExhaustedError: no connection free in pool checkout-db"


def pairs(counted: tuple[Counted, ...]) -> list[tuple[str, int]]:
    return [(one.name, one.count) for one in counted]


def test_incidents_are_counted_by_severity_and_service(summary: WeeklySummary) -> None:
    assert (summary.read["incidents"], summary.read["earlier incidents"]) == (2, 1)
    assert pairs(summary.incidents_by_severity) == [("SEV1", 1), ("SEV2", 1)]
    assert pairs(summary.incidents_by_service) == [("cache", 1), ("checkout", 1)]


def test_durations_are_medians_with_their_n_and_how_many_have_none(summary: WeeklySummary) -> None:
    # Acknowledged after 5 and 10 minutes, mitigated after 20 and 90, resolved after 60 and not yet.
    found = {one.name: one for one in summary.durations}
    assert (found["to_acknowledge"].median_minutes, found["to_acknowledge"].n) == (7.5, 2)
    assert (found["to_mitigate"].median_minutes, found["to_mitigate"].without) == (55.0, 0)
    assert (found["to_resolve"].median_minutes, found["to_resolve"].n, found["to_resolve"].without) == (
        60.0,
        1,
        1,
    )


def test_the_recurrence_names_the_prevention_that_is_still_open(summary: WeeklySummary, ids: Written) -> None:
    (one,) = summary.recurrences
    assert (one.incident_id, one.earlier_id, one.times) == (ids.second, ids.first, 1)
    assert (one.days, one.within_window, one.prevention) == (7.0, True, "open")
    assert one.shared == f"the same title or alert and the same fix ({ids.pool})"
    assert [(item.text, item.owner, item.overdue) for item in one.open_items] == [
        ("Alert on pool usage", "ana", True)
    ]


def test_lookups_are_known_or_not_and_three_pods_are_one_question(summary: WeeklySummary) -> None:
    assert pairs(summary.verdicts) == [("unknown", 3), ("known", 2)]
    lookups, incidents = summary.classified
    assert (lookups.n, lookups.known, lookups.related, lookups.unknown, lookups.rate) == (5, 2, 0, 3, 0.4)
    assert (incidents.n, incidents.known, incidents.unknown, incidents.rate) == (2, 1, 1, 0.5)
    (unknown,) = summary.top_unknowns
    assert (unknown.name, unknown.count) == ("replica cache-<*> lost its quorum of shards", 3)
    assert unknown.services == ("cache",)


def test_what_was_learned_fixed_failed_and_never_answered(summary: WeeklySummary, ids: Written) -> None:
    assert summary.learned == (f"lost its quorum of shards ({ids.cache})",)
    assert pairs(summary.outcomes) == [("applied", 1), ("failed", 1), ("recurred", 1), ("resolved", 1)]
    assert pairs(summary.fixed) == [(f"{POOL} ({ids.pool})", 1)]
    assert pairs(summary.failed) == [(f"{POOL} ({ids.pool})", 1)]
    assert pairs(summary.unanswered) == [(f"{POOL} ({ids.pool})", 1)]
    assert [(one.entry_id, one.service, one.count) for one in summary.seen] == [(ids.pool, "checkout", 2)]


def test_trust_moved_by_a_recurrence_a_success_and_a_failure(summary: WeeklySummary, ids: Written) -> None:
    (move,) = summary.trust_moves
    assert (move.entry_id, move.n_before, move.n) == (ids.pool, 1, 3)
    # One verified success: 2/3.  Then it came back, so that it counts 2/3, another success and a failure:
    # (1 + 5/3) / (2 + 5/3 + 1) = 4/7.  A week ages both a little.
    assert move.before == pytest.approx(2 / 3, abs=0.01)
    assert move.after == pytest.approx(4 / 7, abs=0.01)


def test_action_items_were_opened_closed_and_are_overdue(summary: WeeklySummary) -> None:
    assert [item.text for item in summary.items_opened] == ["Return connections in finally"]
    assert [item.text for item in summary.items_closed] == ["Find the leak"]
    assert [(item.text, item.due) for item in summary.items_overdue] == [
        ("Alert on pool usage", "2026-11-12")
    ]
    assert [item.text for item in summary.open_items] == ["Return connections in finally"]


def test_upkeep_and_the_log(summary: WeeklySummary) -> None:
    assert [one.reason for one in summary.expired_drift] == ["a larger pool by hand"]
    assert (summary.stale_runbooks, summary.expiring, summary.proposals, summary.watch) == ((), (), (), ())
    assert summary.log == ("2026-11-10 11:30 UTC raised the pool: from 20 to 40",)


def test_twelve_weeks_end_with_this_one(summary: WeeklySummary) -> None:
    weeks = summary.weeks
    assert [(one.incidents, one.repeats) for one in weeks] == [(0, 0)] * 10 + [(1, 0), (2, 1)]
    assert [(one.known, one.related, one.unknown) for one in weeks[-2:]] == [(0, 0, 1), (2, 0, 3)]
    assert [one.minutes_to_mitigate for one in weeks[-3:]] == [None, 30.0, 55.0]


LEAD = (
    "2 incidents, 1 of them seen before. Median time to mitigate 55 min (n = 2, 0 without). "
    "5 lookups: 2 known, 0 related, 3 unknown. 1 fix worked, 1 did not."
)


def test_the_formats_say_the_same(summary: WeeklySummary, page: str) -> None:
    markdown, shown = as_markdown(summary), unescape(re.sub(r"<[/a-z][^<>]*>", "", page))
    assert json.loads(as_json_text(summary))["read"] == summary.read
    assert LEAD in markdown
    assert LEAD in shown
    points = [line[2:].replace("`", "") for line in markdown.splitlines() if line.startswith("- ")]
    assert len(points) > 15
    assert [point for point in points if point not in shown] == []
    assert re.findall(r"Records read: .*", markdown)[0] in shown


def test_what_needs_action_stands_first_and_the_open_prevention_before_all(summary: WeeklySummary) -> None:
    lines = as_markdown(summary).splitlines()
    first = lines.index("## Needs action")
    assert first < min(n for n, line in enumerate(lines) if line.startswith("## Incidents"))
    assert lines[first + 2].startswith(
        "- Prevent: Checkout cannot reach its database on checkout came back after 7 days; prevention STILL OPEN: "
        "Alert on pool usage (ana, due 2026-11-12, OVERDUE)"
    )
    assert lines[first + 3].startswith("- Learn: asked 3 times and not known")
    assert lines[first + 4] == "- End or renew: 1 drift exception has expired"


def test_what_happens_later_does_not_change_the_week(
    own_week: KnowledgeBase, clock: Clock, ids: Written, summary: WeeklySummary
) -> None:
    own_week.publish_review(since_last=True)
    days_later(clock, 1)
    own_week.record_outcome(ids.pool, "failed", ids.lookups[-1])
    own_week.incidents.add_action_item("Alert on pool usage", done=True, incident_id=ids.first)
    own_week.incidents.reopen("it is back", ids.second)
    own_week.incidents.resolve("flushed again", incident_id=ids.third)
    own_week.check_known_issues("replica cache-6c9d8f7b5-00000 lost its quorum of shards", service="cache")
    own_week.publish_review(since_last=True)
    days_later(clock, 1)
    assert own_week.weekly_summary(7, MONDAY) == summary


def test_an_incident_that_was_reopened_came_back(own_week: KnowledgeBase, clock: Clock, ids: Written) -> None:
    days_later(clock, 1)
    own_week.incidents.reopen("it is back", ids.second)
    days_later(clock, 1)
    (one,) = [one for one in own_week.weekly_summary(2).recurrences if one.incident_id == ids.second]
    assert (one.earlier_id, one.shared, one.days, one.entry_id) == (
        ids.second,
        "being reopened",
        6.9,
        ids.pool,
    )
    assert [item.text for item in one.open_items] == ["Return connections in finally"]
