"""What each client in Python does: learns, asks, errs, opens an incident; and what it was told of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Told = dict[str, Any]
Call = Callable[[str, dict[str, Any]], Awaitable[Told]]
TEXT = "gangway alarm 12 does not reset"


async def story(call: Call) -> Told:
    """What was told; `call` gives the data of an answer, or {"error": sentence}."""
    lesson = {"pattern": TEXT, "fix": "cut its power for ten seconds", "commands": "gangway off, gangway on"}
    learned = await call("learn_pattern", lesson)
    answer = await call("check_known_issues", {"error_text": TEXT})
    loosely = await call("check_known_issues", {"query": TEXT, "service": None, "limit": "3"})
    refused = await call("check_known_issues", {"errortext": "x"})
    former = await call("memory_view", {"key": "learned/patterns"})
    skill = await call("skill_run", {"name": "memory_view", "inputs": {"key": "learned/patterns"}})
    opened = await call("incident_open", {"title": "gangway 12 is away"})
    entry = await call("get_entry", {"entry_id": learned["id"]})
    return {
        "verdict": answer["verdict"],
        "loosely": loosely["verdict"],
        "commands": answer["matches"][0]["commands"],
        "author": entry["entry"]["provenance"]["author"],
        "refused": refused["error"],
        "former": former.get("key", former.get("error")),
        "skill": skill["key"],
        "severity": opened["severity"],
    }
