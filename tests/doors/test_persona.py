"""The persona of seed 003: every call in it, taken from its own text, works as written and has its effect."""

from __future__ import annotations

import ast
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mcp.client.stdio import StdioServerParameters

from tests.conftest import SHARED
from tests.doors.conftest import Agent, connected, environment, served

pytestmark = pytest.mark.slow
CALLS = [
    ("memory_read", "learned/patterns"),
    ("memory_read", "learned/runbooks"),
    ("memory_read", "state/environments"),
    ("memory_read", "learned/service_quirks"),
    ("memory_session_log", "OOMKilled in automation-analytics-backend"),
    ("memory_session_log", "Increased memory limit"),
    ("memory_session_log", "Service recovered"),
    ("skill_run", "learn_pattern"),
    ("memory_append", "learned/runbooks"),
    ("skill_run", "memory_view"),
    ("check_known_issues", "connection refused"),
    ("learn_tool_fix", "kubectl_exec"),
    ("skill_run", "learn_pattern"),
    ("skill_run", "weekly_summary"),
]
"""Each call and its first argument, in the order of the seed: whoever changes the seed sees it here."""


def calls_of(seed: str) -> list[ast.Call]:
    """The calls in the Python blocks; their JSON spans lines between single quotes, which Python does not take."""
    blocks = "\n".join(re.findall(r"```python\n(.*?)```", seed, re.DOTALL))
    blocks = re.sub(r"'(\{.*?\})'", r"'''\1'''", blocks, flags=re.DOTALL)
    return [
        node.value
        for node in ast.parse(blocks).body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]


def arguments_of(call: ast.Call, names: list[str]) -> dict[str, Any]:
    """Positional arguments take the names of the input schema, in its order."""
    given = dict(zip(names, map(ast.literal_eval, call.args), strict=False))
    return given | {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}


@dataclass
class Played:
    """The agent after it made every call of the seed, with the answers."""

    agent: Agent
    calls: list[tuple[str, str]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def over(transport: str, home: Path) -> Iterator[Agent]:
    if transport == "stdio":
        command = StdioServerParameters(
            command=sys.executable, args=["-m", "kb", "mcp"], env=environment(home)
        )
        with connected(command) as agent:
            yield agent
    else:
        with served(home) as (url, _), connected(url) as agent:
            yield agent


@pytest.fixture(scope="module", params=["stdio", "http"])
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, new_home: Path
) -> Iterator[Played]:
    seeds = sorted((SHARED / "seeds").glob("003*"))
    if not seeds:
        pytest.skip("the seeds are not beside the project (../shared/seeds)")
    home = Path(shutil.copytree(new_home, tmp_path_factory.mktemp("persona") / "home"))
    with over(request.param, home) as agent:
        names = agent.names()
        found = Played(agent)
        for call in calls_of(seeds[0].read_text(encoding="utf-8")):
            assert isinstance(call.func, ast.Name)
            arguments = arguments_of(call, names[call.func.id])
            found.calls.append((call.func.id, next(iter(arguments.values()))))
            found.answers.append(agent.call(call.func.id, **arguments))
        yield found


def test_every_call_of_the_seed_is_made_and_succeeds(played: Played):
    assert played.calls == CALLS


def test_memory_read_shows_what_the_files_say(played: Played):
    assert [answer["key"] for answer in played.answers[:4]] == [key for _, key in CALLS[:4]]
    assert all(answer["content"] for answer in played.answers[:4])


def test_log_lines_carry_the_name_of_the_client(played: Played):
    line = played.answers[5]

    assert (line["action"], line["details"], line["actor"]) == (
        "Increased memory limit",
        "Changed from 512Mi to 1Gi",
        "night-shift",
    )


def test_a_learned_pattern_is_found_by_the_text_of_another_pod(played: Played):
    log = "pod/automation-analytics-backend-7d9f8-x2k4j: OOMKilled after 4 hours uptime, exit code 137"

    answer = played.agent.call("check_known_issues", error_text=log)

    first = answer["matches"][0]
    assert answer["verdict"] == "known"
    assert first["meaning"] == "Memory leak in long-running worker"
    assert first["fix"] == "Schedule periodic pod restarts or increase memory limit"
    assert "OOMKilled after 4 hours uptime" in str(played.agent.call("memory_read", key="learned/patterns"))


def test_a_tool_fix_is_known_for_its_tool(played: Played):
    answer = played.agent.call(
        "check_known_issues", error_text="connection refused", tool_name="kubectl_exec"
    )

    assert answer["verdict"] == "known"
    assert answer["matches"][0]["fix"] == "Always check vpn_connect() first"


def test_a_pattern_without_meaning_keeps_its_commands(played: Played):
    found = played.agent.call("memory_view", file="learned/patterns", filter="connection refused to stage")

    (items,) = found["content"].values()
    assert [(item["fix"], item["commands"]) for item in items] == [("VPN disconnect", ["vpn_connect()"])]


def test_an_appended_procedure_is_a_runbook(played: Played):
    hit = played.agent.call("search_incidents", query="OOMKilled recovery", kinds="runbook")["hits"][0]

    entry = played.agent.call("get_entry", entry_id=hit["id"])
    assert (hit["title"], entry["kind"]) == ("OOMKilled recovery", "runbook")
    assert entry["entry"]["steps"][0] == "Check memory metrics"


def test_the_filter_of_memory_view_filters(played: Played):
    view = played.answers[9]["content"]

    items = [item for listed in view.values() for item in listed]
    assert items
    assert all("oomkilled" in str(item).lower() for item in items)


def test_what_was_asked_before_it_was_learned_is_not_known(played: Played):
    assert played.answers[10]["verdict"] != "known"


def test_the_summary_of_one_day_counts_what_just_happened(played: Played):
    summary = played.answers[13]

    learned = " ".join(summary["learned"])
    assert summary["read"]["log lines"] == 3
    assert summary["read"]["lookups"] == 1
    for text in (
        "OOMKilled after 4 hours uptime",
        "kubectl_exec: connection refused",
        "connection refused to stage",
    ):
        assert text in learned
