"""The watch list: written by a review, read by lookup and triage, scored by the next review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from kb import KnowledgeBase
from kb.errors import FileUnreadable
from kb.lookup.candidates import Found
from kb.lookup.judging import Judged
from kb.lookup.notes import BONUS, noted
from kb.lookup.question import ask
from kb.memory.watch import KEY, WatchFile, parse_watch
from kb.model import Pattern, Status
from kb.model.ledger import Tier, Trust
from kb.model.review import WatchItem, WatchKind
from tests.review.fixture_week import MONDAY, Clock, Written, days_later

POOL = "PoolExhaustedError: no connection free in pool checkout-db"
OWN = """\
# our own notes
watch:
  # ana: the new gateway
  - text: the new gateway is on trial
    service: gateway      # since the move
    expires: 2026-12-24
"""


def published(kb: KnowledgeBase) -> Sequence[WatchItem]:
    review = kb.publish_review()
    assert review.failed == ""
    assert review.watch is not None
    return review.watch


def test_a_review_writes_the_open_prevention_the_hot_pattern_and_the_unknown(
    own_week: KnowledgeBase, ids: Written
) -> None:
    items = published(own_week)
    assert [(one.kind, one.service, one.entry_id) for one in items] == [
        ("prevention", "checkout", ids.pool),
        ("hot_pattern", "checkout", ids.pool),
        ("hot_pattern", "cache", ""),
    ]
    assert items[0].text == (
        "came back on 2026-11-10, seen once before while its prevention is still open: Alert on pool usage "
        "(ana, due 2026-11-12, OVERDUE)"
    )
    assert items[1].text == "seen 2 times on checkout, 2026-11-09 to 2026-11-16"
    assert {one.expires for one in items} == {date(2026, 11, 30)}
    assert WatchFile(own_week._parts.texts).load().items == tuple(items)


def test_open_issues_of_an_environment_are_watched(own_week: KnowledgeBase) -> None:
    own_week.memory_update(
        "state/environments", "environments.prod.known_issues", ["checkout answers slowly since the move"]
    )
    (issue,) = [one for one in published(own_week) if one.kind == WatchKind.KNOWN_ISSUE]
    assert (issue.environment, issue.service) == ("prod", "checkout")
    assert issue.text == "known issue of prod: checkout answers slowly since the move"


def test_what_people_wrote_stays_with_its_comments(own_week: KnowledgeBase) -> None:
    path = own_week.home.memory_file(KEY)
    path.write_text(OWN)
    published(own_week)
    once = path.read_text()
    published(own_week)
    assert once.startswith(OWN)
    assert once.count("by: kb weekly") == 3
    assert path.read_text() == once


def test_an_item_that_nobody_names_again_goes_when_it_has_expired(
    own_week: KnowledgeBase, clock: Clock
) -> None:
    path = own_week.home.memory_file(KEY)
    path.write_text(OWN)
    before = published(own_week)
    days_later(clock, 14)
    assert [one.id for one in published(own_week)] == [one.id for one in before]
    days_later(clock, 1)
    assert published(own_week) == ()
    assert path.read_text() == OWN


def test_an_item_that_is_named_again_keeps_its_first_day(own_week: KnowledgeBase, clock: Clock) -> None:
    published(own_week)
    days_later(clock, 1)
    (pool,) = [one for one in published(own_week) if one.kind == WatchKind.PREVENTION]
    assert (pool.since, pool.expires) == (date(2026, 11, 16), date(2026, 12, 1))


def test_a_lookup_says_why_an_entry_is_on_the_list(own_week: KnowledgeBase, clock: Clock) -> None:
    published(own_week)
    days_later(clock, 2)
    reason = own_week.check_known_issues(POOL, service="checkout").matches[0].reason
    assert "on the watch list since Monday: seen 2 times on checkout, 2026-11-09 to 2026-11-16" in reason
    elsewhere = own_week.check_known_issues(POOL, service="search").matches[0].reason
    assert "watch list" not in elsewhere


def test_a_lookup_of_a_watched_service_notes_it(own_week: KnowledgeBase) -> None:
    own_week.home.memory_file(KEY).write_text(OWN)
    notes = own_week.check_known_issues("upstream timed out", service="gateway").notes
    assert "gateway is on the watch list: the new gateway is on trial" in notes


def test_the_brief_of_triage_names_the_open_prevention_first(own_week: KnowledgeBase, clock: Clock) -> None:
    published(own_week)
    days_later(clock, 1)
    brief = own_week.triage(POOL, service="checkout")
    (section,) = [one for one in brief.sections if one.title == "Watch list"]
    assert section.lines[0].startswith(
        "Checkout cannot reach its database since Monday: came back on 2026-11-10"
    )
    assert not [one for one in own_week.triage(POOL, service="search").sections if one.title == "Watch list"]


def test_an_expired_item_is_not_read(own_week: KnowledgeBase, clock: Clock) -> None:
    published(own_week)
    days_later(clock, 15)
    assert "watch list" not in own_week.check_known_issues(POOL, service="checkout").matches[0].reason


def test_the_next_review_scores_what_came_up(own_week: KnowledgeBase, clock: Clock) -> None:
    published(own_week)
    days_later(clock, 3)
    own_week.check_known_issues(POOL, service="checkout")
    own_week.check_known_issues(POOL, service="search")
    days_later(clock, 4)
    summary = own_week.weekly_summary()
    found = {(one.kind, one.service): (one.came_up, one.times) for one in summary.watch}
    assert found == {
        ("prevention", "checkout"): (True, 1),
        ("hot_pattern", "checkout"): (True, 1),
        ("hot_pattern", "cache"): (False, 0),
    }
    assert summary.read["watch items"] == 3


def test_a_second_review_of_the_same_morning_does_not_take_the_place_of_last_weeks(
    own_week: KnowledgeBase, clock: Clock
) -> None:
    published(own_week)
    days_later(clock, 3)
    own_week.check_known_issues(POOL, service="checkout")
    days_later(clock, 4)
    published(own_week)
    days_later(clock, 0.01)
    assert sum(one.came_up for one in own_week.weekly_summary().watch) == 2


def test_a_summary_as_data_writes_nothing(own_week: KnowledgeBase) -> None:
    own_week.weekly_summary()
    assert not own_week.home.memory_file(KEY).exists()


def test_a_look_at_a_year_does_not_feed_the_list(own_week: KnowledgeBase) -> None:
    review = own_week.publish_review(365)
    assert review.watch is None
    assert "the watch list was left as it is" in review.notes[0]
    assert not own_week.home.memory_file(KEY).exists()


def test_a_broken_file_is_left_alone_and_the_summary_is_there(own_week: KnowledgeBase) -> None:
    path = own_week.home.memory_file(KEY)
    path.write_text("watch:\n  - text: [unclosed\n")
    review = own_week.publish_review(since_last=True)
    assert review.summary.read["incidents"] == 2
    assert "watch.yaml:" in review.failed
    assert path.read_text() == "watch:\n  - text: [unclosed\n"
    assert own_week.publish_review(since_last=True).summary.since == review.summary.since
    with pytest.raises(FileUnreadable):
        WatchFile(own_week._parts.texts).save(())
    assert "state/watch.yaml" in str(own_week.problems()[-1])
    assert own_week.check_known_issues(POOL, service="checkout").verdict == "known"


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("- just words", "'just words' is no item"),
        ("- service: checkout", "`text:` is missing"),
        ("- text: look out", "names no `service:`"),
        ("- {text: a, service: b, kind: rumour}", "kind 'rumour' is none of: hot_pattern"),
        ("- {text: a, service: b, expires: soon}", "expires: 'soon' is no day"),
    ],
)
def test_a_mistake_in_one_item_is_told_with_its_line_and_hides_no_other(item: str, said: str) -> None:
    found = parse_watch(f"watch:\n{item}\n- text: fine\n  service: checkout\n")
    (problem,) = found.problems
    assert (problem.path, problem.line) == ("state/watch.yaml", 2)
    assert said in problem.message
    assert [one.text for one in found.items] == ["fine"]


def test_a_file_without_the_list_is_told() -> None:
    assert "no list `watch:`" in parse_watch("items: []\n").problems[0].message
    assert parse_watch("watch:\n").problems == parse_watch("").problems == ()


def judged(name: str, confidence: float, trust: float = 0.5, status: Status = Status.ACTIVE) -> Judged:
    entry = Pattern(id=name, pattern=name, status=status)
    return Judged(
        entry,
        Found(name, Tier.SIGNATURE, reason="found", evidence=None, strength=confidence),
        confidence,
        "found",
        Trust(value=trust),
    )


def order(ordered: Sequence[Judged], watched: str) -> list[str]:
    item = WatchItem(
        id="w",
        kind=WatchKind.HOT_PATTERN,
        text="hot",
        entry_id=watched,
        since=MONDAY.date(),
        expires=MONDAY.date() + timedelta(days=14),
    )
    return [one.entry.id for one in noted(ordered, ask("anything"), [item], MONDAY)[0]]


def test_the_list_breaks_ties_and_no_more() -> None:
    one, two = judged("one", 0.9), judged("two", 0.9)
    assert order([one, two], "two") == ["two", "one"]
    assert order([replace(one, confidence=0.9 + 2 * BONUS), two], "two") == ["one", "two"]
    assert order([judged("one", 0.9, trust=0.6), two], "two") == ["one", "two"]
    assert order([one, judged("two", 0.9, status=Status.CANDIDATE)], "two") == ["one", "two"]
    assert order([one, two], "other") == ["one", "two"]
