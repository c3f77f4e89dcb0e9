"""What Node.js 20.20.2 prints of an AggregateError: the errors in it are causes; cut, the words are our own."""

from __future__ import annotations

from kb import KnowledgeBase
from kb.text.crashes import Role, roles

CAUSED = """\
Error: cannot load tariffs
    at load (/srv/tariffs/load.js:14:15)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {
  [cause]: AggregateError: no source answered
      at load (/srv/tariffs/load.js:14:54) {
    [errors]: [
      Error: certificate of origin expired
          at load (/srv/tariffs/load.js:14:74)
          at process.processTicksAndRejections (node:internal/process/task_queues:95:5),
      Error [ERR_MIRROR]: mirror answers with another tariff {
        code: 'ERR_MIRROR'
      }
    ]
  }
}
"""
ALONE = """\
[AggregateError: All promises were rejected] {
  [errors]: [
    Error: shard east has no leader
        at renew (/srv/shop/lease.js:23:43),
    Error: shard west is read-only
        at renew (/srv/shop/lease.js:23:98)
  ]
}
"""


def test_errors_in_an_error_are_causes_of_it() -> None:
    read = [
        line.strip()
        for line, role in zip(CAUSED.splitlines(), roles(CAUSED.splitlines()), strict=True)
        if role is Role.CAUSE
    ]

    assert read == [
        "[cause]: AggregateError: no source answered",
        "Error: certificate of origin expired",
        "Error [ERR_MIRROR]: mirror answers with another tariff {",
    ]


def test_an_aggregate_is_known_by_what_is_in_it(kb: KnowledgeBase) -> None:
    kb.learn_pattern(CAUSED, meaning="the certificate of the source expired", fix="Renew it")
    kb.learn_pattern(ALONE, meaning="both shards are down", fix="Elect leaders")

    assert kb.check_known_issues(CAUSED.replace("/srv/", "/opt/")).verdict == "known"
    assert kb.check_known_issues(ALONE.replace("/srv/", "/opt/")).verdict == "known"


def test_an_aggregate_of_other_errors_is_not_known(kb: KnowledgeBase) -> None:
    kb.learn_pattern(CAUSED, meaning="the certificate of the source expired", fix="Renew it")
    kb.learn_pattern(ALONE, meaning="both shards are down", fix="Elect leaders")
    moved = CAUSED.replace("certificate of origin expired", "bucket was moved to another region")
    full = ALONE.replace("shard east has no leader", "disk of the journal is full").replace(
        "shard west is read-only", "quota of the tenant is used up"
    )

    assert kb.check_known_issues(moved).verdict != "known"
    assert kb.check_known_issues(full).verdict != "known"
