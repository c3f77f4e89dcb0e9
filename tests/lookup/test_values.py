"""Decisions rest on values, not on the words or the last binary digit of what is shown."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.lookup.scoring import CLOSE, is_within


@pytest.mark.parametrize("hundredths", range(16, 100))
def test_a_candidate_at_the_very_edge_of_being_as_good_is_as_good(hundredths: int) -> None:
    assert is_within((hundredths - 15) / 100, hundredths / 100, CLOSE)
    assert not is_within((hundredths - 15.1) / 100, hundredths / 100, CLOSE)


def test_whether_the_service_is_the_same_is_a_value_of_the_match(kb: KnowledgeBase) -> None:
    kb.learn_pattern("harbour crane 7 refused to lower its hook", "it froze", "warm it", services=["Ärger"])
    ask = lambda service: kb.check_known_issues("harbour crane 9 refused to lower its hook", service=service)  # noqa: E731
    assert ask("ärger").matches[0].same_service
    assert not ask("quay").matches[0].same_service


def test_an_entry_that_speaks_of_the_same_service_in_its_text_is_not_of_the_same_service(
    kb: KnowledgeBase,
) -> None:
    kb.learn_pattern("two pods of the same service claim volume data", "a bad rollout", "scale down")
    match = kb.check_known_issues("two pods of the same service claim volume data", service="quay").matches[0]
    assert not match.same_service


def test_the_advice_of_a_new_home_is_marked_as_general(kb: KnowledgeBase) -> None:
    found = kb.check_known_issues("the database is slow, queries time out", deep=True, limit=5).matches
    assert any(match.general for match in found)
