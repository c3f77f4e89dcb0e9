"""Agents that note in one memory at once, each with connections of its own: rows lose none of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kb import KnowledgeBase
from tests.doubles.encoders import HashedEncoder


def test_agents_that_investigate_at_once_lose_nothing_in_rows(shared_home: Path) -> None:
    def investigate(number: int) -> None:
        with KnowledgeBase.open(shared_home, encoder=HashedEncoder()) as own:
            own.investigate_alert({"labels": {"alertname": f"Alert{number}", "env": "prod"}})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(investigate, range(6)))

    with KnowledgeBase.open(shared_home, encoder=HashedEncoder()) as kb:
        told = str(kb._parts.memory.read("state/environments"))
    assert [number for number in range(6) if f"Alert{number}" not in told] == []
