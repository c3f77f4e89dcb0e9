"""Groups of exceptions as Python 3.11.7 prints them: those of a TaskGroup begin alike, what failed stands below."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kb import KnowledgeBase
from kb.text.traces import trace_signature

TASKS = """\
  + Exception Group Traceback (most recent call last):
  |   File "/srv/shop/run.py", line 8, in run
  |     asyncio.run(main())
  |   File "/usr/lib/python3.11/asyncio/base_events.py", line 653, in run_until_complete
  |     return future.result()
  |            ^^^^^^^^^^^^^^^
  |   File "/srv/shop/run.py", line 5, in main
  |     async with asyncio.TaskGroup() as tasks:
  |   File "/usr/lib/python3.11/asyncio/taskgroups.py", line 145, in __aexit__
  |     raise me from None
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/shop/lease.py", line 3, in renew
    |     raise LeaseError(why)
    | LeaseError: shard east has no leader
    +------------------------------------
"""
NEVER_RAISED = """\
  + Exception Group Traceback (most recent call last):
  |   File "/srv/shop/jobs.py", line 17, in finish
  |     raise ExceptionGroup("jobs failed", failures)
  | ExceptionGroup: jobs failed (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | LeaseError: shard east has no leader
    +---------------- 2 ----------------
    | ValueError: tariff of west is empty
    +------------------------------------
"""


def letters(text: str) -> dict[str, str]:
    found = trace_signature(text)
    assert found is not None
    return dict(zip(found.needles, found.trace, strict=True))


GROUPS = pytest.mark.parametrize("group", [TASKS, NEVER_RAISED])
LOG = "2026-12-01 01:11:42,123 INFO order stored\n" * 30


@pytest.mark.parametrize("cut", [str, str.strip])
def test_of_a_group_of_tasks_what_failed_leads(cut: Callable[[str], str]) -> None:
    assert letters(cut(TASKS))["LeaseError: shard east has no leader"] == "N"


def test_of_a_group_with_words_of_its_own_those_lead_and_what_failed_are_causes() -> None:
    read = letters(NEVER_RAISED)

    assert read["ExceptionGroup: jobs failed (<*> sub-exceptions"] == "N"
    assert read["LeaseError: shard east has no leader"] == read["ValueError: tariff of west is empty"] == "C"


@GROUPS
@pytest.mark.parametrize("around", ["", LOG])
def test_a_group_is_known_by_what_failed_in_it(kb: KnowledgeBase, group: str, around: str) -> None:
    entry = kb.learn_pattern(group, meaning="the shard lost its leader", fix="Elect one").id

    answer = kb.check_known_issues(around + group.replace("/srv/", "/opt/") + around)

    assert (answer.verdict, answer.matches[0].id) == ("known", entry)


@GROUPS
@pytest.mark.parametrize("around", ["", LOG])
def test_a_group_in_which_something_else_failed_is_not_known(
    kb: KnowledgeBase, group: str, around: str
) -> None:
    kb.learn_pattern(group, meaning="the shard lost its leader", fix="Elect one")
    other = group.replace("shard east has no leader", "quota of the disk is used up")

    assert kb.check_known_issues(around + other + around).verdict != "known"
