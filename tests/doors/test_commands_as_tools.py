"""An agent is told of tools where a person is told of commands."""

from __future__ import annotations

import pytest

from kb.doors.cli.tree.furnish import commands_of
from kb.doors.cli.tree.root import tree
from kb.doors.mcp.commands import TOOLS, as_tools, brief_for_tools
from kb.operations.catalogue import offered
from kb.operations.operation import Toolset
from tests.doors.conftest import Agent


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("get_entry", {"entry_id": "weir-0"}, "ids come from: check_known_issues, search_incidents"),
        ("incident_show", {"incident_id": "weir-0"}, "see: incident_list"),
        ("proposal_show", {"proposal_id": "weir-0"}, "see: proposals_list"),
    ],
)
def test_a_refusal_names_the_tools_of_an_agent(
    agent: Agent, tool: str, arguments: dict[str, object], said: str
) -> None:
    refused = agent.refused(tool, **arguments)
    assert said in refused
    assert "kb " not in refused


def test_what_was_cut_from_an_answer_is_shown_by_a_tool(agent: Agent) -> None:
    line = "FATAL the gate of lock 4 is ajar"
    agent.call("learn_pattern", pattern=line, fix="\n".join(f"- turn valve {n} shut" for n in range(20)))
    answer = agent.text(agent.result("check_known_issues", error_text=line))
    assert "more lines: get_entry" in answer
    assert "kb show" not in answer


def test_what_was_cut_from_a_brief_is_shown_by_a_tool() -> None:
    lines = ["1. Turn the ... (kb show runbook-weir-1a)", "5 more steps: kb show runbook-weir-1a"]
    tools = ["1. Turn the ... (get_entry runbook-weir-1a)", "5 more steps: get_entry runbook-weir-1a"]
    assert brief_for_tools({"lines": lines, "left_out": 0}) == {"lines": tools, "left_out": 0}
    assert brief_for_tools("\n".join(lines)) == "\n".join(tools)


def test_each_command_that_is_told_as_a_tool_is_one_and_so_is_the_tool() -> None:
    tools = {one.name for one in offered(Toolset.ALL)}
    commands = {path for path, _ in commands_of(tree([]))}
    assert set(TOOLS.values()) <= tools
    assert {name.removesuffix(" --json") for name in TOOLS} <= commands


def test_a_command_with_options_or_without_a_tool_stays_as_it_is() -> None:
    for said in ("kb accept p-1 --meaning TEXT", "make one with: kb init DIR", "kb show 3a6839 --yaml"):
        assert as_tools(said) == said
