"""Traces that loggers draw in another way, as their runtimes print them.

**Root first.**  `%rEx` of logback and log4j2, and `rootCauseFirst` of logstash-logback-encoder, print what was thrown
first at the top and what wrapped it below, behind `Wrapped by: `; Java itself prints the last first and what caused it
below.

**In a box.**  Rich, and with it typer and structlog, draws a traceback of Python with the code around each frame and
the values of variables; of that the frames stay, and the line that each was at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.expression import expression
from kb.text.carriers.splits import Rows

WRAPPED, CAUSED = "Wrapped by: ", "Caused by: "
_LINE = expression(r"((?:\S{10,40} std(?:out|err) F |[\w.-]{1,80} {1,8}\| )?)(.*)", re.DOTALL)
_THROWN = expression(r"(?:[\w$]{1,80}\.){1,12}[\w$]{1,120}(?:: .*)?")
BOXED = "Traceback (most recent call last) "
_OPENS = expression(r"(.*?)[╭┌+][─-]+ Traceback \(most recent call last\) [─-]+[╮┐+][ \t]*\Z")
_WIDEST = 2000
"""Characters of a row of a box, and of what stands before it."""
_CLOSES = expression(r".*?[╰└+][─-]{8,}[╯┘+][ \t]*\Z")
_PLACE = expression(r"(\S.{0,400}):(\d{1,7})(?: in(?: (.{1,200}))?)?\Z")
_PATH = expression(r"(?:[/~]|[A-Za-z]:\\)\S{20,}\Z")
"""A path of a frame that goes on in the next row."""
_RAISES = expression(r"(?:❱|\\u2771) +\d{1,7} (.*)")
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


def unboxed(rows: Rows) -> Rows:
    """The rows, each traceback in a box as Python prints it; what is drawn around its frames is no row any more."""
    told: list[tuple[str, int, int]] = []
    boxed, column, begun = False, 0, ""
    for line, first, last in zip(*rows, strict=True):
        if len(line) > _WIDEST:
            boxed = False
        elif BOXED in line and (opened := _OPENS.match(line)):
            boxed, column, begun = True, opened.end(1), ""
            line = f"{opened[1]}Traceback (most recent call last):"
        elif boxed and (row := _row(line, column)):
            before, text = row
            drawn = _drawn(begun + text)
            begun = "" if drawn or not _PATH.match(text) else text
            if not drawn:
                continue
            line = before + drawn
        elif boxed:
            boxed = False
            if _CLOSES.match(line):
                continue
        told.append((line, first, last))
    return [line for line, _, _ in told], [first for _, first, _ in told], [last for _, _, last in told]


def _row(line: str, column: int) -> tuple[str, str] | None:
    """What stands before a row of the box that begins at about that column, and in it; None where it is none."""
    bar = "│" if "│" in line else "|"  # (where all is ASCII, what stands before may have such a bar, too)
    line = line.rstrip(" \t")
    begin = line.find(bar, max(0, column - 1) if bar == "|" else 0)
    if begin < 0 or begin == len(line) - 1 or not line.endswith(bar):
        return None
    return line[:begin], line[begin + 1 : -1].removeprefix(" ").rstrip(" \t")


def _drawn(text: str) -> str:
    """A row of a box as a line of a traceback: where a frame is, or what it was doing; empty for all else."""
    if place := _PLACE.match(text):
        return f'  File "{place[1]}", line {place[2]}' + (f", in {place[3]}" if place[3] else "")
    code = _RAISES.match(text)
    return "    " + code[1].lstrip(" │") if code else ""
