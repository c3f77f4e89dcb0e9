"""A text as it reads once its disguises are undone, and where each character of that stands in the original.

Undone are colour codes, characters of no width, full-width letters, and the escapes of JSON (also within JSON),
of URLs and of XML around a name and its value.  Only the places are of use: a secret is taken out of the original.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

_XML = {"quot": '"', "apos": "'", "amp": "&", "lt": "<", "gt": ">", "#39": "'", "#34": '"'}
_LETTERS = {"n": "\n", "r": "\n", "t": "\t"}
_DISGUISED = re.compile(
    r"\x1b\[[0-9;:?]*[ -/]*[@-~]"
    r"|\\+(?:u(?P<code>00[2-7][0-9a-fA-F])|(?P<letter>[nrt])|(?P<same>[\"'/]))"
    r"|%(?P<percent>3[aAdD]|2[026]|[57][bBdD])"
    r"|&(?P<xml>quot|apos|amp|lt|gt|#39|#34);"
    r"|(?P<wide>[\uff01-\uff5e])|(?P<blank>[\xa0\u2000-\u200a\u202f\u3000])"
    r"|[\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)
MARKS = ("\x1b[", "\\u00", "%3a", "%3d", "%20", "%22", "%26", "%5b", "%5d", "%7b", "%7d", "&quot;", "&apos;",
         "&amp;", "&lt;", "&gt;", "&#39;", "&#34;")  # fmt: skip
"""What ASCII text has in it in which even a name may be in disguise.  A backslash before a quote hides no name."""


@dataclass(frozen=True, slots=True)
class Reading:
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


def reading(text: str) -> Reading | None:
    """The text with its disguises undone; None where there are none."""
    parts, starts, originals = list[str](), [0], [0]
    size = at = 0
    for found in _DISGUISED.finditer(text):
        plain = _plain(found)
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
    return Reading("".join((*parts, text[at:])), starts, originals)


def _plain(found: re.Match[str]) -> str:
    said = found[found.lastgroup] if found.lastgroup else ""
    match found.lastgroup:
        case "code" | "percent":
            return chr(int(said, 16))
        case "letter":
            return _LETTERS[said]
        case "same":
            return said
        case "xml":
            return _XML[said]
        case "wide":
            return chr(ord(said) - 0xFEE0)
        case "blank":
            return " "
    return ""
