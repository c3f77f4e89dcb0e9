from __future__ import annotations

import random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.text.carriers import unfold
from kb.text.evidence.evidence import (
    LONGEST_LINE,
    EvidenceLine,
    EvidenceReader,
    pick_evidence,
    pick_evidence_from,
    visible,
)


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


def said(text: str) -> list[str]:
    reader, unfolded = EvidenceReader(), unfold(text, 0, 1)
    reader.read(unfolded.text, unfolded.place, unfolded.said)
    return reader.said()


def test_a_short_text_says_the_code_between_its_frames_too_but_no_heading() -> None:
    text = (
        'Traceback (most recent call last):\n  File "/srv/tax.py", line 30, in charge\n'
        "    rate = rates[order.state]\n"
    )
    assert said(text) == ['File "/srv/tax.py", line 30, in charge', "rate = rates[order.state]"]


def test_what_a_long_text_says_are_its_telling_lines_alone() -> None:
    assert said(healthy(500) + "2026-11-02 ERROR disk /dev/sda1 is full\n") == []


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
@example("error" * 12 + "\nerrorerror")
def test_offsets_point_at_the_text_they_say(text: str) -> None:
    for line in pick_evidence(text, limit=3):
        said = " ".join(
            text[line.start : line.end].split("\n")
        )  # (one line that was folded in two is one again)
        assert visible(said) == line.text
        assert text.count("\n", 0, line.start) == line.line - 1


def test_the_message_is_kept_beside_the_line() -> None:
    (line,) = pick_evidence("ERROR boom\n")
    assert line.message
    assert line.message in line.text


def test_blocks_give_the_same_as_the_whole_text() -> None:
    text = healthy(300) + "ERROR cannot bind port\n" + healthy(300) + "FATAL out of memory\n" + healthy(300)
    lines = text.splitlines(keepends=True)
    for size in (7, 100, 333, 2_000):
        assert read_in_blocks(lines, size) == pick_evidence(text)


def test_a_line_is_told_by_the_severity_that_its_carrier_had() -> None:
    text = healthy(40) + "quorum is odd\n" + healthy(40)
    at = text.index("quorum")
    reader = EvidenceReader()
    reader.read(text, unfold(text).place, lambda start: {"severity": "ERROR"} if start == at else {})
    assert [line.text for line in reader.best()] == ["quorum is odd"]


def test_the_last_line_unlike_all_others_is_evidence_beside_alarming_ones() -> None:
    text = healthy(60) + "WARN retrying\n" + healthy(60) + "leader moved to zone b and stays there\n"
    assert [line.text for line in pick_evidence(text)] == [
        "WARN retrying",
        "leader moved to zone b and stays there",
    ]


def test_what_any_crash_prints_is_no_evidence() -> None:
    text = (
        "\nthread 'main' (17) panicked at src/main.rs:3:26:\nRefCell already borrowed\nnote: run with `RU"
        "ST_BACKTRACE=1` environment variable to display a backtrace\n"
    )
    assert [line.text for line in pick_evidence(text)] == ["RefCell already borrowed"]


def test_boilerplate_alone_is_still_evidence() -> None:
    assert [line.text for line in pick_evidence("Traceback (most recent call last):\n")] == [
        "Traceback (most recent call last):"
    ]


def test_frames_are_no_evidence_of_a_long_log() -> None:
    frames = "".join(f"\tat com.acme.ErrorPool.fail{n}(Pool.java:{n})\n" for n in range(30))
    picked = pick_evidence(healthy(20) + "java.lang.IllegalStateException: closed\n" + frames + healthy(20))
    assert [line.text for line in picked] == ["java.lang.IllegalStateException: closed"]


def test_a_code_that_is_not_zero_is_not_hidden_by_one_that_is() -> None:
    text = healthy(30) + "RESULT tag=97 err=0 text=\n" * 20 + "RESULT tag=97 err=49 text=\n" + healthy(30)
    assert max(pick_evidence(text), key=lambda line: line.score).text == "RESULT tag=97 err=49 text="


def test_a_rare_error_is_seen_after_thousands_of_others_of_one_form() -> None:
    names = random.Random(3)
    noise = "".join(
        f"ERROR user {names.choice('abcdefghij')}{names.choice('klmnop')}x cannot reach 10.0.0.1\n"
        for _ in range(9_000)
    )
    picked = pick_evidence(noise + "ERROR quorum lost its leader\n", limit=3)
    assert "ERROR quorum lost its leader" in [line.text for line in picked]


def read_in_blocks(lines: list[str], size: int) -> list[EvidenceLine]:
    reader, offset = EvidenceReader(), 0
    for at in range(0, len(lines), size):
        block = "".join(lines[at : at + size])
        reader.read(block, unfold(block, offset, at + 1).place)
        offset += len(block)
    return reader.best()


def test_what_dies_tells_why_shortly_before() -> None:
    text = (
        healthy(30)
        + "error: cannot parse the address of peer 2\nfatal error: could not set up the ring\n"
        + healthy(30)
    )
    assert (
        max(pick_evidence(text), key=lambda line: line.score).text
        == "error: cannot parse the address of peer 2"
    )
