"""MCP of 2026-07-28 and before: both ways to begin, what may be kept, whose trace a call is part of, who is asked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client.stdio import StdioServerParameters
from mcp_types import ElicitRequestFormParams, ElicitResult, ErrorData

from kb import KnowledgeBase
from kb.doors.calls.workers import current_actor
from kb.doors.mcp import severity
from kb.doors.mcp.server import INSTRUCTIONS, KbServer
from kb.index.encoder import OnnxEncoder
from tests.doors.conftest import Agent, connected, environment, served

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def kb(home: Path, encoder: OnnxEncoder) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(home, encoder=encoder, actor=current_actor) as kb:
        yield kb


def over_stdio(home: Path) -> StdioServerParameters:
    return StdioServerParameters(command=sys.executable, args=["-m", "kb", "mcp"], env=environment(home))


class Person:
    """Somebody whom a client can ask: keeps the questions, and gives one answer."""

    def __init__(self, answer: ElicitResult | ErrorData, *, after: float = 0) -> None:
        self.asked: list[ElicitRequestFormParams] = []
        self._answer, self._after = answer, after

    async def __call__(self, context: Any, params: Any) -> ElicitResult | ErrorData:
        del context
        self.asked.append(params)
        await anyio.sleep(self._after)
        return self._answer


@pytest.mark.parametrize(("mode", "version"), [("legacy", "2025-11-25"), ("auto", "2026-07-28")])
def test_a_client_of_each_day_begins_and_is_told_the_same(kb: KnowledgeBase, mode: str, version: str):
    with connected(KbServer(kb), mode=mode) as agent:
        assert agent.client.protocol_version == version
        assert agent.client.server_info is not None
        assert agent.client.server_info.name == "incident-kb"
        assert agent.client.instructions == INSTRUCTIONS
        assert "check_known_issues" in agent.names()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_who_wrote_is_named_whichever_way_a_client_begins(home: Path, mode: str):
    with connected(over_stdio(home), mode=mode) as agent:
        learned = agent.call("learn_pattern", pattern="bollard 7 leans", fix="straighten it")
        entry = agent.call("get_entry", entry_id=learned["id"])
    with served(home) as (url, _), connected(url, mode=mode) as agent:
        other = agent.call("learn_pattern", pattern="bollard 8 leans", fix="straighten it")
        another = agent.call("get_entry", entry_id=other["id"])

    assert entry["entry"]["provenance"]["author"] == "night-shift"
    assert another["entry"]["provenance"]["author"] == "night-shift"


def test_lists_may_be_kept_for_a_while_and_what_is_known_may_not(kb: KnowledgeBase):
    with connected(KbServer(kb)) as agent:
        tools = agent.portal.call(agent.client.list_tools)
        prompts = agent.portal.call(agent.client.list_prompts)
        templates = agent.portal.call(agent.client.list_resource_templates)
        resources = agent.portal.call(agent.client.list_resources)
        read = agent.portal.call(agent.client.read_resource, "kb://memory/learned/patterns")

    for same_for_all in (tools, prompts, templates):
        assert (same_for_all.cache_scope, same_for_all.ttl_ms) == ("public", 600_000)
    assert (resources.cache_scope, resources.ttl_ms) == ("private", 600_000)
    assert (read.cache_scope, read.ttl_ms) == ("private", 0)


def test_what_was_learned_is_read_at_once_by_a_client_that_keeps_what_it_may(kb: KnowledgeBase):
    with connected(KbServer(kb)) as agent:
        agent.portal.call(agent.client.read_resource, "kb://memory/learned/patterns")
        agent.call("learn_pattern", pattern="capstan 3 squeals", fix="grease it")
        read = agent.portal.call(agent.client.read_resource, "kb://memory/learned/patterns")

    assert "capstan 3 squeals" in read.contents[0].text


@pytest.mark.slow
def test_a_call_belongs_to_the_trace_that_its_client_names(home: Path):
    script = f"""
import anyio, sys
from opentelemetry import trace
from opentelemetry.context import Context, attach
from opentelemetry.propagate import extract
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from kb import KnowledgeBase
from kb.doors.mcp.server import KbServer
from mcp import Client
spans = InMemorySpanExporter()
provider = TracerProvider()
async def main():
    with KnowledgeBase.open(sys.argv[1]) as kb:
        for mode in ("legacy", "auto"):
            async with Client(KbServer(kb), mode=mode) as client:
                attach(extract({{"traceparent": "00-{TRACE}-b7ad6b7169203331-01"}}))
                await client.call_tool("incident_list", {{}})
                attach(Context())
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)
anyio.run(main)
print([f"{{span.context.trace_id:032x}}" for span in spans.get_finished_spans() if span.name == "incident_list"])
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(home)],
        capture_output=True,
        text=True,
        env=environment(home),
        check=True,
    )

    assert done.stdout.strip() == str([TRACE, TRACE])


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_severity_that_is_missing_is_asked_of_the_person_behind_the_client(kb: KnowledgeBase, mode: str):
    person = Person(ElicitResult(action="accept", content={"severity": "SEV2"}))

    with connected(KbServer(kb), mode=mode, elicitation_callback=person) as agent:
        opened = agent.call("incident_open", title="the lock gate sticks", service="lock")

    (asked,) = person.asked
    assert "the lock gate sticks" in asked.message
    assert asked.requested_schema["properties"]["severity"]["enum"] == ["SEV1", "SEV2", "SEV3", "SEV4"]
    assert (opened["severity"], opened["confirmed"]) == ("SEV2", True)
    (incident,) = kb.incidents.open_ones()
    assert (incident.id, incident.severity) == (opened["id"], "SEV2")


@pytest.mark.parametrize("mode", ["legacy", "auto"])
@pytest.mark.parametrize(
    "answer",
    [
        ElicitResult(action="decline"),
        ElicitResult(action="cancel"),
        ElicitResult(action="accept", content={}),
    ],
    ids=["declined", "cancelled", "empty"],
)
def test_an_incident_is_open_without_a_severity_where_the_person_gives_none(
    kb: KnowledgeBase, mode: str, answer: ElicitResult
):
    with connected(KbServer(kb), mode=mode, elicitation_callback=Person(answer)) as agent:
        opened = agent.call("incident_open", title="the lock gate sticks", service="lock")

    assert opened["severity"] is None
    (incident,) = kb.incidents.open_ones()
    assert incident.id == opened["id"]
    assert len(incident.timeline) == 1


def test_a_client_that_refuses_to_ask_has_its_incident_all_the_same(kb: KnowledgeBase):
    person = Person(ErrorData(code=-32603, message="no form can be shown here"))

    with connected(KbServer(kb), mode="legacy", elicitation_callback=person) as agent:
        opened = agent.call("incident_open", title="the lock gate sticks", service="lock")

    assert opened["severity"] is None


def test_an_answer_of_no_known_scale_is_told_and_the_incident_stays_open(kb: KnowledgeBase):
    person = Person(ElicitResult(action="accept", content={"severity": "enormous"}))

    with connected(KbServer(kb), mode="auto", elicitation_callback=person) as agent:
        said = agent.refused("incident_open", title="the lock gate sticks", service="lock")

    assert "of no known scale" in said
    assert len(kb.incidents.open_ones()) == 1


def test_nobody_is_waited_for_longer_than_some_seconds(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(severity, "SECONDS", 0.2)
    person = Person(ElicitResult(action="accept", content={"severity": "SEV1"}), after=60)

    with connected(KbServer(kb), mode="legacy", elicitation_callback=person) as agent:
        opened = agent.call("incident_open", title="the lock gate sticks", service="lock")

    assert person.asked
    assert opened["severity"] is None


@pytest.mark.parametrize("given", [{"severity": "P1"}, {"severity": "critical"}])
def test_nobody_is_asked_for_what_was_given(kb: KnowledgeBase, given: dict[str, str]):
    person = Person(ElicitResult(action="accept", content={"severity": "SEV4"}))

    with connected(KbServer(kb), elicitation_callback=person) as agent:
        opened = agent.call("incident_open", title="the lock gate sticks", **given)

    assert person.asked == []
    assert opened["severity"] == "SEV1"


@pytest.mark.slow
def test_over_http_the_person_is_asked_by_2026_and_the_incident_opens_by_2025(home: Path):
    """Before 2026 a server could only ask over a stream, and this one answers in plain JSON."""
    person = Person(ElicitResult(action="accept", content={"severity": "SEV2"}))
    found: dict[str, Agent | Any] = {}

    with served(home) as (url, _):
        for mode in ("auto", "legacy"):
            with connected(url, mode=mode, elicitation_callback=person) as agent:
                found[mode] = agent.call("incident_open", title=f"the lock gate sticks, {mode}")["severity"]

    assert found == {"auto": "SEV2", "legacy": None}
