"""`kill -9` at a random moment: what was acknowledged is there and found, the rest is unharmed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.durability_material import commented_home
from benchmarks.durability_rounds import JOBS, healthy_or_waiting, kill, verified, yaml_faults, yaml_of
from kb import KnowledgeBase
from kb.memory import yaml_file


@pytest.mark.slow
@pytest.mark.parametrize("job", JOBS)
def test_a_killed_job_leaves_every_acknowledged_write_and_harms_nothing(home: Path, job: str) -> None:
    commented_home(home)
    before, chance = yaml_of(home), random.Random(f"kill {job}")

    written = kill(home, job, 0, chance).written

    assert healthy_or_waiting(home)
    assert yaml_faults(before) == []
    report = verified(home, written)
    assert {
        name: found for name, found in report.items() if found and name not in ("asked", "generation")
    } == {}


def test_what_a_writer_left_that_was_killed_before_its_rename_is_swept_away(
    kb: KnowledgeBase, home: Path
) -> None:
    leftover = home / "learned" / ".tool_fixes.yaml.4711.tmp"
    leftover.write_text("tool_fixes:\n- tool_name: hal")

    kb.learn_tool_fix("kubectl", "the sea chart has no soundings", "old chart", "load the new chart")

    assert not leftover.exists()
    assert kb.check_known_issues("the sea chart has no soundings").verdict == "known"


def test_a_file_that_changed_under_the_writer_is_not_overwritten(home: Path) -> None:
    path = home / "learned" / "tool_fixes.yaml"

    def edit(text: str) -> str:
        path.write_text("# somebody was quicker\ntool_fixes: []\n")
        return text + "# mine\n"

    with pytest.raises(yaml_file.FileChanged, match="try again"):
        yaml_file.change(path, home / "state" / "locks", edit)
    assert path.read_text() == "# somebody was quicker\ntool_fixes: []\n"
