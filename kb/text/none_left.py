"""None left is another fault than one left: `0 active and 0 backup servers left`, `idle=0`.

Templates do not see it, since a count varies.  So where a count says how much is left, whether it is none is compared
apart from the template.
"""

from __future__ import annotations

import re

_LEFT = (
    "active|available|healthy|ready|idle|free|left|remaining|alive|live|running|online|backup|usable|reachable"
    "|in-sync"
)
COUNTS = re.compile(
    rf"\b(?P<before>\d{{1,9}})(?= (?:[a-z-]{{1,20}} )?(?:{_LEFT})\b)"
    rf"|\b(?:{_LEFT})[\"']?\s?[=:]\s?(?P<after>\d{{1,9}})(?![\w.%])",
    re.IGNORECASE,
)
"""A count of what is left, `before` its word or `after` it."""


def count_of(match: re.Match[str]) -> str:
    """The number in a match of `COUNTS`, as it was written."""
    return match["before"] or match["after"]


def none_left(text: str) -> tuple[bool, ...]:
    """For each count of what is left, in their order, whether it is none."""
    return tuple(not int(count_of(match)) for match in COUNTS.finditer(text))


def apart(one: str, other: str) -> bool:
    """Whether two texts that are alike count the same things, and none is left in only one of them."""
    left = none_left(one)
    if not left:
        return False
    right = none_left(other)
    return len(left) == len(right) and left != right
