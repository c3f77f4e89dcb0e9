"""Dates, time zones and points in time, found in text in the forms that people write them.

**Zones** (`find_zone`, `told_zone`, `zone_offset`): `UTC`, `GMT+2`, `CEST`, `Eastern`, `Europe/Berlin`, and where a
text says which its times are in.  A name gives an offset only where nothing is left to guess: `PST` in July, `CST`
(America or China) and `IST` do not.

**Dates** (`find_dates`): ISO, US, German, with month names.  Only dates that exist; a date without a year, or with a
digit too many or too few in it (`20202-01-16`), is found only when the year is given; `03/04/2024` is read month first
unless the caller knows better.

**Points in time** (`read_moment`, `split_stamp`), from the words in front of an event: `2024-03-01 14:05 UTC`, `~2:05
pm`, `Oct 31`.  A moment becomes a `datetime` only when day, time of day and zone are all certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kb.expression import expression

_REGIONS = "Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific"
_ZONE_PLACES = {
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "et": "America/New_York",
    "pt": "America/Los_Angeles",
    "central european": "Europe/Berlin",
    "eastern european": "Europe/Helsinki",
    "western european": "Europe/Lisbon",
}
_WINTER_OFFSETS = {"CET": 1, "WET": 0, "EET": 2, "PST": -8, "MST": -7, "EST": -5, "NZST": 12}
_SUMMER_OFFSETS = {"CEST": 2, "WEST": 1, "EEST": 3, "BST": 1, "PDT": -7, "MDT": -6, "EDT": -4, "CDT": -5}
_FIXED_OFFSETS = {"JST": 9, "SGT": 8, "HKT": 8, "MSK": 3, "AEST": 10, "AWST": 8}
_SOUTHERN_SUMMER_OFFSETS = {"AEDT": 11, "NZDT": 13}
ZONE = (
    r"(?:(?:UTC|GMT)\s?[+-]\s?\d{1,2}(?::?\d\d)?(?!\w)|(?:UTC|GMT|CES?T|WES?T|EES?T|BST|P[SD]T|M[SD]T"
    r"|E[SD]T|C[SD]T|PT|ET"
    r"|IST|JST|AE[SD]T|AWST|NZ[SD]T|HKT|MSK|SGT|MEZ|MESZ"
    r"|(?:Central|Eastern|Western) European(?: (?:Standard |Summer )?Time)?"
    rf"|(?:US[ /])?(?:Eastern|Pacific|Mountain|Central)(?! European)(?: (?:Standard |Daylight )?Time)?"
    rf"|(?:{_REGIONS})/[A-Z]\w+)(?![A-Za-z0-9]))"
)
"""A zone in a regular expression that minds no case; `find_zone` minds it."""
OFFSET = r"[+-](?:[01]\d):?[0-5]\d\b"
_ZONE_WRITTEN = expression(rf"(?<![A-Za-z]){ZONE}|(?<=\d){OFFSET}|(?<=\d)Z\b|(?<=\d)\s{OFFSET}")
_SAYS_ZONE = expression(
    r"\btime ?-?zone\b[^\n]{0,40}|\ball times\b[^\n.;]{0,40}|\b(?:all |the |these |following )*(?:date"
    r"|time|timestamp|event"
    r"|hour)s?(?: (?:below|here|given|listed|stated|mentioned|shown|noted))?"
    r"(?:,? (?:are|is|were|in this \w+|unless \w+(?: \w+)?))* (?:given |listed |stated |expressed "
    r"|reported |shown |noted )?(?:in|as) [^\n.;]{0,30}"
    rf"|\btimes are {ZONE}"
    r"|\btimes? ?\([^)\n]{2,30}\)|\([^()\n]{0,20}\btimes?\b[^()\n]{0,20}\)|\b(?:UTC|GMT|local) times?\b",
    re.I,
)


_ZONE_DEFINED = expression(
    r"\b(?P<name>[A-Z]{2,4}T)\b(?:\s+is\b|\s*[=:(\[-])[^\n]{0,40}?(?P<zone>(?:UTC|GMT)\s?[+-]\s?\d{1,2}(?::?\d\d)?)"
)
_SAYS_PLACE = expression(r"\btimes\b[^\n.;]{0,40}\b(?:are|is) in\s{1,3}(?P<place>[A-Z][^\n.;]{2,40})")
"""PagerDuty's reports, which name a city, often on the next line."""


def find_zone(text: str) -> str:
    """The time zone named in a text, as written; an explicit offset wins over a name."""
    zones = [found[0].strip() for found in _ZONE_WRITTEN.finditer(text)]
    return next((zone for zone in zones if re.search(r"[+-]\d", zone)), zones[0] if zones else "")


def told_zone(text: str) -> str:
    """The zone in which a text says that its times are; nothing where it names several or none.

    A place that no zone is known of is returned as written: no other zone in the text is that of its times.
    """
    told = {zone for found in _SAYS_ZONE.finditer(text) if (zone := find_zone(found[0]))}
    told |= {zone for found in _SAYS_PLACE.finditer(text) if (zone := _zone_of_place(found["place"]))}
    if not told:
        place = _SAYS_PLACE.search(text)
        return _defined_zone(text) or (place["place"].strip() if place else "")
    return told.pop() if len(told) == 1 else ""


def _defined_zone(text: str) -> str:
    """The zone of times with an abbreviation that the text explains: `GST is Gulf standard time [UTC+04]`."""
    explained = {found["name"]: found["zone"] for found in _ZONE_DEFINED.finditer(text)}
    used = [zone for name, zone in explained.items() if re.search(rf"\d\s?{name}\b", text)]
    return used[0] if len(used) == 1 else ""


def _zone_of_place(said: str) -> str:
    """The zone of `Pacific Time (US & Canada)` or of a city, as the time zone database names it: `Europe/Bucharest`."""
    if zone := find_zone(said):
        return zone
    names = [name.strip().replace(" ", "_") for name in re.split(r"[,(]", said)]
    places = (f"{region}/{name}" for name in names if name for region in _REGIONS.split("|"))
    return next((place for place in places if _offset_there(place, date(2000, 1, 1))), "")


def zone_offset(zone: str, day: date) -> timezone | None:
    """The offset of a zone on a day, or None where the name does not settle it."""
    name = {"MEZ": "CET", "MESZ": "CEST"}.get(zone.upper(), zone.upper())
    if explicit := re.search(r"([+-])\s?(\d{1,2}):?(\d\d)?$", name):
        minutes = int(explicit[2]) * 60 + int(explicit[3] or 0)
        offset = timedelta(minutes=-minutes if explicit[1] == "-" else minutes)
        return timezone(offset) if abs(offset) < timedelta(hours=15) else None
    if name in ("UTC", "GMT", "Z"):
        return timezone.utc  # noqa: UP017  (one type for every branch)
    if place := _place_of_zone(zone):
        return _offset_there(place, day)
    in_summer, in_winter = 4 <= day.month <= 9, day.month in (12, 1, 2)
    for offsets, holds in (
        (_FIXED_OFFSETS, True),
        (_WINTER_OFFSETS, not in_summer),
        (_SUMMER_OFFSETS, not in_winter),
        (_SOUTHERN_SUMMER_OFFSETS, not in_summer),
    ):
        if name in offsets and holds:
            return timezone(timedelta(hours=offsets[name]))
    return None


def _place_of_zone(zone: str) -> str:
    if "/" in zone and not zone.upper().startswith("US"):
        return zone
    bare = re.sub(r"^us[ /]", "", zone.lower())
    return _ZONE_PLACES.get(re.sub(r" (?:standard |daylight |summer )?time$", "", bare), "")


@lru_cache(maxsize=256)
def _offset_there(place: str, day: date) -> timezone | None:
    """The offset of a place at noon; on the night that clocks change, an hour may be off."""
    try:
        offset = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(place)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return timezone(offset) if offset is not None else None


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan",
            "feb",
            "mar mär mrz",
            "apr",
            "may mai",
            "jun",
            "jul",
            "aug",
            "sep",
            "oct okt",
            "nov",
            "dec dez",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|mrz|apr(?:il)?|may|mai|june?|juni|july?|juli"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|okt(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    r"|dez(?:ember)?)\b\.?"
)
_FORMS = (
    r"(?<![\d.])(?P<y1>(?:19|20)\d{2,3})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})(?!\d)",
    r"(?<![\d.])(?P<a2>\d{1,2})(?P<s2>[/-])(?P<b2>\d{1,2})(?P=s2)(?P<y2>(?:19|20)\d\d|20\d"
    r"|\d\d)(?![\d.]?\d)",
    r"(?<![\d.])(?P<d3>\d{1,2})\.\s?(?P<m3>\d{1,2})\.\s?(?P<y3>(?:19|20)\d\d)(?!\d)",
    r"(?<!\d)(?P<d4>\d{1,2})(?:st|nd|rd|th|\.)?[\s-]*(?:of\s+)?(?P<m4>" + _MONTH + r")"
    r"(?:,?[\s-]*(?:of\s+)?(?P<y4>(?:19|20)\d\d)(?!\d))?",
    r"\b(?P<m5>"
    + _MONTH
    + r")\s*(?P<d5>\d{1,2})(?![\d:])(?:st|nd|rd|th)?(?:,?\s*(?:of\s+)?(?P<y5>(?:19|20)\d\d)"
    r"(?!\d))?",
    r"(?<!\d)(?P<y8>(?:19|20)\d\d)[-/ ](?P<m8>" + _MONTH + r")[-/ ](?P<d8>\d{1,2})(?!\d)",
    r"(?<![\d.])(?P<y7>(?:19|20)\d\d) - (?P<m7>\d\d) - (?P<d7>\d\d)(?!\d)",
    r"(?<![\d.:/-])(?P<m6>0[1-9]|1[0-2])[-/](?P<d6>[0-3]\d)(?=[ T]+\d{1,2}:\d\d)",
)
_DATE = expression("|".join(_FORMS), re.I)
_SLASHED = expression(_FORMS[1])
_COMPACT = expression(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)")
_YEAR_RANGE = range(1990, 2100)

_DATE_PATTERN = re.sub(r"\(\?P<(?!s2)\w+>", "(?:", "|".join(_FORMS))
"""The same forms for use inside a larger expression (it names one group, `s2`)."""


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date and where in the text it stands."""

    day: date
    start: int
    end: int


def find_dates(text: str, year: int | None = None, day_first: bool = False) -> Iterator[FoundDate]:
    """Every date in the text, in order; `year` completes dates that are written without one."""
    for found in _DATE.finditer(text):
        day = _day(found.groupdict(), year, day_first)
        if day is not None:
            yield FoundDate(day, found.start(), found.end())


def first_date(text: str, year: int | None = None, day_first: bool = False) -> date | None:
    """The first date in the text."""
    return next((found.day for found in find_dates(text, year, day_first)), None)


def date_in_name(name: str, *, day_first: bool = False) -> date | None:
    """The date in a file or folder name, where it may also be written `20240301` or `2024_03_01`."""
    if compact := _COMPACT.search(name):
        return _existing(int(compact[1]), int(compact[2]), int(compact[3]))
    return first_date(name.replace("_", "-"), day_first=day_first)


@lru_cache(maxsize=2)
def writes_day_first(text: str, path: str = "") -> bool:
    """Whether a text puts the day before the month in `04-03-2026`.

    Its own dates of that form prove it, or the folder of the month that it lies in (`2026/03`); where they leave it
    open, the names of months that stand behind the day in all other dates.
    """
    found = [(int(m["a2"]), int(m["b2"])) for m in _SLASHED.finditer(f"{PurePosixPath(path).name}\n{text}")]
    if any(first > 12 or second > 12 for first, second in found):
        return not any(second > 12 for _, second in found)
    folder = re.search(r"(?<!\d)20\d\d[/-](\d\d)/", path)
    if folder and found and found[0][0] != found[0][1] and int(folder[1]) in found[0]:
        return found[0][1] == int(folder[1])
    named = [bool(m["y4"]) for m in _DATE.finditer(text) if m["y4"] or m["y5"]]
    return bool(named) and all(named)


def _day(parts: dict[str, str | None], year: int | None, day_first: bool) -> date | None:
    for form in "1345678":
        if parts[f"m{form}"]:
            written = parts.get(f"y{form}")
            return _existing(
                int(written) if written and len(written) == 4 else year,
                _month(parts[f"m{form}"] or ""),
                int(parts[f"d{form}"] or 0),
            )
    first, second = int(parts["a2"] or 0), int(parts["b2"] or 0)
    month, day = (second, first) if first > 12 or (day_first and second <= 12) else (first, second)
    written = parts["y2"] or ""
    return _existing({2: 2000 + int(written), 3: year}.get(len(written), int(written)), month, day)


def _month(written: str) -> int:
    return int(written) if written.isdigit() else _MONTHS[written[:3].lower()]


def _existing(year: int | None, month: int, day: int) -> date | None:
    if year not in _YEAR_RANGE or year is None:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


_CLOCK = (
    r"(?:(?<![\d:.])(?:[01]?\d"
    r"|2[0-4])[:h][0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?!:?\d)(?:\s?[ap]\.?m\b\.?|[ap]\b)?(?:\s?Uhr\b)?"
    r"|(?<![\d:.])(?:0?[1-9]|1[0-2])\s?[ap]\.?m\b\.?|(?<![\d:.])(?:[01]\d"
    r"|2[0-3])[0-5]\d(?=\s?(?:UTC|GMT|Z)\b))"
)
_CLOCK_PARTS = expression(
    r"(?P<h>\d{1,2}?)(?:[:h]?(?P<m>\d\d))?(?::(?P<s>\d\d)(?:[.,]\d+)?)?\s?(?P<half>[ap])?(?:\.?m\.?)?(?:\s?Uhr)?",
    re.I,
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
_BROKEN_DATE = (
    r"\d{1,5}[/-]\d{1,2}[/-](?:\d{2,4}|DD)\b|\d{4}-(?:MM|\d\d)-(?:DD|\d\d)\b|\b[0-2]?\d:(?:XX|\?\?)(?!\w)"
)
_LATER = (
    rf"(?:[T,.:;()@~/|*_]|[-–—>]|\s|\b(?:to|at|on|and|until|till|um|bis|approx(?:imately)?|around"
    rf"|about|ca)\b"
    rf"|{_WEEKDAY}|{ZONE}|{OFFSET}|Z\b|[-:h]{{2}}:[-:hm]{{2}}|HH:mm)"
)
_FIRST = (
    r"(?:(?:on|at|after|between|from|around|about|by|circa|ca\.?|approx\.?|approximately|early|late"
    r"|am|um|gegen)\s+)?[~≈(\[]?\s*"
)
_POINT = rf"(?:{_DATE_PATTERN}|{_CLOCK}|{_BROKEN_DATE})"
_STAMP = expression(
    rf"{_FIRST}(?:{_WEEKDAY}[,\s]+)?{_POINT}(?:{_LATER}*{_POINT.replace('s2', 's9')}){{0,6}}", re.I
)
_TAIL = expression(rf"(?:\s*~|\s*\(?\s*(?:{ZONE}|{OFFSET}|Z\b|HH:mm|--:--)\s*[)\]]?)+", re.I)
_ASIDE = expression(r"\s*\([^()]*\d[:h]\d\d[^()]*\)")
_LEAD = expression(r"[\s*_\])]*[:\-–—|,>→]*[\s*_]*[:\-–—]?\s*")
_LONGEST_STAMP, _LONGEST_TAIL = 120, 60
"""Characters; what is longer is no stamp, and matching stays quick on any line."""
_STAMP_BEHIND = expression(
    rf"(?P<text>[A-Z][^\d\n]{{3,60}}?)\s*:?\s+(?P<stamp>(?:{_DATE_PATTERN})[ T,]+{_CLOCK}(?:\s?[-–—]\s?{_CLOCK})?"
    rf"(?:\s*{ZONE})?)(?P<more>\s*\([^()]*\)|\s+onwards?)?\.?$",
    re.I,
)
_CLOCK_WRITTEN = expression(_CLOCK, re.I)


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
    clock = _CLOCK_WRITTEN.search(stamp)
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
    told = (rest[lead.end() :] if lead else rest).lstrip()
    return written, _with_both_marks(told, lead[0] if lead else "")


def _with_both_marks(told: str, lead: str) -> str:
    """What stands behind a stamp, its emphasis whole, which began behind the stamp (`10:20 **ann** …`) or before it."""
    if told.count("**") % 2 == 0:
        return told
    return f"**{told}" if lead.endswith("**") else told.replace("**", "", 1)


def split_stamp_behind(line: str) -> tuple[str, str] | None:
    """Part a line that ends with a day and a time (`First detected: 2026-11-02 09:33`); None if it does not."""
    found = _STAMP_BEHIND.match(re.sub(r"\*\*|__", "", line).strip())
    return (found["stamp"], f"{found['text']}{found['more'] or ''}") if found else None


def has_clock(stamp: str) -> bool:
    """Whether a stamp names a time of day."""
    return _CLOCK_WRITTEN.search(stamp) is not None


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
