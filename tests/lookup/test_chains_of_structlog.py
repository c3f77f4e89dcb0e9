"""A chain of exceptions as structlog 26.1.0 (`dict_tracebacks`) lists it, the last one first; cut."""

from __future__ import annotations

import json
from typing import Any

from kb import KnowledgeBase
from kb.text.carriers import unfold

PYTHON = """\
Traceback (most recent call last):
  File "/srv/shop/lease.py", line 4, in renew
    raise OSError("shard has no leader")
OSError: shard has no leader

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/shop/charge.py", line 9, in charge
    renew("orders")
LeaseError: cannot renew lease of orders
"""


def listed(kind: str, words: str, cause: bool) -> dict[str, Any]:
    frames = [{"filename": "/srv/shop/lease.py", "lineno": 4, "name": "renew"}]
    return {
        "exc_type": kind,
        "exc_value": words,
        "exc_notes": [],
        "is_cause": cause,
        "frames": frames,
        "exceptions": [],
    }


def structlog(root: str) -> str:
    chain = [listed("LeaseError", "cannot renew lease of orders", False), listed("OSError", root, True)]
    return json.dumps({"event": "job failed", "exception": chain})


def test_a_chain_reads_in_the_order_in_which_python_prints_it() -> None:
    assert unfold(structlog("shard has no leader")).text.splitlines() == [
        "job failed",
        "OSError: shard has no leader",
        "LeaseError: cannot renew lease of orders",
    ]


def test_a_chain_is_known_by_its_causes(kb: KnowledgeBase) -> None:
    entry = kb.learn_pattern(PYTHON, meaning="the shard lost its leader", fix="Elect one").id

    answer = kb.check_known_issues(structlog("shard has no leader"))

    assert (answer.verdict, answer.matches[0].id) == ("known", entry)
    assert kb.check_known_issues(structlog("quota of the disk is used up")).verdict != "known"
