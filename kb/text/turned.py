"""A line that holds what was learned, and says that it is not so, or no longer: `no quorum lost`, `… recovered`.

Such words tell nothing of what went wrong, so no weighing of words sees them; they are looked for by themselves.
"""

from __future__ import annotations

import re

_TURNS = re.compile(
    r"(?i)\b(?:no|not|never|without|isn't|wasn't|didn't|recovered|resolved|passed|fixed|cleared|handled|succeeded"
    r"|disabled|enabled|protection|policy|self-?test|selftest)\b"
    r"|\b0 times\b|[:=]\s?(?:0|false|no|none|ok)\s*$|\bok\b[\s,;]*(?:\d|$)|\.\.\. ok\b"
)


def turned(line: str, learned: str) -> str:
    """The word by which the line turns what was learned into its opposite; empty where nothing does."""
    told = [match[0].strip() for match in _TURNS.finditer(line)]
    own = {match[0].strip().lower() for match in _TURNS.finditer(learned)} if told else set()
    return next((word for word in told if word.lower() not in own), "")
