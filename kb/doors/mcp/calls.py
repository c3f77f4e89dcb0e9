"""A call of a tool: what was given is read, a knowledge base is asked, the answer fits its budget."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import MethodType
from typing import Any

from mcp_types import CallToolResult

from kb.base import KnowledgeBase
from kb.doors.mcp.offers import Offer, ToolCall
from kb.errors import KbError

LONG = 30_000
"""Characters of a text from which on it is read in the lane of long ones: about a tenth of a second."""
SLOW = frozenset({"rehearse_pattern", "weekly_summary", "proposals_list"})
"""Tools that read much of the history, whatever they are given."""
_log = logging.getLogger("kb.server")


def answer(offer: Offer, arguments: Mapping[str, Any], kb: KnowledgeBase) -> CallToolResult | ToolCall:
    """What a tool says of a knowledge base.  Raises KbError for what the caller can mend."""
    from kb.doors.mcp.arguments import (
        read_arguments,  # with all that tools return: the handshake needs none of it
    )
    from kb.doors.mcp.replies import reply

    record = _over(offer.tool.fn, kb)(**read_arguments(offer.tool, arguments))
    return record if isinstance(record, ToolCall) else reply(record, offer)


def refused(name: str, error: Exception) -> CallToolResult:
    """What a call that failed is answered with: a sentence that says whether asking otherwise can help."""
    from kb.doors.mcp.replies import refusal

    if isinstance(error, KbError):
        return refusal(str(error))
    _log.error("the tool %r failed", name[:60], exc_info=error)
    said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return refusal(f"this is a mistake in kb itself ({said}); nothing can be mended by asking again")


def is_long(offer: Offer, arguments: Mapping[str, Any]) -> bool:
    """Whether the call takes so long that others must not wait for it: it brings a long text, or looks far back."""
    return offer.tool.name in SLOW or any(_size(value) > LONG for value in arguments.values())


def _over(fn: Callable[..., Any], kb: KnowledgeBase) -> Callable[..., Any]:
    """The function of a group of tools, over another connection than the one that it was offered with."""
    if not isinstance(fn, MethodType):
        return fn
    group: Callable[[KnowledgeBase], object] = type(fn.__self__)
    function: Callable[..., Any] = getattr(group(kb), fn.__name__)
    return function


def _size(value: object) -> int:
    """About how many characters there are to read."""
    if isinstance(value, dict):
        value = list(value.values())
    return sum(map(_size, value)) if isinstance(value, list) else len(str(value))
