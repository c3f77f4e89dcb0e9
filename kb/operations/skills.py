"""`skill_run`: any operation by its name, for clients that know only some of them, and for those of the persona."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from kb.base import KnowledgeBase
from kb.operations.arguments import Inputs, Text
from kb.operations.operation import reading


@dataclass(frozen=True, slots=True)
class Call:
    """A call of another operation, which is made in place of this one."""

    operation: str
    arguments: dict[str, Any]


@reading(
    "POST /run"
)  # it writes nothing itself: whether the caller may do so is asked of the other operation
def skill_run(
    kb: KnowledgeBase,
    name: Annotated[
        Text,
        "Such as learn_pattern, memory_view, weekly_summary, investigate_alert, debug_prod, incident_review.",
    ],
    inputs: Annotated[Inputs, "Its arguments, as an object or as JSON text."] = {},  # noqa: B006
) -> Call:
    """Run a skill by name, also one that is not listed as a tool: a wrong name is answered with all there are.

    Each has the same arguments and the same answer as the tool of its name.
    """
    del kb
    return Call(name, dict(inputs))
