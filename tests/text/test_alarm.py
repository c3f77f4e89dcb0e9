"""How alarming lines are, and that the cheap question never says no to what is graded."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.evidence.alarm import MARKS, alarm, first_mark, interesting
from kb.text.evidence.alarm_words import AFTERMATH, ERRNO, ROWS
from kb.text.evidence.lines import _by_hyperscan, _by_regex, _database

WORDS = sorted(
    {mark for _, mark, _ in ROWS} | set(ERRNO) | {"Caused by:", "E1129 09:00:01.1", "INFO", "0", "no", "="}
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, " ", ": ", "x", "é", "İ", "\t", "at "])).map("".join))
def test_what_is_graded_is_interesting(line: str) -> None:
    if alarm(line) > 0:
        assert interesting(line)


@pytest.mark.parametrize(
    "line",
    [
        "./worker-3.sh: line 3: 8812 Segmentation fault      ./indexer --shard 4",
        'Can\'t call method "email" on an undefined value',
        "listen EADDRINUSE: address already in use 0.0.0.0:3000",
        "nginx: [emerg] unknown directive",
        "2026/11/29 09:22:40 [alert] 6786#6786: *6 7 worker_connections are not enough",
        "E1129 09:00:01.123456       1 reflector.go:138] watch closed",
        "accept4() failed: too many open files",
        "read: EIO",
        "open: EPERM",
    ],
)
def test_lines_that_people_take_for_errors_are_graded(line: str) -> None:
    assert alarm(line) >= 3.0
    assert interesting(line)


@pytest.mark.parametrize(
    "line", ["an event was exported", "that is enough", "EVENTS ENOUGH EXPORTED", "every entry"]
)
def test_words_that_begin_like_names_of_errors_are_none(line: str) -> None:
    assert alarm(line) == 0.0


def test_a_word_for_nothing_bad_weighs_little() -> None:
    assert alarm("finished with 0 errors") < 1.5 < alarm("finished with 3 errors")


def test_a_calm_word_does_not_calm_another() -> None:
    assert alarm("FATAL cannot bind the port, 0 retries left") >= 5.0


def test_what_followed_is_below_what_went_wrong() -> None:
    follows = alarm("FATAL:  the database system is in recovery mode")
    assert follows < alarm("LOG:  server process (PID 9502) was terminated by signal 9: Killed")
    assert follows > 0


def test_what_belongs_to_an_error_is_below_it() -> None:
    assert alarm("DETAIL:  Failed process was running: select 1") <= 1.0 < alarm("ERROR:  deadlock detected")


def test_the_reason_that_the_system_gives_counts_as_much_as_an_error() -> None:
    assert alarm("Failed opening the temp file for saving: Permission denied") > alarm(
        "Background saving error"
    )


def test_the_first_mark_is_where_the_gravest_word_stands() -> None:
    assert "x" * 50 + " warn fatal"[first_mark("x" * 50 + " warn fatal") - 50 :]
    assert first_mark("warn " * 20 + "fatal: boom") == 100


@pytest.mark.parametrize(("mark", "pattern"), AFTERMATH)
def test_the_marks_of_what_follows_are_in_lower_case(mark: str, pattern: str) -> None:
    assert mark == mark.lower()
    assert pattern == pattern or mark


def test_a_block_is_scanned_alike_with_and_without_hyperscan() -> None:
    pytest.importorskip("hyperscan")
    draw = random.Random(7)
    lines = [
        "".join(draw.choices([*MARKS, " ", "é", "word", "Traceback (most recent call last)"], k=3))
        for _ in range(400)
    ]
    data = "\n".join(lines).encode("ascii", "replace").lower()

    def in_lines(hits: list[tuple[int, float]]) -> set[tuple[int, bool]]:
        return {(data.count(b"\n", 0, at), value < 0) for at, value in hits}

    assert in_lines(_by_hyperscan(_database(), data)) == in_lines(_by_regex(data))
