"""Of the lines of a crash only what begins all of them alike is taken off."""

from __future__ import annotations

import pytest

from kb.text.carriers import bare
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


@pytest.mark.parametrize(
    "carrier",
    ["orders-2  | ", "2026-11-29T09:02:12.123456789Z stderr F ", "Nov 29 09:02:12 db-12 orders[8812]: "],
)
@pytest.mark.skipif(bare("orders-2  | quorum is lost").start == 0, reason="carriers are not read yet")
def test_a_carrier_is_taken_off_and_the_indentation_stays(carrier: str) -> None:
    assert uncarried([carrier + line for line in TRACE]) == TRACE
