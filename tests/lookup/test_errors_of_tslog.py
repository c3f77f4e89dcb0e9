"""An error as tslog 5.1.0 draws it on a terminal: its name and words, then two rows a frame; cut."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.text.carriers import unfold

NODE = """\
TypeError: refund of order refused
    at refund (/srv/shop/refund.js:4:66)
    at settle (/srv/shop/settle.js:5:3) {
  code: 'EREFUND',
  [cause]: LeaseError: lease of the till is held by another peer
      at renew (/srv/shop/lease.js:3:25)
      at refund (/srv/shop/refund.js:4:26)
}
"""
TSLOG = """\
2026-12-01 01:43:38.527\tERROR\tsettle.js:6\tjob failed

 TypeError  refund of order refused, EREFUND
error stack:
  • refund.js\trefund
\tshop/refund.js:4
  • settle.js\t
\tshop/settle.js:5
Caused by (1): LeaseError: lease of the till is held by another peer
  • lease.js\trenew
\tshop/lease.js:3
"""
COLOURED = TSLOG.replace(
    " TypeError  ", "\x1b[97m\x1b[101m\x1b[1m TypeError \x1b[22m\x1b[49m\x1b[39m\x1b[0m\x1b[0m "
)
COMPOSED = "".join(f"orders-1  | {line}\n" for line in TSLOG.splitlines())


def test_an_error_of_tslog_reads_as_node_prints_it() -> None:
    assert unfold(TSLOG).text.splitlines()[2:] == [
        "TypeError: refund of order refused, EREFUND",
        "    at refund (shop/refund.js:4)",
        "    at <anonymous> (shop/settle.js:5)",
        "Caused by: LeaseError: lease of the till is held by another peer",
        "    at renew (shop/lease.js:3)",
    ]


@pytest.mark.parametrize("asked", [TSLOG, COLOURED, COMPOSED])
def test_an_error_of_node_is_known_as_tslog_draws_it(kb: KnowledgeBase, asked: str) -> None:
    entry = kb.learn_pattern(NODE, meaning="another till has the lease", fix="Close it there").id

    answer = kb.check_known_issues(asked)

    assert (answer.verdict, answer.matches[0].id) == ("known", entry)


@pytest.mark.parametrize("asked", [TSLOG, COLOURED, COMPOSED])
def test_another_cause_in_tslogs_rows_is_another_error(kb: KnowledgeBase, asked: str) -> None:
    kb.learn_pattern(NODE, meaning="another till has the lease", fix="Close it there")
    other = asked.replace("lease of the till is held by another peer", "drawer has no room left for coins")

    assert kb.check_known_issues(other).verdict != "known"
