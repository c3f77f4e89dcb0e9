"""What runs the model tells nobody: onnxruntime's reports to its maker are off, and no id of the machine is kept."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kb.index.encoder import OnnxEncoder
from tests.conftest import ROOT

ENCODE = "from kb.index.encoder import OnnxEncoder; OnnxEncoder().encode(['connection refused'])"


def left_by(code: str, cache: Path) -> list[str]:
    """What a process leaves in the user's cache folder, which is empty when it begins."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KB_CACHE": str(OnnxEncoder().exported.parent)}
    environment |= {"XDG_CACHE_HOME": str(cache), "HOME": str(cache)}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    command = [sys.executable, "-c", code, str(OnnxEncoder().exported)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return sorted(path.name for path in cache.rglob("*"))


@pytest.mark.slow
def test_encoding_leaves_nothing_of_onnxruntimes_in_the_users_cache(tmp_path: Path, encoder: OnnxEncoder):
    encoder.prepare()
    assert left_by(ENCODE, tmp_path) == []


def test_onnxruntime_is_loaded_in_one_place_only():
    imports = re.compile(r"^\s*(?:import onnxruntime|from onnxruntime\b.*)$", re.MULTILINE)
    found = {
        path.relative_to(ROOT).as_posix(): [one.strip() for one in imports.findall(path.read_text())]
        for room in ("kb", "ingest")
        for path in (ROOT / room).rglob("*.py")
    }
    assert {path: lines for path, lines in found.items() if lines} == {
        "kb/index/inference.py": ["import onnxruntime"],
    }
