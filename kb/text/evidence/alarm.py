"""How alarming a line of a log looks, before anything is known about it.

`interesting` is the cheap question, which can be asked of every line or of a whole block at once (`SCAN`);
`alarm` grades the few lines that pass it.  Whatever `alarm` grades above 0 is `interesting`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from kb.expression import expression
from kb.text.evidence.alarm_words import (
    AFTERMATH,
    BESIDE,
    CALM,
    ELSEWHERE,
    ERRNO,
    ERROR,
    FAILED,
    FATAL,
    KLOG,
    OPTIONS,
    ORDERLY,
    REASON,
    ROWS,
    TOLD,
)

_CALM = expression(CALM)
_BESIDE = expression(BESIDE)
_OPTIONS = expression(OPTIONS)
_QUIET_LEVEL = expression(
    r"[^\n]{0,60}?(?:\[note\]|\b(?:info|debug|trace|notice)\b(?!: (?:task|rcu|possible|inconsistent))|\bi\d{4} )"
)
_ERRNO = expression(rf"(?<![A-Za-z0-9_])(?:{'|'.join(sorted(ERRNO, key=len, reverse=True))})(?![A-Za-z0-9_])")
_FRAME = expression(
    r"^\s+(?:at [\w$.<>/]+[(:]|File \"|\.\.\. \d+ (?:more|common)|from [\w/.]+:\d+)|^goroutine \d+ \["
    r"|^\t/\S+:\d+"
)
_CAUSE = expression(r"^\s*(?:Caused by:|\[cause\]:|---> )")
_AROUND = 40
_BEFORE = 40
"""Characters before a mark in which its pattern may begin."""
_SUPPLEMENT = 1.0


def any_of(words: Iterable[str]) -> str:
    """A regex for any of `words` that branches letter by letter: twice as fast as an alternation."""
    rest: dict[str, list[str]] = {}
    ends = False
    for word in words:
        if word:
            rest.setdefault(word[0], []).append(word[1:])
        else:
            ends = True
    if ends:
        return ""  # the shortest is enough to know that one is there
    branches = [re.escape(letter) + any_of(endings) for letter, endings in rest.items()]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def shortest_marks(marks: Iterable[str]) -> dict[str, str]:
    """Every mark with the shortest mark that it begins with: that one is found wherever it stands."""
    shortest: dict[str, str] = {}
    for mark in sorted(marks, key=len):
        shortest[mark] = next((mark[:n] for n in range(1, len(mark)) if mark[:n] in shortest), mark)
    return shortest


_PREFIX = shortest_marks({mark for _, mark, _ in ROWS} | {name.lower() for name in ERRNO})
MARKS = tuple(sorted(set(_PREFIX.values())))
"""In lower case, what a line must hold one of, `KLOG` apart, to be worth a closer look."""
_ERRNO_MARKS = frozenset(_PREFIX[name.lower()] for name in ERRNO)


def _by_mark() -> dict[str, list[tuple[float, str]]]:
    rows: dict[str, list[tuple[float, str]]] = {}
    for grade, mark, pattern in ROWS:
        rows.setdefault(_PREFIX[mark], []).append((grade, pattern))
    return rows


_compiled = cache(re.compile)
"""Compiled when it is needed first: a short question needs few of the patterns."""

_ROWS = _by_mark()
GRADES = {
    mark: max([grade for grade, _ in _ROWS.get(mark, ())] + [REASON] * (mark in _ERRNO_MARKS))
    for mark in MARKS
}
"""The highest grade that each mark may have."""
_AFTERMATH = {mark: expression(pattern) for mark, pattern in AFTERMATH if pattern}


@cache
def _any() -> re.Pattern[str]:
    return re.compile(f"{any_of(MARKS)}|{KLOG}")


@cache
def _each() -> re.Pattern[str]:
    """Finds every mark, those that overlap as well."""
    return re.compile(f"(?=({any_of(MARKS)}|{KLOG}))")


@cache
def _grave() -> re.Pattern[str]:
    return re.compile(any_of(mark for mark, grade in GRADES.items() if grade > ERROR))


@cache
def _least() -> re.Pattern[str]:
    return re.compile(any_of((*ORDERLY, *ELSEWHERE)))


@cache
def _aftermath_mark() -> re.Pattern[str]:
    return re.compile(any_of((*(mark for mark, _ in AFTERMATH), *ORDERLY, *ELSEWHERE)))


def lowered(text: str) -> str:
    """The text in lower case, with every character at its place; what is not ASCII becomes `?`."""
    return text.lower() if text.isascii() else text.encode("ascii", "replace").decode("ascii").lower()


def interesting(line: str) -> bool:
    """Whether `line` may be alarming; fast, and wrong only by saying yes."""
    return _any().search(lowered(line)) is not None


def is_grave(line: str) -> bool:
    """Whether the line may have a word that is graver than an error, or a reason of the system."""
    return _grave().search(lowered(line)) is not None


def first_mark(line: str) -> int:
    """Where in a long line the most telling word stands: an error before anything weaker; 0 if none."""
    best, where = 0.0, 0
    for grade, at in _words(line, lowered(line)):
        if min(grade, ERROR) > best:
            best, where = min(grade, ERROR), at
    return where


def is_frame(line: str) -> bool:
    """Whether `line` is a frame of a stack trace, which says where and not what."""
    return _FRAME.match(line) is not None


def is_cause(line: str) -> bool:
    """Whether `line` names a deeper cause within a stack trace."""
    return _CAUSE.match(line) is not None


def names_reason(line: str) -> bool:
    """Whether the line has what the operating system says, such as `Connection refused` or `ENOENT`."""
    return any(grade == REASON for grade, _ in _words(line, lowered(line)))


def reasons(line: str) -> list[tuple[int, str]]:
    """The place and the words of what the operating system says in the line."""
    return [(at, word) for grade, at, word in _said(line, lowered(line)) if grade == REASON]


def _words(line: str, low: str) -> list[tuple[float, int]]:
    """Every kind of alarming word in the line with its grade and place."""
    return [(grade, at) for grade, at, _ in _said(line, low)]


def _said(line: str, low: str) -> list[tuple[float, int, str]]:
    """The same with the word."""
    found: list[tuple[float, int, str]] = []
    tried: set[str] = set()
    for match in _each().finditer(low):
        mark = match[1]
        if mark in tried:
            continue
        tried.add(mark)
        for grade, pattern in _ROWS.get(mark, ()):
            if word := _compiled(pattern).search(low, max(0, match.start() - _BEFORE)):
                found.append((grade, word.start(), word[0]))
        if mark in _ERRNO_MARKS and (name := _ERRNO.search(line)):
            found.append((REASON, name.start(), name[0]))
        if mark not in _PREFIX and mark not in _ROWS:
            found.append((ERROR if mark[0] == "e" else FATAL, match.start(), mark))
    return found


def alarm(line: str) -> float:
    """From 0 (a frame, or nothing of the kind) to about 6 (fatal, with a cause)."""
    if is_frame(line):
        return 0.0
    low = lowered(line)
    found = _words(line, low)
    if not found:
        return 0.0
    calm = _calm(low, found)
    grade = max((grade for grade, at in found if at not in calm), default=0.0)
    if not grade:
        grade = 0.2 * max(grade for grade, _ in found)
    elif grade >= ERROR and any(
        FAILED <= one <= REASON and one != ERROR and at not in calm for one, at in found
    ):
        grade += 0.5
    if is_cause(line):
        grade += 1.0
    if grade > TOLD and _is_aftermath(low):
        grade = TOLD
    if grade > _SUPPLEMENT and (_least().search(low) or _BESIDE.search(low, 0, 120) or _OPTIONS.match(low)):
        grade = _SUPPLEMENT
    return grade * 0.6 if _QUIET_LEVEL.match(low) else grade


def _is_aftermath(low: str) -> bool:
    """Whether the line tells of what followed from a fault."""
    for match in _aftermath_mark().finditer(low):
        pattern = _AFTERMATH.get(match[0])
        if pattern is None or pattern.search(low, max(0, match.start() - 1)):
            return True
    return False


def is_orderly(line: str) -> bool:
    """Whether the line tells that the program was told to end, or says to look elsewhere."""
    return _least().search(lowered(line)) is not None


def is_aftermath(line: str) -> bool:
    """Whether the line tells of what followed from a fault, or of what belongs to an error above it."""
    low = lowered(line)
    return _is_aftermath(low) or _BESIDE.search(low, 0, 120) is not None


def _calm(low: str, found: list[tuple[float, int]]) -> set[int]:
    """The places of words that stand for nothing bad, such as `0 errors`."""
    return {
        at
        for _, at in found
        for calm in _CALM.finditer(low, max(0, at - _AROUND), at + _AROUND)
        if calm.start() <= at < calm.end()
    }
