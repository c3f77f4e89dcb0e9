"""Completion answers what the shells ask: commands, ids with their titles, services, kinds; without a model."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kb import KnowledgeBase
from tests.conftest import ROOT
from tests.test_cold_start import HEAVY

GAUGE = "FATAL tide gauge 7 reports a negative depth"


@pytest.fixture
def known(kb: KnowledgeBase) -> dict[str, str]:
    """Ids of what there is to be completed."""
    entry = kb.learn_pattern(GAUGE, "it froze", services=["tide", "Partner API"]).id
    kb.changes.record("deployment", "sluice", "prod", version="1")
    lookup = kb.check_known_issues(GAUGE).lookup_id or ""
    return {"entry": entry, "incident": kb.incidents.open("Gauge dark").id, "lookup": lookup}


def complete(shell: str, home: Path | None, *words: str) -> list[str]:
    """What the shell is told for the last word, which is being typed."""
    typed = shlex.join(["kb", *words[:-1]]) + " " + words[-1]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_KB_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words)),
        "_TYPER_COMPLETE_ARGS": typed,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        **({"KB_HOME": str(home)} if home else {}),
    }
    done = subprocess.run(
        [sys.executable, "-c", "from kb.doors.cli import main; main()"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("show", "pattern-fatal"), "entry"),
        (("outcome", "pattern-fatal"), "entry"),
        (("incident", "mitigate", "thaw", "--entry", "pattern-f"), "entry"),
        (("incident", "show", "-i", ""), "incident"),
        (("check", "--incident", "inc"), "incident"),
        (("outcome", "x", "resolved", "--lookup", "look"), "lookup"),
    ],
    ids=str,
)
def test_ids_are_completed_where_they_are_taken(
    home: Path, known: dict[str, str], words: tuple[str, ...], found: str
) -> None:
    assert complete("bash", home, *words) == [known[found]]


def test_the_digits_of_an_id_are_completed_too(home: Path, known: dict[str, str]) -> None:
    digits = known["entry"].rpartition("-")[2]
    assert complete("bash", home, "show", digits[:4]) == [digits]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("check", "--service", ""), ["Partner\\ API", "sluice", "tide"]),
        (("change", "list", "--environment", "p"), ["prod"]),
        (("search", "--kind", "r"), ["runbook"]),
        (("change", "record", "d"), ["deployment", "drift"]),
        (("status", "x", "ret"), ["retired"]),
        (("outcome", "x", "res"), ["resolved"]),
        (("memory", "read", "state/"), ["state/environments", "state/watch"]),
        (("inc",), ["incident"]),
        (("incident", "ac"), ["acknowledge", "action-item"]),
        (("check", "--js"), ["--json", "--jsonl"]),
    ],
    ids=str,
)
def test_services_kinds_and_words_are_completed(
    home: Path, known: dict[str, str], words: tuple[str, ...], told: list[str]
) -> None:
    del known
    assert complete("bash", home, *words) == told


def test_zsh_and_fish_are_told_the_titles(home: Path, known: dict[str, str]) -> None:
    assert complete("fish", home, "show", "pattern-fatal") == [f"{known['entry']}\t{GAUGE}"]
    (line,) = complete("zsh", home, "show", "pattern-fatal")
    assert f'"{known["entry"]}":"{GAUGE}"' in line


def test_without_a_home_or_with_a_broken_one_there_is_nothing_to_say(home: Path) -> None:
    assert complete("bash", None, "show", "pattern-") == []
    (home / "state" / "kb.db").write_bytes(b"no database" * 100)
    assert complete("bash", home, "show", "pattern-") == []
    (home / "state" / "kb.db").unlink()
    assert complete("bash", home, "show", "pattern-") == []
    assert not (home / "state" / "kb.db").exists()


def test_nothing_is_written_and_no_model_loaded_for_it(home: Path, known: dict[str, str]) -> None:
    del known
    (home / "learned" / "late.yaml").write_text(
        "late_patterns:\n- pattern: a text that nobody has read yet\n"
    )
    before = sorted((file, file.stat().st_mtime_ns) for file in (home / "learned").iterdir())
    loaded = "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    tail = f"import atexit, sys; atexit.register(lambda: {loaded})"
    done = subprocess.run(
        [sys.executable, "-c", f"{tail}\nfrom kb.doors.cli import main; main()"],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "KB_HOME": str(home),
            "_KB_COMPLETE": "complete_bash",
            "COMP_WORDS": "kb show pattern-",
            "COMP_CWORD": "2",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert "pattern-fatal" in done.stdout
    assert "nobody-has-read" not in done.stdout
    assert not HEAVY & set(done.stderr.split())
    assert sorted((file, file.stat().st_mtime_ns) for file in (home / "learned").iterdir()) == before


def test_bash_itself_completes(home: Path, known: dict[str, str], tmp_path: Path) -> None:
    command = tmp_path / "kb"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m kb "$@"\n')
    command.chmod(0o755)
    script = (
        'eval "$(_KB_COMPLETE=source_bash kb)"; COMP_WORDS=(kb show pattern-fa); COMP_CWORD=2; '
        '_kb_completion kb; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "KB_HOME": str(home),
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == [known["entry"]], done
