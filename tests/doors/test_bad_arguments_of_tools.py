"""Bad arguments of every tool: one sentence that says what to do, never a traceback, nothing stored."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb import KnowledgeBase
from kb.operations.catalogue import FORMERLY, operation, operations
from tests.doors.conftest import Agent

TOOLS = sorted([*operations(), *FORMERLY])
NOT_FOR_AGENTS = re.compile(
    r"Traceback|pydantic|validation error|mistake in kb|Error executing|File \"|\bNoneType\b"
)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(
        [
            "../../etc/passwd",
            "../x",
            "learned/patterns",
            "state/kb",
            "a/\x00",
            "{",
            "[1,",
            "&a [*a]",
            "\ud800",
            "a: !!python/object:os.system {}",
            "environments..x",
            "9" * 400,
            "nan",
            "0x10",
        ]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("tool", TOOLS)
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_whatever_is_given_the_answer_is_an_answer_or_a_sentence(
    tool: str, agent: Agent, data: st.DataObject
):
    chosen = data.draw(
        st.lists(st.sampled_from([*operation(tool).parameters, "no_such_argument"]), unique=True)
    )
    arguments = {name: data.draw(VALUES) for name in chosen}

    result = agent.result(tool, **arguments)

    if result.is_error:
        check_sentence(agent.text(result))


def check_sentence(text: str) -> None:
    assert not NOT_FOR_AGENTS.search(text), text
    assert 10 < len(text) <= 1_600
    assert " " in text


HOSTILE: list[tuple[str, dict[str, Any], str]] = [
    ("memory_read", {"key": "../../etc/passwd"}, "is not of the form"),
    ("memory_read", {"key": "learned/../../../etc/passwd"}, "is not of the form"),
    ("memory_read", {"key": "/etc/passwd"}, "is not of the form"),
    ("memory_read", {"key": "learned/pattern"}, "did you mean 'learned/patterns'"),
    ("memory_read", {"key": "state/kb"}, "There are: learned/patterns"),
    ("memory_read", {"key": ["learned/patterns"]}, "`key` must be text, not a list"),
    ("memory_append", {"key": "../x", "list_path": "a", "item": "b"}, "is not of the form"),
    (
        "memory_append",
        {"key": "learned/runbooks", "list_path": "", "item": {"name": "x"}},
        "is no path into a file",
    ),
    ("memory_append", {"key": "learned/runbooks", "list_path": "procedures", "item": '{"name": "x"'}, "JSON"),
    (
        "memory_append",
        {"key": "learned/runbooks", "list_path": "procedures", "item": {"steps": []}},
        "nothing was",
    ),
    (
        "memory_append",
        {"key": "learned/runbooks", "list_path": "procedures", "item": "x" * 200_000},
        "is larger than",
    ),
    ("memory_update", {"key": "state/environments", "path": "..", "value": 1}, "is no path into a file"),
    ("memory_query", {"key": "learned/patterns", "path": "nothing.here"}, "has nothing at"),
    ("memory_view", {"filtr": "learned/patterns"}, "did you mean `filter`?"),
    ("memory_session_log", {}, "`action` is missing"),
    ("memory_session_log", {"action": "  "}, "action is empty"),
    ("learn_pattern", {}, "`pattern` is missing; give it: The text"),
    ("learn_pattern", {"pattern": None}, "`pattern` must be text, not null"),
    ("learn_pattern", {"pattern": ""}, "pattern is empty"),
    ("learn_pattern", {"pattern": "x" * 30_000}, "more than 20000"),
    (
        "learn_pattern",
        {"pattern": "zebra crossing", "commands": {"a": 1}},
        "`commands` must be a list of texts",
    ),
    ("learn_pattern", {"pattern": "zebra crossing", "regex": "perhaps"}, "`regex` must be true or false"),
    ("learn_pattern", {"pattern": "zebra crossing", "expires": "soon"}, "is no date"),
    ("learn_tool_fix", {"tol_name": "kubectl", "error_pattern": "x"}, "did you mean `tool_name`?"),
    ("learn_tool_fix", {"tool_name": "kubectl"}, "`error_pattern` is missing"),
    ("check_known_issues", {"eror_text": "x"}, "did you mean `error_text`?"),
    ("check_known_issues", {"error_text": {"a": 1}}, "`error_text` must be text, not an object"),
    ("check_known_issues", {"error_text": "x" * 3_100_000}, "give the lines around the error"),
    ("check_known_issues", {}, "`error_text` is missing; give it: The error: a line"),
    ("check_known_issues", {"error_text": " "}, "the text is empty, so nothing was looked up"),
    ("check_known_issues", {"limit": 0}, "at least 1 and at most 50"),
    ("check_known_issues", {"limit": "many"}, "must be a number, not 'many'"),
    ("search_incidents", {"kinds": ["poem"]}, "no such kind: poem"),
    ("search_incidents", {"since": "last week"}, "must be a time such as"),
    ("get_entry", {"entry_id": "pattern-none"}, "there is no entry"),
    ("record_outcome", {"entry_id": "pattern-none", "result": "resolved"}, "there is no entry"),
    ("weekly_summary", {"days": -1}, "more than 0"),
    ("weekly_summary", {"days": "1e400"}, "`days` must be"),
    ("skill_run", {"name": "learn_patern"}, "did you mean `learn_pattern`?"),
    ("skill_run", {"name": "learn_pattern", "inputs": "pattern OOMKilled"}, "`inputs` must be an object"),
    ("skill_run", {"name": "learn_pattern", "inputs": {"patern": "x"}}, "did you mean `pattern`?"),
    ("skill_run", {"name": "weekly_summary", "inputs": [1]}, "`inputs` must be an object"),
    ("incident_open", {}, "`title` is missing"),
    ("incident_open", {"title": "x", "severity": "purple"}, "purple"),
    ("incident_show", {"incident_id": "incident-none"}, "incident-none"),
    ("incident_verify", {"checks": {"moon": True}, "incident_id": "incident-none"}, "not on the checklist"),
    ("record_change", {"kind": "earthquake", "service": "api"}, "earthquake"),
    ("changes", {"hours": 0}, "more than 0"),
    ("changes", {"until": "2h"}, "`until` needs `since`"),
    ("changes", {"since": "whenever"}, "is no time"),
    ("rollback_target", {"service": ""}, "service is empty"),
    ("check_known_isues", {}, "did you mean `check_known_issues`?"),
]


@pytest.mark.parametrize(("tool", "arguments", "said"), HOSTILE, ids=lambda value: str(value)[:40])
def test_a_bad_argument_is_told_in_a_sentence(agent: Agent, tool: str, arguments: dict[str, Any], said: str):
    sentence = agent.refused(tool, **arguments)

    check_sentence(sentence)
    assert said in sentence


def test_a_refused_item_leaves_the_file_as_it_was(agent: Agent, shared_kb: KnowledgeBase):
    file = shared_kb.home.memory_file("learned/runbooks")
    before = file.read_bytes()

    agent.refused("memory_append", key="learned/runbooks", list_path="procedures", item={"steps": ["x"]})

    assert file.read_bytes() == before


def test_a_lesson_that_says_nothing_is_refused_with_what_to_write_instead(agent: Agent):
    for sentence in (
        agent.refused("learn_pattern", pattern="timeout"),
        agent.refused("learn_tool_fix", tool_name="cranectl", error_pattern="error"),
    ):
        check_sentence(sentence)
        assert "neither cause nor fix; write the whole line of the log" in sentence


def test_after_all_that_the_home_is_whole(agent: Agent, shared_kb: KnowledgeBase):
    agent.call("learn_pattern", pattern="the harbour crane stands still", fix="free its brake")

    answer = agent.call("check_known_issues", error_text="the harbour crane stands still")

    assert answer["verdict"] == "known"
    assert shared_kb.check()[0] == []


LENIENT: list[tuple[str, dict[str, Any]]] = [
    ("check_known_issues", {"query": "the lighthouse lamp is out"}),
    ("check_known_issues", {"error": "the lighthouse lamp is out", "env": "prod", "tool": "lampctl"}),
    ("search_incidents", {"text": "lighthouse"}),
    ("memory_view", {"file": "learned/patterns", "contains": "lamp"}),
    ("memory_query", {"key": "learned/patterns", "path": ""}),
    (
        "memory_append",
        {"file": "learned/runbooks", "path": "procedures", "value": {"name": "Lamp", "steps": ["x"]}},
    ),
    (
        "learn_tool_fix",
        {"tool": "lampctl", "pattern": "lamp 4 has no gas", "cause": "empty", "fix": "fill it"},
    ),
    ("skill_run", {"skill_name": "weekly_summary", "arguments": {"days": 1}}),
]


@pytest.mark.parametrize(("tool", "arguments"), LENIENT, ids=lambda value: str(value)[:40])
def test_the_usual_other_names_of_arguments_are_taken(agent: Agent, tool: str, arguments: dict[str, Any]):
    agent.call(tool, **arguments)


def test_a_name_that_may_mean_two_arguments_is_asked_about(agent: Agent):
    sentence = agent.refused("incident_mitigate", action="filled the lamp", id="incident-x")

    assert "there is no argument 'id'" in sentence
    assert "entry_id, worked, incident_id" in sentence


def test_a_name_is_no_other_one_where_the_right_one_is_given_too(agent: Agent):
    assert "there is no argument 'query'" in agent.refused("check_known_issues", error_text="x", query="y")
