"""A question while another process holds the database for writing: answered at once, and recorded later."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder

HOLD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
db.execute("COMMIT")
"""
LINE = "harbour crane {} refused to lower its hook"
AT_ONCE = 5.0
"""Seconds; the writer holds on until it is told, and a learn would wait for a minute."""


@contextmanager
def held(home: Path) -> Iterator[None]:
    """Another process that writes for as long as the block lasts."""
    command = [sys.executable, "-c", HOLD, str(home / "state" / "kb.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdin
        assert writer.stdout
        assert writer.stdout.readline() == "held\n"
        try:
            yield
        finally:
            writer.stdin.write("\n")
            writer.stdin.close()


@pytest.fixture
def learned(kb: KnowledgeBase) -> str:
    found = kb.learn_pattern(LINE.format(7), "it froze", "warm the hook").id
    kb.search("is the model loaded")
    return found


@pytest.mark.parametrize("deep", [False, True])
def test_a_question_is_answered_at_once_and_its_lookup_is_recorded_by_the_next_call(
    kb: KnowledgeBase, home: Path, learned: str, encoder: OnnxEncoder, deep: bool
) -> None:
    with held(home):
        started = time.perf_counter()
        answer = kb.check_known_issues(LINE.format(9), deep=deep, service="harbour")
        took = time.perf_counter() - started
    assert took < AT_ONCE
    assert answer.matches[0].id == learned
    assert "the lookup is not recorded yet" in " ".join(answer.notes)
    with KnowledgeBase.open(home, encoder=encoder) as other:
        other.refresh()
        row = other._parts.ledger.find_lookup(answer.lookup_id or "")
        assert row is not None
        assert (row["service"], row["verdict"]) == ("harbour", "known")
        assert not list((home / "state" / "kb.db.lookups").iterdir())
        trust = other.record_outcome(learned, "resolved", lookup_id=answer.lookup_id, verified_by="mara")
    assert trust.n == 1


def test_a_dry_run_of_a_new_pattern_counts_a_lookup_that_waited(
    kb: KnowledgeBase, home: Path, learned: str
) -> None:
    assert learned
    with held(home):
        kb.check_known_issues("quay lamp 4 flickers in the fog", deep=True)

    rehearsal = kb.rehearse("", "quay lamp 9 flickers in the fog")

    assert rehearsal.gained.count == 1


def test_an_outcome_of_a_lookup_that_waits_finds_it(kb: KnowledgeBase, home: Path, learned: str) -> None:
    with held(home):
        answer = kb.check_known_issues(LINE.format(9))
    assert kb.record_outcome(learned, "resolved", lookup_id=answer.lookup_id, verified_by="mara").n == 1


def test_a_question_is_answered_at_once_when_a_memory_file_changed_meanwhile(
    kb: KnowledgeBase, home: Path, learned: str
) -> None:
    file = home / "learned" / "patterns.yaml"
    file.write_text(file.read_text() + "\n# edited\n")
    with held(home):
        started = time.perf_counter()
        answer = kb.check_known_issues(LINE.format(9))
        took = time.perf_counter() - started
    assert (took < AT_ONCE, answer.matches[0].id) == (True, learned)
    assert "another process is writing" in " ".join(answer.notes)


def test_search_and_triage_are_answered_at_once(kb: KnowledgeBase, home: Path, learned: str) -> None:
    with held(home):
        started = time.perf_counter()
        hits = kb.search("crane hook", limit=3)
        brief = kb.triage(LINE.format(9), service="harbour")
        took = time.perf_counter() - started
    assert took < AT_ONCE
    assert learned in [hit.id for hit in hits]
    assert brief.lookup_id


def test_a_lesson_waits_for_the_writer(home: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "kb",
        "--home",
        str(home),
        "learn",
        "pattern",
        "winch lost its drum",
        "--fix",
        "x",
    ]
    with held(home):
        waiting = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(3)
    assert waiting.communicate(timeout=60)[0].startswith("pattern-winch-lost-its-drum")
