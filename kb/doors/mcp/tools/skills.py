"""`skill_run`: the skills of the incident persona by name, each of them a tool of this server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from kb.doors.mcp.arguments import Inputs, Text, unknown_name
from kb.doors.mcp.offers import Offer, ToolCall, writing
from kb.errors import InvalidInput

SKILLS = ("learn_pattern", "memory_view", "weekly_summary", "investigate_alert", "debug_prod")


def skill_run(
    name: Annotated[Text, Field(description=f"One of: {', '.join(SKILLS)}.")],
    inputs: Annotated[Inputs, Field(description="The skill's arguments, as an object or as JSON text.")] = {},  # noqa: B006
) -> ToolCall:
    """Run a skill by name: learn_pattern, memory_view, weekly_summary, investigate_alert or debug_prod.

    Each is a tool of this name, with the same arguments and the same answer; calling that tool does the
    same as this.
    """
    if name not in SKILLS:
        raise InvalidInput(unknown_name(name, SKILLS, "skill"))
    return ToolCall(name, dict(inputs))


class Skills:
    """The tool that calls others."""

    def offers(self) -> Sequence[Offer]:
        """The tools of this group, each with what it may do and how much it may say."""
        offer = writing(skill_run)
        offer.tool.fn_metadata.output_schema = None  # it answers what the skill answers
        # It writes nothing itself: whether the caller may do so is asked of the skill's own tool.
        return (replace(offer, reads=True),)
