"""The catalogue: every operation by name, former names too, and the sets that agents are offered as tools."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from kb.errors import InvalidInput
from kb.model.role import Role
from kb.operations import (
    alerts,
    asking,
    changes,
    incidents,
    learning,
    memory,
    proposals,
    skills,
    upkeep,
    weekly,
)
from kb.operations.operation import Operation, Toolset, unknown_name

_NOUNS = (asking, alerts, learning, memory, weekly, proposals, incidents, changes, upkeep, skills)
"""In the order in which agents read them."""

FORMERLY: Mapping[str, str] = {
    "memory_query": "memory_read",
    "memory_view": "memory_read",
    "incident_log": "memory_session_log",
    "debug_prod": "investigate_alert",
}
"""Names of operations that did nearly the same as another one: agents were taught them."""


_CORE = frozenset(
    {
        "check_known_issues",
        "search_incidents",
        "get_entry",
        "triage",
        "investigate_alert",
        "learn_tool_fix",
        "learn_pattern",
        "record_outcome",
        "memory_read",
        "memory_append",
        "memory_update",
        "memory_session_log",
        "weekly_summary",
        "incident_open",
        "incident_mitigate",
        "incident_resolve",
        "incident_verify",
        "incident_show",
        "record_change",
        "changes",
        "rollback_target",
        "skill_run",
    }
)


@cache
def operations() -> Mapping[str, Operation]:
    """All operations by name."""
    found = (one for noun in _NOUNS for one in vars(noun).values() if isinstance(one, Operation))
    return {one.name: one for one in found}


def operation(name: str) -> Operation:
    """The operation of that name, or of that former name.  Raises InvalidInput, with the names there are."""
    known = operations()
    found = known.get(FORMERLY.get(name, name))
    if found is None:
        raise InvalidInput(unknown_name(name, known, "tool"))
    return found


def offered(toolset: Toolset) -> list[Operation]:
    """The operations of a set, in the order in which agents read them."""
    return [one for one in operations().values() if _is_in(one, toolset)]


def _is_in(one: Operation, toolset: Toolset) -> bool:
    match toolset:
        case Toolset.CORE:
            return one.name in _CORE
        case Toolset.READ:
            return one.reads and one.role is Role.READ
        case Toolset.ALL:
            return True
