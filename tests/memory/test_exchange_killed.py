"""An export or import that is killed between two files is done again, and then all is there, without a conflict."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kb import KnowledgeBase
from tests.conftest import ROOT

pytestmark = [
    pytest.mark.full,
    pytest.mark.sqlite("rows are imported all at once, which has a test of its own"),
]
DYING = """
import os, signal, sys
from pathlib import Path
from kb import KnowledgeBase
from kb.memory import yaml_file

home, folder, way, at = sys.argv[1:]
real, steps = yaml_file.write_atomically, [0]

def dying(path, raw):
    steps[0] += 1
    if steps[0] == int(at):
        os.kill(os.getpid(), signal.SIGKILL)
    real(path, raw)

with KnowledgeBase.open(home) as kb:
    beside = kb.memory.beside(Path(folder))
    yaml_file.write_atomically = dying
    getattr(beside, way)()
"""


def _dies(kb: KnowledgeBase, folder: Path, way: str, at: int) -> bool:
    words = [sys.executable, "-c", DYING, str(kb.home.root), str(folder), way, str(at)]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    return ended.returncode != 0


def _remarked(folder: Path, remark: str) -> None:
    for path in sorted((folder / "learned").glob("*.yaml")):
        path.write_text(f"{path.read_text()}# {remark}\n")


@pytest.mark.parametrize("way", ["export", "take_in"])
def test_what_was_killed_is_done_again(kb: KnowledgeBase, tmp_path: Path, way: str) -> None:
    folder, at = tmp_path / "repository", 1
    kb.memory.beside(folder).export()
    while True:
        _remarked(kb.home.root if way == "export" else folder, f"of round {at}")
        if not _dies(kb, folder, way, at):
            break
        beside = kb.memory.beside(folder)
        assert getattr(beside, way)().conflicts == ()
        assert all(one.is_same for one in beside.compare())
        assert all(
            f"# of round {at}" in kb.memory.text(f"learned/{name}").text for name in ("patterns", "runbooks")
        )
        at += 1
    assert at > 4
