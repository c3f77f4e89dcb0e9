"""Who asks the same again at once has asked once: nothing that is counted grows by it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from kb import KnowledgeBase
from kb.model.proposal import ProposalKind
from kb.proposals.patterns import AT_LEAST
from kb.starter import make_home
from kb.store.history import AGAIN
from tests.doubles.encoders import HashedEncoder
from tests.review.fixture_week import Clock

LINE = "orlop winch 7 slipped its pawl under load"


class Caller:
    """A home and whoever asks it."""

    def __init__(self, home: object) -> None:
        self.clock, self.name = Clock(), "agent"
        self.kb = KnowledgeBase.open(home, clock=self.clock, actor=lambda: self.name, encoder=HashedEncoder())  # type: ignore[arg-type]

    def ask(self, text: str = LINE, after: timedelta = timedelta(minutes=1), **where: str) -> str:
        self.clock.now += after
        return str(self.kb.check_known_issues(text, **where).lookup_id)

    def counted(self) -> int:
        self.clock.now += timedelta(minutes=1)
        summary = self.kb.weekly_summary(30)
        assert (
            sum(one.count for one in summary.verdicts) == summary.read["lookups"] == summary.classified[0].n
        )
        assert (
            sum(week.known + week.related + week.unknown for week in summary.weeks) == summary.read["lookups"]
        )
        return summary.read["lookups"]


@pytest.fixture
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    home = tmp_path_factory.mktemp("repeats") / "home"
    make_home(home)
    found = Caller(home)
    with found.kb:
        yield found


def drafts(caller: Caller) -> int:
    return sum(one.proposal.kind is ProposalKind.PATTERN for one in caller.kb.proposals().list())


def test_ten_lookups_of_one_text_by_one_caller_count_as_one(caller: Caller) -> None:
    asked = [caller.ask() for _ in range(10)]
    assert len(set(asked)) == 10
    assert caller.counted() == 1
    assert [one.count for one in caller.kb.weekly_summary(30).top_unknowns] == [1]
    assert drafts(caller) == 0


def test_times_in_front_of_a_line_make_no_other_question(caller: Caller) -> None:
    for second in range(5):
        caller.ask(f"2026-11-25T10:00:0{second}Z ERROR {LINE}")
    assert caller.counted() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"text": "orlop winch 8 slipped its pawl under load"},
        {"service": "winches"},
        {"environment": "prod"},
        {"tool_name": "winchctl"},
        {"after": AGAIN},
    ],
)
def test_another_number_place_or_hour_counts_by_itself(caller: Caller, other: dict[str, object]) -> None:
    caller.ask()
    caller.ask(**other)  # type: ignore[arg-type]
    assert caller.counted() == 2
    assert drafts(caller) == (1 if AT_LEAST == 2 else 0)


def test_what_somebody_else_asks_counts_by_itself(caller: Caller) -> None:
    for name in ("ana", "ben", "ana", "ben"):
        caller.name = name
        caller.ask()
    assert caller.counted() == 2


def test_the_hour_runs_from_the_first_so_what_lasts_all_day_counts_on(caller: Caller) -> None:
    for _ in range(13):
        caller.ask(after=timedelta(minutes=10))
    assert caller.counted() == 3


def test_another_answer_is_another_lookup(caller: Caller) -> None:
    caller.ask()
    caller.kb.learn_pattern(LINE, "worn", "replace the pawl")
    caller.ask()
    summary = caller.kb.weekly_summary(30, caller.clock.now + timedelta(minutes=1))
    assert {one.name: one.count for one in summary.verdicts} == {"known": 1, "unknown": 1}
    assert [one.known_since for one in summary.top_unknowns] == [True]


def test_ten_outcomes_for_ten_lookups_of_one_text_are_one_success(caller: Caller) -> None:
    entry = caller.kb.learn_pattern(LINE, "worn", "replace the pawl")
    for _ in range(10):
        caller.kb.record_outcome(entry.id, "resolved", caller.ask(), verified_by="ana")
    trust = caller.kb.trust_of(caller.kb.get(entry.id))
    assert (trust.resolved, trust.n) == (1, 1)
    assert caller.kb.get(entry.id).status == "candidate"


def test_an_outcome_that_names_a_repetition_answers_the_question(caller: Caller) -> None:
    entry = caller.kb.learn_pattern(LINE, "worn", "replace the pawl")
    caller.ask()
    caller.kb.record_outcome(entry.id, "resolved", caller.ask())
    assert caller.counted() == 1
    assert caller.kb.weekly_summary(30).unanswered == ()


@pytest.mark.sqlite("a schema of before PostgreSQL")
def test_what_an_older_home_counted_stays_counted(caller: Caller) -> None:
    entry = caller.kb.learn_pattern(LINE, "worn", "replace the pawl").id
    for _ in range(3):
        caller.kb.record_outcome(entry, "resolved", caller.ask(), verified_by="ana")
    home = caller.kb.home
    caller.kb.close()
    older(home.database)

    with KnowledgeBase.open(home.root, encoder=HashedEncoder(), clock=caller.clock) as kb:
        assert kb.trust_of(kb.get(entry)).resolved == 3


def older(database: object) -> None:
    """The database as schema 9 had it."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(str(database))) as db, db:
        db.executescript(
            "DROP TRIGGER entry_back; DROP TABLE swept_lookups; DROP TABLE swept_entries; DROP INDEX lookups_asked;"
            "DROP INDEX lookups_repeats; DROP INDEX outcomes_lookup; ALTER TABLE lookups DROP COLUMN repeats;"
            "DELETE FROM _sqlite_migrations WHERE name = 'old_rows'; PRAGMA user_version = 9;"
        )
