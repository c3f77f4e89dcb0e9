"""A short text that holds one crash several times, as of a program that is started again, says no more than one."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase

PYTHON = """\
Traceback (most recent call last):
  File "/srv/rates.py", line 4, in renew
    raise KeyError(name)
KeyError: 'tax_rate'
"""
JAVA = """\
Exception in thread "main" com.shop.LeaseException: lease of orders is held
\tat com.shop.Lease.renew(Lease.java:12)
\tat com.shop.Main.main(Main.java:4)
"""


@pytest.mark.parametrize("crash", [PYTHON, JAVA])
@pytest.mark.parametrize(
    "between", ["", "2026-12-01 01:11:43,123 ERROR job failed\n", "restarting the worker\n"]
)
def test_a_crash_that_happened_again_is_known(kb: KnowledgeBase, crash: str, between: str) -> None:
    entry = kb.learn_pattern(crash, meaning="a rate is not set", fix="Set it").id

    answer = kb.check_known_issues(crash + between + crash + between + crash)

    assert (answer.verdict, answer.matches[0].id) == ("known", entry)


def test_another_crash_behind_it_is_not_explained_by_it(kb: KnowledgeBase) -> None:
    kb.learn_pattern(PYTHON, meaning="a rate is not set", fix="Set it")
    other = PYTHON.replace("KeyError: 'tax_rate'", "LedgerError: journal of till 7 is torn").replace(
        "renew", "append"
    )

    assert kb.check_known_issues(PYTHON + other + other.replace("append", "close")).verdict != "known"
