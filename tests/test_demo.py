"""The demo shows what it promises, and says so when it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from docs.demo import BrokenPromise, promise
from tests.conftest import ROOT


@pytest.mark.slow
def test_the_demo_keeps_its_promises(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", "docs.demo", str(tmp_path / "home")]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "All of it held" in done.stdout


def test_a_promise_that_is_not_kept_ends_the_demo() -> None:
    with pytest.raises(BrokenPromise, match="the cause is named"):
        promise(False, "the cause is named")
