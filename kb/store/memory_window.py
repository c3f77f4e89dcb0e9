"""Of a memory file whose text before a change is at hand, the few pieces that the change touches.

Two texts are compared from both ends; the rows of all other pieces are neither read nor compared, they only move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.errors import Problem
from kb.store.database import Database
from kb.store.memory_part import Around, ChangedPart, MovedLines, PieceTable, part_of, set_down

_END = 2**62


@dataclass(frozen=True, slots=True)
class Window:
    """The pieces from line `first` to before `end` (None: to the end of the file), in both texts."""

    first: int
    end: int | None
    text: str
    by: int
    """How many lines more the text has now."""


def part_of_edit(
    db: Database, file: str, before: str, after: str, problems: Sequence[Problem], path: str
) -> ChangedPart | None:
    """As `part_of`, for a file that was remembered when it had the text `before`; None where that cannot tell."""
    table = PieceTable(db)
    window = _window(table, file, before, after)
    known = table.between(file, window.first, window.end or _END) if window else ()
    if window is None or not known or len({one.section for one in known}) != 1:
        return None
    head, by = f"{known[0].section}:\n", window.first - 2
    inside = [one for one in problems if one.line and window.first <= one.line < (window.end or _END)]
    part = part_of(
        head + window.text,
        {one.hash: replace(one, line=one.line - by) for one in known},
        [replace(one, line=(one.line or 0) - by) for one in inside],
        path,
        Around(table.said(file, known[0].section, {one.hash for one in known})),
    )
    new = {entry.id for entry in part.entries} - {*part.before} if part else set()
    if part is None or _any_is_taken(db, file, new):
        return None
    outside = [one for one in problems if one not in inside]
    return _set_down(part, by, [_moved(one, window) for one in outside], window)


def _window(table: PieceTable, file: str, before: str, after: str) -> Window | None:
    start, end = changed(before, after)
    more = len(after) - len(before)
    row = before.count("\n", 0, max(start - 1, 0)) + 1
    first = table.piece_at(file, row)
    if first is None:
        return None
    last = row + before.count("\n", max(start - 1, 0), end)
    at_line_start = end > 0 and before[end - 1] == "\n"
    below = table.piece_from(file, max(last, first + 1) if at_line_start else last + 1)
    opening = _line_above(before, max(start - 1, 0), row - first)
    closing = len(before) if below is None else _line_below(before, end, below - last)
    text = after[opening : closing + more]
    return Window(first, below, text, after.count("\n") - before.count("\n") if below else 0)


def changed(before: str, after: str) -> tuple[int, int]:
    """Where the part of `before` begins and ends that is another one in `after`."""
    start = _alike_until(before, after)
    most = min(len(before), len(after)) - start
    return start, len(before) - _alike_until(before[::-1][:most], after[::-1][:most])


def _alike_until(one: str, other: str) -> int:
    """How many characters two texts begin with alike: found by halves, so that C compares them."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _line_above(text: str, at: int, lines: int) -> int:
    """Where the line begins that many lines above that of a character."""
    for _ in range(lines + 1):
        at = text.rfind("\n", 0, at)
    return at + 1


def _line_below(text: str, at: int, lines: int) -> int:
    """Where the line begins that many lines below that of a character; with none, the line that begins there."""
    for _ in range(lines):
        at = text.index("\n", at) + 1
    return at


def _any_is_taken(db: Database, file: str, ids: set[str]) -> bool:
    marks = ",".join("?" * len(ids))
    return bool(
        db.value(
            f"SELECT 1 FROM entries WHERE +file = ? AND retired_at IS NULL AND id IN ({marks}) LIMIT 1",
            [file, *ids],
        )
    )


def _moved(problem: Problem, window: Window) -> Problem:
    """The problem with the line that it has now: one below the window has moved with its line."""
    below = window.end is not None and (problem.line or 0) >= window.end
    return replace(problem, line=(problem.line or 0) + window.by) if below else problem


def _set_down(part: ChangedPart, by: int, others: Sequence[Problem], window: Window) -> ChangedPart:
    """What was read of the window alone, with the lines of the file."""
    runs = [
        MovedLines(run.first + by, min(run.last + by, (window.end or _END) - 1), run.by) for run in part.runs
    ]
    if window.end is not None and window.by:
        runs.append(MovedLines(window.end, _END, window.by))
    told = [*others, *(replace(one, line=(one.line or 0) + by) for one in part.problems)]
    return replace(
        part,
        entries=tuple(set_down(one, by) for one in part.entries),
        problems=tuple(sorted(told, key=lambda one: one.line or 0)),
        runs=tuple(runs),
        made=tuple(replace(one, line=one.line + by) for one in part.made),
    )
