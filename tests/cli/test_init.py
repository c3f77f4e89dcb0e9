"""A new home: what `kb init` writes beside the starter knowledge, and what of a home belongs into git."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from kb import KnowledgeBase
from tests.conftest import RunKb


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)
    return done.stdout


def test_a_new_home_tells_its_owners_what_it_is_and_asks_nothing(run_kb: RunKb, tmp_path: Path):
    made = run_kb("init", str(tmp_path / "new"), input="")

    assert made.returncode == 0
    told = (tmp_path / "new" / "README.md").read_text()
    assert "`learned/*.yaml`" in told
    assert "kb check" in told


def test_files_of_the_owners_stay_as_they_are(run_kb: RunKb, tmp_path: Path):
    for name in ("README.md", ".gitignore"):
        (tmp_path / name).write_text("ours\n")

    assert run_kb("init", str(tmp_path)).returncode == 0

    assert [(tmp_path / name).read_text() for name in ("README.md", ".gitignore")] == ["ours\n", "ours\n"]


def test_a_home_of_an_earlier_version_gets_what_it_lacks_and_nothing_else_changes(
    run_kb: RunKb, tmp_path: Path
):
    run_kb("init", str(tmp_path))
    (tmp_path / "README.md").unlink()
    (tmp_path / "learned" / "patterns.yaml").write_text("error_patterns: []\n")

    again = run_kb("init", str(tmp_path))

    assert "1 file written" in again.stderr
    assert (tmp_path / "README.md").exists()
    assert (tmp_path / "learned" / "patterns.yaml").read_text() == "error_patterns: []\n"


@pytest.mark.parametrize("ours", ["", "*.log\n"])
def test_what_people_own_goes_into_git_and_what_kb_keeps_does_not(ours: str, tmp_path: Path, run_kb: RunKb):
    folder = tmp_path / "new"
    folder.mkdir()
    git(folder, "init", "--quiet")
    if ours:
        (folder / ".gitignore").write_text(ours)
    run_kb("init", str(folder))
    (folder / "tokens.txt").write_text("write: an-example-of-a-token\n")
    with KnowledgeBase.open(folder) as kb:
        kb.learn_pattern("FATAL tide gauge 7 reports a negative depth", "the gauge froze")
        kb.search("tide gauge")
        kb.upkeep.backup()

    git(folder, "add", ".")

    files = set(git(folder, "ls-files").split())
    assert files - {"tokens.txt"} == {
        ".gitignore",
        "README.md",
        "learned/patterns.yaml",
        "learned/runbooks.yaml",
        "learned/service_quirks.yaml",
        "learned/tool_fixes.yaml",
        "state/.gitignore",
        "state/environments.yaml",
    }
    assert ("tokens.txt" in files) == bool(ours)  # a .gitignore of one's own is left alone


def test_every_command_that_the_owners_are_told_of_is_there(run_kb: RunKb, tmp_path: Path):
    run_kb("init", str(tmp_path))
    told = (tmp_path / "README.md").read_text()

    commands = set(re.findall(r"(?<![./\w-])kb ([a-z]+)", told))

    assert commands >= {"check", "learn", "outcome", "ingest", "weekly", "doctor", "restore"}
    assert {name for name in commands if run_kb(name, "--help").returncode} == set()
