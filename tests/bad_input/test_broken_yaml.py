"""A mistake in one place of a memory file costs that place, never the file and never the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import FileUnreadable, InvalidInput
from tests.conftest import RunKb

LINE = "FATAL tide gauge 7 reports a negative depth"


def break_line(path: Path) -> tuple[bytes, int]:
    """Put a line that is no YAML behind what is there; returns the bytes and its number."""
    text = path.read_text()
    path.write_text(f"{text}  - pattern: [never closed\n more: : text\n")
    return path.read_bytes(), text.count("\n") + 1


def test_a_broken_line_is_named_and_the_file_is_left_byte_for_byte(home: Path, kb: KnowledgeBase):
    kb.learn_pattern(LINE, "the gauge froze")
    path = home / "learned" / "patterns.yaml"
    broken, line = break_line(path)

    answer = kb.check_known_issues(LINE)

    assert answer.verdict == "known", "what the file said last stays on offer"
    assert any(
        f"learned/patterns.yaml:{line}" in note or f"patterns.yaml:{line + 1}" in note
        for note in answer.notes
    )
    with pytest.raises(FileUnreadable, match=r"patterns\.yaml:\d+: not valid YAML.*mend it"):
        kb.learn_pattern("FATAL another one of these", "unlike the first")
    assert path.read_bytes() == broken


def test_the_other_files_go_on_working_beside_a_broken_one(home: Path, kb: KnowledgeBase):
    break_line(home / "learned" / "patterns.yaml")

    learned = kb.learn_tool_fix("tidectl", "tidectl: gauge 7 has no clock", "the clock was never set")

    assert learned.created
    assert kb.check_known_issues("tidectl: gauge 7 has no clock", "tidectl").verdict == "known"


def test_a_mended_file_is_read_again_at_once(home: Path, kb: KnowledgeBase):
    path = home / "learned" / "patterns.yaml"
    whole = path.read_bytes()
    break_line(path)
    assert kb.problems()

    path.write_bytes(whole)

    assert kb.problems() == []
    assert kb.learn_pattern(LINE, "the gauge froze").created


def test_one_bad_entry_does_not_hide_the_others(home: Path, kb: KnowledgeBase):
    entries = "".join(
        f"  - pattern: sluice gate {n} is stuck half open\n    meaning: gravel\n" for n in range(40)
    )
    bad = "  - 17\n  - pattern: {not: text}\n  - meaning: a pattern without its text\n"
    (home / "learned" / "gates.yaml").write_text(f"gate_patterns:\n{entries}{bad}")

    assert kb.check_known_issues("sluice gate 39 is stuck half open").verdict == "known"
    places = [str(problem) for problem in kb.problems()]
    assert any(place.startswith("learned/gates.yaml:8") for place in places), places


def test_an_alias_bomb_is_refused_in_a_moment(home: Path, kb: KnowledgeBase, tmp_path: Path):
    layers = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12))
    bomb = f"l0: &l0 [boom, boom]\n{layers}\n"
    (home / "learned" / "bomb.yaml").write_text(bomb)
    (tmp_path / "bomb.yaml").write_text(bomb)

    problems = [str(problem) for problem in kb.problems()]
    receipt = kb.ingest(tmp_path / "bomb.yaml")

    assert any("learned/bomb.yaml" in problem and "alias" in problem for problem in problems)
    assert [file.source for file in receipt.files] == ["document"], "kept as text, built into nothing"
    assert any("alias" in str(problem) for problem in receipt.problems)


def test_a_bomb_of_nesting_is_refused_too(home: Path, kb: KnowledgeBase, tmp_path: Path):
    nested = "deep: " + "[" * 50_000 + "]" * 50_000 + "\n"
    (home / "learned" / "deep.yaml").write_text(nested)
    (tmp_path / "deep.yaml").write_text(nested)

    problems = [str(problem) for problem in kb.problems()]
    receipt = kb.ingest(tmp_path / "deep.yaml")

    assert any("learned/deep.yaml" in problem and "nested" in problem for problem in problems)
    assert len(receipt.files) == 1
    assert kb.learn_pattern(LINE, "the gauge froze").created


@pytest.mark.sqlite("what is no text cannot be a row")
def test_a_memory_file_that_is_not_text_is_reported_not_read(home: Path, run_kb: RunKb):
    (home / "learned" / "noise.yaml").write_bytes(b"\xff\xfe\x00\x80 not text \x00")

    asked = run_kb("check", "sluice gate 3 is stuck")

    assert asked.returncode == 0
    assert "noise.yaml" in asked.stdout
    assert "Traceback" not in asked.stderr


@pytest.mark.parametrize(
    "key",
    [
        "../../etc/x",
        "learned/../../x",
        "/etc/passwd",
        "learned/a\0b",
        "learned/",
        "",
        "notes/x",
        "learned/a b",
    ],
)
def test_a_key_cannot_leave_the_home(kb: KnowledgeBase, key: str):
    for call in (
        kb.memory.read,
        lambda k: kb.memory_append(k, "list", "item"),
        lambda k: kb.memory_update(k, "a", 1),
    ):
        with pytest.raises(InvalidInput, match=r"of the form 'learned/<name>'"):
            call(key)


def test_keys_in_capitals_work_and_endless_ones_are_refused_in_words(
    home: Path, kb: KnowledgeBase, run_kb: RunKb
):
    kb.memory_append("learned/TEAM_Notes", "notes", "kept")
    refused = run_kb("memory", "update", f"learned/{'a' * 400}", "path", "value")

    assert (home / "learned" / "TEAM_Notes.yaml").read_text() == "notes:\n- kept\n"
    assert refused.returncode == 1
    assert refused.stderr.startswith("kb: ")
    assert "Traceback" not in refused.stderr
