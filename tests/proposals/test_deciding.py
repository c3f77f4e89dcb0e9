"""Decisions hold, come back only with far more evidence, and survive a process that is killed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kb import KnowledgeBase
from kb.errors import EntryNotFound, FileUnreadable, HomeNotWritable, InvalidInput
from kb.model.proposal import Proposal, ProposalKind, ProposalState
from kb.proposals.accepting import Writer
from kb.proposals.proposals import Proposals
from kb.store.proposals import ProposalTable
from tests.proposals.conftest import FENCING, KAFKA, ask

ADVICE = {"meaning": "Two leaders", "fix": "Restart the old one"}


class Killed(BaseException):
    """The process ends here; nothing catches it."""


class KilledBefore(Writer):
    """Ends the process before anything is written."""

    def carry_out(self, *_: Any) -> str:
        raise Killed


class KilledAfter(Writer):
    """Ends the process when everything is written, and before that is noted."""

    def carry_out(self, proposal: Proposal, by: Any) -> str:
        Writer.carry_out(self, proposal, by)
        raise Killed


class KilledInBetween(Writer):
    """Ends the process between two edits of a merge."""

    def _retire(self, *_: Any) -> None:
        raise Killed


class Late(Writer):
    """Comes second: another process has written everything, and this one is refused."""

    def carry_out(self, *given: Any) -> str:
        raise InvalidInput(f"{self.finished(*given)} is there already")

    def finished(self, proposal: Proposal, by: Any) -> str:
        table = ProposalTable(self.moves.db)
        (begun,) = (one for one in table.all() if one.proposal.id == proposal.id)
        done = replace(begun.decision, state=ProposalState.ACCEPTED)
        table.save([replace(begun, decision=done)])
        return Writer.carry_out(self, proposal, by)


class Refusing(ProposalTable):
    """Ends the process at the first save."""

    def save(self, *_: Any) -> None:
        raise Killed


class ReadOnly(ProposalTable):
    """A table on a disk that cannot be written."""

    def save(self, *_: Any) -> None:
        raise HomeNotWritable("the disk is full")


def with_table(found: Proposals, kind: type[ProposalTable]) -> Proposals:
    return replace(found, sources=replace(found.sources, table=kind(found.sources.table._db)))


def with_writer(found: Proposals, kind: type[Writer]) -> Proposals:
    own = found.writer
    return replace(found, writer=kind(own.lessons, own.memory, own.sync, own.entries, own.moves))


def ids(kb: KnowledgeBase) -> list[str]:
    return [one.proposal.id for one in kb.proposals().list()]


def draft(kb: KnowledgeBase, times: int = 2) -> str:
    ask(kb, FENCING, times)
    (found,) = ids(kb)
    return found


def test_asking_for_proposals_again_gives_the_same_ids(kb: KnowledgeBase) -> None:
    one = draft(kb)
    ask(kb, KAFKA, 2)
    ask(kb, FENCING, 3, first=10)
    assert ids(kb) == [one, *(other for other in ids(kb) if other != one)]
    assert len(ids(kb)) == 2


def test_a_rejected_one_does_not_come_back(kb: KnowledgeBase) -> None:
    one = draft(kb)
    kb.proposals().reject(one, "a drill")
    ask(kb, FENCING, 2, first=10)
    assert ids(kb) == []
    found = kb.proposals().get(one)
    assert (found.decision.state, found.decision.by, found.decision.reason) == ("rejected", "ana", "a drill")


def test_a_rejected_one_comes_back_when_far_more_speaks_for_it(kb: KnowledgeBase) -> None:
    one = draft(kb)
    kb.proposals().reject(one, "a drill")
    ask(kb, FENCING, 3, first=10)
    (found,) = kb.proposals().list()
    assert found.proposal.id == one
    assert "rejected on 2026-06-01 when 2 records spoke for it: a drill; now 5 do" in found.proposal.reasons


def test_a_rejected_one_can_still_be_accepted(kb: KnowledgeBase) -> None:
    one = draft(kb)
    kb.proposals().reject(one, "a drill")
    assert kb.proposals().accept(one, ADVICE).decision.state == "accepted"


def test_one_whose_reason_is_gone_is_outdated_and_cannot_be_accepted(kb: KnowledgeBase) -> None:
    one = draft(kb)
    kb.learn_pattern("rejected stale fencing token", "Two leaders", "Restart the old one")
    assert ids(kb) == []
    assert kb.proposals().get(one).decision.state == "outdated"
    with pytest.raises(InvalidInput, match="outdated"):
        kb.proposals().accept(one, ADVICE)


def test_accepting_twice_writes_once(kb: KnowledgeBase, home: Path) -> None:
    one = draft(kb)
    first = kb.proposals().accept(one, ADVICE)
    before = (home / "learned/patterns.yaml").read_text()
    assert kb.proposals().accept(one, {"fix": "another"}) == first
    assert (home / "learned/patterns.yaml").read_text() == before


def test_what_was_accepted_cannot_be_rejected_any_more(kb: KnowledgeBase) -> None:
    one = draft(kb)
    kb.proposals().accept(one, ADVICE)
    with pytest.raises(InvalidInput, match="accepted already"):
        kb.proposals().reject(one, "no")


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda p, _: p.get("proposal-pattern-0"), EntryNotFound),
        (lambda p, _: p.accept("proposal-pattern-0"), EntryNotFound),
        (lambda p, one: p.reject(one, " "), InvalidInput),
        (lambda p, one: p.accept(one, {"colour": "red"}), InvalidInput),
        (lambda p, one: p.accept(one, {**ADVICE, "expires": "soon"}), InvalidInput),
        (lambda p, one: p.accept(one, {**ADVICE, "pattern": ""}), InvalidInput),
        (lambda p, one: p.accept(one, {**ADVICE, "must_match": 5}), InvalidInput),
        (lambda p, one: p.accept(one, {"meaning": ["a"]}), InvalidInput),
        (lambda p, one: p.accept(one, {**ADVICE, "regex": "maybe"}), InvalidInput),
        (lambda p, one: p.accept(one, {**ADVICE, "pattern": "(?=x)", "regex": True}), InvalidInput),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    kb: KnowledgeBase, home: Path, call: Any, error: type[Exception]
) -> None:
    one = draft(kb)
    before = (home / "learned/patterns.yaml").read_text()
    with pytest.raises(error):
        call(kb.proposals(), one)
    assert (home / "learned/patterns.yaml").read_text() == before
    assert ids(kb) == [one]


@pytest.mark.parametrize("writer", [KilledBefore, KilledAfter])
def test_a_killed_accept_is_completed_by_the_next_call(
    kb: KnowledgeBase, home: Path, writer: type[Writer]
) -> None:
    one = draft(kb)
    with pytest.raises(Killed):
        with_writer(kb.proposals(), writer).accept(one, ADVICE, reviewed_by="bea")
    assert ids(kb) == []
    found = kb.proposals().get(one)
    assert found.decision.state == "accepted"
    assert kb.get(found.proposal.entry_id).status == "active"
    assert (home / "learned/patterns.yaml").read_text().count("id: pattern-ledger-shard") == 1


def test_an_accept_killed_before_it_began_leaves_the_proposal_open(kb: KnowledgeBase, home: Path) -> None:
    one = draft(kb)
    before = (home / "learned/patterns.yaml").read_text()
    with pytest.raises(Killed):
        with_table(kb.proposals(), Refusing).accept(one, ADVICE)
    assert ids(kb) == [one]
    assert (home / "learned/patterns.yaml").read_text() == before


def test_a_merge_killed_between_its_edits_is_completed(kb: KnowledgeBase) -> None:
    kept = kb.learn_pattern(
        "ledger shard 12 rejected stale fencing token", "Two leaders at once", "Restart it"
    )
    gone = kb.learn_pattern(
        "ledger shard 13 rejected stale fencing token", "Two leaders at once", "Restart it"
    )
    (merge,) = kb.proposals().list()
    assert merge.proposal.kind is ProposalKind.MERGE
    with pytest.raises(Killed):
        with_writer(kb.proposals(), KilledInBetween).accept(merge.proposal.id)
    assert kb.get(gone.id).status == "candidate"
    assert ids(kb) == []
    assert kb.get(gone.id).status == "retired"
    assert kb.get(gone.id).extra["merged_into"] == kept.id


def test_a_file_that_does_not_parse_is_named_and_the_proposal_stays(kb: KnowledgeBase, home: Path) -> None:
    one = draft(kb)
    path = home / "learned/patterns.yaml"
    good = path.read_text()
    path.write_text(good + "\nbroken: [\n")
    with pytest.raises(FileUnreadable, match=r"patterns\.yaml:\d+"):
        kb.proposals().accept(one, ADVICE)
    assert ids(kb) == [one]
    path.write_text(good)
    assert kb.proposals().accept(one, ADVICE).decision.state == "accepted"


def test_a_home_that_cannot_be_written_still_lists_and_accepts_nothing(kb: KnowledgeBase, home: Path) -> None:
    ask(kb, FENCING, 2)
    sealed = with_table(kb.proposals(), ReadOnly)
    (found,) = sealed.list()
    before = (home / "learned/patterns.yaml").read_text()
    with pytest.raises(HomeNotWritable):
        sealed.accept(found.proposal.id, ADVICE)
    assert (home / "learned/patterns.yaml").read_text() == before


def test_what_another_process_accepted_meanwhile_stands(kb: KnowledgeBase) -> None:
    one = draft(kb)
    late = with_writer(kb.proposals(), Late)
    assert late.accept(one, ADVICE).decision.state == "accepted"
    assert kb.proposals().get(one).decision.state == "accepted"


def test_an_empty_list_says_what_was_looked_at(kb: KnowledgeBase) -> None:
    ask(kb, FENCING, 1)
    waiting = kb.proposals().waiting()
    assert waiting.proposals == ()
    assert waiting.looked_at["unanswered_lookups"] == 1
    assert waiting.looked_at["entries"] == sum(kb.counts().values())
