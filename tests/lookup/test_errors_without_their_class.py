"""consola 3.4.2 (`fancy: false`) prints an error, and what caused it, without the names of their classes; cut."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase

NODE = """\
RefundError: Refund of order refused with code 4417
    at refund (/srv/shop/refund.js:22:13)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at async settle (/srv/shop/settle.js:29:15) {
  [cause]: LeaseError: lease of the till is held by another peer
      at renew (/srv/shop/lease.js:9:45)
      at async refund (/srv/shop/refund.js:20:15)
}
"""
CONSOLA = """\
[error] Refund of order refused with code 4417
  at refund (shop/refund.js:22:13)
  at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
  at async settle (shop/settle.js:29:15)

  [cause]: lease of the till is held by another peer
    at renew (shop/lease.js:9:45)
    at async refund (shop/refund.js:20:15)
"""
ONE = NODE[: NODE.index(" {\n")] + "\n"
ONE_BY_CONSOLA = CONSOLA[: CONSOLA.index("\n\n") + 1]


@pytest.mark.parametrize(("learned", "asked"), [(NODE, CONSOLA), (ONE, ONE_BY_CONSOLA)])
def test_an_error_is_known_where_a_logger_leaves_its_class_out(
    kb: KnowledgeBase, learned: str, asked: str
) -> None:
    entry = kb.learn_pattern(learned, meaning="another till has the lease", fix="Close it there").id

    answer = kb.check_known_issues(asked)

    assert (answer.verdict, answer.matches[0].id) == ("known", entry)
    assert "does not stand there" not in answer.matches[0].reason


def test_other_words_at_the_same_place_are_another_error(kb: KnowledgeBase) -> None:
    kb.learn_pattern(ONE, meaning="refunds are closed", fix="Open them")
    other = ONE_BY_CONSOLA.replace("Refund of order refused with code", "Customer has no account: number")

    assert kb.check_known_issues(other).verdict != "known"


def test_another_cause_without_its_class_is_another_error(kb: KnowledgeBase) -> None:
    kb.learn_pattern(NODE, meaning="another till has the lease", fix="Close it there")
    other = CONSOLA.replace("lease of the till is held by another peer", "drawer has no room left for coins")

    assert kb.check_known_issues(other).verdict != "known"
