"""Regular expressions over a long text, piece by piece.

Python's `re` keeps the interpreter for as long as one search takes, a tenth of a second for some megabytes; between
pieces other threads get it.  Pieces end at line ends: what a pattern finds in one line, it finds here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_PIECE = 16 * 1024


def pieces(text: str, size: int = _PIECE) -> Iterator[tuple[int, int]]:
    """Where the pieces begin and end: whole lines, together a little more than `size`; a longer line is one piece."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + size) + 1 or len(text)
        yield start, end
        start = end


def every(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """As `pattern.finditer(text)`."""
    for start, end in pieces(text):
        yield from pattern.finditer(text, start, end)


def first(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """As `pattern.search(text)`."""
    return next(every(pattern, text), None)
