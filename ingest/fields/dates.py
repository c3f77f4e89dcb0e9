"""Finds dates in text, in the forms people write them: ISO, US, German, with month names.

Promises: only dates that exist; a date without a year, or with a digit too many or too few in it
(`20202-01-16`), is found only when the year is given;
`03/04/2024` is read month first unless the caller knows better.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

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
    r"(?<![\d.:/-])(?P<m6>0[1-9]|1[0-2])[-/](?P<d6>[0-3]\d)(?=[ T]+\d{1,2}:\d\d)",
)
_DATE = re.compile("|".join(_FORMS), re.I)
_SLASHED = re.compile(_FORMS[1])
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)")
_YEAR_RANGE = range(1990, 2100)

DATE_PATTERN = re.sub(r"\(\?P<(?!s2)\w+>", "(?:", "|".join(_FORMS))
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


def date_in_name(name: str) -> date | None:
    """The date in a file or folder name, where it may also be written `20240301` or `2024_03_01`."""
    if compact := _COMPACT.search(name):
        return _existing(int(compact[1]), int(compact[2]), int(compact[3]))
    return first_date(name.replace("_", "-"))


def writes_day_first(text: str) -> bool:
    """Whether the slashed dates of a text prove that it puts the day before the month."""
    found = list(_SLASHED.finditer(text))
    first, second = [int(m["a2"]) for m in found], [int(m["b2"]) for m in found]
    return any(n > 12 for n in first) and not any(n > 12 for n in second)


def _day(parts: dict[str, str | None], year: int | None, day_first: bool) -> date | None:
    for form in "13456":
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
