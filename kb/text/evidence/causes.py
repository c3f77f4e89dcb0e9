"""Which of the telling lines of a log caused the others: the cause goes above what followed from it.

Grave words do not make a cause.  A program says what went wrong once, and then that it therefore cannot start, that
it ends, that it closed the connection.  Such a line is known by what it says; its cause is the most alarming of the
few lines before it; of what became of a connection it is the nearest.  A heading stands below the line that it
announces.  A line that alarms by its level alone stands below one that alarms later by its words; an exception that
only names a thing, below an error above it that says more of it.  Where two lines give the same reason of the system,
or one repeats all that an earlier one says, the first of them is the one.  Several errors one after another are left
as they are graded: on real logs the first of a run was no better than the gravest, and a ranking learned in pairs
(43 features of words, level, place and neighbours; each source left out in turn) was worse than these rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kb.expression import expression
from kb.text.evidence.alarm import alarm, reasons
from kb.text.evidence.alarm_words import ERROR, FAILED, FATAL, TOLD

if TYPE_CHECKING:
    from kb.text.evidence.groups import Group

CRASH = 5.6
"""The grade of what a crash tells, at least."""
_SHORTLY = 10
"""Lines within which what follows from a fault is told after it."""
_RETRIED = 4
"""How much more often a cause may be told than what followed from it, as it was tried again."""
_BELOW = 0.5
"""How far what followed stands below its cause."""

_DIES = expression(r"(?i)\b(?:fatal|ftl|panic|emerg\w{0,6}|abort\w{0,4})\b")
_ENDED = expression(
    r"(?i)\b(?:clos(?:e|ed|ing)|disconnect(?:ed|ing)|dropp(?:ed|ing)|abort(?:ed|ing)|terminat(?:ed|ing)"
    r"|cancell?(?:ed|ing)|stopp(?:ed|ing)|exit(?:ed|ing)|kick(?:ed|ing)|reject(?:ed|ing))\b"
    r"[^\n]{0,60}?\b(?:because|due to)\b"
)
_WHY = expression(
    r"(?i)\b(?:no such|not found|unknown|invalid|missing|exceed\w*|mismatch|too [a-z]+|already|denied"
    r"|not allowed|duplicate|undefined|expired|bad|does not|doesn't|not permitted)\b"
)
"""Words that say why, as `failed` and `timeout` do not."""
_GONE = expression(r"(?i)\b(?:broken pipe|EPIPE|connection (?:reset|closed))\b")
"""What became of a connection; why was told before."""
_QUOTED = expression(r"[\"'`][^\"'`]{2,80}[\"'`]")
_STARTS = r"(?:re)?(?:start|load|config|initiali[sz]|pars|read|launch|boot|discover|set ?up|bring)\w*"
_FAILS = r"(?:fail\w*|unable|could not|couldn't|cannot|can't|errors?|abort\w*)"
_NO_START = expression(rf"(?i)\b{_FAILS}\b[^\n]{{0,60}}\b{_STARTS}|\b{_STARTS}\b[^\n]{{0,60}}\b{_FAILS}\b")
_OWN_WORDS = expression(r"[\d'\"`/\\_=<>()\[\]{}]|[a-z][A-Z]")
"""What a line has that names something: a number, a quoted word, a path, an identifier."""
_BESIDE = expression(r"(?<![\w.-])(?:err|error|reason|cause|exception)=\"[^\"]")
"""A field beside the message in which the line itself says why."""
_SAYS_REASON = expression(r"(?:reason|because): ")
"""Where the program itself says why: that may be what followed, as what the system says is not."""
_ONLY_NAMES = expression(r"[\w.]{1,200}: (?P<quote>['\"])(?P<name>[^'\"]{3,120})(?P=quote)$")
"""An exception that only names a thing, such as `KeyError: 'orders'`."""
_NAMED_ABOVE = 60
"""Lines above an exception within which the line is sought that says more of that thing."""
_NUMBERED = expression(r"\s*\d{1,6}(?:\s{2,}|\s?[|:] )")
"""A quoted line of a source, with its number."""
_SENTENCE = 24
"""Characters of a message that no other line has by chance."""
_BEFORE_REASON = 120
_LAST_WORD = expression(r"([^\s'\"`(\[{]{3,120}?)['\"`:,)\]}(\s]{0,6}\Z")


def first_causes(groups: Iterable[Group]) -> None:
    """Put every cause above what followed from it."""
    lines = sorted(groups, key=lambda one: one.place.line)
    if len(lines) < 2:  # (a line by itself follows from none)
        return
    told = [one for one in lines if one.grade > 0]
    _first_of_a_reason([one for one in told if one.grade < CRASH])
    _first_of_a_message(told)
    _what_says_more(told)
    _later_than_a_level(told)
    by_line: dict[int, Group] = {}
    of_record = Counter(one.place.line for one in told)
    for one in told:
        known = by_line.get(one.place.line)
        if one.grade >= TOLD and (known is None or one.grade > known.grade):
            by_line[one.place.line] = one
    for one in list(by_line.values()):
        if one.told or one.grade >= CRASH or one.grade < FAILED:
            continue
        if _announces(one.message):
            following = _announced(one, lines)
            if following is not None and following.grade < CRASH:
                _put_above(following, one)
        elif _ends(one.message) or (of_record[one.place.line] < 2 and _follows(one)):
            before = [by_line.get(one.place.line - n) for n in range(_SHORTLY, 0, -1)]
            told_before = [cause for cause in before if cause is not None and _tells(cause, one)]
            _below_its_cause(one, told_before[-1:] if _ends(one.message) else told_before)


def _below_its_cause(one: Group, before: Sequence[Group]) -> None:
    fresh = [cause for cause in before if not cause.told and cause.count <= _RETRIED * one.count]
    causes = [cause for cause in fresh if cause.grade >= FAILED] or fresh
    if causes:
        _put_above(max(causes, key=lambda cause: (min(int(cause.grade), FATAL), -cause.place.line)), one)


def _tells(cause: Group, one: Group) -> bool:
    """Whether a line may be the cause of `one`: not where only that one says why."""
    return (
        _WHY.search(cause.message) is not None
        or not _WHY.search(one.message)
        or not _ENDED.search(one.message)
    )


def _put_above(cause: Group, one: Group) -> None:
    cause.grade += max(0.0, one.score() - cause.score())
    one.grade = min(one.grade, cause.grade) - _BELOW
    cause.told = one.told = True


def _follows(one: Group) -> bool:
    """Whether the line tells what followed from a fault rather than the fault; a record that says why tells both."""
    message = one.message
    if _BESIDE.search(one.text):
        return False
    if any(not _SAYS_REASON.match(reason) for _, reason in reasons(message)):
        return False
    if one.grade >= FATAL and _DIES.search(f"{one.said.get('severity', '')} {one.text}"):
        return True
    return one.grade >= ERROR and _NO_START.search(message) is not None and not _OWN_WORDS.search(message)


def _ends(message: str) -> bool:
    """Whether the line tells what became of a connection; the line before it that alarms is why."""
    return _ENDED.search(message) is not None or _GONE.search(message) is not None


def _announces(message: str) -> bool:
    """Whether the line only says where, and the next one what."""
    return message.rstrip().endswith(":") and not _WHY.search(message) and not _QUOTED.search(message)


def _announced(heading: Group, lines: Sequence[Group]) -> Group | None:
    """The first line below a heading that is none; nothing where the program quotes what it read."""
    at = {one.place.line: one for one in reversed(lines)}
    number = heading.place.line + 1
    while (one := at.get(number)) is not None and _announces(one.message):
        number += 1
    return None if one is not None and _NUMBERED.match(one.message) else one


def _first_of_a_message(told: Sequence[Group]) -> None:
    """Where a later line repeats all that an earlier one says, the earlier goes above it."""
    for n, later in enumerate(told):
        for one in told[:n]:
            if (
                one.place.line < later.place.line
                and len(one.message) >= _SENTENCE
                and one.message in later.message
                and one.score() < later.score()
                and one.grade >= FAILED
            ):
                _put_above(one, later)


def _what_says_more(told: Sequence[Group]) -> None:
    """An error above an exception that only names a thing goes above it, where it says more of that thing."""
    for one in told:
        only = _ONLY_NAMES.search(one.message) if one.grade >= CRASH else None
        if only is None:
            continue
        above = [
            line
            for line in told
            if 0 < one.place.line - line.place.line <= _NAMED_ABOVE
            and FAILED <= line.grade < CRASH
            and only["name"] in line.message
            and one.message not in line.message
        ]
        if above:
            _put_above(above[0], one)


def _later_than_a_level(told: Sequence[Group]) -> None:
    """What alarms by its level alone while the program goes on goes below what alarms later by its words."""
    for n, one in enumerate(told):
        if not ERROR <= one.grade < FATAL or one.told or alarm(one.message) > 0:
            continue
        later = [line for line in told[n + 1 :] if line.place.line - one.place.line > 1 and _alarms(line)]
        if later and later[0].place.line == min(line.place.line for line in told[n + 1 :]):
            best = max(later, key=lambda line: (line.grade, -line.place.line))
            if best.score() < one.score():
                _put_above(best, one)


def _alarms(line: Group) -> bool:
    return alarm(line.message) >= FAILED


def _first_of_a_reason(told: Sequence[Group]) -> None:
    """Of the lines that give the same reason of the system for the same thing, the first goes above the others."""
    first: dict[str, Group] = {}
    for one in told:
        for reason in _reasons_with_names(one.text):
            known = first.setdefault(reason, one)
            if known is not one and known.place.line < one.place.line and one.score() >= known.score():
                known.grade += one.score() - known.score()
                one.grade -= _BELOW


def _reasons_with_names(text: str) -> list[str]:
    found = []
    for at, reason in reasons(text):
        name = _LAST_WORD.search(text, max(0, at - _BEFORE_REASON), at)
        if name is not None:
            found.append(f"{name[1]} {reason}")
    return found
