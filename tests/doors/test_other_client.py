"""A client program in another language, on another SDK: the TypeScript one, over stdio and over HTTP."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.doors.conftest import environment, served

HERE = Path(__file__).parent / "other_client"
pytestmark = pytest.mark.slow


def needs_the_client() -> None:
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    if not (HERE / "node_modules" / "@modelcontextprotocol" / "sdk").is_dir():
        pytest.skip("the TypeScript SDK is not installed; run: npm install --prefix tests/doors/other_client")


def told_by(home: Path, *words: str) -> dict[str, Any]:
    done = subprocess.run(
        ["node", "client.mjs", *words],
        cwd=HERE,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def check(told: dict[str, Any]) -> None:
    assert told["server"] == "incident-kb"
    assert {"check_known_issues", "triage", "incident_open", "skill_run"} <= set(told["tools"])
    assert "kb://memory/learned/patterns" in told["resources"]
    assert told["prompts"] == ["incident_response"]
    assert told["verdict"] == "known"
    assert told["commands"] == ["gangway off", "gangway on"]
    assert told["author"] == "other-client"
    assert "did you mean `error_text`?" in told["refused"]


def test_the_typescript_client_lists_calls_and_is_understood_over_stdio(home: Path):
    needs_the_client()
    check(told_by(home, sys.executable, "-m", "kb", "mcp"))


def test_the_typescript_client_lists_calls_and_is_understood_over_http(home: Path):
    needs_the_client()
    with served(home) as (url, _):
        check(told_by(home, url))
