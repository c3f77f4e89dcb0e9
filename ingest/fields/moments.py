"""Reads a point in time from the words in front of an event: `2024-03-01 14:05 UTC`, `~2:05 pm`, `Oct 31`.

A moment becomes a `datetime` only when day, time of day and zone are all certain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from ingest.fields.dates import DATE_PATTERN, first_date
from ingest.fields.zones import OFFSET, ZONE, find_zone, zone_offset

_CLOCK = (
    r"(?:(?<![\d:.])(?:[01]?\d"
    r"|2[0-4])[:h][0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?!:?\d)(?:\s?[ap]\.?m\b\.?)?(?:\s?Uhr\b)?"
    r"|(?<![\d:.])(?:0?[1-9]|1[0-2])\s?[ap]\.?m\b\.?|(?<![\d:.])(?:[01]\d"
    r"|2[0-3])[0-5]\d(?=\s?(?:UTC|GMT|Z)\b))"
)
_CLOCK_PARTS = re.compile(
    r"(?P<h>\d{1,2}?)(?:[:h]?(?P<m>\d\d))?(?::(?P<s>\d\d)(?:[.,]\d+)?)?\s?(?P<half>[ap])?(?:\.?m\.?)?(?:\s?Uhr)?",
    re.I,
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
_BROKEN_DATE = (
    r"\d{1,5}[/-]\d{1,2}[/-](?:\d{2,4}|DD)\b|\d{4}-(?:MM|\d\d)-(?:DD|\d\d)\b|\b[0-2]?\d:(?:XX|\?\?)(?!\w)"
)
_LATER = (
    rf"(?:[T,.:;()@~/|*_]|[-–—>]|\s|\b(?:to|at|and|until|till|um|bis|approx(?:imately)?|around"
    rf"|about|ca)\b"
    rf"|{_WEEKDAY}|{ZONE}|{OFFSET}|Z\b|[-:h]{{2}}:[-:hm]{{2}}|HH:mm)"
)
_FIRST = (
    r"(?:(?:on|at|between|from|around|about|by|circa|ca\.?|approx\.?|approximately|early|late"
    r"|am|um|gegen)\s+)?[~≈(\[]?\s*"
)
_POINT = rf"(?:{DATE_PATTERN}|{_CLOCK}|{_BROKEN_DATE})"
_STAMP = re.compile(
    rf"{_FIRST}(?:{_WEEKDAY}[,\s]+)?{_POINT}(?:{_LATER}*{_POINT.replace('s2', 's9')}){{0,6}}", re.I
)
_TAIL = re.compile(rf"(?:\s*~|\s*\(?\s*(?:{ZONE}|{OFFSET}|Z\b|HH:mm|--:--)\s*[)\]]?)+", re.I)
_ASIDE = re.compile(r"\s*\([^()]*\d[:h]\d\d[^()]*\)")
_LEAD = re.compile(r"[\s*_\])]*[:\-–—|,>→]*[\s*_]*[:\-–—]?\s*")
_LONGEST_STAMP, _LONGEST_TAIL = 120, 60
"""Characters; what is longer is no stamp, and matching stays quick on any line."""
_CLOCK_RE = re.compile(_CLOCK, re.I)


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of a point in time; every part may be missing."""

    day: date | None = None
    clock: time | None = None
    zone: str = ""
    year: int | None = None
    """Completes a date that is written without its year."""

    @property
    def at(self) -> datetime | None:
        """The instant, if nothing about it has to be guessed."""
        if self.day is None or self.clock is None:
            return None
        zone = zone_offset(self.zone, self.day)
        return None if zone is None else datetime.combine(self.day, self.clock, zone)


def read_moment(stamp: str, known: Moment = Moment(), *, day_first: bool = False) -> Moment:
    """The first point in time in `stamp`; what it leaves out is taken from `known`."""
    stamp = re.sub(r"(?<=\S)" + _ASIDE.pattern, "", stamp)
    year = known.day.year if known.day else known.year
    day = first_date(stamp, year, day_first) or known.day
    clock = _CLOCK_RE.search(stamp)
    zone = find_zone(stamp) or known.zone
    return Moment(day, _clock(clock[0]) if clock else None, zone, year)


def split_stamp(line: str) -> tuple[str, str] | None:
    """Part a line that begins with a date or time into that stamp and the rest; None if it does not."""
    bare = re.sub(r"^[\s*_`>~\[(-]+", lambda m: "~" if "~" in m[0] else "", line)
    stamp = _STAMP.match(bare, 0, _LONGEST_STAMP)
    if stamp is None:
        return None
    end = stamp.end()
    for more in (_TAIL, _ASIDE):
        if found := more.match(bare, end, end + _LONGEST_TAIL):
            end = found.end()
    rest = bare[end:]
    if re.match(r"[A-Za-z0-9%]", rest) and not bare[end - 1].isspace():
        return None
    written = re.sub(r"\*+|(?<!\w)_|_(?!\w)", "", bare[:end]).strip(" `[](,")
    lead = _LEAD.match(rest, 0, _LONGEST_TAIL)
    return written, (rest[lead.end() :] if lead else rest).lstrip()


def has_clock(stamp: str) -> bool:
    """Whether a stamp names a time of day."""
    return _CLOCK_RE.search(stamp) is not None


def stamped_lines(text: str) -> int:
    """How many lines of a text begin with a time of day; tells a timeline that no heading announces."""
    lines = (re.sub(r"^\s*(?:[-*+•|#]+|\d+[.)])\s*", "", line) for line in text.split("\n"))
    return sum(1 for line in lines if (parts := split_stamp(line)) and has_clock(parts[0]))


def _clock(written: str) -> time | None:
    parts = _CLOCK_PARTS.fullmatch(written.strip())
    if parts is None:
        return None
    hour = int(parts["h"])
    half = (parts["half"] or "").lower()
    if half == "p" and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    return time(hour % 24, int(parts["m"] or 0), int(parts["s"] or 0))
