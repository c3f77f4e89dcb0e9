"""Java traces that begin with the root cause, as the same traces that end with it.

`%rEx` of logback and log4j2, and `rootCauseFirst` of logstash-logback-encoder, print what was thrown first at the top
and what wrapped it below, behind `Wrapped by: `; Java itself prints the last first and what caused it below.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.expression import expression
from kb.text.carriers.splits import Rows

WRAPPED, CAUSED = "Wrapped by: ", "Caused by: "
_LINE = expression(r"((?:\S{10,40} std(?:out|err) F |[\w.-]{1,80} {1,8}\| )?)(.*)", re.DOTALL)
_THROWN = expression(r"(?:[\w$]{1,80}\.){1,12}[\w$]{1,120}(?:: .*)?")
_FRAME = expression(r"[ \t]+(?:at |\.\.\. |Suppressed: |Caused by: )|[ \t]*\Z")


@dataclass(frozen=True, slots=True)
class _Part:
    """An exception with its frames: the rows from `start` up to `end`."""

    start: int
    end: int


def root_last(rows: Rows) -> Rows:
    """The rows, each trace that begins with its root cause turned round; places stay with their lines."""
    read = [_split(line) for line in rows[0]]
    order = list(range(len(read)))
    lines = list(rows[0])
    at = 0
    while at < len(read):
        parts = _parts(read, at) if _THROWN.fullmatch(read[at][1]) else []
        if len(parts) > 1:
            parts.reverse()
            order[at : parts[0].end] = [row for part in parts for row in range(part.start, part.end)]
            for number, part in enumerate(parts):
                before, told = read[part.start]
                told = told.removeprefix(WRAPPED)
                lines[part.start] = before + (CAUSED + told if number else told)
            at = parts[0].end
        else:
            at += 1
    return [lines[row] for row in order], [rows[1][row] for row in order], [rows[2][row] for row in order]


def _split(line: str) -> tuple[str, str]:
    """What a runtime put before a line, and the line."""
    match = _LINE.match(line)
    return (match[1], match[2]) if match else ("", line)


def _parts(read: list[tuple[str, str]], at: int) -> list[_Part]:
    """The exception that stands at a row, and those that wrap it, as they follow one another."""
    parts: list[_Part] = []
    while at < len(read) and (not parts or read[at][1].startswith(WRAPPED)):
        end = at + 1
        while end < len(read) and _FRAME.match(read[end][1]) and read[end][1].strip():
            end += 1
        parts.append(_Part(at, end))
        at = end
    return parts
