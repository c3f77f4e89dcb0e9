"""Outcomes belong to the entry that was applied, and to nothing that stood beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import ANY

import pytest

from kb import KnowledgeBase
from kb.errors import EntryNotFound, InvalidInput
from kb.index.encoder import OnnxEncoder
from kb.learning.trust import record_in_words
from kb.model.ledger import Outcome, Trust

TEXT = "queue worker 7 stalled at offset 12"


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_only_the_entry_that_was_applied_gets_credit(kb: KnowledgeBase) -> None:
    one = kb.learn_pattern(TEXT, "the broker lost its leader", "restart the broker")
    two = kb.learn_pattern(TEXT, "the disk of the worker is slow", "move the worker")
    answer = kb.check_known_issues(TEXT)
    before = kb.trust_of(kb.get(two.id))
    after = kb.record_outcome(one.id, "resolved", answer.lookup_id, verified_by="ana")
    assert (after.resolved, after.n) == (1, 1)
    assert kb.trust_of(kb.get(two.id)) == before


def test_the_record_is_shown_with_the_next_answer(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern(TEXT, "leader lost", "restart the broker")
    kb.record_outcome(learned.id, "resolved", verified_by="ana")
    kb.record_outcome(learned.id, "failed")
    match = kb.check_known_issues(TEXT).matches[0]
    assert (match.trust.resolved, match.trust.failed, match.trust.n) == (1, 1, 2)


def test_being_offered_many_times_changes_no_trust(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern(TEXT, "leader lost", "restart the broker")
    before = kb.trust_of(kb.get(learned.id))
    for _ in range(5):
        kb.check_known_issues(TEXT)
    assert kb.trust_of(kb.get(learned.id)) == before


@pytest.mark.parametrize(
    ("entry_id", "result", "lookup", "error", "says"),
    [
        ("nobody", "resolved", None, EntryNotFound, "nobody"),
        (None, "worked", None, InvalidInput, "resolved, failed"),
        (None, "resolved", "lookup-0", InvalidInput, "lookup-0"),
    ],
)
def test_an_outcome_that_cannot_be_placed_is_refused(
    kb: KnowledgeBase,
    entry_id: str | None,
    result: str,
    lookup: str | None,
    error: type[Exception],
    says: str,
) -> None:
    learned = kb.learn_pattern(TEXT)
    with pytest.raises(error, match=says):
        kb.record_outcome(entry_id or learned.id, result, lookup)
    assert kb.trust_of(kb.get(learned.id)).n == 0


def rows(kb: KnowledgeBase, entry_id: str) -> list[Outcome]:
    return kb._parts.ledger.outcomes_of([entry_id]).get(entry_id, [])


def stages(kb: KnowledgeBase, entry_id: str) -> list[tuple[str, str | None, str]]:
    """The ledger as the view tells it, the oldest row first: stage, incident, service."""
    found = kb._parts.db.rows("SELECT * FROM ledger WHERE entry_id = ? ORDER BY at, stage", [entry_id])
    return [(row["stage"], row["incident"], row["service"]) for row in found]


def test_the_ledger_tells_offered_applied_resolved_with_incident_service_actor_and_time(
    home: Path, clock: Clock, encoder: OnnxEncoder
) -> None:
    with KnowledgeBase.open(home, clock=clock, encoder=encoder, actor="ana") as kb:
        entry_id = kb.learn_pattern(TEXT, "leader lost", "restart the broker").id
        lookup = kb.check_known_issues(TEXT, service="queue", incident_id="INC-7").lookup_id
        for result in ("applied", "resolved"):
            clock.now += timedelta(minutes=5)
            kb.record_outcome(entry_id, result, lookup)
        assert stages(kb, entry_id) == [
            ("offered", "INC-7", "queue"),
            ("applied", "INC-7", "queue"),
            ("resolved", "INC-7", "queue"),
        ]
        assert {(one.actor, one.lookup_id) for one in rows(kb, entry_id)} == {("ana", lookup)}
        assert rows(kb, entry_id)[1].at == clock.now


def test_a_check_for_an_incident_that_is_not_there_is_answered_and_says_so(kb: KnowledgeBase) -> None:
    opened = kb.incidents.open("the queue has no leader")

    wrong = kb.check_known_issues(TEXT, incident_id=f"{opened.id}x")
    mistyped = kb.check_known_issues(TEXT, incident_id="incident-20200101-other-123456")
    right = kb.check_known_issues(TEXT, incident_id=opened.id)
    short = kb.check_known_issues(TEXT, incident_id=opened.id[-6:])

    told = f"there is no incident '{opened.id}x' here (did you mean {opened.id}?)"
    assert wrong.notes[0] == f"{told}: the lookup is kept under that name"
    assert "there is no incident 'incident-20200101-other-123456' here" in mistyped.notes[0]
    assert not any("no incident" in note for note in (*right.notes, *short.notes))
    assert {wrong.verdict, right.verdict} == {"unknown"}


def test_an_incident_of_another_system_is_said_to_be_unknown_once(kb: KnowledgeBase) -> None:
    first = kb.check_known_issues(TEXT, incident_id="INC-7")
    second = kb.check_known_issues(TEXT, incident_id="INC-7")

    assert "there is no incident 'INC-7' here" in first.notes[0]
    assert not any("no incident" in note for note in second.notes)


def test_a_lookup_and_an_outcome_belong_to_the_incident_that_is_being_worked_on(kb: KnowledgeBase) -> None:
    entry_id = kb.learn_pattern(TEXT, "leader lost", "restart the broker").id
    kb.check_known_issues(TEXT)
    opened = kb.incidents.open("queue stalls", service="queue")
    kb.check_known_issues(TEXT)
    kb.record_outcome(entry_id, "applied")
    assert [incident for _, incident, _ in stages(kb, entry_id)] == [None, opened.id, opened.id]
    assert rows(kb, entry_id)[0].service == "queue"


def test_applied_is_no_success_and_no_failure(kb: KnowledgeBase) -> None:
    entry_id = kb.learn_pattern(TEXT, "leader lost", "restart the broker").id
    before = kb.trust_of(kb.get(entry_id))
    assert kb.record_outcome(entry_id, "applied") == before


def test_what_comes_back_within_the_window_makes_the_success_a_partial_one(
    home: Path, clock: Clock, encoder: OnnxEncoder
) -> None:
    with KnowledgeBase.open(home, clock=clock, encoder=encoder) as kb:
        entry_id = kb.learn_pattern(TEXT, "leader lost", "restart the broker").id

        def fixed_in(incident: str) -> Trust:
            lookup = kb.check_known_issues(TEXT, service="queue", incident_id=incident).lookup_id
            return kb.record_outcome(entry_id, "resolved", lookup, verified_by="ana")

        fixed_in("INC-1")
        clock.now += timedelta(days=6)
        again = fixed_in("INC-2")
        clock.now += timedelta(days=21)
        later = fixed_in("INC-3")
        told = [(one.result, one.incident, one.success) for one in rows(kb, entry_id)]
    assert (again.resolved, again.recurred) == (2, 1)
    assert (later.resolved, later.recurred) == (3, 1)
    assert record_in_words(again) == "resolved 2 of 2, 1 came back, last 2026-11-08"
    assert [row for row in told if row[0] == "recurred"] == [("recurred", "INC-2", ANY)]


def test_a_person_may_say_that_it_came_back_once_for_each_success(kb: KnowledgeBase) -> None:
    entry_id = kb.learn_pattern(TEXT, "leader lost", "restart the broker").id
    with pytest.raises(InvalidInput, match="no success"):
        kb.record_outcome(entry_id, "recurred")
    before = kb.record_outcome(entry_id, "resolved", verified_by="ana")
    after = kb.record_outcome(entry_id, "recurred")
    assert (after.recurred, after.value < before.value) == (1, True)
    with pytest.raises(InvalidInput, match="no success"):
        kb.record_outcome(entry_id, "recurred")
    assert kb.trust_of(kb.get(entry_id)) == after


def test_the_same_success_told_twice_in_one_incident_counts_once(kb: KnowledgeBase) -> None:
    entry_id = kb.learn_pattern(TEXT, "leader lost", "restart the broker").id
    lookup = kb.check_known_issues(TEXT).lookup_id
    kb.record_outcome(entry_id, "resolved", lookup)
    trust = kb.record_outcome(entry_id, "resolved", lookup, verified_by="ana")
    assert (trust.resolved, trust.value) == (1, 0.6667)


def test_an_entry_found_otherwise_is_credited_although_the_lookup_did_not_offer_it(kb: KnowledgeBase) -> None:
    entry_id = kb.learn_pattern(TEXT, "leader lost", "restart the broker").id
    lookup = kb.check_known_issues("the espresso machine leaks steam").lookup_id
    assert kb.record_outcome(entry_id, "resolved", lookup).resolved == 1


def test_the_mitigations_of_an_incident_are_in_the_ledger(kb: KnowledgeBase) -> None:
    entry_id = kb.learn_pattern(TEXT, "leader lost", "restart the broker").id
    opened = kb.incidents.open("queue stalls", service="queue")
    kb.incidents.mitigate("restarted it", entry_id)
    kb.incidents.mitigate("restarted it again", entry_id)
    kb.incidents.resolve("restarted it", entry_id=entry_id)
    kb.incidents.verify("all", by="ana")
    assert stages(kb, entry_id) == [("applied", opened.id, "queue"), ("resolved", opened.id, "queue")]


def test_an_entry_that_three_incidents_disprove_is_quarantined_in_its_file(
    kb: KnowledgeBase, home: Path
) -> None:
    entry_id = kb.learn_pattern(TEXT, "leader lost", "restart the broker").id
    for n in range(3):
        opened = kb.incidents.open(f"queue stalls {n}", service="queue")
        kb.incidents.mitigate("restarted it", entry_id, worked=False)
        kb.incidents.resolve("something else", incident_id=opened.id)
        kb.incidents.close(opened.id)
    assert "status: quarantined" in (home / "learned" / "patterns.yaml").read_text().partition(entry_id)[2]
    assert kb.get(entry_id).status == "quarantined"


def test_learning_what_is_in_quarantine_again_says_so_and_writes_nothing(kb: KnowledgeBase) -> None:
    entry_id = kb.learn_pattern(TEXT, "leader lost", "restart the broker").id
    kb.set_status(entry_id, "quarantined", "it fails")
    again = kb.learn_pattern(TEXT, "leader lost", "restart the broker")
    assert (again.id, again.created, again.status) == (entry_id, False, "quarantined")
    assert "in quarantine" in again.note


def test_what_expired_a_month_ago_is_retired_with_the_reason(kb: KnowledgeBase) -> None:
    entry_id = kb.learn_pattern(TEXT, "leader lost", "restart the broker", expires="2026-01-31").id
    fresh = kb.learn_pattern("the tide gauge hangs", "x", "y", expires="2999-01-31").id
    assert [(move.entry_id, move.reason) for move in kb.retire_expired()] == [
        (entry_id, "expired on 2026-01-31")
    ]
    assert (kb.get(entry_id).status, kb.get(fresh).status) == ("retired", "candidate")
    assert kb.retire_expired() == []


def test_an_outcome_in_an_incident_that_there_never_was_is_refused_and_one_of_another_system_s_is_kept(
    kb: KnowledgeBase,
):
    learned = kb.learn_pattern(TEXT, "it was cold", "warm it").id
    ours = kb.incidents.open("the winch is frozen").id
    mistyped = f"{ours[:-3]}000"

    with pytest.raises(InvalidInput, match=rf"there is no incident '{mistyped}'"):
        kb.record_outcome(learned, "resolved", incident_id=mistyped)
    trust = kb.record_outcome(learned, "resolved", incident_id="incident-4711")

    assert (trust.n, trust.resolved) == (1, 1)


def test_an_incident_whose_title_has_no_latin_letters_is_one_of_ours_as_well(kb: KnowledgeBase):
    learned = kb.learn_pattern(TEXT, "it was cold", "warm it").id
    ours = kb.incidents.open("лебёдка замёрзла").id
    mistyped = f"{ours[:-3]}{'000' if not ours.endswith('000') else '111'}"

    with pytest.raises(InvalidInput, match=rf"there is no incident '{mistyped}'"):
        kb.record_outcome(learned, "resolved", incident_id=mistyped)
