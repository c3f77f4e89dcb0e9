"""Questions that nobody could answer become drafted patterns, and nothing in these is invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.model.proposal import Proposal, ProposalKind
from tests.proposals.conftest import FENCING, KAFKA, VOLUME, Clock, ask, line


def drafts(kb: KnowledgeBase) -> list[Proposal]:
    return [p.proposal for p in kb.proposals().list() if p.proposal.kind is ProposalKind.PATTERN]


def incident(kb: KnowledgeBase, title: str, seed: int, cause: str, template: str = FENCING) -> str:
    """An incident that was opened with a lookup of the line, and resolved."""
    lookup = kb.check_known_issues(line(template, seed), service="ledger").lookup_id
    opened = kb.incidents.open(title, service="ledger", lookup_id=lookup)
    kb.incidents.mitigate("Fenced the old leader off", worked=True, incident_id=opened.id)
    kb.incidents.resolve("Restarted the old leader", cause=cause, incident_id=opened.id)
    return opened.id


def test_the_same_unknown_text_with_other_ids_is_one_draft(kb: KnowledgeBase) -> None:
    assert ask(kb, FENCING, 3, "ledger") == ["unknown"] * 3
    ask(kb, KAFKA, 2)
    first, second = drafts(kb)
    assert (first.title, first.weight) == ("ledger shard.*rejected stale fencing token", 3)
    assert first.services == ("ledger",)
    assert first.lines == tuple(line(FENCING, n) for n in range(3))
    assert second.weight == 2


def test_one_question_alone_is_no_pattern(kb: KnowledgeBase) -> None:
    ask(kb, FENCING, 1)
    ask(kb, KAFKA, 1)
    assert drafts(kb) == []


def test_one_question_is_enough_where_its_incident_ended(kb: KnowledgeBase) -> None:
    one = incident(kb, "Ledger writes rejected", 1, "Two writers both believed to be leader")
    opened = kb.incidents.open("Payments lag")
    kb.check_known_issues(line(KAFKA, 1), incident_id=opened.id)

    (found,) = drafts(kb)

    assert (found.weight, found.incidents, found.item["fix"]) == (1, (one,), "Restarted the old leader")
    assert any("asked once" in reason for reason in found.reasons)


def test_general_texts_are_never_drafted(kb: KnowledgeBase) -> None:
    for n in range(4):
        kb.check_known_issues(f"connection refused to 10.1.2.{n}:80{n}0")
    assert drafts(kb) == []


def test_near_wordings_come_together_and_unrelated_ones_do_not(kb: KnowledgeBase) -> None:
    kb.check_known_issues("raft: follower 12 rejected snapshot chunk, checksum mismatch at offset 88123")
    kb.check_known_issues("raft: follower 7 has rejected snapshot chunk, with checksum mismatch at offset 9")
    kb.check_known_issues("zookeeper: quorum peer 3 dropped its epoch file during election")
    (found,) = drafts(kb)
    assert found.weight == 2


def test_one_telling_word_in_place_of_another_is_another_thing(kb: KnowledgeBase) -> None:
    for module in ("netifaces", "testresources", "suds"):
        kb.check_known_issues(f"zygote importer: preload has no wheel named {module}")
    assert drafts(kb) == []


def test_the_telling_line_of_a_log_counts_not_what_stands_around_it(kb: KnowledgeBase) -> None:
    for n in range(2):
        noise = "\n".join(f"INFO request {n}{m} served in {m} ms" for m in range(30))
        kb.check_known_issues(f"{noise}\n{line(FENCING, n)}\n{noise}")
    (found,) = drafts(kb)
    assert found.lines == tuple(line(FENCING, n) for n in range(2))


def test_a_draft_takes_cause_and_fix_from_the_incident_and_says_so(kb: KnowledgeBase) -> None:
    one = incident(kb, "Ledger writes rejected", 1, "Two writers both believed to be leader")
    ask(kb, FENCING, 1, "ledger", first=2)
    (found,) = drafts(kb)
    assert found.incidents == (one,)
    assert found.item["meaning"] == "Two writers both believed to be leader"
    assert found.item["fix"] == "Restarted the old leader"
    assert found.review == {"meaning": one, "fix": one}
    assert f"meaning and fix are from {one}, please review" in found.reasons


def test_incidents_with_different_causes_fill_in_none(kb: KnowledgeBase) -> None:
    incident(kb, "Ledger writes rejected", 1, "Two writers both believed to be leader after a deployment")
    incident(kb, "Ledger shard moved", 2, "The clock of one host ran an hour ahead")
    (found,) = drafts(kb)
    assert not {"meaning", "fix"} & found.item.keys()
    assert any("perhaps it takes several entries" in reason for reason in found.reasons)


def test_a_suspected_cause_stays_suspected(kb: KnowledgeBase) -> None:
    lookup = kb.check_known_issues(line(FENCING, 1)).lookup_id
    opened = kb.incidents.open("Ledger", service="ledger", lookup_id=lookup)
    kb.incidents.hypothesise("Split brain", incident_id=opened.id)
    kb.incidents.resolve("It went away", incident_id=opened.id)
    ask(kb, FENCING, 1, first=2)
    assert drafts(kb)[0].item["meaning"] == "Suspected: Split brain"


def test_once_accepted_the_text_is_known_with_any_ids_and_proposed_no_more(kb: KnowledgeBase) -> None:
    ask(kb, FENCING, 2)
    (found,) = drafts(kb)
    accepted = kb.proposals().accept(found.id, {"meaning": "Two leaders", "fix": "Restart the old one"})
    answer = kb.check_known_issues(line(FENCING, 77))
    assert answer.verdict == "known"
    assert answer.matches[0].id == accepted.proposal.entry_id
    assert answer.matches[0].status == "candidate"
    assert drafts(kb) == []


def test_what_a_person_reviewed_is_active_at_once(kb: KnowledgeBase, home: Path) -> None:
    ask(kb, VOLUME, 2)
    (found,) = drafts(kb)
    done = kb.proposals().accept(found.id, {"fix": "Detach it by hand"}, reviewed_by="bea")
    assert kb.get(done.proposal.entry_id).status == "active"
    assert "status: active" in (home / "learned/patterns.yaml").read_text()


def test_a_draft_without_advice_is_not_written(kb: KnowledgeBase, home: Path) -> None:
    ask(kb, FENCING, 2)
    (found,) = drafts(kb)
    before = (home / "learned/patterns.yaml").read_text()
    with pytest.raises(InvalidInput, match="--meaning TEXT --fix TEXT"):
        kb.proposals().accept(found.id)
    assert (home / "learned/patterns.yaml").read_text() == before
    assert [p.id for p in drafts(kb)] == [found.id]


def test_an_edit_that_breaks_the_samples_is_refused(kb: KnowledgeBase) -> None:
    ask(kb, FENCING, 2)
    (found,) = drafts(kb)
    with pytest.raises(InvalidInput, match="does not match its own sample"):
        kb.proposals().accept(found.id, {"pattern": "something else entirely", "fix": "x", "regex": False})
    assert [p.id for p in drafts(kb)] == [found.id]


def test_what_occurs_in_healthy_lines_is_neither_drafted_nor_accepted(kb: KnowledgeBase) -> None:
    ask(kb, FENCING, 2)
    ask(kb, KAFKA, 2)
    found = {p.title.split()[0]: p for p in drafts(kb)}
    with kb._parts.db.write():
        for number, fine in enumerate((line(KAFKA, 500), "shard 7 rejected nothing")):
            kb._parts.db.execute(
                "INSERT INTO healthy (fingerprint, line, count, source, added_at) VALUES (?,?,1,'x','')",
                [str(number), fine],
            )
    assert [p.title for p in drafts(kb)] == [found["ledger"].title]
    edits = {"pattern": r"shard \d+ rejected", "regex": True, "fix": "Restart it"}
    with pytest.raises(InvalidInput, match="known to be fine: 'shard 7 rejected nothing'"):
        kb.proposals().accept(found["ledger"].id, edits)


def test_accepting_keeps_comments_and_unknown_keys_of_the_file(kb: KnowledgeBase, home: Path) -> None:
    path = home / "learned/patterns.yaml"
    path.write_text(
        path.read_text() + "\nerror_patterns:  # ours\n  - pattern: qqq zzz\n    team: blue  # keep\n"
    )
    before = path.read_text()
    ask(kb, FENCING, 2)
    kb.proposals().accept(drafts(kb)[0].id, {"fix": "Restart it"})
    assert path.read_text().startswith(before)


def test_secrets_of_a_line_reach_no_draft(kb: KnowledgeBase) -> None:
    for n in range(2):
        kb.check_known_issues(
            f"vaultsync: seal rejected unwrap for password=hunter2-{n}-secret in mount kv-{n}"
        )
    assert "hunter2" not in str(kb.proposals().waiting())


def test_a_related_lookup_that_resolved_something_is_not_drafted(kb: KnowledgeBase) -> None:
    known = kb.learn_pattern("stale fencing token seen", "Two leaders", "Restart the old one")
    answers = [kb.check_known_issues(line(FENCING, n)) for n in range(2)]
    if {answer.verdict.value for answer in answers} != {"related"}:
        pytest.fail(f"the setting is another one now: {[a.verdict for a in answers]}")
    assert len(drafts(kb)) == 1
    kb.record_outcome(known.id, "resolved", answers[0].lookup_id, verified_by="ana")
    assert drafts(kb) == []


def test_old_questions_are_drafted_from_no_more(kb: KnowledgeBase, clock: Clock) -> None:
    ask(kb, FENCING, 2)
    clock.pass_days(200)
    assert drafts(kb) == []


def test_an_answer_that_did_not_help_asks_for_the_other_cause_once(kb: KnowledgeBase) -> None:
    wrong = kb.learn_pattern("rejected stale fencing token", "two leaders", "restart the old leader").id
    opened = kb.incidents.open("Ledger writes rejected", service="ledger")
    asked = kb.check_known_issues(line(FENCING, 1), service="ledger", incident_id=opened.id)
    kb.record_outcome(wrong, "failed", asked.lookup_id)
    assert drafts(kb) == []
    kb.incidents.resolve("It is over", incident_id=opened.id)
    kb.incidents.close(opened.id)

    (found,) = drafts(kb)
    assert found.incidents == (opened.id,)
    assert not {"meaning", "fix"} & found.item.keys()
    assert "nobody wrote down what did" in found.reasons[0]

    accepted = kb.proposals().accept(found.id, {"meaning": "A clock ran ahead", "fix": "Set the clock"})
    assert drafts(kb) == []
    answer = kb.check_known_issues(line(FENCING, 7), service="ledger")
    assert {one.id for one in answer.matches} >= {wrong, accepted.proposal.entry_id}
