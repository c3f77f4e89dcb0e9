"""A trace that begins with its root cause is the same as one that ends with it."""

from __future__ import annotations

import json

import pytest

from kb.text.carriers import unfold

ROOT_FIRST = """\
java.lang.IllegalStateException: stock ledger refuses write: shard 9 has no leader
\tat L.inner(L.java:4)
\t... 3 common frames omitted
Wrapped by: java.lang.RuntimeException: store order 4711
\tat L.mid(L.java:5)
\t... 2 common frames omitted
Wrapped by: java.lang.RuntimeException: order job failed
\tat L.outer(L.java:6)
\tat L.main(L.java:11)"""  # logback 1.2.11, %rEx; log4j2 2.19.0's %rEx writes the same words
ROOT_LAST = """\
java.lang.RuntimeException: order job failed
\tat L.outer(L.java:6)
\tat L.main(L.java:11)
Caused by: java.lang.RuntimeException: store order 4711
\tat L.mid(L.java:5)
\t... 2 common frames omitted
Caused by: java.lang.IllegalStateException: stock ledger refuses write: shard 9 has no leader
\tat L.inner(L.java:4)
\t... 3 common frames omitted"""  # the same, %ex


@pytest.mark.parametrize("before", ["", "2026-11-20T10:15:12.123456789Z stderr F ", "ledger-1  | "])
def test_a_trace_that_begins_with_its_root_cause_is_turned_round(before: str):
    block = "\n".join(before + line for line in ["up", *ROOT_FIRST.split("\n"), "down"])

    assert unfold(block).text.split("\n") == [
        before + line for line in ["up", *ROOT_LAST.split("\n"), "down"]
    ]


def test_each_line_of_a_turned_trace_is_still_found_where_it_stands():
    unfolded = unfold(ROOT_FIRST)

    at = unfolded.text.index("Caused by: java.lang.IllegalStateException")
    other = unfolded.text.index("\tat L.outer")

    assert unfolded.place(at, at + 10).line == 1
    assert unfolded.place(other, other + 10).line == 8


def test_the_stack_of_logstash_is_turned_in_its_record():
    record = {"message": "cannot store", "level": "ERROR", "stack_trace": ROOT_FIRST + "\n"}

    assert unfold(json.dumps(record)).text == "cannot store\n" + ROOT_LAST


@pytest.mark.parametrize(
    "text",
    [
        "Wrapped by: the ledger team, for the move of May",
        "the lease was refused\nWrapped by: java.lang.RuntimeException: store order 4711",
        "java.lang.IllegalStateException: no leader\n\nWrapped by: java.lang.RuntimeException: store order",
    ],
)
def test_what_wraps_nothing_stays(text: str):
    assert unfold(text).text == text
