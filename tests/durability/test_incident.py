"""Several processes live one incident and are killed: a step is there with all that follows from it, or not."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from benchmarks.durability_rounds import child, lines_of
from kb import KnowledgeBase
from kb.model import Incident
from kb.model.entry import Status
from kb.model.ledger import Result


@pytest.mark.slow
def test_killed_agents_leave_every_step_with_its_consequences(kb: KnowledgeBase, home: Path) -> None:
    entry = kb.learn_pattern("the sea chart has no soundings", "old chart", "load the new chart").id
    other = kb.learn_tool_fix("sextant", "the horizon is out of sight", "fog", "wait for the sun").id
    opened = kb.incidents.open("the ship has run aground", service="bridge")
    agents = [child("live", home, opened.id, entry, other, module="durability_incident") for _ in range(6)]
    for agent in agents:
        assert agent.stdout is not None
        assert agent.stdout.readline() == '["ready"]\n'

    chance, acknowledged = random.Random(6), 0
    for agent in agents:
        time.sleep(chance.uniform(0.02, 0.15))
        agent.kill()
        acknowledged += len(lines_of(agent))

    found = kb.incidents.get(opened.id)
    steps = [event.kind for event in found.timeline]
    told = {
        one: [outcome.result for outcome in kb._parts.ledger.outcomes_of([one]).get(one, [])]
        for one in (entry, other)
    }
    assert acknowledged <= len(steps) - 1 <= acknowledged + len(agents)
    assert acknowledged > 0
    assert told[other] == [Result.FAILED] * steps.count("mitigation")
    assert told[entry].count(Result.FAILED) == steps.count("reopened")
    assert told[entry].count(Result.RESOLVED) == ("verification" in steps)
    stored = kb._parts.entries.get(opened.id)
    on_offer = stored is not None and stored.status is not Status.RETIRED
    assert on_offer == (found.resolved is not None)
    assert not isinstance(stored, Incident) or not on_offer or stored.resolution == found.resolution
