"""What accepting a proposal would write is shown before; two entries are made one because somebody says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput, Refused
from kb.model.proposal import ProposalKind
from tests.proposals.conftest import FENCING, ask
from tests.proposals.test_merges import learn_twice


def _files(home: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (home / "learned").iterdir()}


def _added(diff: tuple[str, ...]) -> list[str]:
    return [line[1:] for line in diff if line.startswith("+") and not line.startswith("+++")]


def test_the_diff_of_a_merge_is_what_accepting_it_writes(kb: KnowledgeBase, home: Path) -> None:
    learn_twice(kb)
    (found,) = [one.proposal for one in kb.proposals.list() if one.proposal.kind is ProposalKind.MERGE]
    before = _files(home)
    shown = kb.proposals.shown(found.id)
    assert _files(home) == before

    kb.proposals.accept(found.id)

    fresh = set(_files(home)["patterns.yaml"].splitlines()) - set(before["patterns.yaml"].splitlines())
    assert fresh <= set(_added(shown.diff))
    assert f"merged_into: {found.entry_id}" in "\n".join(_added(shown.diff))


def test_the_diff_of_a_draft_is_the_entry_as_it_would_stand_there(kb: KnowledgeBase, home: Path) -> None:
    ask(kb, FENCING, 4, "ledger")
    (found,) = [one.proposal for one in kb.proposals.list() if one.proposal.kind is ProposalKind.PATTERN]
    before = _files(home)
    shown = kb.proposals.shown(found.id)

    assert _files(home) == before
    assert any("(nobody has said yet what it means)" in line for line in _added(shown.diff))
    assert any("status: candidate" in line for line in _added(shown.diff))


def test_a_decided_proposal_shows_no_diff_any_more(kb: KnowledgeBase) -> None:
    ask(kb, FENCING, 4, "ledger")
    (found,) = kb.proposals.list()

    kb.proposals.reject(found.proposal.id, "a drill")

    assert kb.proposals.shown(found.proposal.id).diff == ()


def test_what_somebody_merges_keeps_the_texts_and_commands_of_both(kb: KnowledgeBase) -> None:
    one, other = learn_twice(kb, commands=["ledger fence --reset"])

    done = kb.proposals.merge(other, one, "the same fault")

    assert (done.decision.state, done.decision.by, done.decision.reason) == (
        "accepted",
        "ana",
        "the same fault",
    )
    assert kb.get(other).status == "retired"
    assert kb.get(one).advice().commands == ("ledger fence --reset",)
    for number in (12, 977, 5):
        (match, *_) = kb.check_known_issues(f"ledger shard {number} rejected stale fencing token").matches
        assert match.id == one


def test_a_merge_can_be_taken_back(kb: KnowledgeBase) -> None:
    one, other = learn_twice(kb)
    kb.proposals.merge(other, one, "the same fault")

    kb.moves.undo(other, "they are two")

    assert kb.get(other).status == "candidate"


def test_what_cannot_be_one_is_refused_and_nothing_is_written(kb: KnowledgeBase, home: Path) -> None:
    one, _ = learn_twice(kb)
    fix = kb.learn_tool_fix("ledger", "no such shard", "it was moved", "ask again").id
    far = kb.learn_pattern("the lighthouse of pier 4 is dark", "a fuse", "replace it").id
    before = _files(home)

    with pytest.raises(Refused, match="only two patterns, or two tool fixes, can be one"):
        kb.proposals.merge(fix, one, "so it seems")
    with pytest.raises(Refused, match="no text finds both"):
        kb.proposals.merge(far, one, "so it seems")
    with pytest.raises(InvalidInput, match="into itself"):
        kb.proposals.merge(one, one, "so it seems")
    with pytest.raises(InvalidInput, match="the reason is empty"):
        kb.proposals.merge(far, one, " ")

    assert _files(home) == before
