"""A traceback that Rich drew in a box reads as Python prints it; as rich 15.0.0 wrote it for structlog 26.1.0, cut."""

from __future__ import annotations

import pytest

from kb.text.carriers import unfold
from kb.text.evidence.evidence import pick_evidence

WORDS = "stock ledger refuses write: shard 9 has no leader"
BOXED = f"""\
2026-11-30 00:08:26 [error    ] order job failed               job=7
╭───────────────────── Traceback (most recent call last) ──────────────────────╮
│ /srv/orders.py:4 in renew                                                    │
│                                                                              │
│    3 def renew(order):                                                       │
│ ❱  4 │   try: raise ConnectionError("stock ledger refuses write: shard 9 has │
│    5 │   except ConnectionError as error:                                    │
│      error                                                                   │
│                                                                              │
│ ╭─ locals ──╮                                                                │
│ │ order = 7 │                                                                │
│ ╰───────────╯                                                                │
╰──────────────────────────────────────────────────────────────────────────────╯
ConnectionError: {WORDS}

The above exception was the direct cause of the following exception:

╭───────────────────── Traceback (most recent call last) ──────────────────────╮
│ /srv/a_folder_with_a_long_name/orders_and_ledgers/of_the_jobs_of_the_night/o │
│ rders.py:8 in <module>                                                       │
│                                                                              │
│    7 try:                                                                    │
│ ❱  8 │   renew(7)                                                            │
│    9 except RuntimeError:                                                    │
│   10 │   log.exception("order job failed", error="unexpected")               │
╰──────────────────────────────────────────────────────────────────────────────╯
RuntimeError: the lease is lost
"""
PLAIN = f"""\
2026-11-30 00:08:26 [error    ] order job failed               job=7
Traceback (most recent call last):
  File "/srv/orders.py", line 4, in renew
    try: raise ConnectionError("stock ledger refuses write: shard 9 has
ConnectionError: {WORDS}

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/a_folder_with_a_long_name/orders_and_ledgers/of_the_jobs_of_the_night/orders.py", line 8, in <module>
    renew(7)
RuntimeError: the lease is lost
"""
ASCII = """\
+--------------------- Traceback (most recent call last) ----------------------+
| /srv/orders.py:5 in <module>                                                 |
|                                                                              |
|   4     raise RuntimeError("the lease is lost")                              |
| \\u2771 5 renew(7)                                                                 |
|   6                                                                          |
+------------------------------------------------------------------------------+
RuntimeError: the lease is lost
"""  # where the output is ASCII
HEALTHY = "".join(f"2026-11-30 00:07:{n:02} [info     ] order stored\n" for n in range(60))


def composed(text: str) -> str:
    return "".join(f"orders-1  | {line}\n" for line in text.splitlines())


def carried(text: str) -> str:
    return "".join(f"2026-11-30T00:08:26.123456789Z stderr F {line}\n" for line in text.splitlines())


@pytest.mark.parametrize("carry", [str, carried, composed])
def test_a_traceback_in_a_box_is_the_one_that_python_prints(carry):
    assert unfold(carry(BOXED)).text == carry(PLAIN)


@pytest.mark.parametrize("carry", [str, carried, composed])
def test_a_box_of_plain_letters_is_read_too(carry):
    assert unfold(carry(ASCII)).text == carry(
        "Traceback (most recent call last):\n"
        '  File "/srv/orders.py", line 5, in <module>\n'
        "    renew(7)\n"
        "RuntimeError: the lease is lost\n"
    )


@pytest.mark.parametrize("asked", [BOXED, HEALTHY + BOXED + HEALTHY])
def test_the_code_and_the_values_in_a_box_are_no_evidence(asked: str):
    told = [line.message for line in pick_evidence(asked, 6) if line.score > 1]

    assert told == [
        "order job failed",
        f"ConnectionError: {WORDS}",
        "RuntimeError: the lease is lost",
    ]


def test_what_was_in_a_box_keeps_its_place():
    text = unfold(BOXED)
    at = text.text.index('  File "/srv/orders.py"')

    assert text.place(at, at + 20).line == 3
    assert [line.line for line in pick_evidence(BOXED, 6) if "the lease" in line.message] == [27]


def test_a_table_below_a_traceback_in_a_box_stays():
    table = "+-----+--------------------+\n| job | what it ended with |\n+-----+--------------------+\n"

    assert unfold(ASCII + "\n" + table).text.endswith(
        "RuntimeError: the lease is lost\n\n" + unfold(table).text
    )
