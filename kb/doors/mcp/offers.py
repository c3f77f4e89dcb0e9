"""A tool as it is offered to agents: a function of the knowledge base, what it may do, how much it may say.

The schemas come from the function: arguments from its signature, output from the record that it
returns.  A tool that only reads says so; it is all that a read token may call.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, get_type_hints

from mcp.server.mcpserver.tools import Tool
from mcp_types import ToolAnnotations
from pydantic import TypeAdapter

ANSWER = 2_000
"""Tokens of an ordinary answer."""
PAGE = 4_000
"""Tokens of a memory file, a postmortem, an incident with its timeline."""

_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)

Newest = bool | Collection[str]
"""Whether the ends of long lists are kept rather than their beginnings; or the lists of which they are."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One tool: `budget` in tokens; `newest` keeps the ends of long lists, or of those that it names.

    `more` tells how to see the rest.
    """

    tool: Tool
    reads: bool
    budget: int
    newest: Newest
    more: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of another tool, which the server makes in place of this one."""

    tool: str
    arguments: dict[str, Any]


class Tools(Protocol):
    """A group of tools."""

    def offers(self) -> Sequence[Offer]:
        """The tools of the group."""
        ...


def reading(fn: Callable[..., Any], budget: int = ANSWER, *, newest: Newest = False, more: str = "") -> Offer:
    """A tool that changes nothing that its caller could see changed."""
    return Offer(_tool(fn, _READS), True, budget, newest, more)


def writing(
    fn: Callable[..., Any],
    budget: int = ANSWER,
    *,
    again: bool = False,
    newest: Newest = False,
    more: str = "",
) -> Offer:
    """A tool that adds to what is known; with `again`, calling it twice does no more than once."""
    hints = ToolAnnotations(
        read_only_hint=False, destructive_hint=False, idempotent_hint=again, open_world_hint=False
    )
    return Offer(_tool(fn, hints), False, budget, newest, more)


def _tool(fn: Callable[..., Any], hints: ToolAnnotations) -> Tool:
    tool = Tool.from_function(fn, annotations=hints, structured_output=False, description=_plain(fn.__doc__))
    tool.parameters = _untitled(tool.parameters)
    tool.fn_metadata.output_schema = _untitled(
        TypeAdapter(get_type_hints(fn)["return"]).json_schema(mode="serialization")
    )
    return tool


def _untitled(schema: Any) -> Any:
    """The schema without the titles that only repeat names: agents read every byte of it."""
    if isinstance(schema, list):
        return [_untitled(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _untitled(value) for key, value in schema.items() if key != "title" or not isinstance(value, str)
    }


def _plain(docstring: str | None) -> str:
    """The docstring without its indentation."""
    return inspect.cleandoc(docstring or "")
