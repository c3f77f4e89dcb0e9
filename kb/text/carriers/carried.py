"""A line without what carries it: prefixes and suffixes of loggers, runtimes, daemons, CIs and chats taken off.

The carriers of the table are tried first, then the line is read field by field.  Each step takes one bounded
field, so a line costs no more than its carriers' length, and a line without carriers is the line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from kb.expression import expression
from kb.text.carriers.behind import unquoted, without_blanks, without_rest
from kb.text.carriers.carrier import TIME
from kb.text.carriers.fields import (
    AFTER,
    AFTER_A_LEVEL,
    AFTER_WITH_PROSE,
    ANYWHERE,
    FIRST_LEVEL,
    GAP,
    SEEN_WITH_PROSE,
    WITH_PROSE,
    Fields,
    same,
)
from kb.text.carriers.table import BRACKETED, TIMED, listed

SAID = ("service", "unit", "container", "pod", "namespace", "host", "severity", "time", "logger")
"""What a carrier may say of a line, each a plain text as it was written."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A line as the program wrote it: `text` is `line[start:end]` of the line that was given."""

    text: str
    start: int
    end: int
    said: Mapping[str, str] = field(default_factory=dict)
    """By the names of `SAID`; of several carriers, one inside another, the innermost that says something."""


_MOST = 50
"""So many fields stand before no message: where there are more, the line is left as it is."""
_BLANK = expression(
    r"(?:[ \t\r\n]|\x1b?\[\d{1,3}(?:;\d{1,3}){0,5}m|\x1b\[[\d;?]{0,20}[A-Za-z]"
    r"|\x1b\][^\x07\x1b\n]{0,400}(?:\x07|\x1b\\)){0,100000}"
)
_WORD = expression(r"[^\W\d_]{2}")
_WORDS = expression(r"\S{1,80}[ \t]{1,8}\S")
_MARK = expression(r"([|:;,~»›•·#>/=*→│—–-]{1,2})[ \t]{0,2}\Z")
_SIGN = expression(r"[^\w\[(<{|│┃║]{1,90}")
_Kind = Fields | re.Pattern[str]
"""What reads a field."""
_CLOCK = Fields((("dA", TIME), ("s", rf"(?=@){TIME}")))
_GAP = expression(GAP)
_ANYWHERE, _WITH_PROSE, _AFTER = Fields(ANYWHERE), Fields(WITH_PROSE), Fields(AFTER)
_AFTER_WITH_PROSE, _AFTER_A_LEVEL = Fields(AFTER_WITH_PROSE), Fields(AFTER_A_LEVEL)
_FIRST_LEVEL, _SEEN_WITH_PROSE = Fields(FIRST_LEVEL), Fields(SEEN_WITH_PROSE)
_LOGFMT = expression(
    r"(?:(?!(?:msg|message|event|MESSAGE)=)[\w.@/-]{1,80}=(?:\"(?:[^\"\\\n]|\\.){0,2000}\""
    r"|'(?:[^'\\\n]|\\.){0,2000}'|[^\s\"']{0,300}),?[ \t]{1,40}){0,60}"
    r"(?:msg|message|event|MESSAGE)=(?:\"(?P<double>(?:[^\"\\\n]|\\.){1,20000})\""
    r"|'(?P<single>(?:[^'\\\n]|\\.){1,20000})')(?=[\s,;]|\Z)"
)
_FRAME = (
    r"at (?:[\w.$/<>\[\] ]{1,200}) ?\(|#\d{1,4} {1,4}(?:0x|/|\{main|[\w\\:]{1,120}(?:->|\())|File \""
    r"|from [\w./-]{1,200}:\d|\d{1,4}: (?:[\w<]{1,80}::|0x)|goroutine "
)
_STAYS = expression(
    rf"(?:msg|message|event|MESSAGE)=[\"']|{_FRAME}|\[[^\[\]\n]{{0,400}}[A-Za-z] [A-Za-z][^\[\]\n]{{0,400}}\]\s*\Z"
)
"""What is of the message: its field, a frame, and a bracket with words in it behind which nothing stands."""
_IS_FRAME = expression(_FRAME)
_PAIRS = expression(
    r"(?P<key>level|lvl|severity|time|ts|timestamp|logger|service|component|host|unit|pod|container"
    r"|namespace)=[\"']?(?P<value>[^\s\"',]{1,80})"
)
_OBJECT = expression(
    r"\{[^\n]{0,20000}?\"(?:msg|message|MESSAGE|log|event|textPayload"
    r"|@m)\"[ \t]?:[ \t]?\"(?P<text>(?:[^\"\\\n]|\\.){1,20000})\"(?=[^\n]{0,200000}\}\Z)"
)


@lru_cache(maxsize=256)  # (one question, or one entry, asks for it once for each use of a line)
def bare(line: str) -> Carried:
    """The line without its carriers, however many lie one inside another."""
    said: dict[str, str] = {}
    start, text = 0, line
    for _ in range(_MOST):
        inner = _once(text, said)
        if inner == (0, len(text)):
            return Carried(text, start, start + len(text), said)
        start, text = start + inner[0], text[inner[0] : inner[1]]
    return Carried(line, 0, len(line), {})


def _once(line: str, said: dict[str, str]) -> tuple[int, int]:
    """One layer less; the whole line if nothing carries it, or nothing would be left of it."""
    new: dict[str, str] = {}
    closes: list[re.Pattern[str]] = []
    at, sure = _front(line, without_blanks(line, 0, len(line)), new, closes)
    stop = len(line)
    if _IS_FRAME.match(line, at):
        stop = without_blanks(line, at, stop)
    else:
        stop = without_rest(line, at, stop, closes, sure=sure)
        at, stop = _quoted_field(line, at, stop, new) or (at, stop)
        at, stop = unquoted(line, at, stop)
    if not _WORD.search(line, at, stop):
        return 0, len(line)
    said.update(new)
    return at, stop


def _front(line: str, end: int, said: dict[str, str], closes: list[re.Pattern[str]]) -> tuple[int, int]:
    """Where the message begins, and how sure a carrier stands before it: 0 nothing, 1 a carrier, 2 a logger's line.

    Behind what only carries (a runtime, a syslog, a bar) it goes on as at the beginning of a line: there a word and
    a colon are the message's.  A logger's name goes behind a level that a time or a bracket shows to be one.
    """
    at, mark, sure = 0, "", _NOTHING
    step, most = _Step(), _MOST
    while (at := _skip(line, at, end)) < end and not _STAYS.match(line, at, end):
        if not (most := most - 1):
            said.clear()
            closes.clear()
            return 0, _NOTHING
        behind = _listed(line, at, end, said, closes, step)
        if behind is None and line[at] == "[" and (clock := _CLOCK.match(line, at + 1, end)):
            behind = _listed(line, clock.end(), end, said, closes, step, time=clock[0], begins=BRACKETED)
        if behind is None and (clock := _CLOCK.match(line, at, end)):
            behind = _behind_a_time(line, clock, end, said, closes, step)
        if behind is not None:
            sure = max(sure, step.sureness)
            at, mark = behind, _mark(line, behind)
            continue
        found = _field(line, at, end, step, mark)
        if found is None or found[0].end() == at:
            break
        match, of = found
        if "=" in match[0]:
            said.update(
                {_NAMES.get(pair["key"], pair["key"]): pair["value"] for pair in _PAIRS.finditer(match[0])}
            )
        told = {
            name.rstrip("0123456789"): text
            for name, text in match.groupdict().items()
            if text and name != "mark"
        }
        said.update(told)
        step.read(match, of, told)
        sure = max(sure, step.sureness)
        at, mark = match.end(), _mark(line, match.end()) or mark
    return at, sure


_NOTHING, _CARRIED, _LOGGED = 0, 1, 2


@dataclass(slots=True)
class _Step:
    """What was read of the innermost carrier so far."""

    seen: bool = False
    """Something that only a carrier writes."""
    timed: bool = False
    level: bool = False
    levelled: bool = False
    """Was a level the last thing?"""
    names: bool = False
    """May a logger's name follow."""
    carried: bool = False

    @property
    def sureness(self) -> int:
        return _LOGGED if self.timed and self.level else _CARRIED if self.carried or self.seen else _NOTHING

    def read(self, match: re.Match[str], of: _Kind, told: Mapping[str, str]) -> None:
        """A field of the kind that is read without a list."""
        self.names = self.names and of is not _AFTER_WITH_PROSE
        self.levelled = "severity" in told
        self.level = self.level or self.levelled
        self.timed = self.timed or "time" in told
        if "service" in told and of is not _WITH_PROSE and match[0].rstrip().endswith(":"):
            self.fresh()
        elif of is not _FIRST_LEVEL and not _SIGN.fullmatch(match[0]):
            self.seen = True
        if self.levelled and self.seen:
            self.names = True

    def fresh(self) -> None:
        """What follows stands as at the beginning of a line."""
        self.seen = self.timed = self.level = self.levelled = False
        self.names, self.carried = False, True

    def listed(self, told: Mapping[str, str]) -> None:
        """A carrier of the table, behind which the message begins, or the next carrier."""
        timed = self.timed or "time" in told
        level = not told.get("severity", "std").startswith("std")
        self.fresh()
        self.timed, self.level = timed and level, level
        if level and "service" not in told:
            self.seen = self.levelled = True
            self.names = "logger" not in told


def _field(line: str, at: int, end: int, step: _Step, mark: str) -> tuple[re.Match[str], _Kind] | None:
    for of in (_ANYWHERE, _AFTER) if step.seen else (_ANYWHERE, _FIRST_LEVEL):
        if match := of.match(line, at, end):
            return match, of
    return _before_prose(line, at, end, step, mark)


def _skip(line: str, at: int, end: int) -> int:
    blank = _BLANK.match(line, at, end)
    return blank.end() if blank else at


def _mark(line: str, end: int) -> str:
    """What stands between the field that ends here and the next one."""
    found = _MARK.search(line, max(0, end - 4), end)
    return found[1] if found else ""


def _before_prose(line: str, at: int, end: int, step: _Step, mark: str) -> tuple[re.Match[str], _Kind] | None:
    """A field that only is one because a message goes on behind it."""
    near = min(end, at + 400)
    kinds: list[_Kind] = [_WITH_PROSE]
    if step.seen:
        if step.levelled:
            kinds.append(_AFTER_A_LEVEL)
        if (marked := same(mark)) is not None:
            kinds.append(marked)
        kinds.append(_SEEN_WITH_PROSE)
        if step.names:
            kinds.append(_AFTER_WITH_PROSE)
    for of in kinds:
        if (match := of.match(line, at, end)) and _WORDS.match(line, _skip(line, match.end(), end), near):
            return match, of
    return None


def _listed(
    line: str,
    at: int,
    end: int,
    said: dict[str, str],
    closes: list[re.Pattern[str]],
    step: _Step,
    time: str = "",
    begins: str = "",
) -> int | None:
    found = listed(line, at, end, begins) if at < end else None
    if found is None:
        return None
    pattern, match = found
    told = {"time": time, **pattern.said(match)} if time else pattern.said(match)
    said.update(told)
    step.listed(told)
    if pattern.closes is not None:
        closes.append(pattern.closes)
    return match.end()


def _behind_a_time(
    line: str,
    clock: re.Match[str],
    end: int,
    said: dict[str, str],
    closes: list[re.Pattern[str]],
    step: _Step,
) -> int | None:
    at = _skip(line, clock.end(), end)
    if at >= end or (at == clock.end() and line[at] not in ":|,;])>(["):
        return None
    said["time"] = clock[0]
    step.seen = step.timed = True
    step.levelled = False
    behind = _listed(line, at, end, said, closes, step, begins=TIMED)
    return behind if behind is not None else _GAP.match(line, clock.end(), end).end()  # type: ignore[union-attr]


def _quoted_field(line: str, start: int, end: int, said: dict[str, str]) -> tuple[int, int] | None:
    """The message of a logfmt line, or of one JSON object, where it stands in it without escapes or with them."""
    if match := _LOGFMT.match(line, start, end):
        for pair in _PAIRS.finditer(line, start, match.start(match.lastgroup or 0)):
            said[_NAMES.get(pair["key"], pair["key"])] = pair["value"]
        return match.span(match.lastgroup or 0)
    if line.startswith("{", start) and (match := _OBJECT.match(line, start, end)):
        return match.span("text")
    return None


_NAMES = {"level": "severity", "lvl": "severity", "ts": "time", "timestamp": "time", "component": "logger"}
