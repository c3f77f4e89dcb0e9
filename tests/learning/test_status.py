"""The written rules: what becomes active, what is taken away, and what a person's word does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import KnowledgeBase
from kb.learning.status import decide
from kb.model import Origin, Pattern, Provenance, Status
from kb.model.ledger import Outcome, Result

QUICK = settings(max_examples=60, deadline=None)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TEXT = "queue worker 7 stalled at offset 12"


def entry(status: Status = Status.CANDIDATE, expires: date | None = None) -> Pattern:
    return Pattern(
        id="p", pattern="x", status=status, expires=expires, provenance=Provenance(origin=Origin.LEARNED)
    )


def past(*told: tuple[str, str, str]) -> list[Outcome]:
    """Outcomes as (result, incident, verified by), a day apart, the last an hour ago."""
    return [
        Outcome(
            id=f"o{n}",
            at=NOW - timedelta(hours=1, days=len(told) - n),
            entry_id="p",
            result=Result(result),
            incident=incident or None,
            verified_by=by or None,
        )
        for n, (result, incident, by) in enumerate(told)
    ]


def moved(
    one: Pattern, outcomes: list[Outcome], *, decided: datetime | None = None
) -> tuple[str, str] | None:
    found = decide(one, outcomes, NOW, reviewed=False, decided=decided)
    return (found.to.value, found.rule) if found else None


@pytest.mark.parametrize(
    ("told", "becomes"),
    [
        ([("resolved", "a", "ana"), ("resolved", "b", "")], ("active", "proven")),
        ([("resolved", "a", "ana")], None),
        ([("resolved", "a", "ana"), ("resolved", "a", "ben")], None),
        ([("resolved", "a", ""), ("resolved", "b", "")], None),
        (
            [("resolved", "a", "ana"), ("resolved", "b", "ana"), ("failed", "c", ""), ("failed", "d", "")],
            None,
        ),
        ([("failed", "a", ""), ("failed", "b", ""), ("failed", "c", "")], ("quarantined", "failing")),
        ([("failed", "a", ""), ("failed", "b", "")], None),
        ([("failed", "a", ""), ("failed", "a", ""), ("failed", "a", "")], None),
        ([("made_worse", "a", ""), ("failed", "b", "")], ("quarantined", "failing")),
        ([("resolved", "a", "ana"), ("failed", "b", ""), ("failed", "c", ""), ("failed", "d", "")], None),
        ([("resolved", "z", ""), *(("failed", x, "") for x in "abcdefg")], ("quarantined", "failing")),
        ([("applied", x, "") for x in "abcdefghij"], None),
    ],
    ids=[
        "two incidents, one verified",
        "one",
        "one incident told twice",
        "nobody verified",
        "too little trust",
        "three failures",
        "two failures",
        "one incident failed thrice",
        "made worse counts two",
        "it helped once",
        "it hardly ever helps",
        "tried often",
    ],
)
def test_a_candidate_moves_by_the_rules(
    told: list[tuple[str, str, str]], becomes: tuple[str, str] | None
) -> None:
    assert moved(entry(), past(*told)) == becomes


@pytest.mark.parametrize("status", [Status.QUARANTINED, Status.RETIRED])
@QUICK
@given(
    told=st.lists(st.tuples(st.sampled_from(Result), st.sampled_from("abcd"), st.sampled_from(["", "ana"])))
)
def test_only_a_person_brings_back_what_was_taken_away(
    status: Status, told: list[tuple[Result, str, str]]
) -> None:
    assert moved(entry(status), past(*((r.value, i, by) for r, i, by in told))) is None


@QUICK
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["failed", "made_worse", "applied", "not_applied"]), st.sampled_from("abcdef")
        )
    )
)
def test_an_entry_without_a_success_never_becomes_active(told: list[tuple[str, str]]) -> None:
    assert moved(entry(), past(*((result, incident, "") for result, incident in told))) in (
        None,
        ("quarantined", "failing"),
    )


def test_evidence_from_before_a_persons_word_moves_nothing_any_more() -> None:
    told = past(*(("failed", x, "") for x in "abcd"))
    assert moved(entry(), told, decided=told[2].at) is None
    assert moved(entry(), told, decided=told[0].at) == ("quarantined", "failing")


def test_an_entry_is_retired_a_month_after_it_expired() -> None:
    assert moved(entry(expires=date(2026, 11, 1)), []) is None
    assert moved(entry(expires=date(2026, 10, 1)), []) == ("retired", "expired")


def test_a_poisoned_entry_never_ranks_first_after_three_failures_and_never_becomes_active(
    kb: KnowledgeBase,
) -> None:
    """Plausible, wrong, learned and offered many times; the right one was learned once."""
    wrong = kb.learn_pattern(TEXT, "the disk of the worker is slow", "move the worker")
    for _ in range(5):
        kb.learn_pattern(TEXT, "the disk of the worker is slow", "move the worker")
    right = kb.learn_pattern(TEXT, "the broker lost its leader", "restart the broker")
    seen = set()
    for _ in range(6):
        answer = kb.check_known_issues(TEXT)
        seen.add(kb.get(wrong.id).status)
        if kb.trust_of(kb.get(wrong.id)).failed == 3:
            break
        kb.record_outcome(wrong.id, "applied", answer.lookup_id)
        kb.record_outcome(wrong.id, "failed", answer.lookup_id)
    answer = kb.check_known_issues(TEXT)
    assert answer.matches[0].id == right.id
    assert wrong.id not in {match.id for match in answer.matches}
    assert Status.ACTIVE not in seen
    assert kb.get(wrong.id).status is Status.QUARANTINED
    assert any(wrong.id in note and "failed 3 of 3" in note for note in answer.notes)


def test_what_helped_in_two_lookups_becomes_active_in_its_file_with_the_reason(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern(TEXT, "leader lost", "restart the broker")
    for service, by in (
        ("orders", "ana"),
        ("billing", None),
    ):  # of one caller, the same asked twice would be one
        kb.record_outcome(learned.id, "resolved", kb.check_known_issues(TEXT, service=service).lookup_id, by)
    assert "status: active" in kb.memory.text("learned/patterns").text.partition(learned.id)[2]
    match = kb.check_known_issues(TEXT).matches[0]
    assert (match.status, match.standing) == ("active", "established")
    assert [(m.rule, m.reason, m.actor) for m in kb.moves_of(learned.id)] == [
        ("proven", "resolved 2 of 2, verified by ana", "kb")
    ]
