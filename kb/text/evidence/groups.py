"""The telling lines of a text, counted by template, the best of them kept.

Lines of one rough form are one group at once; masking, which is dear, is done for a handful of new groups at a
time, and no line that cannot come among the best is graded at all.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log2

from kb.expression import expression
from kb.text.carriers import LinePlace, bare
from kb.text.evidence.alarm import alarm, is_aftermath, is_grave, names_reason
from kb.text.evidence.alarm_words import ERROR, FAILED, FATAL, WARNING
from kb.text.evidence.causes import first_causes
from kb.text.evidence.lines import LONGEST_LINE, Line, LogBlock
from kb.text.masking import mask, without_prefix

_KEPT = 96
_FRESH = 128
_KNOWN = 8_192
_MASKED = 3_000
_LOOK_AGAIN = 2_048
"""Lines passed over after which it is looked whether the best are still as good, as they may have repeated."""
_SECOND = 0.5
"""What a grade gains by a second alarming word."""
_NOWHERE = LinePlace(0, 0, 0)
_SEVERITIES = {
    FATAL: "emerg emergency fatal ftl panic f dpanic 0",
    ERROR: "alert critical crit error err severe e eror failure 1 2 3",
    WARNING: "warn warning w 4",
    -1.0: "info information informational notice note debug trace verbose i d v 5 6 7 fine finer finest",
}
_BY_SEVERITY = {name: grade for grade, names in _SEVERITIES.items() for name in names.split()}
_LEVEL = expression(
    r"(?i)\b(info|notice|note(?=\])|debug|trace|warn|warning|error|critical|crit|alert|fatal|panic|emerg)\b"
)
_PLACE_IN_CODE = expression(
    r"(?:[\w.@~%+-]{0,80}/){1,20}[\w.@~%+-]{1,80}\.(?:go|s|rs|py|rb|[cm]?[jt]s|java|php|exs?):\d{1,7}"
)
_LONGEST_FIELD = 200
_FIELD = expression(
    r"\s*(?P<quote>[\"']?)[\w.@-]{1,60}(?P=quote)\s{0,3}:\s*[\[{(]\s*"
    r"|\s*[\"']?(?:log\.)?(?:level|severity|levelname|lvl|type|name|class|kind)[\"']?\s{0,3}:\s*[\"']?\w{1,40}[\"']?,?\s*"
    r"|[\s╭┌─━]+Traceback \(most recent call last\)[\s─━╮┐]+"
)
_PLACE_BELOW = expression(r"\n[ \t]+\S{1,400}\.(?:go|s):\d{1,7}(?:[\s+]|\Z)")
"""What stands under a function of a stack that a logger such as zap wrote as a field of its record."""
_PREFIX = 400
_QUIET = 0.6
_LEAST_WARNED, _WARNED = 1.9, 3.9
"""What a warning has at least and, where its reason is not the system's, at most: more than the words of a line that
is information, less than an error."""
_TROUBLE = expression(
    r"(?<![\w.-])(?:err|error|reason|cause|exception)=(?:\"(?P<text>(?:[^\"\\\n]|\\.){1,2000})\"|(?P<word>[^\s\"]{1,200}))"
)


@dataclass(slots=True)
class Group:
    """The lines of one template; the first of them stands for all."""

    text: str
    message: str
    grade: float
    place: LinePlace = _NOWHERE
    count: int = 1
    order: int = 0
    block: LogBlock | None = None
    start: int = 0
    end: int = 0
    said: Mapping[str, str] = field(default_factory=dict)
    """What its carriers say of the line: service, pod, severity, time."""
    told: bool = False
    """Whether it was weighed against what was told shortly before or after it."""
    into: Group | None = None
    """The group of the same template that it became part of."""

    def score(self) -> float:
        """How telling: its grade, and more the rarer it is."""
        return max(0.0, self.grade + 1.0 / (1.0 + log2(self.count)))

    def settle(self) -> None:
        """Look up where it stands, so that its block need not be kept."""
        if self.block is not None:
            self.place, self.block = self.block.place(self.start, self.end), None


def level_in(prefix: str) -> str:
    """The last level that is named in what was written before a message; empty where there is none."""
    found = _LEVEL.findall(prefix[-_PREFIX:])
    return found[-1] if found else ""


def spoken(level: str, outer: Mapping[str, str], inner: Mapping[str, str]) -> dict[str, str]:
    """What all carriers of a line say, the inner ones first.

    `Error: …` in a record of level `fatal` is the name of an exception: it does not make the record less grave.
    """
    said = {"severity": level, **outer, **inner}
    graver = _BY_SEVERITY.get(outer.get("severity", "").lower(), 0.0)
    if inner.get("severity") == "Error" and graver > ERROR:
        said["severity"] = outer["severity"]
    return said


def with_trouble(line: str, start: int, end: int) -> str:
    """The message at `line[start:end]` and what a field beside it, such as `err="..."`, says of the error."""
    beside = _TROUBLE.search(line, end) or _TROUBLE.search(line, 0, start)
    return f"{line[start:end]}: {beside['text'] or beside['word']}" if beside else line[start:end]


def is_of_a_stack(message: str, below: str, at: int = 0) -> bool:
    """Whether a line is nothing but a place in the source, or a function whose place stands below it.

    `below` holds, from `at` on, what follows the line, its line end first.
    """
    if " " in message:
        return False
    return _PLACE_IN_CODE.fullmatch(message) is not None or _PLACE_BELOW.match(below, at) is not None


def is_bare_field(line: str) -> bool:
    """Whether a line only opens a field (`err: {`), or names a level or a type (`level: 'error',`).

    So pino-pretty, Node's util.inspect and indented JSON print a record over many lines; what tells stands in the
    others.  The heading of the box that rich draws around a traceback is none either.
    """
    return len(line) < _LONGEST_FIELD and _FIELD.fullmatch(line) is not None


def grade_of(message: str, said: Mapping[str, str]) -> float:
    """How alarming a bare line is, with the severity that its carriers tell.

    What the program itself calls a warning stands below its errors, whatever words are in it, unless the system
    gives the reason.
    """
    grade = alarm(message)
    severity = _BY_SEVERITY.get(said.get("severity", "").strip().lower(), 0.0)
    if severity < 0:
        return grade * _QUIET
    if is_aftermath(message):
        return grade
    if severity == WARNING:
        most = 9.0 if names_reason(message) else _WARNED
        return min(most, max(grade, _LEAST_WARNED))
    return max(grade, severity + _SECOND * (grade >= FAILED and severity >= ERROR))


class Groups:
    """A table of bounded size."""

    def __init__(self) -> None:
        self._known: dict[str, Group] = {}
        self._fresh: list[tuple[str, Group]] = []
        self._merged: dict[str, Group] = {}
        self._floor = -1.0
        self._masked = self._order = self._passed = 0

    def may_take(self, most: float, words: int) -> bool:
        """Whether a line with so many alarming words, the best with the grade `most`, can come among the best."""
        best = most + (_SECOND if words > 1 else 0.0) + 1.0
        return best > self._floor

    def count(self, line: Line) -> None:
        """A line that cannot come among the best; where it repeats one that did, it counts."""
        if (group := self._known.get(line.rough)) is not None:
            group.count += 1
        self._passed += 1
        if self._passed % _LOOK_AGAIN == 0:
            self._prune()

    def take(
        self, line: Line, *, least: float = 0.0, raised: float = 0.0, most: float = 9.0, again: bool = False
    ) -> Group | None:
        """The group of a line, if it is alarming: its grade at least `least`, at most `most`, and `raised`.

        `again`: the line may have been counted before.
        """
        rough = line.rough
        group = self._known.get(rough)
        if group is not None:
            group.count += not again
            if raised:
                group.grade = max(group.grade, least + raised)
            return group
        seen = line.cut()
        if seen is None:
            return None
        plain = least > ERROR and not is_grave(seen.text)  # no word in it could lift the grade above that
        bound = least if plain or self._floor < 0 else max(least, alarm(seen.text))
        if bound + raised + 1.0 <= self._floor:
            return None  # before what carries it is taken off, which is dear
        carried = bare(seen.text)
        said = spoken(level_in(seen.text[: carried.start]), line.said(), carried.said)
        if is_of_a_stack(carried.text, line.block.text, line.end) or is_bare_field(seen.text):
            return None
        told = with_trouble(seen.text, carried.start, carried.end)
        grade = least if plain else max(least, grade_of(told, said))
        grade = min(most, grade + raised)
        if grade <= 0 or grade + 1.0 <= self._floor:
            return None
        self._order += 1
        group = Group(seen.text, carried.text, grade, order=self._order, said=said)
        group.block, group.start, group.end = line.block, seen.start, seen.end
        if len(self._known) < _KNOWN:
            self._known[rough] = group
        self._fresh.append((rough, group))
        if len(self._fresh) >= _FRESH:
            self._merge()
        return group

    def _merge(self) -> None:
        for rough, group in self._fresh:
            template = f"{self._template(rough, group)}\0{group.grade:.1f}"  # `0 errors` is not `3 errors`
            known = self._merged.setdefault(template, group)
            if known is not group:
                known.count += group.count
                known.grade = max(known.grade, group.grade)
                group.into, group.block = known, None
                if rough in self._known:
                    self._known[rough] = known
        self._fresh.clear()
        self._prune()

    def _template(self, rough: str, group: Group) -> str:
        if self._masked >= _MASKED:
            return rough
        self._masked += 1
        return without_prefix(mask(group.message[:LONGEST_LINE])).casefold()

    def _prune(self) -> None:
        if len(self._merged) <= _KEPT:
            return
        kept = heapq.nlargest(_KEPT, self._merged.items(), key=lambda item: _rank(item[1]))
        self._merged = dict(kept)
        self._floor = kept[-1][1].score()
        alive = {id(group) for group in self._merged.values()} | {id(group) for _, group in self._fresh}
        self._known = {rough: group for rough, group in self._known.items() if id(group) in alive}

    def settle(self) -> None:
        """At the end of a block: what is kept no longer needs it."""
        self._merge()
        for group in self._merged.values():
            group.settle()

    def best(self, limit: int) -> list[Group]:
        """The best groups, the very best first."""
        first_causes(self._merged.values())
        return heapq.nlargest(limit, self._merged.values(), key=_rank)


def _rank(group: Group) -> tuple[float, int]:
    return group.score(), -group.order
