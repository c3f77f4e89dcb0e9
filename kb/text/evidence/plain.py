"""The lines without any alarming word: rare ones stand in where nothing is alarming, the last odd ones beside it."""

from __future__ import annotations

import heapq
from collections import Counter

from kb.expression import expression
from kb.text.carriers import bare
from kb.text.crashes import Role, roles, uncarried
from kb.text.evidence.groups import Group, Groups
from kb.text.evidence.lines import Line, LogBlock

_LINES = 2_000
_TABLE = 2_048
_LAST = 64
_NEAR = 12
"""The last lines among which odd ones are taken."""
_ODD = 2
_FEW = 0.2
"""The share of lines that are like no other up to which a log has a form of its own that they depart from."""
_NEAR_THE_END = 0.25
_WORDS = expression(r"[^\W\d_]{3,}")
_ENOUGH_WORDS = 3


class PlainLines:
    """The first lines by their rough form, and the last lines of all."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._shapes: Counter[str] = Counter()
        self._first: dict[str, Group] = {}
        self._read = 0
        self._last: list[Line] = []

    def read(self, block: LogBlock, start: int, end: int) -> None:
        """Take in the lines of a stretch in which no alarming word stands."""
        text, said = block.text, block.said if block.tells_levels else None
        while start < end and (said is not None or self._read < _LINES):
            stop = text.find("\n", start, end)
            stop = end if stop < 0 else stop
            line = Line(block, start, stop)
            start = stop + 1
            if said is not None and said(line.start).get("severity"):
                self._groups.take(line)
            if self._read < _LINES and stop > line.start:
                self._count(line)

    def _count(self, line: Line) -> None:
        self._read += 1
        shape = line.shape
        self._shapes[shape] += 1
        if shape in self._first or len(self._first) >= _TABLE:
            return
        if (seen := line.cut()) is not None:
            group = self._first[shape] = Group(seen.text, bare(seen.text).text, 0.0, order=self._read)
            group.block, group.start, group.end = line.block, seen.start, seen.end

    def end(self, block: LogBlock) -> None:
        """Keep the last lines of a block; at the end of the text they are its last."""
        found: list[Line] = []
        stop = len(block.text)
        while stop > 0 and len(found) < _LAST:
            start = block.text.rfind("\n", 0, stop) + 1
            if start < stop and not block.text[start:stop].isspace():
                found.append(Line(block, start, stop))
            stop = start - 1
        self._last = [*self._last, *reversed(found)][-_LAST:]

    def settle(self) -> None:
        """The places of what is kept, so that the block of the first lines need not be."""
        for shape, group in self._first.items():
            group.count = self._shapes[shape]
        for group in heapq.nlargest(_LAST, self._first.values(), key=lambda one: (one.score(), -one.order)):
            group.settle()
        self._first = {shape: group for shape, group in self._first.items() if group.block is None}

    def odd(self) -> list[Group]:
        """The last lines that are like no other, where most are like others."""
        shapes = [line.shape for line in self._last]
        counts = Counter(shapes)
        alone = [n for n, shape in enumerate(shapes) if counts[shape] == 1 and self._shapes[shape] <= 1]
        near = len(shapes) - _NEAR
        if not alone or len(alone) > _FEW * len(self._last):
            return []
        seen = [line.cut() for line in self._last]
        texts = [bare(one.text).text if one else "" for one in seen]
        told = roles(uncarried([one.text if one else "" for one in seen]))
        telling = [
            n for n in alone if told[n] is Role.OTHER and len(_WORDS.findall(texts[n])) >= _ENOUGH_WORDS
        ]
        return [group for n in telling[-_ODD:] if n >= near and (group := _group(self._last[n])) is not None]

    def rarest(self, limit: int) -> list[Group]:
        """The rarest of the first and the last lines; of equally rare ones the last, then the first."""
        groups = {group.place.start: group for group in self._first.values()}
        if self._last and (last := _group(self._last[-1])) is not None:
            groups[last.place.start] = last
        for one in self.odd():
            one.grade = _NEAR_THE_END
            groups[one.place.start] = one
        return heapq.nlargest(limit, groups.values(), key=lambda one: (one.score(), -one.place.line))


def _group(line: Line) -> Group | None:
    seen = line.cut()
    if seen is None:
        return None
    return Group(seen.text, bare(seen.text).text, 0.0, line.block.place(seen.start, seen.end))
