"""The lines of a long text that tell what went wrong, and the one of them that makes a title.

A short text (at most `limit` lines that are not empty) is evidence whole, but for lines that any crash of its runtime
has.  Of a log, lines that look alarming (`kb.text.evidence.alarm`) and the messages of crashes (`kb.text.crashes`)
are graded, counted by template, and the best of them returned in the order of the text: what is grave before what is
not, what is rare before what repeats, in a crash the exception and not its frames, of "Caused by" the last.  Where
nothing looks alarming, the rarest of the first and the last lines stand in; beside alarming lines, the last ones that
are unlike all others.

Read block by block, each once; only lines with an alarming word are looked at, and memory does not grow with the
text.  A line of any length is cut to 2,000 characters around its first error word; colour codes and control
characters are left out of `EvidenceLine.text`, while `start` and `end` count in the text as it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from kb.text.carriers import LinePlace, unfold
from kb.text.crashes.table import is_boilerplate
from kb.text.evidence.crashes import BOILERPLATE, CrashLines
from kb.text.evidence.groups import Group, Groups
from kb.text.evidence.lines import CRASH, LONGEST_LINE, Line, cut, scan, visible
from kb.text.evidence.plain import PlainLines
from kb.text.tokens import one_line

__all__ = [
    "LONGEST_LINE",
    "EvidenceLine",
    "EvidenceReader",
    "pick_evidence",
    "pick_evidence_from",
    "visible",
]

_BLOCK_CHARACTERS = 2 * 1024 * 1024
_HEAD = 64
"""Lines of the beginning that are kept, as the text may turn out to be short."""
_SHORT = 100_000
"""Characters up to which looking for marks is put off."""

_NOTHING_SAID: Mapping[str, str] = {}
OnPlace = Callable[[int, int], LinePlace]
OnSaid = Callable[[int], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One telling line: `line` counts from 1, `start` and `end` are character offsets in the whole text.

    `count` says how many lines of the text have the same template; `message` is the text without its carrier, `said`
    what the carrier says of it, by the names of `kb.text.carriers.SAID`.
    """

    text: str
    line: int
    start: int
    end: int
    score: float
    count: int = 1
    message: str = ""
    said: Mapping[str, str] = field(default_factory=dict)


class EvidenceReader:
    """Takes in a text block by block (whole lines, or the pieces of a very long one) and keeps what may tell."""

    def __init__(self) -> None:
        self._groups = Groups()
        self._plain = PlainLines(self._groups)
        self._crashes = CrashLines(self._groups)
        self._head: list[tuple[LinePlace, str, Mapping[str, str]]] = []
        self._waiting: list[_Block] = []
        self._lines: list[Group] | None = None

    def read(
        self, text: str, place: OnPlace, said: OnSaid | None = None, *, tells_levels: bool = True
    ) -> None:
        """Take in a block: `place` tells where its characters stand in the text as it was given.

        `said` tells what carriers that are no longer in `text` say of the line at a place; `tells_levels` is False
        where that is no severity, whatever the line.
        """
        self._keep_head(text, place, said)
        self._lines = None
        self._waiting.append(_Block(text, place, said, said is not None and tells_levels))
        if len(self._head) > _HEAD or sum(len(block.text) for block in self._waiting) > _SHORT:
            self._read_waiting()

    def _read_waiting(self) -> None:
        """Look at what was put off: a text that turns out to be short needs no look for marks."""
        for block in self._waiting:
            self._read(block)
        self._waiting.clear()

    def _read(self, block: _Block) -> None:
        text = block.text
        hits = scan(text)
        at, crashed, number, count = 0, 0, 0, len(hits)
        if self._crashes.within:
            at = self._crashes.read(block, 0)
        while number < count:
            where, most = hits[number]
            words = number
            number += 1
            if where < at:
                continue
            line = block.line(where)
            while number < count and hits[number][0] <= line.end:
                most = CRASH if CRASH in (most, hits[number][1]) else max(most, hits[number][1])
                number += 1
            self._plain.read(block, at, line.start)
            if most == CRASH:
                begin = self._crashes.begin(block, line.start, crashed)
                at = crashed = self._crashes.read(block, begin, line.end, at)
                continue
            at = line.end + 1
            if self._groups.may_take(most, number - words):
                self._groups.take(line)
            else:
                self._groups.count(line)
        self._plain.read(block, at, len(text))
        self._plain.end(block)
        self._plain.settle()
        self._groups.settle()

    def is_short(self, limit: int = 12) -> bool:
        """Whether the text had at most `limit` lines that are not empty, all of which are evidence."""
        return len(self._head) <= limit

    def best(self, limit: int = 12) -> list[EvidenceLine]:
        """The at most `limit` most telling lines, in the order of the text."""
        if self.is_short(limit):
            return [_evidence(group) for group in self._telling()]
        self._read_waiting()
        chosen = self._groups.best(limit)
        taken = {group.place.line for group in chosen}
        if chosen:
            odd = [group for group in self._plain.odd() if group.place.line not in taken]
            chosen = [*chosen[: max(1, limit - len(odd))], *odd] if limit > 2 else chosen
        else:
            chosen = self._plain.rarest(limit)
        return [_evidence(group) for group in sorted(chosen, key=lambda group: group.place.line)]

    def _keep_head(self, text: str, place: OnPlace, said: OnSaid | None) -> None:
        at = 0
        while at < len(text) and len(self._head) <= _HEAD:
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            if (one := cut(text, at, end)) is not None:
                undone = said(one.start) if said else _NOTHING_SAID
                self._head.append((place(one.start, one.end), one.text, undone))
            at = end + 1

    def said(self, limit: int = 12) -> list[str]:
        """What a short text says, line by line, without carriers; empty for a longer one.

        Source code between frames tells of no crash what went wrong; but two tracebacks that break off before the
        exception differ in nothing else.
        """
        groups = self._whole() if self.is_short(limit) else []
        return [one.message for one in groups if one.grade > BOILERPLATE or not is_boilerplate(one.message)]

    def _telling(self) -> list[Group]:
        """The groups of a short text, the boilerplate of crashes left out where more is there."""
        return [group for group in self._whole() if group.grade > BOILERPLATE] or self._whole()

    def _whole(self) -> list[Group]:
        """A group for every line of a short text, made once."""
        if self._lines is None:
            self._lines = self._crashes.whole(self._head)
        return self._lines


class _Block:
    """A block and where it lies."""

    def __init__(self, text: str, place: OnPlace, said: OnSaid | None, tells_levels: bool) -> None:
        self.text = text
        self.place = place
        self.said = said
        self.tells_levels = tells_levels

    def line(self, at: int) -> Line:
        """The line around a character."""
        start = self.text.rfind("\n", 0, at) + 1
        end = self.text.find("\n", at)
        return Line(self, start, len(self.text) if end < 0 else end)


def _evidence(group: Group) -> EvidenceLine:
    place = group.place
    score = round(group.score(), 3)
    return EvidenceLine(
        group.text, place.line, place.start, place.end, score, group.count, group.message, group.said
    )


def pick_evidence(text: str, limit: int = 12) -> list[EvidenceLine]:
    """The at most `limit` most telling lines of `text`, in its order."""
    return pick_evidence_from([text], limit)


def pick_evidence_from(lines: Iterable[str], limit: int = 12) -> list[EvidenceLine]:
    """The same for a stream of lines, or of larger pieces, with their line ends as in the text."""
    reader = EvidenceReader()
    offset, number = 0, 1
    for block in _blocks(lines):
        unfolded = unfold(block, offset, number)
        reader.read(unfolded.text, unfolded.place, unfolded.said if unfolded.changed else None)
        offset, number = offset + len(block), number + block.count("\n")
    return reader.best(limit)


def _blocks(pieces: Iterable[str]) -> Iterator[str]:
    held, size = list[str](), 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _BLOCK_CHARACTERS:
            yield "".join(held)
            held, size = [], 0
    if held:
        yield "".join(held)


_LONGEST_TITLE = 160
"""Characters of the title of an entry that was learned as many lines."""


@lru_cache(maxsize=256)  # (an entry is shown again and again)
def title_line(headline: str) -> str:
    """The headline, or where it has several lines the most telling of them, and how many more there are."""
    lines = [line for line in headline.splitlines() if line.strip()]
    if len(lines) < 2:
        return headline
    best = max(pick_evidence(headline), key=lambda one: (one.score, -one.line), default=None)
    told = one_line(best.message or best.text if best else lines[0], _LONGEST_TITLE)
    return f"{told} (and {len(lines) - 1} more lines)"
