"""Arguments that make no sense, paths that lead nowhere, stores that are none: a sentence, and exit code 1 or 2."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import EntryNotFound, HomeNotFound, InvalidInput, StoreBroken
from tests.conftest import RunKb


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("check", "--limit", "0", "text"), 2, "--limit"),
        (("search", "text", "--kind", "novel"), 2, "no such kind: novel; there are: pattern"),
        (("search", "text", "--since", "2026-13-45"), 2, "--since"),
        (("show", "pattern-nowhere"), 1, "there is no entry 'pattern-nowhere'; ids come from"),
        (("outcome", "pattern-nowhere", "resolved"), 1, "there is no entry"),
        (("learn", "pattern", "  "), 2, "pattern is empty; give the text"),
        (("learn", "pattern", "ERR x y", "--expires", "soon"), 2, "write it as 2026-12-31"),
        (("learn", "tool-fix", "", "ERR x y"), 2, "tool_name is empty; give the name of the tool"),
        (("weekly", "--days", "0"), 2, "is no window"),
        (("weekly", "--now", "yesterday"), 2, "--now"),
        (("memory", "read", "learned/nothing"), 1, "there are: learned/patterns"),
        (("memory", "query", "learned/patterns", "no.such.path"), 1, "nothing at 'no.such.path'"),
        (("memory", "append", "learned/patterns", "a..b", "x"), 2, "is no path into a file"),
        (("memory", "append", "learned/patterns", "starter_patterns.0", "x"), 1, "starter_patterns"),
        (("memory", "log", ""), 2, "action is empty"),
        (("init", ""), 2, "the folder is empty"),
        (("frobnicate",), 2, "No such command"),
        (("check", "--frobnicate", "x"), 2, "No such option"),
        (("check", ""), 2, "the text is empty"),
        (("check", " \t"), 2, "the text is empty"),
        (("check", "--exit-code", ""), 3, "the text is empty"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(run_kb: RunKb, words: tuple[str, ...], code: int, said: str):
    done = run_kb(*words)

    assert done.returncode == code, done
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_an_unknown_result_or_lookup_is_refused_and_nothing_is_recorded(kb: KnowledgeBase):
    entry = kb.learn_pattern("ERR sluice 4 is jammed", "gravel")

    with pytest.raises(
        InvalidInput, match="none of: applied, resolved, failed, not_applied, made_worse, recurred"
    ):
        kb.record_outcome(entry.id, "great")
    with pytest.raises(InvalidInput, match="there was no lookup 'lookup-0'"):
        kb.record_outcome(entry.id, "resolved", "lookup-0")
    with pytest.raises(EntryNotFound):
        kb.record_outcome("nothing", "resolved")

    assert kb.weekly_summary().read["outcomes"] == 0


def test_a_limit_of_zero_still_shows_the_best(kb: KnowledgeBase):
    kb.learn_pattern("ERR sluice 4 is jammed", "gravel")

    assert len(kb.check_known_issues("ERR sluice 4 is jammed", limit=0).matches) == 1
    assert kb.check_known_issues("ERR sluice 4 is jammed", limit=-5).verdict == "known"


@pytest.mark.parametrize("place", ["file", "absent", "empty folder"])
def test_a_home_that_is_none_is_named_with_the_way_to_make_one(tmp_path: Path, run_kb: RunKb, place: str):
    path = tmp_path / "place"
    if place == "file":
        path.write_text("not a folder")
    elif place == "empty folder":
        path.mkdir()

    with pytest.raises(HomeNotFound, match="kb init"):
        KnowledgeBase.open(path)
    done = run_kb("check", "text", home=path)

    assert (done.returncode, done.stdout) == (1, "")
    assert "make one with: kb init" in done.stderr


def test_a_home_cannot_be_made_where_a_file_is(tmp_path: Path, run_kb: RunKb):
    (tmp_path / "file").write_text("mine")

    done = run_kb("init", str(tmp_path / "file"))

    assert done.returncode == 1
    assert "cannot become a home" in done.stderr
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.sqlite("a server looks after its files itself; what is said of it is tried in tests/postgresql")
@pytest.mark.parametrize("damage", ["no database", "truncated", "zeroed in the middle", "newer"])
def test_a_damaged_database_is_a_clear_error_and_is_left_alone(home: Path, run_kb: RunKb, damage: str):
    with KnowledgeBase.open(home) as kb:
        kb.learn_pattern("ERR sluice 4 is jammed", "gravel")
    path = home / "state" / "kb.db"
    raw = path.read_bytes()
    if damage == "no database":
        path.write_bytes(b"this is a letter to my aunt, not a database " * 100)
    elif damage == "truncated":
        path.write_bytes(raw[: len(raw) // 3])
    elif damage == "zeroed in the middle":
        path.write_bytes(raw[:4096] + bytes(len(raw) - 8192) + raw[-4096:])
    else:
        path.write_bytes(raw[:60] + (999).to_bytes(4, "big") + raw[64:])
    before = path.read_bytes()

    asked = run_kb("check", "ERR sluice 4 is jammed")
    doctor = run_kb("doctor")

    for done in (asked, doctor):
        assert done.returncode == 1, done
        assert "kb.db: " in done.stderr + doctor.stdout or "kb.db was written by a newer kb" in done.stderr
        assert "Traceback" not in done.stderr
    assert path.read_bytes()[200:] == before[200:]


@pytest.mark.sqlite("a server looks after its files itself")
def test_after_moving_a_damaged_database_away_the_memory_files_answer(home: Path, run_kb: RunKb):
    run_kb("learn", "pattern", "ERR sluice 4 is jammed")
    (home / "state" / "kb.db").write_bytes(b"no database at all" * 300)
    with pytest.raises(StoreBroken, match="move it away"), KnowledgeBase.open(home) as kb:
        kb.check_known_issues("ERR sluice 4 is jammed")

    for path in (home / "state").glob("kb.db*"):
        shutil.move(path, path.with_name(f"away-{path.name}"))

    assert run_kb("check", "ERR sluice 4 is jammed").stdout.startswith("KNOWN")


def test_every_odd_path_given_to_ingest_is_in_the_receipt(kb: KnowledgeBase, tmp_path: Path):
    folder = tmp_path / "documents"
    (folder / "loop").mkdir(parents=True)
    (folder / "loop" / "back").symlink_to(folder)
    (folder / "nowhere.md").symlink_to(folder / "absent.md")
    (folder / "noise.bin").write_bytes(b"\0\1\2\xff" * 1000)
    (folder / "noise.md").write_bytes(b"\xff\xfe\xfa" * 1000)
    (folder / "empty.md").write_text("")
    (folder / "good.md").write_text("# Sluice outage\n\nThe sluice was shut.\n")
    os.mkfifo(folder / "pipe")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.md")).write_text("# Café outage\n\nNo coffee.\n")

    receipt = kb.ingest(folder, tmp_path / "absent")

    told = {Path(file.path).name: (str(file.state), file.reason) for file in receipt.files}
    assert told["good.md"][0] == "added"
    assert told["noise.bin"] == ("skipped", "binary")
    assert told["pipe"] == ("skipped", "not a regular file")
    assert told["nowhere.md"][0] == "failed"
    assert told["absent"][0] == "failed"
    assert told["back"][0] == "skipped"
    assert any("its name is not UTF-8" in reason for _, reason in told.values())
    assert len(told) == 9, told
    assert kb.ingest(folder).count("added") == 0


def test_a_path_that_does_not_exist_ends_ingest_with_exit_code_1(run_kb: RunKb, tmp_path: Path):
    done = run_kb("ingest", str(tmp_path / "absent"))

    assert done.returncode == 1
    assert "there is no such file or folder" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_folder_without_permission_is_in_the_receipt(kb: KnowledgeBase, tmp_path: Path):
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)

    receipt = kb.ingest(tmp_path)

    assert [str(file.state) for file in receipt.files if file.path.endswith("closed")] == ["failed"]
