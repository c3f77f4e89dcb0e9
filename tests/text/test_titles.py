"""Titles on one line: what was learned as a whole trace is listed by what went wrong in it."""

from __future__ import annotations

from kb.text.evidence.evidence import title_line


def test_a_title_of_one_line_is_as_it_was_learned() -> None:
    assert title_line("Error acquiring the state lock") == "Error acquiring the state lock"


def test_a_trace_is_titled_by_its_exception() -> None:
    trace = """Traceback (most recent call last):
  File "/srv/a/app/lease.py", line 6, in main
    renew(slot)
app.lease.LeaseError: renewal of slot 17 refused by peer 4"""
    assert (
        title_line(trace) == "app.lease.LeaseError: renewal of slot 17 refused by peer 4 (and 3 more lines)"
    )


def test_a_long_line_of_many_is_cut() -> None:
    assert len(title_line("FATAL " + "x" * 900 + "\nINFO done")) < 200
