"""A line without what carries it: prefixes and suffixes of loggers, runtimes, daemons, CIs and chats taken off.

The carriers of the table are tried first, then the line is read field by field.  Each step takes one bounded
field, so a line costs no more than its carriers' length, and a line without carriers is the line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kb.text.carriers.behind import unquoted, without_blanks, without_rest
from kb.text.carriers.fields import AFTER, AFTER_WITH_PROSE, ANYWHERE, GAP, WITH_PROSE, either
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
    r"(?:[ \t\r\n]|\x1b\[[\d;?]{0,20}[A-Za-z]|\x1b\][^\x07\x1b\n]{0,400}(?:\x07|\x1b\\)){0,100000}"
)
_WORD = re.compile(r"[^\W\d_]{2}")
_PROSE = re.compile(r"(?:[^\s]{1,80}[ \t]{1,8}){2}[^\s]")
_CLOCK = re.compile(TIME)
_GAP = re.compile(GAP)
_ANYWHERE, _WITH_PROSE, _AFTER, _AFTER_WITH_PROSE = map(
    either, (ANYWHERE, WITH_PROSE, AFTER, AFTER_WITH_PROSE)
)
_LOGFMT = re.compile(
    r"(?:(?!(?:msg|message|event|MESSAGE)=)[\w.@/-]{1,80}=(?:\"(?:[^\"\\\n]|\\.){0,2000}\"|'(?:[^'\\\n]|\\.){0,2000}'|[^\s\"']{0,300}),?[ \t]{1,40}){0,60}"
    r"(?:msg|message|event|MESSAGE)=(?:\"(?P<double>(?:[^\"\\\n]|\\.){1,20000})\"|'(?P<single>(?:[^'\\\n]|\\.){1,20000})')(?=[\s,;]|\Z)"
)
_MESSAGE_FIELD = re.compile(r"(?:msg|message|event|MESSAGE)=[\"']")
_PAIRS = re.compile(
    r"(?P<key>level|lvl|severity|time|ts|timestamp|logger|service|component|host|unit|pod|container|namespace)=[\"']?(?P<value>[^\s\"',]{1,80})"
)
_OBJECT = re.compile(
    r"\{[^\n]{0,20000}?\"(?:msg|message|MESSAGE|log|event|textPayload|@m)\"[ \t]?:[ \t]?\"(?P<text>(?:[^\"\\\n]|\\.){1,20000})\"(?=[^\n]{0,200000}\}\Z)"
)


def bare(line: str) -> Carried:
    """The line without its carriers, however many lie one inside another."""
    said: dict[str, str] = {}
    start, end = 0, len(line)
    while True:
        inner = _once(line, start, end, said)
        if inner == (start, end):
            break
        start, end = inner
    if start == 0 and end == len(line):
        return Carried(line, 0, end)
    return Carried(line[start:end], start, end, said)


def _once(line: str, start: int, end: int, said: dict[str, str]) -> tuple[int, int]:
    """One layer less; the same places if nothing carries the line, or nothing would be left of it."""
    new: dict[str, str] = {}
    closes: list[re.Pattern[str]] = []
    at = _front(line, start, without_blanks(line, start, end), new, closes)
    stop = without_rest(line, at, end, closes)
    if (inside := _quoted_field(line, at, stop, new)) is not None:
        at, stop = inside
    at, stop = unquoted(line, at, stop)
    if not _WORD.search(line, at, stop):
        return start, end
    said.update(new)
    return at, stop


def _front(line: str, start: int, end: int, said: dict[str, str], closes: list[re.Pattern[str]]) -> int:
    """Where the message begins."""
    at, seen, names = start, False, 1
    while (at := _BLANK.match(line, at, end).end()) < end:  # type: ignore[union-attr]
        if _MESSAGE_FIELD.match(line, at, end):
            break
        step = _listed(line, at, end, said, closes, timed=False)
        if step is None and (clock := _CLOCK.match(line, at, end)):
            step = _behind_a_time(line, clock, end, said, closes)
        if step is not None:
            at, seen, names = step, True, 1
            continue
        match = _ANYWHERE.match(line, at, end) or (_AFTER.match(line, at, end) if seen else None)
        if match is None and names and _PROSE.search(line, at, min(end, at + 400)):
            match = _WITH_PROSE.match(line, at, end) or (
                _AFTER_WITH_PROSE.match(line, at, end) if seen else None
            )
            match = (
                match
                if match and _PROSE.match(line, _BLANK.match(line, match.end(), end).end(), end)
                else None
            )  # type: ignore[union-attr]
            names -= 1
        else:
            names = 1
        if match is None or match.end() == at:
            break
        said.update({name.rstrip("0123456789"): text for name, text in match.groupdict().items() if text})
        at, seen = match.end(), True
    return at


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
    at = _BLANK.match(line, clock.end(), end).end()  # type: ignore[union-attr]
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
