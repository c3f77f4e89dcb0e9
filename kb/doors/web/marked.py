"""A pasted text with what an answer rests on marked in it: the lines around each mark, the others counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.model.ledger import Evidence

AROUND = 3
"""Lines that are shown before and after a marked one."""
_HEAD = 8
"""Lines that are shown of a text in which nothing is marked."""
_WIDTH = 400
"""Characters of a line that are shown, before its mark and after its begin."""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line: `number` counts from 1; what is marked stands between what comes before and after it."""

    number: int
    before: str
    marked: str = ""
    after: str = ""

    @property
    def whole(self) -> str:
        """All that is shown of it."""
        return f"{self.before}{self.marked}{self.after}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Lines in between that are not shown."""

    lines: int


def marked(text: str, evidence: Sequence[Evidence | None]) -> list[ShownLine | LeftOut]:
    """The text around what the answer rests on; its beginning where that is nothing."""
    lines = text.removesuffix("\n").split("\n")
    places = dict(_places(text, [one for one in evidence if one]))
    near = {number for at in places for number in range(at - AROUND, at + AROUND + 1)}
    wanted = sorted(near & set(range(len(lines)))) or range(min(_HEAD, len(lines)))
    return [*_with_gaps(lines, places, wanted)]


def telling(lines: Sequence[str], title: str) -> str:
    """Of the lines of a question the one that says most of what an entry is called; empty where there is none."""
    words = set(title.split())
    return max(lines, key=lambda line: len(words & set(line.split())), default="")


def _places(text: str, evidence: Sequence[Evidence]) -> Iterator[tuple[int, tuple[int, int]]]:
    """By the number of a line, from 0: from where to where it is marked.  The first mark of a line holds."""
    for one in reversed(evidence):
        start = min(max(one.start, 0), len(text))
        begin = text.rfind("\n", 0, start) + 1
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text.count("\n", 0, start), (start - begin, min(max(one.end, start), end) - begin)


def _with_gaps(
    lines: Sequence[str], places: dict[int, tuple[int, int]], wanted: Sequence[int]
) -> Iterator[ShownLine | LeftOut]:
    after = 0
    for number in wanted:
        if number > after:
            yield LeftOut(number - after)
        yield _shown(number, lines[number], places.get(number))
        after = number + 1
    if after < len(lines):
        yield LeftOut(len(lines) - after)


def _shown(number: int, line: str, place: tuple[int, int] | None) -> ShownLine:
    if place is None:
        return ShownLine(number + 1, _cut(line))
    start, end = place
    before = line[:start] if start <= _WIDTH else f"…{line[start - _WIDTH : start]}"
    return ShownLine(number + 1, before, _cut(line[start:end]), _cut(line[end:]))


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…"
