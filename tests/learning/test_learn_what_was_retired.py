"""Learning a text again whose entry was retired: other advice is new, the same advice stays retired and says so."""

from __future__ import annotations

from kb import KnowledgeBase

TEXT = "psycopg.errors.DeadlockDetected: deadlock detected"


def test_other_advice_for_the_text_of_a_retired_entry_is_kept_and_offered(kb: KnowledgeBase) -> None:
    first = kb.learn_pattern(TEXT, "Autovacuum interferes", "Disable autovacuum")
    kb.set_status(first.id, "retired", "it never helped")

    second = kb.learn_pattern(TEXT, "Rows are locked in any order", "Sort the ids before locking")

    assert second.created
    assert second.id != first.id
    assert [match.fix for match in kb.check_known_issues(TEXT).matches] == ["Sort the ids before locking"]


def test_the_same_advice_stays_retired_and_says_so(kb: KnowledgeBase) -> None:
    first = kb.learn_pattern(TEXT, "Autovacuum interferes", "Disable autovacuum")
    kb.set_status(first.id, "retired", "it never helped")

    again = kb.learn_pattern(TEXT, "Autovacuum interferes", "Disable autovacuum")

    assert (again.id, again.created, again.status) == (first.id, False, "retired")
    assert "retired" in again.note
