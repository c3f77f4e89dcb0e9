"""Only entries that say the same are merged, and nothing of either is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.model.proposal import Proposal, ProposalKind

CAUSE = "The follower that lost its lease went on writing to the shard"
FIX = "Restart the follower that lost its lease"


def merges(kb: KnowledgeBase) -> list[Proposal]:
    return [p.proposal for p in kb.proposals().list() if p.proposal.kind is ProposalKind.MERGE]


def learn_twice(kb: KnowledgeBase, **second: object) -> tuple[str, str]:
    one = kb.learn_pattern("ledger shard 12 rejected stale fencing token", CAUSE, FIX)
    given: dict[str, object] = {
        "pattern": "ledger shard 977 rejected stale fencing token",
        "meaning": f"{CAUSE} for a while",
        "fix": FIX,
    }
    other = kb.learn_pattern(**{**given, **second})  # type: ignore[arg-type]
    assert other.created
    return one.id, other.id


def test_two_entries_with_the_same_cause_and_fix_become_one(kb: KnowledgeBase, home: Path) -> None:
    kept, gone = learn_twice(kb)
    (found,) = merges(kb)
    assert (found.entry_id, found.retires) == (kept, gone)
    kb.proposals().accept(found.id)
    text = (home / "learned/patterns.yaml").read_text()
    assert f"merged_into: {kept}" in text
    assert kb.get(gone).status == "retired"
    assert kb.get(kept).status == "candidate"
    assert merges(kb) == []


def test_the_entry_that_stays_knows_the_texts_of_both(kb: KnowledgeBase) -> None:
    kept, _ = learn_twice(kb)
    kb.proposals().accept(merges(kb)[0].id)
    for number in (12, 977, 5):
        answer = kb.check_known_issues(f"ledger shard {number} rejected stale fencing token")
        assert answer.verdict == "known"
        assert [match.id for match in answer.matches] == [kept]
    assert kb.problems() == []


def test_the_seeds_with_one_symptom_and_two_causes_stay_two(kb: KnowledgeBase) -> None:
    symptom, fix = "Database connection pool exhausted", "Increase connection pool size"
    kb.learn_pattern(symptom, "Pool sized for normal load, not peak, when traffic rose", fix)
    kb.learn_pattern(symptom, "New feature missing defer conn.Close(), unclosed connections in new code", fix)
    assert merges(kb) == []


@pytest.mark.parametrize(
    "second",
    [
        {"meaning": ""},
        {"meaning": "A deployment left two versions of the follower running"},
        {"fix": "Fail over to the other region"},
        {"check": "Is the clock of the host behind?"},
        {"warning": "Restarting it loses the queue"},
        {"commands": ["kubectl delete pod ledger-0"], "fix": "Delete everything"},
        {"environments": ["staging"]},
        {"versions": ["2.3"]},
        {"pattern": "ledger shard rebalanced without any leader present"},
        {"pattern": "ledger shard 977 rejected stale snapshot token"},
    ],
    ids=lambda given: next(iter(given)),
)
def test_entries_that_differ_in_what_they_say_stay_two(kb: KnowledgeBase, second: dict[str, object]) -> None:
    learn_twice(kb, **second)
    assert merges(kb) == []


def test_a_merge_that_a_sample_forbids_is_not_proposed(kb: KnowledgeBase) -> None:
    learn_twice(kb, must_not_match=["ledger shard 4 rejected stale fencing token"])
    assert merges(kb) == []


def test_commands_of_the_one_that_goes_are_not_lost(kb: KnowledgeBase) -> None:
    _, richer = learn_twice(kb, commands=["ledgerctl lease list"])
    (found,) = merges(kb)
    assert found.entry_id == richer


def test_services_of_both_are_kept(kb: KnowledgeBase) -> None:
    one = kb.learn_pattern("ledger shard 12 rejected stale fencing token", CAUSE, FIX, services=["ledger"])
    kb.learn_pattern("ledger shard 9 rejected stale fencing token", CAUSE, FIX, services=["billing"])
    kb.proposals().accept(merges(kb)[0].id)
    assert kb.get(one.id).scope.services == ("ledger", "billing")


def test_an_entry_of_a_document_is_retired_in_favour_of_one_that_can_be_edited(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    path = tmp_path / "team.yaml"
    path.write_text(
        f"patterns:\n  - pattern: ledger shard 44 rejected stale fencing token\n    meaning: {CAUSE}\n    fix: {FIX}\n"
    )
    kb.ingest(path)
    before = path.read_text()
    own = kb.learn_pattern("ledger shard 12 rejected stale fencing token", CAUSE, FIX)
    (found,) = merges(kb)
    assert found.entry_id == own.id
    kb.proposals().accept(found.id)
    assert kb.get(found.retires).status == "retired"
    assert path.read_text() == before
    answer = kb.check_known_issues("ledger shard 44 rejected stale fencing token")
    assert [match.id for match in answer.matches] == [own.id]
