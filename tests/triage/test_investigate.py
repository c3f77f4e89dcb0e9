"""`investigate_alert` and `debug_prod`: the brief, and what is written down on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.index.encoder import OnnxEncoder
from kb.model.ledger import Verdict
from kb.triage.brief import render

EVIDENCE = {
    "kubectl_get_pods": "NAME READY STATUS\n" + "\n".join(f"orders-{n} 1/1 Running" for n in range(60)),
    "kibana_get_errors": ["INFO ok", "FATAL tide gauge 7 reports a negative depth"],
    "prometheus": {"error_rate": 0.31, "nested": {"p99": "2 s"}},
}


def environments(kb: KnowledgeBase) -> dict[str, dict[str, object]]:
    return kb.memory.read("state/environments")["environments"]  # type: ignore[no-any-return]


def events(kb: KnowledgeBase) -> list[str]:
    day = kb.weekly_summary(1)
    return list(day.log)


def test_the_evidence_finds_what_the_alert_alone_does_not(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern("FATAL tide gauge 7 reports a negative depth", "It froze", "Warm it up")

    alone = kb.triage("High error rate on orders", environment="prod")
    brief = kb.investigate_alert("High error rate on orders", EVIDENCE, "orders", "prod")

    assert alone.verdict is not Verdict.KNOWN
    assert (brief.verdict, brief.entries[0]) == (Verdict.KNOWN, learned.id)


def test_the_state_of_the_environment_is_updated_and_the_findings_are_logged(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern("FATAL tide gauge 7 reports a negative depth", "It froze", "Warm it up")

    kb.investigate_alert("High error rate on orders", EVIDENCE, "orders", "prod")

    state = environments(kb)["production"]
    assert state["status"] == "degraded"
    assert "High error rate on orders" in str(state["alerts"])
    assert learned.id in str(state["known_issues"])
    (line,) = events(kb)
    assert "Investigated High error rate on orders (orders in prod)" in line
    assert learned.id in line


def test_an_alert_that_is_resolved_makes_the_environment_healthy(kb: KnowledgeBase) -> None:
    labels = {"labels": {"alertname": "HighErrorRate", "service": "orders", "env": "prod"}}
    kb.investigate_alert(labels)
    assert environments(kb)["production"]["status"] == "degraded"

    kb.investigate_alert({**labels, "status": "resolved"})

    assert environments(kb)["production"]["status"] == "healthy"


def test_secrets_of_the_evidence_are_written_nowhere(kb: KnowledgeBase, home: Path) -> None:
    kb.investigate_alert(
        "login of api_key=sk-live-4242424242424242 fails", ["password=hunter2hunter2"], "", "prod"
    )

    assert "hunter2" not in (home / "state" / "environments.yaml").read_text()
    assert "4242424242" not in (home / "state" / "environments.yaml").read_text() + "".join(events(kb))


def test_agents_that_investigate_at_once_lose_nothing(
    kb: KnowledgeBase, home: Path, encoder: OnnxEncoder
) -> None:
    def investigate(number: int) -> None:
        with KnowledgeBase.open(home, encoder=encoder) as own:
            own.investigate_alert({"labels": {"alertname": f"Alert{number}", "env": "prod"}})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(investigate, range(6)))

    alerts = str(environments(kb)["production"]["alerts"])
    assert all(f"Alert{number}" in alerts for number in range(6))
    assert len(events(kb)) == 6


def test_without_an_environment_nothing_is_updated_and_that_is_said(kb: KnowledgeBase, home: Path) -> None:
    before = (home / "state" / "environments.yaml").read_bytes()

    brief = kb.investigate_alert("High error rate on orders")

    assert "state/environments.yaml was not updated" in render(brief)
    assert (home / "state" / "environments.yaml").read_bytes() == before


def test_a_broken_file_is_left_as_it_is_and_the_brief_still_comes(kb: KnowledgeBase, home: Path) -> None:
    path = home / "state" / "environments.yaml"
    path.write_text("environments: [unclosed\n")

    brief = kb.investigate_alert("High error rate on orders", environment="prod")

    assert path.read_text() == "environments: [unclosed\n"
    assert "was not updated" in render(brief)
    assert brief.severity.severity == "SEV2"


def test_debug_prod_takes_symptoms_and_a_namespace(kb: KnowledgeBase) -> None:
    brief = kb.debug_prod(
        namespace="orders-prod", symptoms=["requests are failing", "pods restart"], evidence="exit code 137"
    )

    assert brief.severity.severity == "SEV2"
    assert "orders; production" in render(brief)
    assert environments(kb)["production"]["status"] == "degraded"


def test_debug_prod_wants_to_know_what_is_wrong(kb: KnowledgeBase) -> None:
    with pytest.raises(InvalidInput, match="give the symptoms"):
        kb.debug_prod("orders", "orders-prod")
