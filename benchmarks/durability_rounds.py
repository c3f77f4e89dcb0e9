"""The parent's side of the durability runs: start processes, kill them, look at what is left."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.durability_material import comments
from kb.memory import yaml_edit

ROOT = Path(__file__).resolve().parents[1]
JOBS = ("learn", "ingest", "absorb")
REACH = {"learn": 0.5, "ingest": 2.0, "absorb": 2.0}
"""Seconds after its start within which a job is killed: a few times what one write takes."""

Write = tuple[int, str]
"""The number of a story and the id under which it was acknowledged."""


def child(job: str, home: Path, *words: object, module: str = "durability_children") -> subprocess.Popen[str]:
    """Start a job of `durability_children`."""
    command = [sys.executable, "-m", f"benchmarks.{module}", job, str(home), *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    )


def lines_of(process: subprocess.Popen[str], given: str = "") -> list[list[object]]:
    """Wait for the process; the lines that it finished (one cut off by a kill does not count)."""
    with process:  # `communicate` would leave out what an earlier `readline` has read ahead
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(given)
        process.stdin.close()
        out = process.stdout.read()
    return [json.loads(line) for line in out.splitlines(keepends=True) if line.endswith("\n")]


def writes_in(lines: Sequence[Sequence[object]]) -> list[Write]:
    """The acknowledged writes among the lines of a job."""
    return [(int(line[0]), str(line[1])) for line in lines if isinstance(line[0], int)]


def all_at_once(home: Path, processes: int, each: int) -> list[Write]:
    """Several processes that learn at the same time.  Raises AssertionError when one fails."""
    running = [child("learn", home, 1000 * number, each) for number in range(processes)]
    written = [write for process in running for write in writes_in(lines_of(process))]
    assert all(process.returncode == 0 for process in running), "a process failed; see its words above"
    return written


@dataclass(frozen=True, slots=True)
class Kill:
    """One killed job: what it had acknowledged, and what the doctor says then."""

    job: str
    after: float
    written: list[Write]


def kill(home: Path, job: str, first: int, chance: random.Random) -> Kill:
    """Start a job and end it with SIGKILL at a random moment."""
    process = child(job, home, first)
    assert process.stdout is not None
    assert process.stdout.readline() == '["ready"]\n'
    after = chance.uniform(0, REACH[job])
    time.sleep(after)
    process.kill()
    return Kill(job, after, writes_in(lines_of(process)))


def verified(home: Path, written: Sequence[Write]) -> dict[str, list[int]]:
    """What a fresh process finds wrong with the writes; empty lists when nothing is."""
    (report,) = lines_of(child("verify", home), "".join(json.dumps(one) + "\n" for one in written))
    return report[0]  # type: ignore[return-value]


def not_found(home: Path, written: Sequence[Write]) -> list[int]:
    """The writes whose text a fresh process does not find."""
    (report,) = lines_of(child("find", home), "".join(json.dumps(one) + "\n" for one in written))
    return report[0]  # type: ignore[return-value]


def doctor(home: Path, *options: str) -> tuple[int, dict[str, object]]:
    """Exit code and report of `kb doctor --json`."""
    done = subprocess.run(
        [sys.executable, "-m", "kb", "--home", str(home), "doctor", "--json", *options],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def healthy_or_waiting(home: Path) -> bool:
    """Whether the doctor finds nothing, or only texts that wait for their vectors, which `--repair` makes.

    Learning makes no vectors and the next check makes 256; more than that the doctor reports.
    """
    code, report = doctor(home)
    waiting = all("not searchable by meaning yet" in problem for problem in report["problems"])  # type: ignore[attr-defined]
    return code == 0 or (waiting and doctor(home, "--repair")[0] == 0)


@dataclass(frozen=True, slots=True)
class Mixed:
    """What came of writing and asking at once, added up over the processes."""

    writes: int
    asked: int
    generations: int
    fresh: int
    """Processes that were started meanwhile to ask once, as a command does."""
    faults: list[str]


def mixed(home: Path, processes: int, seconds: float) -> Mixed:
    """Several processes write and ask for some seconds; fresh ones come and ask, one at the end."""
    (home / "truth.log").touch()
    writers = [child("mix", home, number, seconds, module="durability_mix") for number in range(processes)]
    until, fresh = time.monotonic() + seconds, list[subprocess.Popen[str]]()
    while time.monotonic() < until:
        fresh.append(child("ask", home, module="durability_mix"))
        fresh[-1].wait()
    for process in writers:
        process.wait()
    fresh.append(child("ask", home, module="durability_mix"))
    ended = [(process, lines_of(process)) for process in (*writers, *fresh)]
    assert all(process.returncode == 0 for process, _ in ended), "a process failed; see its words above"
    reports: list[dict[str, Any]] = [lines[-1][0] for _, lines in ended]  # type: ignore[misc]
    return Mixed(
        writes=sum(report["writes"] for report in reports),
        asked=sum(report["asked"] for report in reports),
        generations=max(report["generation"] for report in reports),
        fresh=len(fresh),
        faults=[fault for report in reports for fault in report["faults"]],
    )


def yaml_faults(before: dict[Path, str]) -> list[str]:
    """What is wrong with the YAML that was once so: files that do not parse, comments that are gone."""
    faults = []
    for path, text in before.items():
        now = path.read_text()
        try:
            yaml_edit.load(now)
        except ValueError as error:
            faults.append(f"{path.name}: {error}")
        gone = [line for line in comments(text) if line not in comments(now)]
        faults += [f"{path.name}: the comment {line!r} is gone" for line in gone]
    return faults


def yaml_of(home: Path) -> dict[Path, str]:
    """The memory files as they stand."""
    return {path: path.read_text() for path in sorted((home / "learned").glob("*.yaml"))}
