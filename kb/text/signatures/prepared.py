"""A text made ready for a scan, and regular expressions over a long text that let other threads run.

A `Prepared` text is bytes, case folded, every blank a plain one: character for character and, where it is ASCII, byte
for byte, so a place in one form is the place in the other.

Python's `re` keeps the interpreter for as long as one search takes, a tenth of a second for some megabytes.  `every`
and `first` search piece by piece, and between pieces other threads get it.  Pieces end at line ends: what a pattern
finds in one line, they find.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from kb.expression import expression

_COLOUR = expression(r"\x1b\[[0-9;:?]*[ -/]*[@-~]")
_FOLDED = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ\t\n\x0b\x0c\r", b"abcdefghijklmnopqrstuvwxyz     ")


@dataclass(frozen=True)
class Prepared:
    """A text as the engines see it: UTF-8, as many characters as the original, blanks made plain."""

    plain: str

    @cached_property
    def data(self) -> bytes:
        """The bytes that regexes search."""
        return self.plain.encode("utf-8", "replace")

    @cached_property
    def level(self) -> bytes:
        """The text case folded, every blank a plain one."""
        folded = self.data if self.folds_in_place else _casefolded(self.plain)
        return folded.translate(_FOLDED)

    @cached_property
    def folded(self) -> bytes:
        """The same with runs of blanks made one: the bytes that literals are looked for in."""
        return single_blanks(self.level)

    @property
    def folds_in_place(self) -> bool:
        """Whether a place in `level` is the same place in `data`, and the same character."""
        return self.plain.isascii()

    def characters(self, offsets: Iterable[int]) -> dict[int, int]:
        """For each byte offset into `data` its character offset."""
        if self.folds_in_place:
            return {offset: offset for offset in offsets}
        turned: dict[int, int] = {}
        at = characters = 0
        for offset in sorted(set(offsets)):
            characters += len(self.data[at:offset].decode("utf-8", "replace"))
            turned[offset] = characters
            at = offset
        return turned


def single_blanks(text: bytes) -> bytes:
    """The text with runs of blanks made one."""
    if b"  " not in text:
        return text.lstrip(b" ")
    return b" ".join(part.lstrip(b" ") for part in text.split(b"  ") if part)


def _casefolded(text: str) -> bytes:
    return text.casefold().encode("utf-8", "replace")


def prepare(text: str) -> Prepared:
    """`text` with line ends, no-break spaces and colour codes replaced, character for character."""
    if "\x1b" in text:
        text = _COLOUR.sub(lambda match: " " * len(match.group()), text)
    return Prepared(text.replace("\r", "\n").replace("\x0b", " ").replace("\xa0", " "))


_READ_AT_ONCE = 16 * 1024
"""Characters of a piece, at the least."""


def pieces(text: str, size: int = _READ_AT_ONCE) -> Iterator[tuple[int, int]]:
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
