"""Whatever text is asked about or learned: an answer or a clear error, in bounded time and memory."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.big_input import KINDS, NEEDLE, check
from kb import KnowledgeBase
from kb.errors import InvalidInput, NothingAsked
from tests.conftest import ROOT, RunKb

LINE = "FATAL tide gauge 7 reports a negative depth"


@pytest.mark.parametrize("text", ["", "   \n\t\r\n  ", "\n" * 100_000, "\0\0\0", "\x1b[31m\x1b[0m"])
def test_a_question_without_a_word_is_the_callers_mistake_and_is_not_recorded(kb: KnowledgeBase, text: str):
    with pytest.raises(NothingAsked, match="so nothing was looked up"):
        kb.check_known_issues(text)

    assert kb.weekly_summary().read["lookups"] == 0


@pytest.mark.parametrize(
    "text",
    [
        "🔥🔥🔥 ё 中文 \u202e\ufeff",
        "\ud800 a lone surrogate",
        "a" * 300_000,
        "%s %n {0} ${HOME} $(id) `id` <b>",
        "\"; DROP TABLE entries; -- ' OR 1=1",
        'NEAR(a b) AND "unclosed * col:x ^',
        "(((((" * 1000,
    ],
)
def test_odd_text_is_answered_and_never_learned_wrongly(kb: KnowledgeBase, text: str):
    assert kb.check_known_issues(text).verdict == "unknown"
    assert isinstance(kb.search(text), list)


def test_a_known_line_is_found_among_nuls_colours_and_bytes_that_are_no_text(kb: KnowledgeBase, home: Path):
    kb.learn_pattern(LINE, "the gauge froze")
    dirty = (
        b"\xff\xfe\x80\0\0 \x1b[31mFATAL tide gauge 7\x1b[0m reports a negative depth \xf0\x9f\x94\xa5\0\n"
    )
    noise = random.Random(1).randbytes(200_000)

    asked = subprocess.run(
        [sys.executable, "-m", "kb", "--home", str(home), "check", "-"],
        input=noise + b"\n" + dirty + noise,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )

    assert asked.stdout.decode().startswith("KNOWN"), asked
    assert b"Traceback" not in asked.stderr


@pytest.mark.full
@pytest.mark.parametrize("kind", ["mixed", "single line"])
def test_a_big_log_on_stdin_takes_little_memory(kb: KnowledgeBase, home: Path, kind: str):
    kb.learn_pattern(NEEDLE, "two replicas are not a quorum")
    megabytes = 40
    resting = check(home, iter([NEEDLE.encode()]), ROOT).memory

    taken = check(home, KINDS[kind](megabytes), ROOT)

    assert '"verdict": "known"' in taken.said
    assert taken.memory < resting + 60, (
        f"{taken.memory:.0f} MB for {megabytes} of log, {resting:.0f} MB for a line"
    )


@pytest.mark.full
def test_a_known_line_is_found_wherever_an_endless_line_is_cut(kb: KnowledgeBase):
    kb.learn_pattern(LINE, "the gauge froze")
    for before in range(4 * 1024 * 1024 - 45, 4 * 1024 * 1024 + 10, 9):
        text = "x" * (before - 1) + " " + LINE + " " + "y" * 1000

        answer = kb.check_known_issues([text])

        assert answer.verdict == "known", before
        assert answer.matches[0].evidence is not None
        assert answer.matches[0].evidence.line == 1
        assert text[answer.matches[0].evidence.start :].startswith(LINE.removeprefix("FATAL "))


@pytest.mark.parametrize("regex", [r"(a+)+$", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(x+x+)+y", r"(.*a){25}b"])
def test_a_regex_that_would_backtrack_for_ever_runs_in_linear_time(kb: KnowledgeBase, regex: str):
    kb.learn_pattern(regex, "a regex made to hang", regex=True)

    kb.check_known_issues("a" * 60_000 + "!")
    kb.check_known_issues("x" * 60_000)


@pytest.mark.parametrize(
    ("regex", "reason"),
    [
        (r"(?<=gauge )\d+ failed", "lookbehind"),
        (r"(?=gauge)gauge", "lookahead"),
        (r"(gauge) \1", "backreference"),
        (r"gauge (((", "not a regular expression"),
        (r".*", "matches the empty text"),
        (r"((a{1,500}){1,500}){1,500}", "RE2"),
    ],
)
def test_a_regex_that_cannot_be_matched_is_quarantined_with_the_reason(
    kb: KnowledgeBase, regex: str, reason: str
):
    learned = kb.learn_pattern(regex, "never offered", regex=True)

    assert learned.status == "quarantined"
    assert reason in learned.note
    assert kb.check_known_issues("gauge gauge 7 failed").verdict != "known"


def test_a_huge_argument_is_refused_with_what_to_do_instead(kb: KnowledgeBase, run_kb: RunKb):
    with pytest.raises(InvalidInput, match="kb ingest FILE"):
        kb.learn_pattern("x" * 1_000_000)
    refused = run_kb("learn", "pattern", "y" * 120_000)

    assert refused.returncode == 2
    assert len(refused.stderr) < 400
    assert "kb ingest FILE" in refused.stderr
