"""A line of a block: where it is, what is seen of it, and a cheap stand-in for its template."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from kb.text.alarm import first_mark
from kb.text.carriers import Place

LONGEST_LINE = 2_000
_BEFORE_MARK = 400
_NOISE = re.compile(
    r"\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f]"
)
_NUMBERS = re.compile(r"[0-9a-fA-F]*\d[\w.:-]*")
_VARYING = re.compile(r"(?!(?<![\w.:-])0(?![\w.:-]))[0-9a-fA-F]*\d[\w.:-]*")


class Block(Protocol):
    """A block of a text: `said` tells what carriers that are no longer in it say of the line at a place.

    `tells_levels` is whether that may be a severity.
    """

    text: str
    place: Callable[[int, int], Place]
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

    block: Block
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
