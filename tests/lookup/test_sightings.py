"""Known errors are told while a long text is still being read."""

from __future__ import annotations

from collections.abc import Iterator

from kb import KnowledgeBase
from kb.lookup.lookup import Sighting
from kb.lookup.question import BLOCK

NEEDLE = "quorum of the ledger store lost, 2 of 5 replicas answer"


def test_a_known_error_is_told_before_the_text_has_ended(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern(NEEDLE, "two replicas are no quorum")
    told, told_at_the_end = list[Sighting](), list[int]()

    def lines() -> Iterator[str]:
        yield f"FATAL {NEEDLE}\n"
        yield from ["INFO all is well with this worker\n"] * (BLOCK // 30)
        told_at_the_end.append(len(told))
        yield "INFO the end\n"

    answer = kb.check_known_issues(lines(), on_sighting=told.append)

    assert told_at_the_end == [1]
    assert [(seen.id, seen.evidence.line) for seen in told] == [(learned.id, 1)]
    assert answer.matches[0].id == learned.id


def test_a_generic_signature_is_not_told(kb: KnowledgeBase) -> None:
    kb.learn_pattern("connection refused", "something does not listen")
    told = list[Sighting]()

    kb.check_known_issues("dial tcp 10.0.0.1:80: connection refused", on_sighting=told.append)

    assert told == []
