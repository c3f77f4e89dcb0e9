"""`kill -9` at every step of a delivery: what was accepted is done once by whoever works next."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.model.hook import HookState
from kb.model.incident import Phase
from kb.model.ledger import Result
from tests.doors.conftest import environment
from tests.doubles.killed_hooks import STEPS
from tests.hooks.conftest import Inbox, alerts

pytestmark = pytest.mark.slow


def killed(home: Path, step: str) -> None:
    """A worker that dies at that step."""
    words = [sys.executable, "-m", "tests.doubles.killed_hooks", str(home), step]
    assert subprocess.run(words, env=environment(home), check=False).returncode == -signal.SIGKILL


@pytest.mark.parametrize("step", STEPS)
def test_an_alert_opens_one_incident_wherever_its_worker_was_killed(hooked_home: Path, step: str):
    with KnowledgeBase.open(hooked_home) as kb:
        Inbox(kb).accepts(alerts(now=datetime.now(UTC)))
    killed(hooked_home, step)
    with KnowledgeBase.open(hooked_home) as kb:
        before = len(kb.incidents.recent())
        kb.hooks.work()
        found = Inbox(kb)

        assert before == (1 if step == "after commit" else 0)
        assert len(found.one().timeline) == 1
        assert found.kinds() == ["opened"]
        assert kb.hooks.deliveries.count(HookState.WAITING, HookState.LOOKUP, HookState.FAILED) == 0


@pytest.mark.parametrize("step", STEPS[1:])
def test_an_alert_ends_its_incident_once_and_credits_once_wherever_its_worker_was_killed(
    hooked_home: Path, step: str
):
    now = datetime.now(UTC)
    with KnowledgeBase.open(hooked_home) as kb:
        lesson = kb.learn_pattern("remaining connection slots are reserved", meaning="pool", fix="raise it")
        Inbox(kb).sends(alerts(now=now))
        opened = Inbox(kb).one()
        kb.incidents.mitigate("raised the pool", entry_id=lesson.id, incident_id=opened.id)
        Inbox(kb).accepts(alerts(now=now, over=True))
    killed(hooked_home, step)
    with KnowledgeBase.open(hooked_home) as kb:
        kb.hooks.work()
        found = Inbox(kb)

        assert found.one().phase is Phase.RESOLVED
        assert [event.kind for event in found.one().timeline].count("resolution") == 1
        results = [one.result for one in kb._parts.ledger.outcomes_in(opened.id)]
        assert results == [Result.APPLIED, Result.RESOLVED]
        assert found.kinds() == ["opened", "resolved"]
