"""The lines of a block of a log that may tell something: where alarming words stand, and what is kept of each line.

`scan` finds alarming words and the marks of crashes in one pass over the whole block.  Text is made one byte a
character (what is not ASCII becomes `?`), in lower case, so that places in it are places in the text.  Hyperscan,
where it is there and the block is long enough to be worth it, finds more of marks that overlap than the regular
expression does; the lines in which there is any are the same.

A `Line` is where it is in its block, what is seen of it, and a cheap stand-in for its template (`rough`).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from kb.expression import expression
from kb.text.carriers import LinePlace
from kb.text.crashes import MARKS as CRASH_MARKS
from kb.text.evidence.alarm import GRADES, any_of, first_mark
from kb.text.evidence.alarm_words import FATAL, KLOG

CRASH = -1.0
"""Stands for the grade of a mark that a crash may begin with."""
_WORTH_HYPERSCAN = 200_000
"""Characters from which Hyperscan, once it is loaded and has compiled the marks, is the quicker."""

_scanning = threading.Lock()
"""What Hyperscan writes into while it scans belongs to one thread at a time."""

Hits = list[tuple[int, float]]
"""Places within a mark, line by line, each with the highest grade that its mark may have."""

_MARK_GRADES = {mark.encode(): grade for mark, grade in GRADES.items()}


def scan(text: str) -> Hits:
    """All hits of a block."""
    data = text.encode("ascii", "replace").lower()
    database = _database() if len(data) >= _WORTH_HYPERSCAN else None
    return _by_hyperscan(database, data) if database is not None else _by_regex(data)


def _by_regex(data: bytes) -> Hits:
    """The lines that have any mark, found by the quicker engine; then every mark in each of them."""
    any_mark, (alarming, crashes) = _any_mark(), _patterns()
    hits: Hits = []
    at = 0
    while (first := any_mark.search(data, at)) is not None:
        end = data.find(b"\n", first.start())
        end = len(data) if end < 0 else end
        found = [
            (m.start(), _MARK_GRADES.get(m[1], FATAL)) for m in alarming.finditer(data, first.start(), end)
        ]
        found += [(m.start(), CRASH) for m in crashes.finditer(data, first.start(), end)]
        hits += sorted(found)
        at = end
    return hits


def _by_hyperscan(database: Any, data: bytes) -> Hits:
    database, values = database
    hits: Hits = []
    append = hits.append

    def found(number: int, _start: int, end: int, *_: object) -> None:
        append((end - 1, values[number]))

    with _scanning:
        database.scan(data, match_event_handler=found)
    return hits


@cache
def _patterns() -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    alarming, crashes = f"(?=({any_of(GRADES)}|{KLOG}))", f"(?={any_of(CRASH_MARKS)})"
    return re.compile(alarming.encode()), re.compile(crashes.encode())


@cache
def _any_mark() -> Any:
    source = f"{any_of([*GRADES, *CRASH_MARKS])}|{KLOG}".encode()
    try:
        import re2
    except ImportError:
        return re.compile(source)
    return re2.compile(source)


@cache
def _database() -> Any:
    try:
        import hyperscan as hs
    except ImportError:
        return None
    sources = [re.escape(mark).encode() for mark in (*GRADES, *CRASH_MARKS)] + [KLOG.encode()]
    values = [*GRADES.values(), *[CRASH] * len(CRASH_MARKS), FATAL]
    database = hs.Database(mode=hs.HS_MODE_BLOCK)
    numbers = list(range(len(sources)))
    database.compile(expressions=sources, ids=numbers, elements=len(sources), flags=[0] * len(sources))
    return database, values


LONGEST_LINE = 2_000
"""Characters that are kept of a line at most."""
_BEFORE_MARK = 400
"""Characters that are kept before the first error word of a longer line."""
_NOISE = expression(
    r"\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f]"
)
_NUMBERS = expression(r"[0-9a-fA-F]*\d[\w.:-]*")
_VARYING = expression(r"(?!(?<![\w.:-])0(?![\w.:-]))[0-9a-fA-F]*\d[\w.:-]*")


class LogBlock(Protocol):
    """A block of a text: `said` tells what carriers that are no longer in it say of the line at a place.

    `tells_levels` is whether that may be a severity.
    """

    text: str
    place: Callable[[int, int], LinePlace]
    said: Callable[[int], Mapping[str, str]] | None
    tells_levels: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """What is kept of a line: `text`, the readable form of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a block, without its end."""

    block: LogBlock
    start: int
    end: int

    @property
    def rough(self) -> str:
        """A cheap stand-in for the template: what holds a digit is left out but for a zero, and the rest is cut."""
        return rough(self.block.text[self.start : min(self.end, self.start + 400)])

    @property
    def shape(self) -> str:
        """What is the same in lines of one form, whatever numbers are in them."""
        return _NUMBERS.sub("", self.block.text[self.start : min(self.end, self.start + 400)])

    def cut(self) -> Cut | None:
        """What is kept of the line; None where nothing of it can be seen."""
        return cut(self.block.text, self.start, self.end)

    def said(self) -> Mapping[str, str]:
        """What carriers that were undone say of it."""
        return self.block.said(self.start) if self.block.said else {}


def cut(text: str, start: int, end: int) -> Cut | None:
    """What is kept of the line from `start` to `end`; of a long one, what is around its first error word."""
    while end > start and text[end - 1] in "\r\n":
        end -= 1
    if end - start > LONGEST_LINE:
        begin = max(0, min(first_mark(text[start:end]) - _BEFORE_MARK, end - start - LONGEST_LINE))
        start, end = start + begin, start + begin + LONGEST_LINE
    seen = visible(text[start:end])
    return Cut(start, end, seen) if seen and not seen.isspace() else None


def visible(text: str) -> str:
    """`text` without colour codes and control characters."""
    return text if text.isprintable() else _NOISE.sub("", text)


def rough(line: str) -> str:
    """The line without whatever holds a digit; a zero by itself stays, as `err=0` is not `err=68`."""
    return _VARYING.sub("", line)
