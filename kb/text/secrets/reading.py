"""How a text is searched for secrets: what a finder is, the text without its disguises, and where marks stand in it.

A `Finder` is tried where one of its marks stands, and hands over each `Secret` that it finds there.

`undisguised` is the text as it reads, with the place of each of its characters in the original.  Undone are colour
codes, characters of no width, full-width letters, and the escapes of JSON (also within JSON), of URLs and of XML
around a name and its value.  Only the places are of use: a secret is taken out of the original.

`Marks` finds where marks stand, whatever their case, and however they overlap.  RE2 finds them one after the other:
it is ready in a millisecond, and most lines have none.  Of a long text Hyperscan tells them all in one pass, at ten
times the rate, once it has compiled them.  Where both are missing, each mark is looked for by itself.  Text is made
one byte a character (what is not ASCII becomes `?`), so that places are places in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from kb.expression import expression


class Secret(NamedTuple):
    """A secret: from `start` to before `end` (characters of the text), and what kind it is of."""

    start: int
    end: int
    kind: str


Find = Callable[[str, int], Iterable[Secret]]
"""The secrets that a mark at this place of the text leads to."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Tried where one of its marks stands; marks are in lower case, and found in any case."""

    marks: tuple[str, ...]
    find: Find


_XML = {"quot": '"', "apos": "'", "amp": "&", "lt": "<", "gt": ">", "#39": "'", "#34": '"'}
_ESCAPED_LETTERS = {"n": "\n", "r": "\n", "t": "\t"}
_DISGUISED = expression(
    r"\x1b\[[0-9;:?]*[ -/]*[@-~]"
    r"|\\+(?:u(?P<code>00[2-7][0-9a-fA-F])|(?P<letter>[nrt])|(?P<same>[\"'/]))"
    r"|%(?P<percent>3[aAdD]|2[026]|[57][bBdD])"
    r"|&(?P<xml>quot|apos|amp|lt|gt|#39|#34);"
    r"|(?P<wide>[\uff01-\uff5e])|(?P<blank>[\xa0\u2000-\u200a\u202f\u3000])"
    r"|[\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)
DISGUISES = (
    "\x1b[",
    "\\u00",
    "%3a",
    "%3d",
    "%20",
    "%22",
    "%26",
    "%5b",
    "%5d",
    "%7b",
    "%7d",
    "&quot;",
    "&apos;",
    "&amp;",
    "&lt;",
    "&gt;",
    "&#39;",
    "&#34;",
)
"""What ASCII text has in it in which even a name may be in disguise.  A backslash before a quote hides no name."""


@dataclass(frozen=True, slots=True)
class Undisguised:
    """The text as it reads; `starts` are places in it from which on characters stand at `originals` onwards."""

    text: str
    starts: list[int]
    originals: list[int]

    def original(self, place: int) -> int:
        """Where the character at a place stands in the original text."""
        part = bisect_right(self.starts, place) - 1
        return self.originals[part] + place - self.starts[part]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """From where to where a span of this text stands in the original."""
        last = self.original(end - 1)
        behind = bisect_right(self.starts, end - 1)
        # A character that was written as several ends where the next part begins.
        escaped = behind < len(self.starts) and self.starts[behind] == end
        return self.original(start), self.originals[behind] if escaped else last + 1


def undisguised(text: str) -> Undisguised | None:
    """The text with its disguises undone; None where there are none."""
    parts, starts, originals = list[str](), [0], [0]
    size = at = 0
    for found in _DISGUISED.finditer(text):
        plain = _undone(found)
        parts += (text[at : found.start()], plain)
        size += found.start() - at
        if plain:
            starts.append(size)
            originals.append(found.start())
            size += len(plain)
        at = found.end()
        starts.append(size)
        originals.append(at)
    if not at:
        return None
    return Undisguised("".join((*parts, text[at:])), starts, originals)


def _undone(found: re.Match[str]) -> str:
    said = found[found.lastgroup] if found.lastgroup else ""
    match found.lastgroup:
        case "code" | "percent":
            return chr(int(said, 16))
        case "letter":
            return _ESCAPED_LETTERS[said]
        case "same":
            return said
        case "xml":
            return _XML[said]
        case "wide":
            return chr(ord(said) - 0xFEE0)
        case "blank":
            return " "
    return ""


Hits = list[tuple[int, int]]
"""The place of each mark that stands in a text and its number, in the order of the text."""
WORTH_HYPERSCAN = 200_000
"""Characters from which Hyperscan, once it has compiled the marks, is the quicker."""


class Marks:
    """Plain strings in lower case, looked for in any case."""

    def __init__(self, marks: Sequence[str]) -> None:
        self._marks = [mark.encode() for mark in marks]
        self._numbers = {mark: number for number, mark in enumerate(self._marks)}

    def places(self, text: str, long: int = WORTH_HYPERSCAN) -> Hits:
        """Where they stand; marks may overlap.  From `long` characters on, it is worth to compile them."""
        data = text.encode("ascii", "replace")
        if len(data) >= long and self._hyperscan is not None:
            return self._in_one_pass(data)
        return self._one_by_one(data.lower()) if self._re2 is None else self._one_after_the_other(data)

    def _one_after_the_other(self, data: bytes) -> Hits:
        search, beginnings = self._re2.search, self._beginnings
        hits: Hits = []
        found = search(data)
        while found is not None:
            start = found.start()
            hits += [(start, number) for number in beginnings[found.group().lower()]]
            found = search(data, start + 1)
        return hits

    def _in_one_pass(self, data: bytes) -> Hits:
        hits: Hits = []
        lengths = [len(mark) for mark in self._marks]
        self._hyperscan.scan(
            data, match_event_handler=lambda number, _, end, *__: hits.append((end - lengths[number], number))
        )
        return sorted(hits)

    def _one_by_one(self, data: bytes) -> Hits:
        hits: Hits = []
        for number, mark in enumerate(self._marks):
            at = data.find(mark)
            while at >= 0:
                hits.append((at, number))
                at = data.find(mark, at + 1)
        return sorted(hits)

    @cached_property
    def _beginnings(self) -> dict[bytes, list[int]]:
        """Of each mark the numbers of the marks that it begins with, itself among them."""
        return {
            mark: [
                self._numbers[mark[:size]] for size in range(1, len(mark) + 1) if mark[:size] in self._numbers
            ]
            for mark in self._marks
        }

    @cached_property
    def _re2(self) -> Any:
        try:
            import re2
        except ImportError:
            return None
        options = re2.Options()
        options.case_sensitive, options.longest_match, options.encoding = (
            False,
            True,
            re2.Options.Encoding.LATIN1,
        )
        return re2.compile(b"|".join(map(re.escape, self._marks)), options)

    @cached_property
    def _hyperscan(self) -> Any:
        try:
            import hyperscan as hs
        except ImportError:
            return None
        database = hs.Database(mode=hs.HS_MODE_BLOCK)
        database.compile(
            expressions=self._marks,
            ids=list(range(len(self._marks))),
            elements=len(self._marks),
            flags=[hs.HS_FLAG_CASELESS] * len(self._marks),
            literal=True,
        )
        return database
