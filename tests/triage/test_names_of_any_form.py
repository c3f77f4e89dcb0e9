"""An alert is known by its own name, whatever that looks like: few tools name alerts in one word of humps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.model.ledger import Verdict

NAMES = (
    "checkout-db-connections-production",
    "Disk is almost full on db-2",
    "[prod] checkout: p99 above 2 s",
    "high_5xx_rate",
)


def fired(name: str) -> str:
    """What CloudWatch sends of an alarm with this name."""
    return json.dumps(
        {
            "AlarmName": name,
            "AlarmDescription": "",
            "AWSAccountId": "123456789012",
            "NewStateValue": "ALARM",
            "NewStateReason": "Threshold Crossed: 1 datapoint [91.0] was greater than the threshold (80.0).",
            "StateChangeTime": "2026-11-30T02:11:00.000+0000",
            "Region": "EU (Ireland)",
            "OldStateValue": "OK",
            "Trigger": {"MetricName": "DatabaseConnections", "Namespace": "AWS/RDS", "Dimensions": []},
        }
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_runbook_of_that_name_is_the_answer(kb: KnowledgeBase, home: Path, name: str):
    (home / "docs").mkdir()
    (home / "docs" / "book.md").write_text(
        f"# Runbook: {name}\n\n## Steps\n\n1. Look at the pooler.\n2. `kubectl rollout restart deploy/pooler`\n"
    )
    kb.ingest(home / "docs")

    brief = kb.triage(fired(name))

    assert brief.verdict is Verdict.KNOWN
    assert "kubectl rollout restart deploy/pooler" in str(brief.sections)


def test_the_runbook_of_another_alert_is_not_known_for_it(kb: KnowledgeBase, home: Path):
    (home / "docs").mkdir()
    (home / "docs" / "book.md").write_text(
        "# Runbook: checkout-db-connections-production\n\n## Steps\n\n1. Look at the pooler.\n"
    )
    kb.ingest(home / "docs")

    assert kb.triage(fired("checkout-db-connections-staging")).verdict is not Verdict.KNOWN
