"""What an agent calls first, in the words that it was taught, works in a home that nobody has filled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.doors.mcp.server import KbServer
from kb.home import MEMORY_FILES
from kb.index.encoder import OnnxEncoder
from tests.doors.conftest import Agent, connected


@pytest.fixture
def agent(tmp_path: Path, encoder: OnnxEncoder) -> Iterator[Agent]:
    for folder in ("learned", "state"):
        (tmp_path / folder).mkdir()
    with KnowledgeBase.open(tmp_path, encoder=encoder) as kb, connected(KbServer(kb)) as opened:
        yield opened


@pytest.mark.parametrize("key", MEMORY_FILES)
def test_a_memory_file_that_nobody_has_written_yet_is_empty_and_says_so(agent: Agent, key: str) -> None:
    read = agent.call("memory_read", key=key)
    assert (read["content"], read["total"]) == ({}, 0)
    assert "nobody has written" in read["note"]
    assert agent.call("memory_view", file=f"{key}.yaml")["content"] == {}
    assert agent.call("memory_query", key=key, path="procedures", filter="x")["content"] == {}


def test_a_memory_file_that_no_home_has_stays_an_error(agent: Agent) -> None:
    assert "there is no memory file" in agent.refused("memory_read", key="learned/recipes")


def test_a_skill_is_run_by_the_name_that_its_argument_had_before(agent: Agent) -> None:
    assert agent.call("skill_run", skill_name="weekly_summary", inputs={"days": 1})["read"]["lookups"] == 0
    assert "there is no argument" in agent.refused("skill_run", skil_name="weekly_summary")
