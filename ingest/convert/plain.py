"""Plain text with headings that only its layout shows, as Markdown: every line keeps its number.

A heading is a short line without a stop, after a blank line, above a block that is indented or a list.
"""

from __future__ import annotations

import re

from kb.expression import expression

_HEADING = expression(r"^(?P<title>[A-Z0-9][^\n|:`]{1,60}?)\s*:?\s*$")
_NAMED = expression(
    r"^(?:(?:incident )?(?:post-?mortem|report)|run-?book|play-?book|incident)\s*:\s*\S", re.I
)
_STOP = expression(r"[.,;!?]$")
_ITEM = expression(r"^\s*(?:[-*\u2022]|\d+[.)])\s+\S")
_FEW = 7


def plain_to_markdown(text: str) -> str:
    """The text with its headings marked; what is indented below them moves to the margin."""
    lines = text.split("\n")
    headings = {number for number in range(len(lines)) if _is_heading(lines, number)}
    out, below = [], 0
    for number, line in enumerate(lines):
        if number == _first(lines) and _NAMED.match(line):
            out.append(f"# {line.strip()}")
        elif number in headings:
            below = _indent(next((one for one in lines[number + 1 :] if one.strip()), ""))
            out.append(f"## {line.strip().rstrip(':')}")
        else:
            out.append(line[below:] if below and not line[:below].strip() else line)
    return "\n".join(out)


def _first(lines: list[str]) -> int:
    return next((number for number, line in enumerate(lines) if line.strip()), -1)


def _is_heading(lines: list[str], number: int) -> bool:
    line = lines[number]
    found = _HEADING.match(line)
    if (
        found is None
        or _STOP.search(found["title"])
        or len(found["title"].split()) > _FEW
        or _ITEM.match(line)
    ):
        return False
    if number and lines[number - 1].strip():
        return False
    following = lines[number + 1] if number + 1 < len(lines) else ""
    return bool(following.strip()) and (_indent(following) > 0 or bool(_ITEM.match(following)))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
