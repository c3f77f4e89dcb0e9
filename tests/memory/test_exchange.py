"""A folder in step with a home's memory: what changed on one side goes to the other, what changed on both is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import FileUnreadable, InvalidInput
from kb.memory.exchange import NOTE
from kb.model.ledger import Verdict
from tests.conftest import RunKb

LINE = "FATAL the sluice of basin 4 jammed at 0x17"
BY_HAND = f"""
  # seen twice, in May
  - pattern: '{LINE}'
    meaning: a tree in it
    fix: "pull it out"   # with the crane
"""


def edited(folder: Path, more: str = BY_HAND) -> str:
    """The patterns of a folder, with an item added by hand; returns the text."""
    path = folder / "learned" / "patterns.yaml"
    text = path.read_text().rstrip("\n") + more
    path.write_text(text)
    return text


def test_an_export_has_the_very_bytes_and_says_what_both_have_in_common(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    report = kb.memory.beside(tmp_path / "repository").export()
    assert {"learned/patterns", "state/environments"} <= {*report.written}
    for key in report.written:
        there = (tmp_path / "repository" / f"{key}.yaml").read_bytes()
        assert there == kb.home.memory_file(key).read_bytes()
    assert json.loads((tmp_path / "repository" / NOTE).read_text()).keys() == {*report.written}
    assert kb.memory.beside(tmp_path / "repository").export().written == ()


def test_an_edit_in_the_folder_is_taken_in_with_its_comments_and_found(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    beside = kb.memory.beside(tmp_path)
    beside.export()
    text = edited(tmp_path)
    assert beside.take_in(dry_run=True).written == ("learned/patterns",)
    assert kb.check_known_issues(LINE).verdict is Verdict.UNKNOWN

    assert beside.take_in().written == ("learned/patterns",)
    assert kb.memory.text("learned/patterns").text == text
    assert kb.check_known_issues(LINE).verdict is Verdict.KNOWN
    assert (beside.take_in().written, beside.export().written) == ((), ())


def test_what_changed_on_one_side_waits_for_its_own_way(kb: KnowledgeBase, tmp_path: Path) -> None:
    beside = kb.memory.beside(tmp_path)
    beside.export()
    edited(tmp_path)
    kb.learn_tool_fix("sluicectl", "basin is locked", "the night crew", "ask them")

    there = beside.export()
    assert (there.written, there.left) == (("learned/tool_fixes",), ("learned/patterns",))
    back = beside.take_in()
    assert (back.written, back.left) == (("learned/patterns",), ())


def test_what_changed_on_both_sides_is_told_with_both_and_nothing_is_written(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    beside = kb.memory.beside(tmp_path)
    beside.export()
    theirs = edited(tmp_path)
    (tmp_path / "learned" / "runbooks.yaml").write_text("procedures: []\n")
    learned = kb.learn_pattern("ERROR the weir is dry", "no rain", "wait").id
    ours = kb.memory.text("learned/patterns")

    for report in (beside.export(), beside.take_in()):
        (conflict,) = report.conflicts
        assert conflict.key == "learned/patterns"
        assert str(tmp_path / "learned" / "patterns.yaml") in conflict.folder
        assert "patterns.yaml of the home: " in conflict.home
        assert conflict.version == f"learned/patterns@{ours.sha256[:12]}"
    assert kb.memory.text("learned/patterns") == ours
    assert kb.memory.text("learned/runbooks").text != "procedures: []\n"
    assert (tmp_path / "learned" / "patterns.yaml").read_text() == theirs

    report = beside.take_in(over=[conflict.version])
    assert report.written == ("learned/patterns", "learned/runbooks")
    assert kb.memory.text("learned/patterns").text == theirs
    assert learned not in kb.memory.text("learned/patterns").text


def test_a_decision_counts_for_the_version_that_was_looked_at(kb: KnowledgeBase, tmp_path: Path) -> None:
    beside = kb.memory.beside(tmp_path)
    beside.export()
    theirs = edited(tmp_path)
    kb.learn_pattern("ERROR the weir is dry", "no rain", "wait")
    (conflict,) = beside.take_in().conflicts
    kb.learn_pattern("ERROR the weir is gone", "a flood", "build one")
    with pytest.raises(InvalidInput, match="another version by now"):
        beside.take_in(over=[conflict.version])
    (conflict,) = beside.export().conflicts
    beside.export(over=[conflict.version])
    assert (tmp_path / "learned" / "patterns.yaml").read_text() != theirs
    assert beside.export().conflicts == ()


def test_without_a_note_two_texts_are_a_conflict_and_one_is_not(kb: KnowledgeBase, tmp_path: Path) -> None:
    beside = kb.memory.beside(tmp_path)
    beside.export()
    (tmp_path / NOTE).unlink()
    edited(tmp_path)
    assert [one.key for one in beside.take_in(dry_run=True).conflicts] == ["learned/patterns"]
    (tmp_path / "learned" / "patterns.yaml").unlink()
    assert beside.export().written == ("learned/patterns",)


def test_a_file_that_is_deleted_on_one_side_goes_on_the_other(kb: KnowledgeBase, tmp_path: Path) -> None:
    beside = kb.memory.beside(tmp_path)
    beside.export()
    (tmp_path / "learned" / "extra.yaml").write_text(f"error_patterns:{BY_HAND}")
    assert beside.take_in().written == ("learned/extra",)
    assert kb.check_known_issues(LINE).verdict is Verdict.KNOWN
    (tmp_path / "learned" / "extra.yaml").unlink()
    assert beside.take_in().removed == ("learned/extra",)
    assert kb.check_known_issues(LINE).verdict is Verdict.UNKNOWN
    assert not kb.memory.is_there("learned/extra")


def test_what_must_not_come_in_keeps_everything_out_and_is_told_by_line(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    beside = kb.memory.beside(tmp_path)
    beside.export()
    edited(tmp_path)
    (tmp_path / "learned" / "runbooks.yaml").write_text("procedures: [\n  - name: 'half\n")
    (tmp_path / "learned" / "our notes.yaml").write_text("error_patterns: []\n")
    with pytest.raises(FileUnreadable) as told:
        beside.take_in()
    assert f"{tmp_path / 'learned' / 'runbooks.yaml'}:" in str(told.value)
    assert "'learned/our notes' is not of the form" in str(told.value)
    assert kb.check_known_issues(LINE).verdict is Verdict.UNKNOWN
    with pytest.raises(InvalidInput, match="there is no such folder"):
        kb.memory.beside(tmp_path / "elsewhere").take_in()


def test_a_byte_order_mark_and_line_ends_stay(kb: KnowledgeBase, tmp_path: Path) -> None:
    beside = kb.memory.beside(tmp_path)
    beside.export()
    raw = b"\xef\xbb\xbf# ours\r\nprocedures: []\r\n"
    (tmp_path / "learned" / "runbooks.yaml").write_bytes(raw)
    beside.take_in()
    other = tmp_path / "other"
    kb.memory.beside(other).export()
    assert (other / "learned" / "runbooks.yaml").read_bytes() == raw
    assert kb.memory.text("learned/runbooks").raw == raw


def test_the_commands_tell_what_they_did_and_what_is_to_be_decided(run_kb: RunKb, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    done = run_kb("memory", "export", str(folder))
    assert (done.returncode, done.stdout.count("written to")) == (0, 5)
    clone = Path(shutil.copytree(folder, tmp_path / "clone"))
    edited(clone)
    assert "would be taken in from" in run_kb("memory", "import", str(clone), "--dry-run").stdout
    done = run_kb("memory", "import", str(clone))
    assert f"taken in from {clone}: learned/patterns.yaml" in done.stdout
    edited(folder, BY_HAND.replace("basin 4", "basin 5"))
    done = run_kb("memory", "import", str(folder))
    assert done.returncode == 1
    assert "changed on both sides: learned/patterns.yaml" in done.stdout
    assert "--over learned/patterns@" in done.stdout
    report = json.loads(run_kb("memory", "import", str(folder), "--json").stdout)
    assert (report["written"], len(report["conflicts"])) == ([], 1)
