"""Pieces of one line put together: container runtimes, daemons and loggers cut what is longer than they hold.

CRI marks its pieces; elsewhere a piece is known by being exactly as long as the daemon's limit and by what follows
it having the same header.  Lines that a terminal or a box wrapped are given joined as well, beside their halves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from kb.expression import expression
from kb.text.carriers.carried import bare
from kb.text.carriers.carrier import LEVELS_LOUD
from kb.text.carriers.said import decoded

Rows = tuple[list[str], list[int], list[int]]
"""Lines, and for each the first and the one behind the last line of the block that it comes from."""

_CRI = expression(r"(\S{10,40} )?(std(?:out|err)) ([PF])(?::[\w:]{1,20})? ?")
_FULL = (1024, 2048, 4096, 8192, 16384, 32768, 65536)
_HEADER = expression(
    r"(?:<\d{1,3}>)?(?:1 )?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d"
    r"|\S{0,3}\d\S{6,40})(?: \d\d:\d\d:\d\d[.\d]{0,12} ?)? (?:[\w.:-]{1,80} [^\s:\[]{1,60}(?:\[\d{1,1"
    r"0}\])?: |[\w.:-]{1,80} \S{1,60} \S{1,20} \S{1,20} (?:\[[^\]]{0,200}\]|-) )?"
)
_FRAME_OF_SYSLOG = expression(
    r"(?<=\S)(?=<\d{1,3}>(?:1 \d{4}-\d\d-\d\dT[\d:.]{8,15}|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )\S)"
)
_COUNT = expression(rb"(\d{2,6}) (?=<\d{1,3}>)")
_UNFINISHED = expression(
    r"(?<=[\w.%)!])(?<!\\n)(?:(?=Traceback \(most recent call last\):$|Exception in thread \"|panic: runtime error: "
    r"|thread '[^'\n]{1,80}' (?:\(\d{1,10}\) )?panicked at |Unhandled exception\. )|(?=non-zero return code$))"
)
"""Where a crash, or Ansible's last words, begins behind what a program wrote without ending its line."""
_DIGITS = expression(r"\d")
_FRAME = expression(r"[ \t]{0,20}(?:[>|│┃║▌*#] ?){1,4}[ \t]{0,20}")
_TAIL = expression(
    r"(?:(?<=[^ \t])[ \t]{2,200}[\w./-]{1,80}(?::\d{1,7})?"
    r"|[ \t]{1,200}[\w./-]{1,80}\.\w{1,5}:\d{1,7})?[ \t]{0,200}\Z"
)
_LEVEL = expression(rf"(?:{LEVELS_LOUD})\b")
_STARTS = expression(r"[a-z\d('\"<,.;:—–…/\\-]")
_ENDS = expression(r"[\w,'\")\]>;:/—-]\Z")


def cri_joined(rows: Rows) -> Rows:
    """The pieces that CRI marks `P` put before the `F` that ends their line, by stream."""
    lines: list[str] = []
    first: list[int] = []
    last: list[int] = []
    open_at: dict[str, int] = {}
    parts: dict[int, list[str]] = {}
    for line, a, b in zip(*rows, strict=True):
        match = _CRI.match(line)
        at = open_at.get(match[2]) if match else None
        if match and at is not None:
            parts[at].append(line[match.end() :])
            last[at] = b
        else:
            at = len(lines)
            lines.append(line)
            first.append(a)
            last.append(b)
        if match and match[3] == "P":
            open_at[match[2]] = at
            parts.setdefault(at, [line[: match.start(3)] + "F " + line[match.end() :]])
        elif match:
            open_at.pop(match[2], None)
    for at, pieces in parts.items():
        lines[at] = "".join(pieces)
    return lines, first, last


def syslog_parted(line: str) -> list[str]:
    """The frames of syslog in a line: over TCP some senders, log4j2's layouts among them, part them by nothing.

    Others count them in bytes (RFC 6587): `118 <134>1 2026-…`.
    """
    return _counted(line) or _FRAME_OF_SYSLOG.split(line)


def _counted(line: str) -> list[str]:
    rest, frames = line.encode("utf-8", "surrogatepass"), list[str]()
    while (count := _COUNT.match(rest)) is not None and len(rest) - count.end() >= int(count[1]):
        end = count.end() + int(count[1])
        frames.append(rest[count.end() : end].decode("utf-8", "replace"))
        rest = rest[end:]
    return frames if not rest.strip() else []


def full_joined(rows: Rows) -> Rows:
    """Lines that end where a daemon's limit is, and what follows them under the same header."""
    lines: list[str] = []
    first: list[int] = []
    last: list[int] = []
    joined: list[str] | None = None
    before = ""
    for line, a, b in zip(*rows, strict=True):
        header = _header(line)
        if joined is not None and _alike(header, before):
            joined.append(line[len(header) :])
            last[-1] = b
        else:
            if joined is not None and len(joined) > 1:
                lines[-1] = "".join(joined)
            joined = None
            lines.append(line)
            first.append(a)
            last.append(b)
        if len(line) < 1000 or not _is_full(line, header) or _is_whole(line, header):
            if joined is not None:
                lines[-1] = "".join(joined)
            joined = None
        elif joined is None:
            joined, before = [line], header
    if joined is not None:
        lines[-1] = "".join(joined)
    return lines, first, last


def _header(line: str) -> str:
    match = _HEADER.match(line)
    return match[0] if match else ""


def _alike(header: str, before: str) -> bool:
    return _DIGITS.sub("0", header) == _DIGITS.sub("0", before)


def _is_full(line: str, header: str) -> bool:
    whole = len(line.encode("utf-8", "replace"))
    inside = whole - len(header.encode("utf-8", "replace"))
    return any(limit - 3 <= size <= limit + 1 for limit in _FULL for size in (whole, inside))


def _is_whole(line: str, header: str) -> bool:
    """Whether a line that is by chance as long as a limit is an object with its end."""
    inside = line[len(header) :].strip()
    return inside[:1] == "{" and inside[-1:] == "}" and decoded(inside) is not None


def columns_joined(rows: Rows) -> Rows:
    """A message that a table or a terminal wrapped under itself, as one line beside its halves."""
    lines: list[str] = []
    first: list[int] = []
    last: list[int] = []
    old, froms, tos = rows
    done = 0
    waiting: list[tuple[str, int, int]] = []
    for at, line in enumerate(old):
        lines.append(line)
        first.append(froms[at])
        last.append(tos[at])
        if at >= done and (column := _wrapped_under(old, at)):
            done = at + 1
            while done < len(old) and done < at + 100 and _indent(old[done]) >= column:
                done += 1
            for begin, end, joined in _paragraphs([_TAIL.sub("", each)[column:] for each in old[at:done]]):
                text = line[:column] + joined if begin == 0 else joined
                waiting.append((text, froms[at + begin], tos[at + end - 1]))
        if waiting and at >= done - 1:
            for text, begin, end in waiting:
                lines.append(text)
                first.append(begin)
                last.append(end)
            waiting.clear()
    return lines, first, last


def _paragraphs(parts: list[str]) -> Iterator[tuple[int, int, str]]:
    """Runs of parts of which each was as full as the column allows."""
    width = max(map(len, parts))
    begin = 0
    for at in range(1, len(parts) + 1):
        if at < len(parts) and len(parts[at - 1]) + len(parts[at].split(" ", 1)[0]) + 1 > width:
            continue
        if at - begin > 1:
            yield begin, at, " ".join(part.strip() for part in parts[begin:at])
        begin = at


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _wrapped_under(lines: list[str], at: int) -> int:
    """The column under which a line goes on; 0 if it does not."""
    line = lines[at]
    if len(line) < 40:
        return 0
    own = _indent(line)
    for after in lines[at + 1 : at + 3]:
        column = _indent(after)
        if not 8 <= column < len(line) - 8 or column == len(after):
            return 0
        if not after[column].isalnum() and after[column] not in "'\"`(<[/.":
            return 0
        if own < column and line[column] != " " == line[column - 1]:
            return 0 if _LEVEL.match(line, column) else column
    return 0


def unfinished_parted(line: str) -> list[str]:
    """A line behind which a crash went on, as what the program wrote and the first line of the crash.

    A program that shows its progress ends no line before it crashes; Ansible puts what a command wrote to both of its
    streams, and its own words, one behind another (`findings/ansible-joins-both-streams-and-its-own-words.sh`).
    """
    return _UNFINISHED.split(line)


def folds_joined(rows: Rows) -> Rows:
    """A line that a quote, a box or a mail folded, as one line beside its parts."""
    lines: list[str] = []
    first: list[int] = []
    last: list[int] = []
    old, froms, tos = rows
    width = _width(old)
    end = 0
    for at, line in enumerate(old):
        lines.append(line)
        first.append(froms[at])
        last.append(tos[at])
        if at >= end:
            begin, parts, end = at, [line.rstrip()], at + 1
            while (
                end < len(old)
                and end < at + 12
                and (frame := _folded(old[end - 1], old[end], width)) is not None
            ):
                parts.append(old[end][frame:].strip())
                end += 1
        if at == end - 1 and len(parts) > 1:
            lines.append(" ".join(parts))
            first.append(froms[begin])
            last.append(tos[at])
    return lines, first, last


_OWN = expression(
    r"[ \t]|[\w.()<>$*-]{1,60}:(?:[ \t]|\Z)|(?:at|in|from|note|help|caused|thrown|stack|backtrace|traceback"
    r"|goroutine|thread|aborted|killed|panicked|terminate|exit|signal|error|raise|throw|return)\b|[\w./\\-]{1,160}:\d"
    r"|/|\d{1,9}[:.)]|#|-{2}|\.{3}|\(",
    re.IGNORECASE,
)
"""How a line begins that is one of its own: of a trace, a source, a listing, another message."""


def _width(lines: list[str]) -> int:
    """The width at which a terminal or a mail wrapped a few lines of prose; 0 if it did not."""
    told = [line.rstrip() for line in lines if line.strip()]
    if not 1 < len(told) < 9 or any(_OWN.match(line) for line in told[1:]):
        return 0
    width = max(map(len, told))
    wrapped = all(len(line) + 1 + len(after.split(None, 1)[0]) > width for line, after in pairwise(told))
    return width if wrapped and width >= 60 else 0


def _folded(line: str, after: str, width: int) -> int | None:
    """Where the rest of a line begins in the next one; None if it does not go on there."""
    line = line.rstrip()
    if not 30 <= len(line) <= 200 or not _ENDS.search(line[-1:]):
        return None
    framed, framed_after = _FRAME.match(line), _FRAME.match(after)
    if (framed is None) != (framed_after is None):
        return None
    if framed is None or framed_after is None:
        goes_on = width and _STARTS.match(after) and bare(after).start == 0
        return 0 if goes_on else None
    return (
        framed_after.end() if after[framed_after.end() :].strip() and framed[0] == framed_after[0] else None
    )
