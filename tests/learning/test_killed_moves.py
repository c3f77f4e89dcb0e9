"""`kill -9` between outcome, move, store and YAML: the next call completes it, or it never was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.model.status import MoveState
from tests.conftest import ROOT
from tests.doubles.dying import STEPS

TEXT = "the tide gauge 4 of the harbour reports a negative depth"
KEPT_FROM = STEPS.index("after commit")


def killed_at(step: str, home: Path, entry_id: str) -> int:
    words = [sys.executable, "-m", "tests.doubles.dying", str(home), entry_id, step]
    return subprocess.run(words, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False).returncode


@pytest.mark.parametrize("step", STEPS)
def test_a_process_killed_at_any_step_leaves_what_the_next_call_completes_or_rolls_back(
    kb: KnowledgeBase, home: Path, encoder: OnnxEncoder, step: str
) -> None:
    entry_id = kb.learn_pattern(TEXT, "sensor upside down", "turn the sensor").id
    kb.record_outcome(entry_id, "failed")
    kb.record_outcome(entry_id, "failed")

    assert killed_at(step, home, entry_id) == -signal.SIGKILL

    with KnowledgeBase.open(home, encoder=encoder) as after:
        status, trust, moves = (
            after.get(entry_id).status,
            after.trust_of(after.get(entry_id)),
            after.moves_of(entry_id),
        )
        written = (home / "learned" / "patterns.yaml").read_text().partition(entry_id)[2]
        offered = [match.id for match in after.check_known_issues(TEXT).matches]
        if STEPS.index(step) < KEPT_FROM:
            assert (status, trust.failed, moves) == ("candidate", 2, [])
            assert "status: candidate" in written
            assert entry_id in offered
        else:
            assert (status, trust.failed) == ("quarantined", 3)
            assert [(move.became, move.state) for move in moves] == [("quarantined", MoveState.DONE)]
            assert "status: quarantined" in written
            assert entry_id not in offered
