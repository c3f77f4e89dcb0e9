"""The severity of an incident that was opened without one, asked of the person behind a client that can ask.

The incident is open before anybody is asked, so that its time and those who are told of it wait for no answer; without
one it stays as it is.  By MCP of 2026-07-28 the question goes back as the answer of the call, which the client then
makes again with what was said; before, it is a request of the server's, which waits for some seconds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import anyio
from mcp.server.mcpserver import Context
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CallToolResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp_types.version import is_version_at_least
from pydantic import ValidationError

from kb.model.entry import Severity
from kb.text.escaping import visible

OPENS = "incident_open"
"""The tool after which is asked."""
SECONDS = 15.0
"""How long a call waits for somebody who is asked while it lasts."""
_ASKED = "severity"
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        _ASKED: {
            "type": "string",
            "title": "Severity",
            "description": "SEV1 is the worst: customers cannot work at all.  SEV4 is hardly noticed.",
            "enum": [one.value for one in Severity],
        }
    },
    "required": [_ASKED],
}

Call = Callable[[str, Mapping[str, Any]], Awaitable[CallToolResult]]
"""Makes a call of a tool for the one who asks."""


def can_ask(context: Context[Any, Any] | None) -> bool:
    """Whether there is a client that says it can show a form (before there were kinds of them, it said so without)."""
    capabilities = context.client_capabilities if context else None
    elicitation = capabilities.elicitation if capabilities else None
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


async def opened(
    call: Call, given: Mapping[str, Any], context: Context[Any, Any]
) -> CallToolResult | InputRequiredResult:
    """The incident, open, with the severity that somebody gave when asked, if somebody did.  Raises KbError."""
    if context.request_state:
        told = CallToolResult.model_validate_json(context.request_state)
        return await _graded(call, told, (context.input_responses or {}).get(_ASKED))
    told = await call(OPENS, given)
    incident = told.structured_content or {}
    if incident.get("severity"):
        return told
    question = _question(incident)
    if is_version_at_least(context.protocol_version or "", "2026-07-28"):
        return InputRequiredResult(
            input_requests={_ASKED: ElicitRequest(params=question)},
            request_state=told.model_dump_json(by_alias=True, exclude_none=True),
        )
    return await _graded(call, told, await _asked_at_once(question, context))


def _question(incident: Mapping[str, Any]) -> ElicitRequestFormParams:
    services = ", ".join(incident.get("services", ()))
    what = f"{incident.get('title', '')}{f' ({services})' if services else ''}"
    return ElicitRequestFormParams(
        message=visible(f"The incident is open: {what}.  How severe is it?"), requested_schema=_SCHEMA
    )


async def _asked_at_once(
    question: ElicitRequestFormParams, context: Context[Any, Any]
) -> ElicitResult | None:
    if not context.session.can_send_request:
        return None
    said: ElicitResult | None = None
    with (
        anyio.move_on_after(SECONDS),
        suppress(MCPError, ValidationError),
    ):  # it cannot after all, or answers otherwise
        said = await context.session.elicit_form(
            question.message, question.requested_schema, related_request_id=context.request_id
        )
    return said


async def _graded(call: Call, told: CallToolResult, said: object) -> CallToolResult:
    """What was told of the incident, or what is told of it after the severity that was said."""
    given = said.content if isinstance(said, ElicitResult) and said.action == "accept" else None
    if not given or not given.get(_ASKED):
        return told
    incident_id = (told.structured_content or {})["id"]
    return await call(
        "incident_severity",
        {"severity": given[_ASKED], "reason": "given when asked", "incident_id": incident_id},
    )
