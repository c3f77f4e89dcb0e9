"""Warnings of Python: what it warns of tells, not how one would learn more.

CPython 3.11 writes of a coroutine that nobody awaits (as APScheduler 3.11.3 leaves the async jobs of its
BackgroundScheduler) and of a socket that nobody closed three lines: what it is, the line of source that was run when it
was noticed, and that tracemalloc would tell more, or what that tells.
"""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.text.evidence.evidence import pick_evidence, title_line

MORE = "RuntimeWarning: Enable tracemalloc to get the object allocation traceback"
TOLD = """Object allocated at (most recent call last):
  File "/srv/shop/day.py", lineno 8
    f()
  File "/srv/shop/day.py", lineno 5
    close_day()"""
BEFORE = """INFO apscheduler.scheduler Scheduler started
INFO apscheduler.executors.default Job "close_day (trigger: cron[hour='3'])" executed successfully
"""
AFTER = "INFO apscheduler.scheduler Removed job close\n"


def warned(coroutine: str, more: str = MORE, place: str = "apscheduler/executors/base.py:74") -> str:
    source = "self._do_submit_job(job, run_times)" if "base.py" in place else "del work_item"
    return f"/usr/lib/python3/{place}: RuntimeWarning: coroutine '{coroutine}' was never awaited\n  {source}\n{more}\n"


@pytest.mark.parametrize("more", [MORE, TOLD])
def test_what_it_warns_of_is_the_title_and_tells_most(more: str) -> None:
    text = warned("close_day", more)

    assert "coroutine 'close_day' was never awaited" in title_line(text)
    best = max(pick_evidence(f"{BEFORE}{text}{AFTER}"), key=lambda one: one.score)
    assert "coroutine 'close_day' was never awaited" in best.text


@pytest.mark.parametrize("more", [MORE, TOLD])
def test_another_coroutine_is_another_warning(kb: KnowledgeBase, more: str) -> None:
    kb.learn_pattern(
        warned("close_day", more), "the scheduler runs no coroutines", "use the AsyncIOScheduler"
    )

    assert kb.check_known_issues(warned("renew_lease", more)).verdict != "known"


def test_the_same_is_known_wherever_python_noticed_it(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern(
        warned("close_day"), "the scheduler runs no coroutines", "use the AsyncIOScheduler"
    )

    again = kb.check_known_issues(warned("close_day", place="concurrent/futures/thread.py:85"))
    in_a_log = kb.check_known_issues(
        f"{BEFORE}{warned('close_day', place='concurrent/futures/thread.py:85')}{AFTER}"
    )

    assert (again.verdict, again.matches[0].id) == ("known", learned.id)
    assert (in_a_log.verdict, in_a_log.matches[0].id) == ("known", learned.id)
