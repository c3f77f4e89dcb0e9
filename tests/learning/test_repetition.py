"""Telling the same again is no new success: trust and status count what happened, and have one rule for it."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.model import Status


@pytest.fixture
def learned(kb: KnowledgeBase) -> str:
    return kb.learn_pattern("harbour crane 7 refused to lower its hook", "it froze", "warm the hook").id


def test_ten_verified_successes_that_name_nothing_count_as_the_one_of_their_day(
    kb: KnowledgeBase, learned: str
) -> None:
    first = kb.record_outcome(learned, "resolved", verified_by="mara")
    last = [kb.record_outcome(learned, "resolved", verified_by="mara") for _ in range(9)][-1]
    assert (last.value, last.n) == (first.value, 1)
    assert kb.get(learned).status is Status.CANDIDATE


def test_ten_verified_successes_in_incidents_that_nobody_opened_count_as_the_one_of_their_day(
    kb: KnowledgeBase, learned: str
) -> None:
    first = kb.record_outcome(learned, "resolved", verified_by="mara", incident_id="incident-0")
    last = [
        kb.record_outcome(learned, "resolved", verified_by="mara", incident_id=f"incident-{number}")
        for number in range(1, 10)
    ][-1]
    assert (last.value, last.n) == (first.value, 1)
    assert kb.get(learned).status is Status.CANDIDATE


def test_a_lookup_counts_once_whatever_incidents_are_named_with_it(kb: KnowledgeBase, learned: str) -> None:
    lookup = kb.check_known_issues("harbour crane 9 refused to lower its hook").lookup_id
    told = [
        kb.record_outcome(
            learned, "resolved", lookup_id=lookup, verified_by="mara", incident_id=f"i-{number}"
        )
        for number in range(5)
    ]
    assert (told[-1].value, told[-1].n) == (told[0].value, 1)


def test_lookups_of_an_incident_of_another_system_count_as_that_incident(
    kb: KnowledgeBase, learned: str
) -> None:
    for number in range(3):
        asked = kb.check_known_issues(
            f"harbour crane {number} refused to lower its hook", incident_id="PD-17"
        )
        trust = kb.record_outcome(learned, "resolved", lookup_id=asked.lookup_id, verified_by="mara")
    assert trust.n == 1


def test_two_incidents_that_were_opened_here_count_as_two_and_prove_the_entry(
    kb: KnowledgeBase, learned: str
) -> None:
    for title in ("crane 1 stands", "crane 2 stands"):
        incident = kb.incidents.open(title)
        trust = kb.record_outcome(learned, "resolved", verified_by="mara", incident_id=incident.id)
    assert trust.n == 2
    assert kb.get(learned).status is Status.ACTIVE


def test_a_success_after_a_failure_of_the_same_day_is_another_one(kb: KnowledgeBase, learned: str) -> None:
    for result in ("resolved", "resolved", "failed", "resolved", "resolved"):
        trust = kb.record_outcome(learned, result, verified_by="mara")
    assert (trust.resolved, trust.failed) == (2, 1)
