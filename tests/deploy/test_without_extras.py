"""With what a plain installation brings, and nothing that only extras or development bring, everything runs.

A finder in the started process answers for every package outside of that as if it were not installed.
"""

from __future__ import annotations

import importlib.metadata as metadata
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from benchmarks.install import closure, groups
from tests.conftest import ROOT

PLAIN = """
import json, os, sys

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

hidden = set(json.loads(os.environ["HIDDEN"]))
sys.meta_path.insert(0, NotInstalled())
"""
RUN = f"{PLAIN}\nfrom kb.doors.cli import main; main()"
IMPORT_ALL = f"""{PLAIN}
import importlib, pkgutil, ingest, kb
for package in (kb, ingest):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
"""


def hidden() -> list[str]:
    """Top-level modules of installed packages that a plain installation does not bring."""
    plain = {*closure(groups()[""]), "incident-kb", "pip", "setuptools"}

    def brought(package: str) -> bool:
        return re.sub(r"[-_.]+", "-", package).lower() in plain

    found = metadata.packages_distributions()
    return sorted(name for name, packages in found.items() if not any(map(brought, packages)))


@pytest.fixture(scope="module")
def plain() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "HIDDEN": json.dumps(hidden()), "PYTHONWARNINGS": "ignore"}


def run(plain: dict[str, str], *words: str, home: Path, input: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", RUN, "--home", str(home), *words]
    return subprocess.run(command, capture_output=True, text=True, input=input, env=plain, check=False)


def test_torch_and_chroma_are_among_what_is_hidden_and_what_is_needed_is_not():
    assert {"torch", "chromadb", "sentence_transformers", "pytest"} <= set(hidden())
    assert {"onnx", "onnxruntime", "mcp", "uvicorn", "matplotlib"} & set(hidden()) == set()


def test_every_module_can_be_imported(plain: dict[str, str]):
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, env=plain, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_database_of_an_extra_says_what_to_install(plain: dict[str, str], tmp_path: Path):
    (tmp_path / "learned").mkdir()
    (tmp_path / "state").mkdir()
    done = run({**plain, "KB_DATABASE_URL": "postgresql://kb@127.0.0.1:1/kb"}, "check", "any", home=tmp_path)
    assert done.returncode != 0
    assert "pip install 'incident-kb[postgresql]'" in done.stderr
    assert not (tmp_path / "state" / "kb.db").exists()


@pytest.mark.full
def test_a_server_answers_over_http(plain: dict[str, str], home: Path):
    command = [sys.executable, "-c", RUN, "--home", str(home), "serve", "--port", "0"]
    with subprocess.Popen(command, env=plain, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        said = ""
        while not (found := re.search(r"http://[\d.:]+", said)):
            line = server.stderr.readline()
            assert line, said
            said += line
        address, status = found[0], 0
        for _ in range(100):
            try:
                status = urllib.request.urlopen(f"{address}/healthz", timeout=5).status
                break
            except OSError:
                time.sleep(0.1)
        server.send_signal(signal.SIGTERM)
        server.communicate()
    assert status == 200


@pytest.mark.full
def test_agents_are_answered_over_stdio(plain: dict[str, str], home: Path):
    first = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "a test", "version": "1"},
        },
    }
    done = run(plain, "mcp", home=home, input=json.dumps(first) + "\n")
    assert json.loads(done.stdout.splitlines()[0])["result"]["serverInfo"]["name"] == "incident-kb", (
        done.stderr
    )


@pytest.mark.full
@pytest.mark.parametrize(
    "words",
    [
        ("weekly", "--format", "html"),
        ("check", "the water stands below the bottom, says the sensor"),
        ("triage", "-"),
        ("doctor",),
        ("ingest", str(ROOT / "examples")),
    ],
)
def test_commands_do_their_work(words: tuple[str, ...], plain: dict[str, str], home: Path):
    done = run(plain, *words, home=home, input="PodCrashLooping on orders")
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert "No module named" not in done.stderr


@pytest.mark.full
def test_terraform_says_what_to_install_and_the_other_files_are_read(
    plain: dict[str, str], home: Path, tmp_path: Path
):
    (tmp_path / "alarms.tf").write_text(
        'resource "aws_cloudwatch_metric_alarm" "db" {\n  alarm_name = "db"\n}\n'
    )
    (tmp_path / "pool.md").write_text("# Runbook: the pool is full\n\n## Steps\n\n1. Restart the pooler.\n")

    done = run(plain, "ingest", str(tmp_path), home=home)

    assert "pip install 'incident-kb[terraform]'" in done.stdout + done.stderr
    assert run(plain, "search", "the pool is full", home=home).stdout.count("pool") > 0
