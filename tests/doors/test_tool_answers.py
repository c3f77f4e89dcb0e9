"""What tools answer: typed, honest about themselves, and within their budget however much is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from kb import KnowledgeBase
from kb.doors.mcp.replies import fit
from kb.doors.mcp.server import KbServer
from kb.doors.mcp.tools import tool as as_listed
from kb.index.encoder import OnnxEncoder
from kb.operations.catalogue import offered
from kb.operations.operation import Toolset
from kb.triage.budget import count_tokens as tokens
from tests.doors.conftest import Agent, connected

READS = {
    "check_known_issues",
    "search_incidents",
    "get_entry",
    "memory_read",
    "weekly_summary",
    "proposals_list",
    "triage",
    "read_alert",
    "incident_show",
    "incident_list",
    "changes",
    "rollback_target",
    "rehearse_pattern",
    "healthy_list",
    "overview",
    "doctor",
    "messages",
    "hook_deliveries",
    "incident_overview",
    "incident_similar",
    "incident_draft",
    "incident_counts",
    "services",
    "service_overview",
    "unknowns",
    "search_counts",
    "entry_record",
    "weekly_records",
    "proposal_show",
    "entries_waiting",
    "entry_compare",
    "entry_source",
    "decisions",
    "audit",
}
LONG = "the pump of the lower harbour basin runs hot and trips its breaker after a while, " * 12


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory, encoder: OnnxEncoder) -> Iterator[Agent]:
    """A home with 2,000 patterns, fifty of which answer the same question at length."""
    home = tmp_path_factory.mktemp("crowded")
    (home / "learned").mkdir()
    (home / "state").mkdir()
    many = [
        f'  - pattern: "berth {n} reports fault {n * 7919 % 99991}"\n    fix: "see berth {n}"'
        for n in range(1_950)
    ]
    alike = [
        f'  - pattern: "pump overheats in the lower basin"\n    meaning: "cause {n}: {LONG}"\n    fix: "{LONG}"'
        for n in range(50)
    ]
    (home / "learned" / "patterns.yaml").write_text("harbour_patterns:\n" + "\n".join(many + alike) + "\n")
    with (
        KnowledgeBase.open(home, encoder=encoder, exact_below=50_000) as kb,
        connected(KbServer(kb)) as agent,
    ):
        yield agent


def test_every_tool_says_whether_it_only_reads(agent: Agent):
    tools = agent.portal.call(agent.client.list_tools).tools

    assert {tool.name for tool in tools if tool.annotations and tool.annotations.read_only_hint} == READS
    assert all(tool.annotations and tool.annotations.destructive_hint is not True for tool in tools)


def test_listing_the_tools_costs_an_agent_at_most_six_thousand_tokens():
    listed = [as_listed(one).model_dump(by_alias=True, exclude_none=True) for one in offered(Toolset.CORE)]
    said = json.dumps(listed, separators=(",", ":"), ensure_ascii=False)

    assert len(said.encode()) / 4 <= 6_000
    assert tokens(said) <= 9_000


def test_every_tool_and_argument_is_described(agent: Agent):
    for tool in agent.portal.call(agent.client.list_tools).tools:
        assert len(tool.description or "") > 40, tool.name
        for name, schema in tool.input_schema["properties"].items():
            assert schema.get("description"), (tool.name, name)
        assert tool.output_schema or tool.name == "skill_run"


def test_answers_are_what_their_schemas_promise(agent: Agent):
    schemas = {tool.name: tool.output_schema for tool in agent.portal.call(agent.client.list_tools).tools}
    learned = agent.call(
        "learn_pattern", pattern="sextant drifts by a degree", fix="calibrate it", commands="a, b"
    )
    asked = [
        ("check_known_issues", {"error_text": "sextant drifts by a degree"}),
        ("get_entry", {"entry_id": learned["id"]}),
        ("memory_read", {"key": "learned/runbooks"}),
        ("search_incidents", {"query": "sextant"}),
        ("weekly_summary", {"days": "7"}),
        ("record_outcome", {"entry_id": learned["id"], "result": "Resolved", "verified_by": "the mate"}),
    ]

    for name, arguments in asked:
        Draft202012Validator(schemas[name]).validate(agent.call(name, **arguments))


def test_commands_are_taken_as_list_as_json_and_with_commas(agent: Agent):
    for n, commands in enumerate((["one x", "two"], '["one x", "two"]', "one x, two", "one x\ntwo")):
        agent.call("learn_pattern", pattern=f"windlass {n} jams on its gypsy", commands=commands)

        found = agent.call("check_known_issues", error_text=f"windlass {n} jams on its gypsy")
        assert found["matches"][0]["commands"] == ["one x", "two"], commands


def test_an_item_may_be_an_object_json_or_yaml(agent: Agent):
    for n, item in enumerate(
        ({"name": "A 0", "steps": ["x"]}, '{"name": "A 1", "steps": ["x"]}', "name: A 2\nsteps: [x]")
    ):
        agent.call("memory_append", key="learned/runbooks", list_path="procedures", item=item)

        names = [
            one["name"]
            for one in agent.call("memory_query", key="learned/runbooks", path="procedures")["content"]
        ]
        assert f"A {n}" in names


def test_who_writes_is_the_client(agent: Agent):
    learned = agent.call("learn_tool_fix", tool_name="bilge_pump", error_pattern="float switch stuck")

    assert agent.call("get_entry", entry_id=learned["id"])["entry"]["provenance"]["author"] == "night-shift"


def test_an_answer_fits_its_budget_with_two_thousand_entries(crowded: Agent):
    result = crowded.result("check_known_issues", error_text="pump overheats in the lower basin", limit=50)

    answer = result.structured_content
    assert answer
    assert tokens(json.dumps(answer, separators=(",", ":"))) <= 700
    assert tokens(crowded.text(result)) <= 700
    assert len(answer["matches"]) + answer["hidden"] >= 50
    assert answer["hidden"] > 0


def test_a_memory_file_of_two_thousand_items_is_cut_and_says_so(crowded: Agent):
    result = crowded.result("memory_read", key="learned/patterns")

    answer = result.structured_content
    assert answer
    shown = answer["content"]["harbour_patterns"]
    assert tokens(crowded.text(result)) <= 4_000
    assert answer["total"] == 2_000
    assert answer["left_out"][-1] == {
        "where": "content.harbour_patterns",
        "shown": len(shown),
        "total": 2_000,
    } or any(
        one == {"where": "content.harbour_patterns", "shown": len(shown), "total": 2_000}
        for one in answer["left_out"]
    )
    assert "memory_read(key, path, filter)" in answer["how"]


def test_a_filter_reaches_what_was_cut(crowded: Agent):
    answer = crowded.call("memory_view", file="learned/patterns", filter="berth 711 reports")

    assert [item["fix"] for item in answer["content"]["harbour_patterns"]] == ["see berth 711"]
    assert "left_out" not in answer


def test_a_resource_is_cut_as_the_tool_is(crowded: Agent):
    found = crowded.portal.call(crowded.client.read_resource, "kb://memory/learned/patterns")

    assert tokens(found.contents[0].text) <= 6_000
    assert "left_out" in found.contents[0].text


def test_what_fits_stays_as_it_is():
    data = {"items": ["a", "b"]}

    assert fit(data, 100) == data


def test_lists_are_cut_at_the_end_that_matters_less():
    data = {"items": [f"number {n}" for n in range(1_000)]}

    first, last = fit(data, 200), fit(data, 200, newest=True)

    assert first["items"][0] == "number 0"
    assert last["items"][-1] == "number 999"
    assert first["left_out"] == [{"where": "items", "shown": len(first["items"]), "total": 1_000}]


@pytest.mark.parametrize(
    "data",
    [
        {"text": "x y " * 100_000},
        {"content": {f"key{n}": {"text": "word " * 300, "list": list(range(99))} for n in range(2_000)}},
        {"a": [[[["deep " * 50] * 40] * 40] * 40]},
        {f"field{n}": "word " * 400 for n in range(35)},
    ],
    ids=["one text", "a wide mapping", "nested lists", "many fields"],
)
def test_anything_fits(data: dict[str, object]):
    cut = fit(data, 1_000, more="ask for less")

    assert tokens(json.dumps(cut)) <= 1_000
    assert cut["left_out"]


def test_resources_and_prompt_are_listed(agent: Agent):
    uris = {str(one.uri) for one in agent.portal.call(agent.client.list_resources).resources}
    templates = agent.portal.call(agent.client.list_resource_templates).resource_templates
    prompt = agent.portal.call(agent.client.get_prompt, "incident_response", {"alert": "disk full on db-1"})

    assert {"kb://memory/learned/patterns", "kb://memory/state/environments"} <= uris
    assert {one.uri_template for one in templates} == {"kb://memory/{folder}/{name}", "kb://entry/{entry_id}"}
    text = prompt.messages[0].content.text
    assert "disk full on db-1" in text
    assert {word for word in agent.names() if f"{word}(" in text} >= {
        "triage",
        "check_known_issues",
        "record_outcome",
    }


def test_an_entry_is_a_resource(agent: Agent):
    learned = agent.call("learn_pattern", pattern="sounding line too short", fix="splice it")

    found = agent.portal.call(agent.client.read_resource, f"kb://entry/{learned['id']}")

    assert "splice it" in found.contents[0].text


def test_the_starter_home_is_read_whole(agent: Agent, shared_home: Path):
    answer = agent.call("memory_read", key="state/environments.yaml")

    assert answer["key"] == "state/environments"
    assert shared_home.is_dir()


def test_who_writes_into_a_memory_file_that_is_not_there_is_told_so(agent: Agent) -> None:
    item = {"name": "Open the sluice", "steps": ["turn it"]}
    there = agent.call("memory_append", key="learned/runbooks", list_path="procedures", item=item)
    typo = agent.call("memory_append", key="learned/runbokks", list_path="procedures", item=item)
    assert there.get("note", "") == ""
    assert typo["note"] == "learned/runbokks.yaml is a new file; was learned/runbooks meant?"


def test_who_writes_what_cannot_be_read_as_an_entry_is_told_so(agent: Agent) -> None:
    path = "starter_patterns.0.status"
    wrong = agent.call("memory_update", key="learned/patterns", path=path, value="activ")
    assert "must be one of candidate, active" in wrong["note"]
    assert not agent.call("memory_update", key="learned/patterns", path=path, value="active").get("note")
