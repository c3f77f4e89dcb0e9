"""The lines of crashes among the lines of a log: the message is telling, frames and boilerplate are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb.expression import expression
from kb.text.carriers import Carried, LinePlace, bare
from kb.text.crashes import CrashReader, Margin, Role, Told, read_crashes, uncarried
from kb.text.crashes.reading import WINDOW
from kb.text.evidence.alarm import interesting, is_orderly
from kb.text.evidence.causes import first_causes
from kb.text.evidence.groups import (
    Group,
    Groups,
    grade_of,
    is_bare_field,
    is_of_a_stack,
    level_in,
    spoken,
    with_trouble,
)
from kb.text.evidence.lines import LONGEST_LINE, Line, LogBlock, rough, visible

BOILERPLATE = -1.0
"""The grade of what any crash of a runtime prints."""
_BARE = expression(r"(?i)error: ")
"""How any program may begin to say what is wrong, and JavaScript the message of a crash."""
_LINES_BEFORE = 3
_REMEMBERED = 20_000
_MARGINS = 100
"""Crashes of a text whose margin is learned, which is dear; later ones have that of the last."""
_FRAMES = expression(r"(?:[ \t]{1,40}(?:at|\.\.\.) [^\n]*\n)+")
_CUT = expression(r"[,{(\[]\s*\Z")
"""Where a term goes on in the next line, as Erlang prints them: what is above it tells more."""
_MESSAGE, _CAUSE, _SECOND = 4.6, 4.8, 4.0
"""The least grade of the message of a crash and of its deepest cause; the most of what another line tells better."""
_RAISED = 1.0
_BESIDE = 3.0
"""The most that a line within a crash has which is not its message."""


class CrashLines:
    """Reads the crashes of a text into `groups`, over the ends of blocks."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._reader = CrashReader()
        self._margin = Margin()
        self._leader: tuple[int, Group] | None = None
        self._begun = 0
        self._frames: set[str] = set()
        """The rough forms of frames: traces repeat them, and telling them takes longer than to recall them."""

    @property
    def within(self) -> bool:
        """Whether the last line that was read belongs to a crash that may go on."""
        return self._reader.within

    def begin(self, block: LogBlock, start: int, floor: int) -> int:
        """Where to begin to read a crash that is noticed at the line at `start`; not before `floor`."""
        for _ in range(_LINES_BEFORE):
            if start <= floor:
                return start
            start = block.text.rfind("\n", floor, start - 1) + 1 or floor
        return start

    def read(self, block: LogBlock, start: int, noticed: int = 0, seen: int = 0) -> int:
        """Read on from `start`, to the end of the crash but past `noticed`; returns where it ends.

        The lines before `seen` were looked at before.
        """
        text, size = block.text, len(block.text)
        ahead: tuple[int, str] = (-1, "")
        if not self._reader.within and self._begun < _MARGINS:
            self._begun += 1
            self._margin.learn(_next_lines(text, start))
        while start < size and (self._reader.within or start <= noticed):
            if self._reader.within and (run := _FRAMES.match(text, start)) is not None:
                start = run.end()
                continue
            end = _end(text, start)
            known = rough(text[start : min(end, start + LONGEST_LINE)])
            if known in self._frames and self._reader.within:
                start = end + 1
                continue
            line = ahead[1] if ahead[0] == start else self._uncarried(text, start, end)
            below = end + 1
            while below < size and text[below] in "\r\n":
                below += 1
            ahead = (below, self._uncarried(text, below, _end(text, below)) if below < size else "")
            told = self._reader.read(line, ahead[1])
            if told.role is Role.FRAME:
                self._remember(known)
            else:
                self._take(Line(block, start, end), told, again=start < seen)
            start = end + 1
        return start

    def _uncarried(self, text: str, start: int, end: int) -> str:
        """The line without the carrier that all lines of the crash have."""
        return self._margin.take_off(_seen(text, start, end))

    def _remember(self, frame: str) -> None:
        if len(self._frames) >= _REMEMBERED:
            self._frames.clear()
        self._frames.add(frame)

    def _take(self, line: Line, told: Told, again: bool) -> None:
        if told.role in (Role.GENERIC, Role.FRAME):
            return
        if told.role is Role.OTHER:
            if not again and interesting(
                line.block.text[line.start : min(line.end, line.start + LONGEST_LINE)]
            ):
                self._groups.take(line, most=_BESIDE if told.crash else 9.0)
            return
        seen = _seen(line.block.text, line.start, line.end)
        if told.rank < 2 or is_orderly(seen) or _CUT.search(seen):
            self._groups.take(line, most=_SECOND, again=again)
            return
        least = _CAUSE if told.role is Role.CAUSE else _MESSAGE
        group = self._groups.take(line, least=least, raised=_RAISED, again=again)
        if group is None:
            return
        if self._leader is not None and self._leader[0] == told.crash:
            before = self._leader[1].into or self._leader[1]
            if before is not group:
                before.grade = min(before.grade, _SECOND)
        self._leader = (told.crash, group)

    def whole(self, lines: Sequence[tuple[LinePlace, str, Mapping[str, str]]]) -> list[Group]:
        """A group for every line of a short text, each with its place and what carriers said that are undone."""
        carried = [bare(text) for _, text, _ in lines]
        tolds = _without_bare(list(read_crashes(uncarried([text for _, text, _ in lines]))), carried)
        groups: list[Group] = []
        leaders: dict[int, Group] = {}
        below = [*(f"\n{text}" for _, text, _ in lines[1:]), ""][: len(lines)]
        for (place, text, undone), one, told, after in zip(lines, carried, tolds, below, strict=True):
            said = spoken(level_in(text[: one.start]), undone, one.said)
            group = Group(
                text, one.text, _grade(with_trouble(text, one.start, one.end), said, told), place, said=said
            )
            if is_of_a_stack(one.text, after) or is_bare_field(text):
                group.grade = BOILERPLATE
            groups.append(group)
            if told.rank == 2:
                if told.crash in leaders:
                    leaders[told.crash].grade = min(leaders[told.crash].grade, _SECOND)
                leaders[told.crash] = group
        first_causes(groups)
        return groups


def _without_bare(tolds: Sequence[Told], carried: Sequence[Carried]) -> list[Told]:
    """The roles, a bare `Error: ...` of which nothing else of a crash is told taken as any other line."""
    crashed = {told.crash for told in tolds if told.role in (Role.FRAME, Role.GENERIC)}
    return [
        Told(Role.OTHER)
        if told.role is Role.MESSAGE and told.crash not in crashed and _is_bare(one)
        else told
        for told, one in zip(tolds, carried, strict=True)
    ]


def _is_bare(one: Carried) -> bool:
    return _BARE.match(one.text) is not None or one.said.get("severity", "").lower() == "error"


def _grade(text: str, said: Mapping[str, str], told: Told) -> float:
    if told.role is Role.GENERIC:
        return BOILERPLATE
    if told.role is Role.FRAME:
        return 0.0
    grade = grade_of(text, said)
    if told.role is Role.OTHER:
        return min(grade, _BESIDE) if told.crash else grade
    if told.rank < 2:
        return min(grade, _SECOND)
    return max(grade, _CAUSE if told.role is Role.CAUSE else _MESSAGE) + _RAISED


def _end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _seen(text: str, start: int, end: int) -> str:
    return visible(text[start : min(end, start + LONGEST_LINE)])


def _next_lines(text: str, start: int) -> list[str]:
    lines: list[str] = []
    while start < len(text) and len(lines) < WINDOW:
        end = _end(text, start)
        if end > start:
            lines.append(_seen(text, start, end))
        start = end + 1
    return lines
