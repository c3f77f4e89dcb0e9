"""The tools whose alerts are known by their form, and what a message of one of them says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from kb.records import from_data
from kb.triage.alerts import checks, clouds, paging, prometheus, telemetry, uptime
from kb.triage.alerts.checks import Macros, as_macros
from kb.triage.alerts.report import AlertReading, Tool

TOOLS: tuple[Tool, ...] = (
    *prometheus.TOOLS,
    *clouds.TOOLS,
    *paging.TOOLS,
    *telemetry.TOOLS,
    *checks.TOOLS,
    *uptime.TOOLS,
)
"""In the order in which they are tried; the keys that tell one are rarely those of another."""


def read_tool(data: Mapping[Any, Any]) -> AlertReading | None:
    """What the tool that sent this says; None where it is of no known form, or not as that tool sends it."""
    known = {key: value for key, value in data.items() if isinstance(key, str)}
    for tool in TOOLS:
        if tool.sent(known) and (reading := _read(tool, known)):
            return reading
    if macros := as_macros(known):
        return AlertReading(
            tool="Nagios, Icinga or Checkmk", reports=tuple(Macros(data=dict(macros)).reports())
        )
    return None


def _read(tool: Tool, data: dict[str, Any]) -> AlertReading | None:
    try:
        payload = from_data(data, tool.model)
    except msgspec.ValidationError:
        return None
    reports = tuple(payload.reports())
    return AlertReading(tool=tool.name, reports=reports, one_group=len(reports) == 1) if reports else None
