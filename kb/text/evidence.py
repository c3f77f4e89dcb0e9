"""The lines of a long text that tell what went wrong.

A short text (at most `limit` lines that are not empty) is evidence whole.  Of a log, lines that look
alarming (`alarm`) are graded, counted by template, and the best of them returned in the order of the
text: what is grave before what is not, what is rare before what repeats, of "Caused by" the last.
Where nothing looks alarming, the rarest templates of the first lines stand in, and the last line.

Memory does not grow with the text: templates are counted in a table of fixed size.  Lines are read once.
A line of any length is cut to 2,000 characters around its first error word; colour codes and control
characters are left out of `EvidenceLine.text`, while `start` and `end` count in the text as it was given.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log2

from kb.text.alarm import alarm, first_mark, interesting, is_cause
from kb.text.mask import mask, without_prefix

LONGEST_LINE = 2_000
_BEFORE_MARK = 400
_TABLE = 2_048
_MASKED = 6_000
_PLAIN_LINES = 2_000
_NOISE = re.compile(
    r"\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f]"
)
_VARYING = re.compile(r"[0-9a-fA-F]*\d[\w.:-]*")


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One telling line: `line` counts from 1, `start` and `end` are character offsets in the whole text.

    `count` says how many lines of the text have the same template.
    """

    text: str
    line: int
    start: int
    end: int
    score: float
    count: int = 1


@dataclass(slots=True)
class _Group:
    """The lines of one template; the first of them stands for all."""

    text: str
    line: int
    start: int
    end: int
    grade: float
    count: int = 1

    def score(self) -> float:
        return self.grade + 1.0 / (1.0 + log2(self.count))

    def evidence(self) -> EvidenceLine:
        return EvidenceLine(self.text, self.line, self.start, self.end, round(self.score(), 3), self.count)


def pick_evidence(text: str, limit: int = 12) -> list[EvidenceLine]:
    """The at most `limit` most telling lines of `text`, in its order."""
    return pick_evidence_from(_lines(text), limit)


def pick_evidence_from(lines: Iterable[str], limit: int = 12) -> list[EvidenceLine]:
    """The same for a stream of lines, each with its line end as in the text."""
    reader = _Reader()
    source = _numbered(lines)
    head: list[tuple[int, int, str]] = []
    at = 0
    for number, line in source:
        if not line.isspace() and line:
            head.append((number, at, line))
        at += len(line)
        if len(head) > limit:
            break
    else:
        return [group.evidence() for group in (_group(*place) for place in head) if group.text.strip()]
    for number, start, line in head:
        reader.read(number, start, line)
    for number, line in source:
        reader.read(number, at, line)
        at += len(line)
    return reader.best(limit)


def _numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; the pieces of a line that came in several all have its number."""
    number = 1
    for line in lines:
        yield number, line
        number += line.endswith("\n")


class _Reader:
    """Reads lines one by one and keeps the groups that may become evidence."""

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}
        self._plain: dict[str, _Group] = {}
        self._known: dict[str, _Group] = {}
        self._masked = 0
        self._plain_read = 0
        self._cause: _Group | None = None
        self._after_traceback = False
        self._last: tuple[int, int, str] | None = None

    def read(self, number: int, start: int, line: str) -> None:
        """Take in one line."""
        if line.isspace() or not line:
            return
        self._last = (number, start, line)
        if interesting(line) or (self._after_traceback and line[0] not in " \t"):
            self._alarming(number, start, line)
        elif self._plain_read < _PLAIN_LINES:
            self._plain_read += 1
            _count(self._plain, _rough(line), number, start, line)
        if self._cause is not None and not (line[0] in " \t." or is_cause(line)):
            self._cause = None
        if "Traceback (most" in line:
            self._after_traceback = True

    def _alarming(self, number: int, start: int, line: str) -> None:
        rough = _rough(line)
        if (group := self._known.get(rough)) is None:
            group = self._new(rough, number, start, line)
        else:
            group.count += 1
        if group is not None and is_cause(line):
            if self._cause is not None and self._cause is not group:
                self._cause.grade = min(self._cause.grade, 2.0)
            self._cause = group

    def _new(self, rough: str, number: int, start: int, line: str) -> _Group | None:
        fresh = _group(number, start, line)
        if self._after_traceback and line[:1] not in " \t\r\n" and "Traceback" not in line:
            fresh.grade, self._after_traceback = max(fresh.grade, 4.5), False
        if fresh.grade <= 0:
            return None
        template = rough
        if self._masked < _MASKED:
            self._masked += 1
            template = without_prefix(mask(fresh.text[:LONGEST_LINE])).casefold()
        group = self._groups.get(template)
        if group is not None:
            group.count += 1
            group.grade = max(group.grade, fresh.grade)
        elif self._room_for(fresh):
            group = self._groups[template] = fresh
        if group is not None and len(self._known) < 4 * _TABLE:
            self._known[rough] = group
        return group

    def _room_for(self, fresh: _Group) -> bool:
        """Whether the table has room, made where needed by dropping its weaker half."""
        if len(self._groups) < _TABLE:
            return True
        keep = heapq.nlargest(_TABLE // 2, self._groups.items(), key=lambda item: item[1].score())
        self._groups = dict(keep)
        kept = {id(group) for group in self._groups.values()}
        self._known = {rough: group for rough, group in self._known.items() if id(group) in kept}
        return fresh.score() >= keep[-1][1].grade

    def best(self, limit: int) -> list[EvidenceLine]:
        """The chosen lines in the order of the text."""
        groups = list(self._groups.values())
        if not groups:
            groups = list(self._plain.values())
            if self._last and all(group.line != self._last[0] for group in groups):
                groups.append(_group(*self._last))
        groups = [group for group in groups if group.text.strip()]
        chosen = heapq.nlargest(limit, groups, key=lambda group: (group.score(), -group.line))
        return [group.evidence() for group in sorted(chosen, key=lambda group: group.line)]


def _count(groups: dict[str, _Group], key: str, number: int, start: int, line: str) -> None:
    if key in groups:
        groups[key].count += 1
    elif len(groups) < _TABLE:
        groups[key] = _group(number, start, line)


def _group(number: int, start: int, line: str) -> _Group:
    body = line.rstrip("\r\n")
    begin, end = 0, len(body)
    if end > LONGEST_LINE:
        begin = max(0, min(first_mark(body) - _BEFORE_MARK, end - LONGEST_LINE))
        end = begin + LONGEST_LINE
    text = visible(body[begin:end])
    return _Group(text, number, start + begin, start + end, alarm(text))


def visible(text: str) -> str:
    """`text` without colour codes and control characters."""
    return text if text.isprintable() else _NOISE.sub("", text)


def _rough(line: str) -> str:
    """A cheap stand-in for the template: what holds a digit is left out, and the rest is cut."""
    return _VARYING.sub("", line[:400])


def _lines(text: str) -> Iterator[str]:
    at = 0
    while (end := text.find("\n", at)) >= 0:
        yield text[at : end + 1]
        at = end + 1
    if at < len(text):
        yield text[at:]
