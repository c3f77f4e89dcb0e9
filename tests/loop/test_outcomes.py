"""Outcomes belong to the entry that was applied, and to nothing that stood beside it."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.errors import EntryNotFound, InvalidInput

TEXT = "queue worker 7 stalled at offset 12"


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
