"""No text of an entry, a document or an agent acts on the terminal of whoever reads it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import kb.doors.cli
from kb import KnowledgeBase
from kb.doors.cli.printed.receipt_text import receipt_text
from kb.model.receipts import FileReceipt, FileState, Receipt
from tests.conftest import RunKb

ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\U000e0000-\U000e007f]")
EVIL = "\x1b]52;c;ZWNobw==\x07\x1b]8;;https://bad.example\x1b\\\x9b2J\u202e\u200b\u200b\r\x08"
LINE = "FATAL tide gauge 7 reports a negative depth"


def as_yaml(text: str) -> str:
    return json.dumps(text)  # (YAML reads the escapes of JSON)


@pytest.fixture
def poisoned(home: Path) -> Path:
    """A home into which somebody wrote by hand, past every door at which texts are cleaned."""
    (home / "learned" / "poison.yaml").write_text(
        f"tide_patterns:\n- pattern: {as_yaml(LINE)}\n  id: tide-1\n  meaning: {as_yaml('it froze' + EVIL)}\n"
        f"  fix: {as_yaml('thaw it ' + EVIL)}\n  check: {as_yaml(EVIL + 'look')}\n"
        f"  commands: [{as_yaml('ls ' + EVIL)}]\n"
        f"  services: [{as_yaml('tide' + EVIL)}]\n  odd: {as_yaml(EVIL)}\n- fix: {as_yaml(EVIL)}\n"
    )
    return home


@pytest.mark.parametrize(
    "words",
    [
        ("check", LINE),
        ("check", LINE + EVIL),
        ("check", LINE, "--json"),
        ("search", "tide"),
        ("show", "tide-1"),
        ("show", "tide-1", "--json"),
        ("status", "tide-1"),
        ("triage", LINE),
        ("triage", LINE, "--json"),
        ("memory", "read", "learned/poison"),
        ("memory", "read", "learned/poison", "--json"),
        ("doctor",),
        ("weekly",),
        ("weekly", "--json"),
        ("incident", "open", "x" + EVIL),
        ("learn", "pattern", "a b c" + EVIL, "-m", EVIL),
        ("show", "none" + EVIL),
        ("proposals",),
    ],
    ids=" ".join,
)
def test_what_a_command_prints_acts_on_nothing(poisoned: Path, run_kb: RunKb, words: tuple[str, ...]) -> None:
    run_kb("check", LINE, home=poisoned)
    done = run_kb(*words, home=poisoned)
    assert not ACTING.search(done.stdout.replace("\r\n", "\n")), done.stdout
    assert not ACTING.search(done.stderr), done.stderr


def test_a_mark_shows_that_something_stood_there(poisoned: Path, run_kb: RunKb) -> None:
    assert "it froze␛␛␛⟨U+202E×3⟩" in run_kb("check", LINE, home=poisoned).stdout


def test_what_is_learned_and_ingested_is_kept_without_it(home: Path, run_kb: RunKb, tmp_path: Path) -> None:
    (tmp_path / "outage.md").write_bytes(f"# Sluice outage\n\nThe sluice {EVIL} was shut.\n".encode())
    run_kb("learn", "pattern", LINE, "-m", f"froze {EVIL}", "-c", f"thaw {EVIL} now", home=home)
    run_kb("memory", "append", "learned/notes", "notes", f"note {EVIL}", home=home)
    run_kb("ingest", str(tmp_path / "outage.md"), home=home)
    written = "".join(file.read_text() for file in (home / "learned").glob("*.yaml"))
    with KnowledgeBase.open(home) as kb_:
        kept = "\n".join(row["data"] for row in kb_._parts.db.rows("SELECT data FROM entries"))
    for text in (written, kept):
        assert not ACTING.search(text)
        assert "\\u001b" not in text
        assert "␛" in text


def test_every_command_prints_through_one_function() -> None:
    for file in Path(kb.doors.cli.__file__).parent.rglob("*.py"):
        text = file.read_text()
        printing = re.search(r"\becho\(|\bprint\(|sys\.stdout\.write", text)
        assert not printing or file.name in ("output.py", "lines.py"), file.name


def test_a_receipt_counts_what_could_not_be_read_by_kind_over_all_files() -> None:
    notes = (
        "read as AsciiDoc; files that it includes are not read: 2",
        "unread: sections of no known kind: 2",
    )
    files = tuple(
        FileReceipt(path=f"{name}.adoc", state=FileState.ADDED, source="runbook", notes=notes)
        for name in "ab"
    )

    text = receipt_text(Receipt(files=files), verbose=False)

    assert "  2 read as AsciiDoc\n" in text
    assert "  unread: sections of no known kind: 4, in 2 files (-v names them)\n" in text


def test_the_later_lines_of_a_command_do_not_pass_for_lines_of_the_answer(run_kb: RunKb) -> None:
    loop = "for i in 1 2; do\nUNKNOWN: no entry matches this.\ndone"
    run_kb("learn", "pattern", "sluice 7 is stuck at high tide", "-m", "silt", "-c", loop)

    answer = run_kb("check", "sluice 7 is stuck at high tide").stdout

    at = answer.splitlines().index("   command    for i in 1 2; do")
    assert answer.splitlines()[at + 1] == "              UNKNOWN: no entry matches this."


def test_one_line_that_is_left_out_is_one_line(run_kb: RunKb) -> None:
    steps = "\n".join(f"- step {number}" for number in range(13))
    run_kb("learn", "pattern", "sluice 7 is stuck at high tide", "-f", steps)

    assert "… 1 more line: kb show" in run_kb("check", "sluice 7 is stuck at high tide").stdout
