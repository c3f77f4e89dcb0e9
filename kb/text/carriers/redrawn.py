"""Traces that loggers draw in another way, as their runtimes print them.

**Root first.**  `%rEx` of logback and log4j2, and `rootCauseFirst` of logstash-logback-encoder, print what was thrown
first at the top and what wrapped it below, behind `Wrapped by: `; Java itself prints the last first and what caused it
below.

**PHP** prints the root first, too, and what it led to behind `Next `; loggers (Monolog 2.9) do it the other way round.

**Ruby** before 3.0 prints a trace to a terminal from its end on, as later ones do where they are asked to
(`order: :bottom`).

**With bullets.**  tslog (5.1) prints the name of an error and its words above `error stack:`, and a frame in two rows.

**In XML.**  `XMLFormatter` of java.util.logging, which a FileHandler has by default, writes class, method and line of a
frame as elements of their own, in rows of their own.

**In a box.**  Rich, and with it typer and structlog, draws a traceback of Python with the code around each frame and
the values of variables; of that the frames stay, and the line that each was at.

**An error of Go with all that it holds.**  `%+v` prints a part for each error of a chain, its words and then its
frames: `github.com/pkg/errors` (0.9.1) the root first, `golang.org/x/xerrors` what wraps it first.  `%v` says the
words in one line, what wraps the root before it; that line is what other loggers write of the same error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kb.expression import expression
from kb.text.carriers.carried import bare
from kb.text.carriers.splits import Rows

STACK_OF_TSLOG = "error stack:"
_HEAD_OF_TSLOG = expression(r"\s{0,4}([A-Z$][\w$]{0,120})\s{1,4}(\S.*)")
_CAUSE_OF_TSLOG = expression(r"Caused by \(\d{1,4}\): ")
_FRAME_OF_TSLOG = expression(r"\s*• [^\t]{1,400}\t(.*)")
FRAME_OF_JUL = "<frame>"
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
_OF_JUL = expression(r"\s*<(class|method|line)>([^<]{1,400})</\1>\s*\Z")
_FRAME = expression(r"[ \t]+(?:at |\.\.\. |Suppressed: |Caused by: )|[ \t]*\Z")
NEXT_IN_PHP = "Next "
_IN_PHP = expression(
    r"(.{0,200}?)((?:\w{1,80}\\){0,12}[A-Z]\w{0,120}(?:: .*)?)"
    r"( in (?:\S{1,400}|php shell code|Command line code|Standard input code):\d{1,7})\Z"
)
"""The line of an exception in PHP: what stands before it, its class with its words, its place."""
_OF_PHP = expression(r"Stack trace:\Z|#\d{1,4} |[ \t]*\Z")
LAST_OF_RUBY = "1: from "
_HEAD_OF_RUBY = expression(r"Traceback \(most recent call last\):\s*\Z")
_OF_RUBY = expression(r"(\t *\d{1,5}: from \S)|\S{1,400}:\d{1,7}:in ['`][^']{1,200}': ")
GO = ".go:"
_GO_FRAME = expression(
    r"\s*(?:[\w.~-]{1,80}/){0,12}[\w.%~-]{1,120}\.(?:\(\*?\w{1,120}(?:\[\.\.\.\])?\)\.)?[A-Za-z_][\w.\[\]-]{0,200}\Z"
)
"""A function by its name alone, as a stack of the program's own has it; a panic prints its arguments."""
_GO_PLACE = expression(r"\s+\S{1,400}\.(?:go|s):\d{1,7}\Z")
_WRAPPED_IN_GO = expression(r" {2,40}- (\S.*?):?\Z")


@dataclass(frozen=True, slots=True)
class _Part:
    """An exception with its frames: the rows from `start` up to `end`."""

    start: int
    end: int


Read = list[tuple[str, str]]
"""Of each row, what a runtime put before its line, and the line."""
_Told = Callable[[Read, int, list[_Part]], Iterable[tuple[int, str]]]
"""What a chain that begins in a row says in place of some rows."""


def root_last(rows: Rows) -> Rows:
    """The rows, each trace that begins with its root cause turned round; places stay with their lines."""
    return _turned(rows, _parts, _told_of_java)


def _turned(rows: Rows, parts_at: Callable[[Read, int], list[_Part]], told: _Told) -> Rows:
    """The rows, each chain of exceptions the last first, with what is told of it in place of their first rows."""
    read = [_split(line) for line in rows[0]]
    order = list(range(len(read)))
    lines = list(rows[0])
    at = 0
    while at < len(read):
        parts = parts_at(read, at)
        for row, text in told(read, at, parts):
            lines[row] = read[row][0] + text
        end = parts[-1].end if len(parts) > 1 else at + 1
        if len(parts) > 1:
            order[at:end] = [row for part in reversed(parts) for row in range(part.start, part.end)]
        at = end
    return [lines[row] for row in order], [rows[1][row] for row in order], [rows[2][row] for row in order]


def _split(line: str) -> tuple[str, str]:
    """What a runtime put before a line, and the line."""
    match = _LINE.match(line)
    return (match[1], match[2]) if match else ("", line)


def _parts(read: Read, at: int) -> list[_Part]:
    """The exception of Java that stands at a row, and those that wrap it, as they follow one another."""
    parts: list[_Part] = []
    while at < len(read) and (read[at][1].startswith(WRAPPED) if parts else _THROWN.fullmatch(read[at][1])):
        end = at + 1
        while end < len(read) and _FRAME.match(read[end][1]) and read[end][1].strip():
            end += 1
        parts.append(_Part(at, end))
        at = end
    return parts


def _told_of_java(read: Read, _: int, parts: list[_Part]) -> Iterator[tuple[int, str]]:
    for part in parts:
        told = read[part.start][1].removeprefix(WRAPPED)
        yield part.start, told if part is parts[-1] else CAUSED + told


def ruby_turned(rows: Rows) -> Rows:
    """The rows, each trace of Ruby that ends with its message as later versions print it: the message first."""
    read = [_split(line) for line in rows[0]]
    order: list[int] = []
    at = 0
    while at < len(read):
        end = at + 1
        if _HEAD_OF_RUBY.match(read[at][1]):
            while end < len(read) and _OF_RUBY.match(read[end][1]):
                end += 1
        order += range(end - 1, at, -1) if end > at + 2 else range(at, end)
        at = end
    return [rows[0][row] for row in order], [rows[1][row] for row in order], [rows[2][row] for row in order]


def told_with_bullets(rows: Rows) -> Rows:
    """The rows, each error that tslog drew as Node prints it."""
    read = [_split(line) for line in rows[0]]
    lines: list[str] = []
    kept: list[int] = []
    at = 0
    while at < len(read):
        before, text = read[at]
        below = read[at + 1][1] if at + 1 < len(read) else ""
        line, step = rows[0][at], 1
        if below.strip() == STACK_OF_TSLOG and (head := _HEAD_OF_TSLOG.match(text)):
            line, step = f"{before}{head[1]}: {head[2]}", 2
        elif frame := _FRAME_OF_TSLOG.match(text):
            line, step = f"{before}    at {frame[1].strip() or '<anonymous>'} ({below.strip()})", 2
        elif cause := _CAUSE_OF_TSLOG.match(text):
            line = f"{before}{CAUSED}{text[cause.end() :]}"
        lines.append(line)
        kept.append(at)
        at += step
    return lines, [rows[1][row] for row in kept], [rows[2][row] for row in kept]


def told_in_xml(rows: Rows) -> Rows:
    """The rows, each frame of java.util.logging's XML as Java prints it."""
    told: list[tuple[str, int, int]] = []
    frame: dict[str, str] | None = None
    for line, first, last in zip(*rows, strict=True):
        text = _split(line)[1].strip()
        if text == FRAME_OF_JUL:
            frame = {}
        elif frame is not None and (element := _OF_JUL.match(text)):
            frame[element[1]] = element[2]
        elif frame is not None and text == "</frame>":
            place = f"{frame.get('class', '')}.{frame.get('method', '')}"
            name = re.split(r"[.$]", frame.get("class", ""))
            outer = next((part for part in name if part[:1].isupper()), name[-1])
            told.append((f"\tat {place}({outer}.java:{frame.get('line', '0')})", first, last))
            frame = None
        else:
            frame = None
            told.append((line, first, last))
    return [line for line, _, _ in told], [first for _, first, _ in told], [last for _, _, last in told]


def php_turned(rows: Rows) -> Rows:
    """The rows, each chain of exceptions as loggers show it: the last first, what led to it behind `Caused by: `."""
    return _turned(rows, _php_parts, _told_of_php)


def _told_of_php(read: Read, at: int, parts: list[_Part]) -> Iterator[tuple[int, str]]:
    alone = read[at][1]
    if len(parts) < 2 and alone.startswith(NEXT_IN_PHP) and _IN_PHP.match(alone):
        yield at, alone.removeprefix(NEXT_IN_PHP)  # (a line alone of a chain)
    thrown = [_IN_PHP.match(read[part.start][1]) for part in parts if len(parts) > 1]
    begin = thrown[0][1] if thrown and thrown[0] else ""
    for part, one in zip(parts, thrown, strict=False):
        if one is not None:
            yield part.start, begin + one[2] + one[3] if part is parts[-1] else CAUSED + one[2]


def _php_parts(read: Read, at: int) -> list[_Part]:
    """The exception of PHP that stands at a row, and those that it led to, as they follow one another."""
    parts: list[_Part] = []
    while at < len(read) and (read[at][1].startswith(NEXT_IN_PHP) if parts else " in " in read[at][1]):
        end = at + 1
        if not _IN_PHP.match(read[at][1]) or end >= len(read) or read[end][1] != "Stack trace:":
            break
        while end < len(read) and _OF_PHP.match(read[end][1]):
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


def told_in_go(rows: Rows) -> Rows:
    """The rows, each error of Go that shows its frames as the line that `%v` prints, with the frames of its root.

    A line above frames of a single part stays as it is: a message and where it was logged.
    """
    read = [_split(line) for line in rows[0]]
    lines: list[str] = []
    places: list[tuple[int, int]] = []
    at = 0
    while at < len(read):
        parts = _go_parts(read, at)
        for row, text in _go_error(read, parts) if parts else [(at, rows[0][at])]:
            lines.append(text)
            places.append((rows[1][row], rows[2][row]))
        at = parts[-1].end if parts else at + 1
    return lines, [first for first, _ in places], [last for _, last in places]


def _go_parts(read: Read, at: int) -> list[_Part]:
    """The errors of one chain that begins in a row, each its words and its frames; none where none begins there."""
    parts: list[_Part] = []
    while at < len(read) and read[at][1].strip():
        end = at + 1
        while _is_go_frame(read, end):
            end += 2
        if end == at + 1 or _is_go_frame(read, at):
            break
        parts.append(_Part(at, end))
        at = end
    return parts


def _is_go_frame(read: Read, at: int) -> bool:
    """Whether a row and the next one are a function and its place."""
    return (
        at + 1 < len(read)
        and _GO_PLACE.match(read[at + 1][1]) is not None
        and _GO_FRAME.match(read[at][1]) is not None
    )


def _go_error(read: Read, parts: list[_Part]) -> list[tuple[int, str]]:
    """What `%v` says of a chain, and the frames of its root as a panic prints them; each with its row."""
    first, told = parts[0], [read[part.start][1] for part in parts]
    wrapped = [_WRAPPED_IN_GO.match(text) for text in told[1:]]
    start = bare(told[0]).start
    if len(parts) > 1 and all(wrapped):
        root = parts[-1]
        words = [told[0][start:].removesuffix(":"), *(match[1] for match in wrapped if match)]
    else:
        root = first
        words = [*(text.strip() for text in told[:0:-1]), told[0][start:]]
    lines = [(first.start, read[first.start][0] + told[0][:start] + ": ".join(words))]
    for row in range(root.start + 1, root.end):
        before, text = read[row]
        lines.append((row, before + (text if _GO_PLACE.match(text) else f"{text.strip()}(...)")))
    return lines
