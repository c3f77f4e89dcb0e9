"""Every command that writes has a scenario in which it is killed; a part of those kills is done here."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from benchmarks.kill_scenarios import ELSEWHERE, READING, SCENARIOS, TOOLS
from kb.doors.cli.app import app
from kb.operations.catalogue import operations
from tests.conftest import ROOT

KILLED = {scenario.name.split(" --")[0] for scenario in SCENARIOS if not scenario.name.startswith("(")}
OFTEN = (
    "ingest",
    "learn pattern",
    "outcome",
    "accept",
    "sweep",
    "restore",
    "incident verify",
    "incident merge",
    "incident split",
    "memory append",
    "(from schema 1)",
    "(from 2995bad)",
)


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    below = getattr(command, "commands", {})
    for name, child in below.items():
        yield from commands(child, (*path, name))
    if not below:
        yield " ".join(path)


def test_every_command_is_killed_or_known_to_write_nothing() -> None:
    assert set(commands(typer.main.get_command(app))) == KILLED | READING | ELSEWHERE
    assert set() == KILLED & (READING | ELSEWHERE)


def test_every_tool_that_writes_does_the_work_of_a_command_that_is_killed() -> None:
    writing = {one.name for one in operations().values() if not one.reads}
    assert writing <= TOOLS.keys()
    assert {TOOLS[name] for name in writing} <= KILLED | ELSEWHERE


@pytest.mark.slow
@pytest.mark.parametrize("name", OFTEN)
def test_a_command_that_is_killed_loses_nothing_and_can_be_run_again(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.kills", "--rounds", "3", "--only", name, "--seed", "11"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
