"""A line that holds what was learned and says that it is not so, or no longer, is not that fault."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase

LOST = "quorum lost on ledger"
JAVA = """com.shop.RefusedException: order 4711 of tenant 9 cannot be placed
\tat com.shop.Orders.place(Orders.java:44)
\tat com.shop.Api.post(Api.java:12)
Caused by: com.shop.SealedException: ledger 12 is sealed by peer 4
\tat com.shop.Ledger.append(Ledger.java:91)"""
LOG = """INFO broker starting
INFO reading 12 segments
WARN partition 3 is slow
ERROR partition 3 went offline: tail record fails its crc
INFO broker stopped"""


@pytest.mark.parametrize(
    "line",
    [
        "no quorum lost on ledger in the last 24 h",
        "quorum lost on ledger: recovered, 3 of 3 nodes up",
        "quorum lost on ledger check passed",
        "checks: quorum lost on ledger = false",
        "quorum lost on ledger 0 times today",
        "alert resolved: quorum lost on ledger",
        "INFO test 'quorum lost on ledger' ... ok",
    ],
)
def test_a_line_that_says_it_is_not_so_is_not_known_and_says_why(kb: KnowledgeBase, line: str) -> None:
    kb.learn_pattern(LOST, "two nodes are away", "start them")

    answer = kb.check_known_issues(line)

    assert answer.verdict != "known"
    assert "but the line says" in answer.matches[0].reason


def test_a_line_that_was_learned_with_its_negation_is_known_with_it(kb: KnowledgeBase) -> None:
    kb.learn_pattern("shard 17 has no leader", "it lost its lease", "elect one")

    assert kb.check_known_issues("WARN shard 9 has no leader").verdict == "known"


def test_the_same_exception_with_another_cause_is_not_known(kb: KnowledgeBase) -> None:
    kb.learn_pattern(JAVA, "a peer sealed the ledger", "unseal it")
    other = JAVA.replace("ledger 12 is sealed by peer 4", "ledger 12 was written by two hosts, peer 4")

    assert kb.check_known_issues(JAVA.replace("4711", "9003")).verdict == "known"
    assert kb.check_known_issues(other).verdict == "related"
    assert kb.check_known_issues("INFO fine\n" * 30 + other).verdict == "related"


def test_the_telling_line_of_a_learned_log_is_found_alone(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern(LOG, "the disk is bad", "replace it")

    answer = kb.check_known_issues("ERROR partition 8 went offline: tail record fails its crc")

    assert learned.note.index("went offline") < learned.note.index("broker starting")
    assert answer.verdict != "unknown"
    assert answer.matches[0].id == learned.id


def test_another_versions_words_are_known_once_an_outcome_taught_them(kb: KnowledgeBase) -> None:
    old = "FATAL:  remaining connection slots are reserved for non-replication superuser connections"
    new = "FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute"
    learned = kb.learn_pattern(old, "too many clients", "raise max_connections")

    asked = kb.check_known_issues(new)
    kb.record_outcome(learned.id, "resolved", lookup_id=asked.lookup_id or "", verified_by="mara")

    assert asked.verdict == "related"
    assert kb.check_known_issues(new).verdict == "known"
