"""Of the lines of a crash only what begins all of them alike is taken off."""

from __future__ import annotations

from kb.text.crashes import uncarried

TRACE = [
    "Traceback (most recent call last):",
    '  File "a.py", line 3, in f',
    "    g(x)",
    "Caused by: java.net.ConnectException: Connection refused",
    "\tat a.B.c(B.java:1)",
]


def test_without_a_carrier_lines_stay_as_they_are() -> None:
    assert uncarried(TRACE) == TRACE


def test_a_single_line_stays_as_it_is() -> None:
    assert uncarried(["Caused by: java.net.X: refused"]) == ["Caused by: java.net.X: refused"]


def test_lines_that_begin_in_different_ways_stay_as_they_are() -> None:
    lines = [
        "/usr/bin/ld: a.o: in function `main':",
        "a.cpp:20: undefined reference",
        "collect2: error: ld returned 1",
    ]
    assert uncarried(lines) == lines
