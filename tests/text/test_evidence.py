from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.evidence import LONGEST_LINE, pick_evidence, pick_evidence_from, visible


def healthy(count: int) -> str:
    return "".join(
        f"2026-11-02T03:12:{n % 60:02} INFO served request {n} in {n % 7} ms\n" for n in range(count)
    )


def test_a_short_text_is_evidence_whole_in_its_order() -> None:
    text = "pod web is down\r\n\r\nwhat now?\n"
    assert [(line.text, line.line) for line in pick_evidence(text)] == [
        ("pod web is down", 1),
        ("what now?", 3),
    ]


def test_nothing_gives_nothing() -> None:
    assert pick_evidence("") == pick_evidence(" \n\t\n") == pick_evidence("\x00\x00") == []


def test_of_a_log_the_alarming_lines_are_picked() -> None:
    text = healthy(500) + "2026-11-02 ERROR disk /dev/sda1 is full: no space left on device\n" + healthy(500)
    picked = pick_evidence(text)
    assert [line.line for line in picked] == [501]
    assert text[picked[0].start : picked[0].end] == picked[0].text


def test_a_template_is_kept_once_with_its_count_and_its_first_line() -> None:
    text = healthy(50) + "".join(f"ERROR failed to reach 10.0.0.{n}: connection refused\n" for n in range(40))
    picked = pick_evidence(text)
    assert [(line.line, line.count) for line in picked] == [(51, 40)]


def test_a_rare_error_comes_before_frequent_ones() -> None:
    noise = "".join(f"ERROR number {word} is noisy\n" * 50 for word in ("one", "two", "three", "alpha"))
    picked = pick_evidence(noise + "ERROR quorum lost its leader\n" + noise, limit=1)
    assert picked[0].text == "ERROR quorum lost its leader"


def test_of_a_chain_of_causes_the_last_counts_most() -> None:
    trace = (
        "Exception in thread main org.x.StartException: no start\n\tat org.x.ErrorHandler.run(A.java:1)\n"
        "Caused by: org.x.WrapException: wrapped\n\tat org.x.B.run(B.java:2)\n\t... 3 more\n"
        "Caused by: java.net.ConnectException: Connection refused\n\tat java.net.X.y(X.java:3)\n"
    )
    picked = pick_evidence(healthy(100) + trace + healthy(100), limit=1)
    assert picked[0].text == "Caused by: java.net.ConnectException: Connection refused"


def test_the_last_line_of_a_traceback_is_picked_without_any_error_word() -> None:
    trace = 'Traceback (most recent call last):\n  File "x.py", line 3\n    boom()\nlib.Weird: queue is odd\n'
    assert "lib.Weird: queue is odd" in [line.text for line in pick_evidence(healthy(50) + trace)]


def test_lines_that_only_talk_about_errors_come_last() -> None:
    text = healthy(30) + "INFO finished with 0 errors\nERROR cannot bind port\n" + healthy(30)
    assert max(pick_evidence(text), key=lambda line: line.score).text == "ERROR cannot bind port"


def test_without_anything_alarming_rare_lines_stand_in() -> None:
    picked = pick_evidence(healthy(400) + "leader moved to zone b\n" + healthy(400))
    assert "leader moved to zone b" in [line.text for line in picked]


def test_a_line_of_many_megabytes_is_cut_around_its_error() -> None:
    text = "x" * 5_000_000 + " fatal: boom " + "y" * 5_000_000
    (line,) = pick_evidence(text)
    assert "fatal: boom" in line.text
    assert len(line.text) == LONGEST_LINE
    assert text[line.start : line.end] == line.text


def test_colours_and_control_characters_are_left_out() -> None:
    (line,) = pick_evidence("\x1b[31mERROR\x1b[0m \x00boom\r\n")
    assert line.text == "ERROR boom"


def test_a_stream_gives_the_same_as_the_text() -> None:
    text = healthy(100) + "ERROR a\nWARN b\n" + healthy(10)
    assert pick_evidence_from(text.splitlines(keepends=True)) == pick_evidence(text)


def test_memory_stays_small_when_every_error_is_different() -> None:
    words = random.Random(1)
    lines = (f"ERROR {words.getrandbits(40):o}x {'abcdefghij'[n % 10]} is broken\n" for n in range(30_000))
    assert len(pick_evidence_from(lines, limit=5)) <= 5


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["error", "\n", "\r\n", " ", "ok", "\x1b[1m", "\x00", "é", "😀", "Caused by: x", "1"])
    ).map("".join)
)
def test_offsets_point_at_the_text_they_say(text: str) -> None:
    for line in pick_evidence(text, limit=3):
        assert visible(text[line.start : line.end]) == line.text
        assert text.count("\n", 0, line.start) == line.line - 1
