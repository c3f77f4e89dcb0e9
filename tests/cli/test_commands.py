"""The command line as scripts meet it: data on stdout, talk on stderr, JSON everywhere, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb.doors.cli.app import app
from tests.conftest import RunKb
from tests.doubles.terminal import on_terminal

LINE = "FATAL tide gauge 7 reports a negative depth"


@pytest.mark.slow
def test_every_command_prints_one_json_value_and_nothing_else(home: Path, run_kb: RunKb, tmp_path: Path):
    (tmp_path / "outage.md").write_text("# Sluice outage\n\nThe sluice was shut.\n")
    learned = json.loads(run_kb("learn", "pattern", LINE, "-m", "it froze", "--json").stdout)
    commands: list[tuple[str, ...]] = [
        ("init", str(tmp_path / "other")),
        ("ingest", str(tmp_path / "outage.md")),
        ("check", LINE),
        ("triage", LINE),
        ("search", "sluice"),
        ("show", learned["id"]),
        ("outcome", learned["id"], "resolved"),
        ("status", learned["id"]),
        ("status", learned["id"], "retired", "--reason", "x"),
        ("weekly",),
        ("doctor",),
        ("learn", "tool-fix", "tidectl", "tidectl: no clock"),
        ("memory", "keys"),
        ("memory", "read", "learned/patterns"),
        ("memory", "query", "learned/patterns", "starter_patterns.0"),
        ("memory", "log", "did"),
        ("memory", "append", "learned/notes", "notes", "one"),
        ("memory", "update", "learned/notes", "owner", "ops"),
    ]

    for words in commands:
        done = CliRunner().invoke(app, ["--home", str(home), *words, "--json"])
        assert done.exit_code == 0, done
        json.loads(done.stdout)


@pytest.mark.parametrize(("text", "code"), [(LINE, 0), ("the harbour crane stands still", 2)])
def test_exit_codes_follow_the_verdict_only_when_asked(run_kb: RunKb, text: str, code: int):
    run_kb("learn", "pattern", LINE)

    assert run_kb("check", text).returncode == 0
    assert run_kb("check", text, "--exit-code").returncode == code


def test_an_error_has_an_exit_code_of_its_own_where_the_verdict_is_asked_for(run_kb: RunKb, tmp_path: Path):
    done = run_kb("check", "anything", "--exit-code", home=tmp_path / "nowhere")
    assert done.returncode == 3
    assert "kb init" in done.stderr
    assert not done.stdout


def test_check_reads_a_pipe_with_and_without_the_dash(run_kb: RunKb):
    run_kb("learn", "pattern", LINE)

    assert run_kb("check", "-", input=f"noise\n{LINE}\n").stdout.startswith("KNOWN")
    assert run_kb("check", input=f"noise\n{LINE}\n").stdout.startswith("KNOWN")


def test_check_without_a_text_on_a_terminal_says_what_it_needs(home: Path):
    code, seen = on_terminal("check", home=home, width=100)

    assert code == 2
    assert "give the error text, or '-' to read it from stdin" in seen


def test_ingest_shows_bars_on_a_terminal(home: Path, tmp_path: Path):
    for number in range(3):
        (tmp_path / f"{number}.md").write_text(f"# Outage {number}\n\nSluice {number} was shut.\n")

    code, seen = on_terminal("ingest", str(tmp_path / "0.md"), str(tmp_path / "1.md"), home=home, width=100)

    assert code == 0
    assert "reading files: 100%" in seen
    assert "embedding texts: 100%" in seen


def test_status_tells_how_an_entry_came_to_it_and_takes_it_back(home: Path):
    def kb(*words: str) -> str:
        done = CliRunner().invoke(app, ["--home", str(home), *words])
        assert done.exit_code == 0, done
        return done.stdout

    entry_id = json.loads(kb("learn", "pattern", LINE, "-f", "thaw it", "--json"))["id"]
    assert "never moved" in kb("status", entry_id)
    for _ in range(3):
        kb("outcome", entry_id, "failed")
    kb("status", entry_id, "candidate", "--reason", "the fix was rewritten", "--by", "ana")

    told = kb("status", entry_id).splitlines()

    assert told[0] == f"{entry_id} is candidate"
    assert told[1].endswith("candidate → quarantined  failing: failed 3 of 3, by kb")
    assert told[2].endswith("quarantined → candidate  by hand: the fix was rewritten, by ana")
    assert "is quarantined" in kb("status", entry_id, "--undo")
    assert "trust: 0.20 (0.01 to 0.53, n=3), resolved 0 of 3" in kb("show", entry_id)
    assert "quarantined (takes back: the fix was rewritten)" in kb("check", LINE)


def test_the_checklist_of_an_incident_is_shown_where_no_item_is_given(run_kb: RunKb) -> None:
    run_kb("incident", "open", "the gauge is dark")
    run_kb("incident", "resolve", "thawed")
    run_kb("incident", "verify", "alerts", "dashboards=no")

    shown = run_kb("incident", "verify")

    assert shown.returncode == 0
    assert shown.stdout.splitlines() == [
        "[ ] error_rates: Error rates back to baseline",
        "[ ] response_times: Response times normal",
        "[ ] complaints: No user complaints",
        "[ ] services: All services healthy",
        "[ ] no: dashboards: Monitoring dashboards green",
        "[x] alerts: No related alerts firing",
    ]
    assert "kb incident verify all --by NAME" in shown.stderr
