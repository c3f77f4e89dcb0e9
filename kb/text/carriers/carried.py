"""A line without what carries it: prefixes and suffixes of loggers, runtimes, daemons, CIs and chats taken off.

The carriers of the table are tried first, then the line is read field by field.  Each step takes one bounded
field, so a line costs no more than its carriers' length, and a line without carriers is the line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kb.text.carriers.behind import unquoted, without_blanks, without_rest
from kb.text.carriers.fields import (
    AFTER,
    AFTER_A_LEVEL,
    AFTER_WITH_PROSE,
    ANYWHERE,
    GAP,
    SAME,
    WITH_PROSE,
    either,
)
from kb.text.carriers.pieces import TIME
from kb.text.carriers.table import listed

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


_BLANK = re.compile(
    r"(?:[ \t\r\n]|\x1b?\[\d{1,3}(?:;\d{1,3}){0,5}m|\x1b\[[\d;?]{0,20}[A-Za-z]"
    r"|\x1b\][^\x07\x1b\n]{0,400}(?:\x07|\x1b\\)){0,100000}"
)
_WORD = re.compile(r"[^\W\d_]{2}")
_PROSE = re.compile(r"(?:[^\s]{1,80}[ \t]{1,8}){2}[^\s]")
_WORDS = re.compile(r"\S{1,80}[ \t]{1,8}\S")
_MARK = re.compile(r"([|:;,~»›•·#>/=*→│—–-]{1,2})[ \t]{0,2}\Z")
_CLOCK = re.compile(TIME)
_GAP = re.compile(GAP)
_ANYWHERE, _WITH_PROSE, _AFTER = either(ANYWHERE), either(WITH_PROSE), either(AFTER)
_AFTER_WITH_PROSE, _AFTER_A_LEVEL = either(AFTER_WITH_PROSE), either(AFTER_A_LEVEL)
_LOGFMT = re.compile(
    r"(?:(?!(?:msg|message|event|MESSAGE)=)[\w.@/-]{1,80}=(?:\"(?:[^\"\\\n]|\\.){0,2000}\""
    r"|'(?:[^'\\\n]|\\.){0,2000}'|[^\s\"']{0,300}),?[ \t]{1,40}){0,60}"
    r"(?:msg|message|event|MESSAGE)=(?:\"(?P<double>(?:[^\"\\\n]|\\.){1,20000})\""
    r"|'(?P<single>(?:[^'\\\n]|\\.){1,20000})')(?=[\s,;]|\Z)"
)
_FRAME = (
    r"at (?:[\w.$/<>\[\] ]{1,200}) ?\(|#\d{1,4} {1,4}(?:0x|/|\{main|[\w\\:]{1,120}(?:->|\())|File \""
    r"|from [\w./-]{1,200}:\d|\d{1,4}: (?:[\w<]{1,80}::|0x)|goroutine "
)
_STAYS = re.compile(rf"(?:msg|message|event|MESSAGE)=[\"']|{_FRAME}")
_IS_FRAME = re.compile(_FRAME)
_PAIRS = re.compile(
    r"(?P<key>level|lvl|severity|time|ts|timestamp|logger|service|component|host|unit|pod|container"
    r"|namespace)=[\"']?(?P<value>[^\s\"',]{1,80})"
)
_OBJECT = re.compile(
    r"\{[^\n]{0,20000}?\"(?:msg|message|MESSAGE|log|event|textPayload"
    r"|@m)\"[ \t]?:[ \t]?\"(?P<text>(?:[^\"\\\n]|\\.){1,20000})\"(?=[^\n]{0,200000}\}\Z)"
)


def bare(line: str) -> Carried:
    """The line without its carriers, however many lie one inside another."""
    said: dict[str, str] = {}
    start, text = 0, line
    while True:
        inner = _once(text, said)
        if inner == (0, len(text)):
            break
        start, text = start + inner[0], text[inner[0] : inner[1]]
    return Carried(text, start, start + len(text), said)


def _once(line: str, said: dict[str, str]) -> tuple[int, int]:
    """One layer less; the whole line if nothing carries it, or nothing would be left of it."""
    new: dict[str, str] = {}
    closes: list[re.Pattern[str]] = []
    at = _front(line, without_blanks(line, 0, len(line)), new, closes)
    stop = len(line)
    if _IS_FRAME.match(line, at):
        stop = without_blanks(line, at, stop)
    else:
        stop = without_rest(line, at, stop, closes, carried=at > _skip(line, 0, stop))
        at, stop = _quoted_field(line, at, stop, new) or (at, stop)
        at, stop = unquoted(line, at, stop)
    if not _WORD.search(line, at, stop):
        return 0, len(line)
    said.update(new)
    return at, stop


def _front(line: str, end: int, said: dict[str, str], closes: list[re.Pattern[str]]) -> int:
    """Where the message begins."""
    at, seen, names = 0, False, 1
    mark, levelled = "", False
    while (at := _skip(line, at, end)) < end and not _STAYS.match(line, at, end):
        step = _listed(line, at, end, said, closes, timed=False)
        if step is None and (clock := _CLOCK.match(line, at, end)):
            step = _behind_a_time(line, clock, end, said, closes)
        if step is not None:
            mark, levelled = _mark(line, step), False
            at, seen, names = step, True, 1
            continue
        match = _ANYWHERE.match(line, at, end) or (_AFTER.match(line, at, end) if seen else None)
        if match is not None:
            names = 1
        elif (
            match := _before_prose(
                line, at, end, seen=seen, names=names, mark=mark, levelled=levelled, told="severity" in said
            )
        ) is not None:
            names -= match.re is _AFTER_WITH_PROSE or match.re is _WITH_PROSE
        if match is None or match.end() == at:
            break
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
        levelled = "severity" in told
        at, seen, mark = match.end(), True, _mark(line, match.end()) or mark
    return at


def _skip(line: str, at: int, end: int) -> int:
    blank = _BLANK.match(line, at, end)
    return blank.end() if blank else at


def _mark(line: str, end: int) -> str:
    """What stands between the field that ends here and the next one."""
    found = _MARK.search(line, max(0, end - 4), end)
    return found[1] if found else ""


def _before_prose(
    line: str, at: int, end: int, *, seen: bool, names: int, mark: str, levelled: bool, told: bool
) -> re.Match[str] | None:
    """A field that only is one because a message goes on behind it."""
    near = min(end, at + 400)
    rules: list[re.Pattern[str]] = [_AFTER_A_LEVEL] if levelled else []
    if seen and mark in SAME:
        rules.append(SAME[mark])
    if names:
        rules.append(_WITH_PROSE)
        if seen:
            rules.append(_AFTER_WITH_PROSE)
    for rule in rules:
        if match := rule.match(line, at, end):
            begin = _skip(line, match.end(), end)
            few = rule is not _AFTER_WITH_PROSE or told
            if (_WORDS if few else _PROSE).match(line, begin, near):
                return match
    return None


def _listed(
    line: str, at: int, end: int, said: dict[str, str], closes: list[re.Pattern[str]], *, timed: bool
) -> int | None:
    found = listed(line, at, end, timed=timed)
    if found is None:
        return None
    pattern, match = found
    said.update(pattern.said(match))
    if pattern.closes is not None:
        closes.append(pattern.closes)
    return match.end()


def _behind_a_time(
    line: str, clock: re.Match[str], end: int, said: dict[str, str], closes: list[re.Pattern[str]]
) -> int | None:
    at = _skip(line, clock.end(), end)
    if at >= end or (at == clock.end() and line[at] not in ":|,;])>([-"):
        return None
    said["time"] = clock[0]
    step = _listed(line, at, end, said, closes, timed=True)
    return step if step is not None else _GAP.match(line, clock.end(), end).end()  # type: ignore[union-attr]


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
