"""`kb` alone: in a home how it is and what waits, outside of one what to do first."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kb import KnowledgeBase
from tests.conftest import RunKb
from tests.doubles.command import run_command
from tests.doubles.terminal import on_terminal, plain

GAUGE = "FATAL tide gauge 7 reports a negative depth"


def alone(folder: Path, *words: str, **environment: str) -> tuple[int, str, str]:
    done = run_command(*words, environment={**os.environ, **environment}, folder=folder)
    return done.returncode, done.stdout, done.stderr


def test_outside_of_a_home_it_says_what_to_do_first(tmp_path: Path) -> None:
    code, out, _ = alone(tmp_path)
    assert code == 0
    steps = ["kb init ", "export KB_HOME=", "kb ingest ", "| kb check -", "kb --help"]
    assert [out.index(step) for step in steps] == sorted(out.index(step) for step in steps)


@pytest.mark.parametrize(
    ("words", "environment"), [(("--json",), {}), (("--home", "nowhere"), {}), ((), {"KB_HOME": "nowhere"})]
)
def test_a_program_and_whoever_named_a_home_is_told_that_there_is_none(
    tmp_path: Path, words: tuple[str, ...], environment: dict[str, str]
) -> None:
    code, out, err = alone(tmp_path, *words, **environment)
    assert (code, out) == (1, "")
    assert "kb init" in err


def test_in_a_new_home_nothing_waits(home: Path, run_kb: RunKb) -> None:
    out = run_kb().stdout
    assert out.startswith("Home ")
    assert "5 patterns" in out
    assert "nothing yet: kb ingest PATH" in out
    assert "no incident is open" in out
    assert "nothing waits" in out
    assert run_command(environment={**os.environ}, folder=home / "learned").stdout == out  # found from within


def test_it_tells_the_incidents_that_are_open_and_what_waits_with_the_command_for_it(
    home: Path, kb: KnowledgeBase, run_kb: RunKb, tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/outage.md").write_text("# Sluice outage\n\nThe sluice was shut.\n")
    kb.ingest(tmp_path / "docs")
    kb.learn_pattern(GAUGE, "it froze")
    kb.check_known_issues(GAUGE)
    kb.learn_pattern("ERROR sluice gate 3 is jammed", "gravel")
    incident = kb.incidents.open("Gauge dark", service="tide", severity="P1")
    (home / "learned" / "broken.yaml").write_text("a: [")
    out = run_kb().stdout
    assert "1 file" in out
    assert "1 files" not in out
    assert "OPEN  Gauge dark" in out
    assert f"kb incident show -i {incident.id[-6:]}" in out
    assert "1 known answer of this week without an outcome: did it help?  kb outcome ID resolved" in out
    assert "to be embedded; the next question does it  kb doctor --repair" in out
    assert "mistake  learned/broken.yaml" in out


def test_as_json_it_has_the_incidents_whole(kb: KnowledgeBase, run_kb: RunKb) -> None:
    kb.incidents.open("Gauge dark")
    said = json.loads(run_kb("--json").stdout)
    assert said["entries"] == {"pattern": 5, "runbook": 5}
    assert [one["title"] for one in said["incidents"]] == ["Gauge dark"]
    assert said["mistakes"] == []


def test_it_fits_a_terminal_and_names_no_folder_from_the_root(home: Path) -> None:
    code, seen = on_terminal(home=home, width=50, folder=home.parent)
    assert code == 0
    assert plain(seen).startswith("Home home\n")
    assert max(map(len, plain(seen).splitlines())) <= 50


def test_an_incident_that_is_resolved_says_since_when_and_that_it_waits_to_be_verified(
    kb: KnowledgeBase, run_kb: RunKb
) -> None:
    kb.incidents.open("checkout fails", started="2026-11-20T03:00:00Z")
    kb.incidents.resolve("rolled back")

    shown = run_kb().stdout

    assert "TO VERIFY  checkout fails" in shown
    assert "resolved since 2026-11-20 03:00" not in shown
