"""What kb tells a person to type, as the tool that an agent calls.  Pure.

Sentences that refuse a call are the same at every door and name commands; who has only tools cannot follow them.
What has no tool (`kb init`) stays a command, and so does one with options.  Texts that people wrote are not touched.
"""

from __future__ import annotations

import re
from typing import Any

from kb.expression import expression

TOOLS = {
    "change list --json": "changes",
    "check": "check_known_issues",
    "doctor": "doctor",
    "hooks list": "hook_deliveries",
    "incident list": "incident_list",
    "incident show": "incident_show",
    "notify list": "messages",
    "proposals": "proposals_list",
    "search": "search_incidents",
    "show": "get_entry",
    "weekly": "weekly_summary",
}
"""The tool that does what a command does, by its words."""
_COMMAND = expression(rf"\bkb ({'|'.join(map(re.escape, TOOLS))})(?=$|[,;:.)])", re.MULTILINE)
_SHOWN = expression(r"(?<=\()kb show (?=[\w-]+\))|(?<=more steps: )kb show (?=[\w-]+$)", re.MULTILINE)
"""Where a brief says how the rest of a text that it cut is seen."""


def as_tools(sentence: str) -> str:
    """A sentence of kb's own, with tools in the place of commands."""
    return _COMMAND.sub(lambda found: TOOLS[found[1]], sentence)


def brief_for_tools(said: Any) -> Any:
    """A brief, as text or as data, whose cut lines say which tool shows all of them."""
    if isinstance(said, str):
        return _SHOWN.sub("get_entry ", said)
    if isinstance(said, dict):
        return {key: brief_for_tools(value) for key, value in said.items()}
    return [brief_for_tools(one) for one in said] if isinstance(said, list) else said
