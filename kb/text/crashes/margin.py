"""The lines of a crash without the carrier that all of them have, each with its own indentation.

`bare` takes off all that it knows, `Caused by:` and blanks among it; in a crash these tell.  So what is taken off
here is only what begins every line alike, numbers apart: what a container runtime or a daemon wrote before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.text.carriers import bare
from kb.text.crashes.table import without_clock

WINDOW = 12
"""Lines that are looked at to learn what begins them."""
_ENOUGH = 3
_LONGEST = 400
_SAYS = re.compile(r"[A-Za-z>|]|\d[^=\d]{0,4}\d")
"""What a carrier has at least; `#` and `==4312==` belong to what the JVM and others print."""
_PIECE = re.compile(
    r"(?P<blank>\s+)|(?P<varies>[.:+,/TZ-]{0,3}\d[\d.:+,/TZ-]*)|(?P<stream>\bstd(?:out|err)\b)|(?P<plain>.)"
)


class Margin:
    """What begins the lines of one source; learned from some of them, empty where nothing does."""

    def __init__(self, lines: Sequence[str] = ()) -> None:
        self._begin: re.Pattern[str] | None = None
        self.learn(lines)

    def learn(self, lines: Sequence[str]) -> None:
        """Learn it anew from lines that follow each other."""
        seen = [line for line in lines if line and not line.isspace()][:WINDOW]
        self._begin = None
        if len(seen) < _ENOUGH:
            return
        for prefix in sorted(
            {line[: min(bare(line).start, _LONGEST)] for line in seen}, key=len, reverse=True
        ):
            if not _SAYS.search(prefix):
                return
            begin = _pattern(prefix)
            if all(begin.match(line) for line in seen):
                self._begin = begin
                return

    def fits(self, line: str) -> bool:
        """Whether the line begins as the others did."""
        return self._begin is None or self._begin.match(line) is not None

    def take_off(self, line: str) -> str:
        """The line without it."""
        match = self._begin.match(line) if self._begin is not None else None
        return line[match.end() :] if match else line


def uncarried(lines: Sequence[str]) -> list[str]:
    """The lines without what begins all of them alike; what `roles` should be given of a text as it came."""
    margin = Margin(lines)
    return [margin.take_off(line) for line in lines]


def without_carrier(line: str) -> str:
    """One line without its carriers, but with the level that it begins with: `BUG: ` is how a kernel's crash begins."""
    if (console := without_clock(line)) != line:
        return console
    carried = bare(line)
    return carried.text if carried.said.keys() - {"severity"} else line


def _pattern(prefix: str) -> re.Pattern[str]:
    """The prefix with its numbers and times left open; of the blanks behind it one belongs to it."""
    made = []
    for piece in _PIECE.finditer(prefix.rstrip()):
        if piece["blank"]:
            made.append(r"[ \t]{1,40}")
        elif piece["varies"]:
            made.append(r"[\d.:+,/TZ-]{1,120}")
        elif piece["stream"]:
            made.append(r"std(?:out|err)")
        else:
            made.append(re.escape(piece["plain"]))
    return re.compile("".join(made) + " ?")
