"""Tools without a form of their own, as they document what they send: read by the usual names of keys.

By `further_tools.yaml`, the first half, that reading was mended; `further_tools_unseen.yaml`, the second, measured it;
`further_tools_later.yaml` was written and measured after both.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from kb.triage.alert import parse_alert
from kb.triage.severity import judge_severity

AT = datetime(2026, 11, 20, 10, 15, 12, tzinfo=UTC)
HERE = Path(__file__).parent
FACTS = ("name", "service", "environment", "severity", "at", "over")


def cases(file: str) -> dict[str, tuple[Any, dict[str, Any]]]:
    """What each tool sends, and what of it is to be read."""
    listed = yaml.safe_load((HERE / file).read_text())
    return {one["tool"]: (one["sent"], one["told"]) for one in listed}


FIRST, SECOND = cases("further_tools.yaml"), cases("further_tools_unseen.yaml")
LATER = cases("further_tools_later.yaml")
ALL = {**FIRST, **SECOND, **LATER}


def wanted(told: dict[str, Any]) -> tuple[Any, ...]:
    """The facts in order; `...` for one that the tool does not say."""
    return tuple(AT if fact == "at" and told.get(fact) else told.get(fact, ...) for fact in FACTS)


@pytest.mark.parametrize("tool", ALL)
def test_what_a_tool_documents_is_read_by_the_names_of_its_keys(tool: str) -> None:
    sent, told = ALL[tool]

    read = parse_alert(json.dumps(sent))

    severity = judge_severity(read).severity
    got = {
        "name": read.name,
        "service": read.service,
        "environment": read.environment,
        "severity": severity and str(severity),
        "at": _to_the_second((read.ends or read.starts) if read.is_resolved else read.starts),
        "over": read.is_resolved,
    }
    want = dict(zip(FACTS, wanted(told), strict=True))
    assert {fact: got[fact] for fact in told} == {fact: want[fact] for fact in told}


@pytest.mark.parametrize(
    "case",
    [
        "Uptime Kuma, down",
        "AWS Health, closed",
        "GuardDuty",
        "Azure, a metric alert in the classic form",
        "Rollbar, resolved",
        "Librato",
        "Wazuh",
        "Riemann, ok",
        "GitLab, an alert that ended",
    ],
)
def test_a_tool_that_has_a_form_of_its_own_by_now_is_told(case: str) -> None:
    assert parse_alert(ALL[case][0]).tool


def _to_the_second(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(microsecond=0)
