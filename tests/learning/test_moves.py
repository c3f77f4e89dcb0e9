"""A move holds at once and wherever the entry is kept, can be taken back, and yields to an edit by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import EntryNotFound, InvalidInput
from kb.model.status import MoveState

TEXT = "the tide gauge 4 of the harbour reports a negative depth"
RUNBOOK = (
    "# TideGaugeNegative\n\n## Meaning\n\nThe gauge hangs upside down.\n\n## Mitigation\n\n1. Turn it.\n"
)
ALERT = "[FIRING:1] TideGaugeNegative harbour"
FILE = """\
# What the harbour taught us
harbour_patterns:
  - pattern: the buoy 3 lost its light   # seen twice
    fix: new bulb
  - the crane 5 does not answer
services:
  pier.north:
    quirks:
      slow at noon: everybody has lunch
"""


def ids(kb: KnowledgeBase, text: str) -> list[str]:
    return [match.id for match in kb.check_known_issues(text).matches]


def test_a_move_of_a_learned_entry_is_written_into_its_file_and_taken_back(
    kb: KnowledgeBase, home: Path
) -> None:
    entry_id = kb.learn_pattern(TEXT, "upside down", "turn it").id
    path = home / "learned" / "patterns.yaml"
    before = path.read_text()
    kb.set_status(entry_id, "retired", "the gauge is gone", by="ana")
    assert path.read_text() == before.replace("status: candidate", "status: retired")
    assert entry_id not in ids(kb, TEXT)
    kb.undo_move(entry_id, by="ben")
    assert path.read_text() == before
    assert ids(kb, TEXT)[0] == entry_id
    assert [(m.was, m.became, m.rule, m.actor) for m in kb.moves_of(entry_id)] == [
        ("candidate", "retired", "by hand", "ana"),
        ("retired", "candidate", "undone", "ben"),
    ]


def test_items_that_had_no_status_get_one_and_keep_their_comments(kb: KnowledgeBase, home: Path) -> None:
    path = home / "learned" / "harbour.yaml"
    path.write_text(FILE)
    for hit in (
        kb.search("buoy lost its light")[0],
        kb.search("crane does not answer")[0],
        kb.search("slow at noon")[0],
    ):
        kb.set_status(hit.id, "quarantined", "only a test")
        assert kb.get(hit.id).status == "quarantined"
    text = path.read_text()
    assert text.count("status: quarantined") == 3
    assert "# What the harbour taught us" in text
    assert "# seen twice" in text
    assert "description: everybody has lunch" in text


def test_a_move_of_an_entry_from_a_document_holds_when_the_document_changes(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    path = tmp_path / "gauge.md"
    path.write_text(RUNBOOK)
    kb.ingest(path)
    entry_id = ids(kb, ALERT)[0]
    kb.set_status(entry_id, "quarantined", "it made things worse")
    path.write_text(RUNBOOK.replace("Turn it.", "Turn it around."))
    kb.ingest(path)
    assert kb.get(entry_id).status == "quarantined"
    assert entry_id not in ids(kb, ALERT)
    assert path.read_text().startswith("# TideGauge")
    kb.undo_move(entry_id)
    path.write_text(RUNBOOK)
    kb.ingest(path)
    assert ids(kb, ALERT)[0] == entry_id


def test_a_copy_of_a_quarantined_document_is_not_offered_in_its_place(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    (tmp_path / "gauge.md").write_text(RUNBOOK)
    kb.ingest(tmp_path / "gauge.md")
    kb.set_status(ids(kb, ALERT)[0], "quarantined", "it made things worse")
    (tmp_path / "copy.md").write_text(RUNBOOK)
    kb.ingest(tmp_path / "copy.md")
    assert all("Tide" not in match.title for match in kb.check_known_issues(ALERT).matches)


def test_an_edit_by_hand_wins_over_earlier_moves(kb: KnowledgeBase, home: Path) -> None:
    entry_id = kb.learn_pattern(TEXT, "upside down", "turn it").id
    kb.set_status(entry_id, "quarantined", "it fails")
    path = home / "learned" / "patterns.yaml"
    path.write_text(path.read_text().replace("status: quarantined", "status: active"))
    assert kb.get(entry_id).status == "active"
    assert ids(kb, TEXT)[0] == entry_id
    with pytest.raises(InvalidInput, match="its file says so"):
        kb.undo_move(entry_id)


def test_a_file_that_cannot_be_written_now_is_written_when_it_can_and_the_move_holds_meanwhile(
    kb: KnowledgeBase, home: Path
) -> None:
    entry_id = kb.learn_pattern(TEXT, "upside down", "turn it").id
    path = home / "learned" / "patterns.yaml"
    good = path.read_text()
    path.write_text(good + "broken: [\n")
    move = kb.set_status(entry_id, "quarantined", "it fails")
    assert move.state is MoveState.PENDING
    assert entry_id not in ids(kb, TEXT)
    assert any("not written here yet" in str(problem) for problem in kb.refresh())
    path.write_text(good)
    kb.refresh()
    assert "status: quarantined" in path.read_text().partition(entry_id)[2]
    assert kb.moves_of(entry_id)[0].state is MoveState.DONE


def test_whoever_edits_the_status_while_a_move_waits_wins(kb: KnowledgeBase, home: Path) -> None:
    entry_id = kb.learn_pattern(TEXT, "upside down", "turn it").id
    path = home / "learned" / "patterns.yaml"
    good = path.read_text()
    path.write_text(good + "broken: [\n")
    kb.set_status(entry_id, "quarantined", "it fails")
    path.write_text(good.replace("status: candidate", "status: active"))
    kb.refresh()
    assert kb.get(entry_id).status == "active"
    assert "status: active" in path.read_text()
    assert kb.moves_of(entry_id)[0].state is MoveState.OVERRULED


def test_two_moves_before_the_file_can_be_written_end_in_the_second(kb: KnowledgeBase, home: Path) -> None:
    entry_id = kb.learn_pattern(TEXT, "upside down", "turn it").id
    path = home / "learned" / "patterns.yaml"
    good = path.read_text()
    path.write_text(good + "broken: [\n")
    kb.set_status(entry_id, "active", "I looked at it")
    kb.set_status(entry_id, "retired", "the gauge is gone")
    path.write_text(good)
    kb.refresh()
    assert kb.get(entry_id).status == "retired"
    assert "status: retired" in path.read_text()


def test_what_a_person_reviewed_is_trusted_more(kb: KnowledgeBase) -> None:
    entry_id = kb.learn_pattern(TEXT, "upside down", "turn it").id
    before = kb.trust_of(kb.get(entry_id)).value
    kb.set_status(entry_id, "active", "I looked at it", by="ana")
    assert (before, kb.trust_of(kb.get(entry_id)).value) == (0.5, 0.75)


@pytest.mark.parametrize(
    ("status", "reason", "says"),
    [("gone", "x", "active"), ("retired", " ", "reason is empty"), ("candidate", "x", "candidate already")],
)
def test_a_move_that_makes_no_sense_is_refused(
    kb: KnowledgeBase, status: str, reason: str, says: str
) -> None:
    entry_id = kb.learn_pattern(TEXT, "upside down", "turn it").id
    with pytest.raises(InvalidInput, match=says):
        kb.set_status(entry_id, status, reason)
    assert kb.moves_of(entry_id) == []


def test_an_entry_that_fails_its_own_samples_is_not_brought_back(kb: KnowledgeBase) -> None:
    entry_id = kb.learn_pattern(TEXT, "upside down", "turn it", must_not_match=[TEXT]).id
    with pytest.raises(InvalidInput, match="fails its own samples"):
        kb.set_status(entry_id, "active", "I like it")
    with pytest.raises(InvalidInput, match="nothing to undo"):
        kb.undo_move(entry_id)
    with pytest.raises(EntryNotFound):
        kb.set_status("nobody", "active", "x")
