"""Who reads a number of a review can look at the records that it was counted from: as many as were counted."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.review.report import Behind, report
from kb.review.summary import WeeklySummary
from tests.review.fixture_week import Written


def test_every_number_has_as_many_records_behind_it(week: KnowledgeBase, summary: WeeklySummary) -> None:
    def count(what: str, name: str) -> int:
        return len(week.reviews.counted(what, name))

    for severity in summary.incidents_by_severity:
        assert count("incidents", severity.name) == severity.count
    for service in summary.incidents_by_service:
        assert count("incidents", service.name) == service.count
    for took in summary.durations:
        assert count("incidents", took.name) == took.n
    for verdict in summary.verdicts:
        assert count("lookups", verdict.name) == verdict.count
    for unknown in summary.top_unknowns:
        assert count("lookups", unknown.fingerprint or unknown.name) == unknown.count
    for result in summary.outcomes:
        assert count("outcomes", result.name) == result.count
    assert count("incidents", "") == summary.read["incidents"]
    assert count("lookups", "") == summary.read["lookups"]
    assert count("outcomes", "") == summary.read["outcomes"]
    assert count("entries", "") == summary.read["new entries"]
    assert count("entries", "learned") == len(summary.learned)


def test_every_lead_of_a_report_finds_something(week: KnowledgeBase, summary: WeeklySummary) -> None:
    parts = report(summary).parts
    leads = [line.lead for part in parts for line in part.lines]
    leads += [lead for part in parts if part.table for lead in part.table.leads]

    records = [one for one in leads if one and one.to is Behind.RECORDS]
    entries = [one for one in leads if one and one.to is Behind.ENTRY]
    assert len(records) > 10
    assert all(week.reviews.counted(one.what, one.key) for one in records if one.key != "to_resolve")
    assert all(week.get(one.key).id == one.key for one in entries)


def test_a_record_says_who_what_and_where(week: KnowledgeBase, ids: Written) -> None:
    (fixed,) = week.reviews.counted("outcomes", "resolved")
    (slow,) = week.reviews.counted("incidents", "to_resolve")

    assert (fixed.entry_id, fixed.said) == (ids.pool, "resolved")
    assert fixed.title.startswith("PoolExhaustedError")
    assert slow.minutes == 60


def test_what_is_not_counted_is_refused_with_what_is(week: KnowledgeBase) -> None:
    with pytest.raises(InvalidInput, match="there are: incidents, lookups, outcomes"):
        week.reviews.counted("coffees")
