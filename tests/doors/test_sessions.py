"""Seeds 000 and 001, played from the alert to the postmortem through a real server over stdio.

What the sessions say is taken from their own texts; they end with the outcomes that they list.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp.client.stdio import StdioServerParameters

from kb import KnowledgeBase
from tests.conftest import SHARED
from tests.doors.conftest import Agent, connected, environment

pytestmark = pytest.mark.slow


def seed(number: str) -> str:
    found = sorted((SHARED / "seeds").glob(f"{number}*"))
    if not found:
        pytest.skip("the seeds are not beside the project (../shared/seeds)")
    return found[0].read_text(encoding="utf-8")


def listed(text: str, heading: str) -> list[str]:
    """The items of the first list under a bold label or heading."""
    block = re.search(rf"{heading}\W*\n\n?((?:(?:[-*]|\d\.) .*\n)+)", text)
    assert block, heading
    items = re.findall(r"^(?:[-*]|\d\.) (?:\[ \] |✅ )?(.*)$", block[1], re.M)
    return [str(item) for item in items]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, new_home: Path) -> Path:
    return Path(shutil.copytree(new_home, tmp_path_factory.mktemp("sessions") / "home"))


@pytest.fixture(scope="module")
def agent(home: Path) -> Iterator[Agent]:
    command = StdioServerParameters(command=sys.executable, args=["-m", "kb", "mcp"], env=environment(home))
    with connected(command) as found:
        yield found


def drafted_and_read_back(home: Path, agent: Agent, incident_id: str) -> None:
    """The postmortem lies where the seed wants it, and ingest reads the same incident."""
    path = agent.call("incident_postmortem", incident_id=incident_id, save=True)["path"]
    with KnowledgeBase.open(home) as kb:
        before = kb.get(incident_id)
        receipt = kb.ingest(path)
        after = kb.get(incident_id)
    assert receipt.files[0].entries == (incident_id,)
    for name in (
        "title",
        "date",
        "detected",
        "mitigated",
        "resolved",
        "severity",
        "causes",
        "resolution",
        "timeline",
        "action_items",
    ):
        assert getattr(after, name) == getattr(before, name), name
    assert Path(path).parent.as_posix().endswith(".agents/retros")


@dataclass(frozen=True)
class Played:
    """What the calls of seed 000's session answered."""

    brief: str
    found: dict[str, Any]
    opened: dict[str, Any]
    resolved: dict[str, Any]
    verified: dict[str, Any]
    learned: dict[str, Any]


@pytest.fixture(scope="module")
def pool(agent: Agent, home: Path) -> Played:
    """The session of seed 000, played: a pool that is exhausted because traffic rose."""
    text = seed("000")
    alert = re.findall(r"User: Alert: (.*)", text)[0]
    findings, actions = (
        listed(text, r"\*\*Findings\*\*:"),
        listed(text.split("### 3.")[1], r"\*\*Actions\*\*:"),
    )
    (home / ".agents/retros").mkdir(parents=True, exist_ok=True)

    brief = agent.result("triage", alert=alert, service="order-service", severity="P1")
    opened = agent.call("incident_open", title=alert, service="order-service", severity="P1", alert=alert)
    for step in listed(text, r"\*\*Immediate Actions\*\*:"):
        agent.call("memory_session_log", action=step)
    agent.call("incident_hypothesise", text=findings[2], evidence=findings[:2], status="suspected")
    found = agent.call("check_known_issues", error_text=findings[0], service="order-service")
    agent.call("incident_mitigate", action=actions[0], worked=True)
    resolved = agent.call("incident_resolve", resolution=actions[1], cause=findings[2])
    verified = agent.call("incident_verify", checks="all", by="on-call")
    for item in listed(text.split("### 5.")[1], r"\*\*Actions\*\*:"):
        agent.call("incident_action_item", text=item, owner="platform-ops", due="2027-01-31")
    learned = agent.call(
        "learn_pattern",
        pattern=findings[0],
        meaning=findings[2],
        fix=actions[0],
        check="did traffic rise?",
        category="database",
    )
    runbook = {"name": "Connection pool exhausted", "steps": actions, "verified": True}
    agent.call("memory_append", key="learned/runbooks", list_path="procedures", item=runbook)
    agent.call("incident_close")

    return Played(agent.text(brief), found, opened, resolved, verified, learned)


def test_the_session_of_seed_000_ends_with_its_outcomes(home: Path, agent: Agent, pool: Played):
    text = seed("000")
    findings = listed(text, r"\*\*Findings\*\*:")

    assert "SEV1" in pool.brief
    assert pool.opened["severity"] == "SEV1"
    assert pool.found["verdict"] != "known"  # nobody knew it yet
    assert pool.verified["phase"] == "verified"
    assert listed(text, "## Session Outcome") == [
        "Incident mitigated",
        "Root cause identified",
        "Postmortem documented",
        "Runbook updated",
        "Alert added",
    ]
    assert [(one["text"], one["status"]) for one in pool.resolved["hypotheses"]] == [
        (findings[2], "confirmed")
    ]
    drafted_and_read_back(home, agent, pool.opened["id"])
    hits = agent.call("search_incidents", query="connection pool exhausted", kinds="runbook")["hits"]
    assert hits[0]["title"] == "Connection pool exhausted"
    shown = agent.call("incident_show", incident_id=pool.opened["id"])
    assert shown["mitigated"]
    assert {item["text"] for item in shown["action_items"]} == set(
        listed(text.split("### 5.")[1], r"\*\*Actions\*\*:")
    )
    again = agent.call(
        "check_known_issues", error_text="FATAL: Database connection pool exhausted (pid 4711)"
    )
    assert (again["verdict"], again["matches"][0]["id"]) == ("known", pool.learned["id"])


def test_the_session_of_seed_001_ends_with_its_outcomes_and_knows_both_causes(
    home: Path, agent: Agent, pool: Played
):
    text = seed("001")
    alert = re.findall(r"^Alert: (.*)", text, re.M)[0]
    finding = re.findall(r"\*\*Finding\*\*: (.*)", text)[0]
    cause = re.findall(r"\*\*Root cause\*\*: (.*)", text)[0]
    actions = listed(text.split("### 3.")[1], r"\*\*Actions\*\*:")
    (home / ".agents/retros").mkdir(parents=True, exist_ok=True)
    agent.call("record_change", kind="deployment", service="checkout-api", version="v2.4", at="20m")

    opened = agent.call("incident_open", title=alert, service="checkout-api", severity="P1", alert=alert)
    agent.call("incident_acknowledge")
    brief = agent.text(agent.result("triage", alert=f"{alert}\n{finding}", service="checkout-api"))
    agent.call("incident_mitigate", action=actions[0], worked=True)
    agent.call("incident_mitigate", action=actions[1], worked=True)
    agent.call("incident_hypothesise", text=cause, status="confirmed", evidence="the diff of v2.4")
    agent.call("incident_resolve", resolution="Deployed v2.5, which closes its connections", cause=cause)
    agent.call("incident_verify", checks="all")
    for item in listed(text, "## Follow-up Actions"):
        agent.call("incident_action_item", text=item)
    agent.call(
        "learn_pattern",
        pattern=finding,
        meaning=cause,
        fix="Roll the deployment back, then close connections",
        check="did a deploy go out?",
        category="database",
    )
    closed = agent.call("incident_close")

    assert "v2.4" in brief
    assert listed(text, "## Session Outcome")[1:] == [
        "Root cause identified",
        "Postmortem completed",
        "Action items created",
    ]
    shown = agent.call("incident_show", incident_id=opened["id"])
    assert closed["phase"] == "closed"
    assert shown["resolved"]
    assert [one["status"] for one in shown["hypotheses"]] == ["confirmed"]
    assert len(shown["action_items"]) == 4
    drafted_and_read_back(home, agent, opened["id"])
    both = agent.call("check_known_issues", error_text=finding)
    assert pool.learned["id"] in {match["id"] for match in both["matches"]}
    assert both["alternatives"]
    assert {"did traffic rise?", "did a deploy go out?"} <= {match["check"] for match in both["matches"]}
