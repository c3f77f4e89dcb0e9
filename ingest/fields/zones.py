"""Time zones as people write them: `UTC`, `GMT+2`, `CEST`, `Eastern`, `Europe/Berlin`, and where a text tells its own.

A name gives an offset only where nothing is left to guess: `PST` in July, `CST` (America or China) and `IST` do not.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_REGIONS = "Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific"
_PLACES = {
    "eastern": "America/New_York", "central": "America/Chicago", "mountain": "America/Denver",
    "pacific": "America/Los_Angeles", "et": "America/New_York", "pt": "America/Los_Angeles",
    "central european": "Europe/Berlin", "eastern european": "Europe/Helsinki", "western european": "Europe/Lisbon",
}  # fmt: skip
_WINTER = {"CET": 1, "WET": 0, "EET": 2, "PST": -8, "MST": -7, "EST": -5, "NZST": 12}
_SUMMER = {
    "CEST": 2, "WEST": 1, "EEST": 3, "BST": 1, "PDT": -7, "MDT": -6, "EDT": -4, "CDT": -5,
}  # fmt: skip
_FIXED = {"JST": 9, "SGT": 8, "HKT": 8, "MSK": 3, "AEST": 10, "AWST": 8}
_SOUTHERN = {"AEDT": 11, "NZDT": 13}
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
_ZONE_RE = re.compile(rf"(?<![A-Za-z]){ZONE}|(?<=\d){OFFSET}|(?<=\d)Z\b|(?<=\d)\s{OFFSET}")
_TELLS = re.compile(
    r"\btime ?-?zone\b[^\n]{0,40}|\ball times\b[^\n.;]{0,40}|\b(?:all |the |these |following )*(?:date"
    r"|time|timestamp|event"
    r"|hour)s?(?: (?:below|here|given|listed|stated|mentioned|shown|noted))?"
    r"(?:,? (?:are|is|were|in this \w+|unless \w+(?: \w+)?))* (?:given |listed |stated |expressed "
    r"|reported |shown |noted )?(?:in|as) [^\n.;]{0,30}"
    r"|\btimes? ?\([^)\n]{2,30}\)|\([^()\n]{0,20}\btimes?\b[^()\n]{0,20}\)|\b(?:UTC|GMT|local) times?\b",
    re.I,
)


def find_zone(text: str) -> str:
    """The time zone named in a text, as written; an explicit offset wins over a name."""
    zones = [found[0].strip() for found in _ZONE_RE.finditer(text)]
    return next((zone for zone in zones if re.search(r"[+-]\d", zone)), zones[0] if zones else "")


def told_zone(text: str) -> str:
    """The zone in which a text says that its times are; nothing where it names several or none."""
    told = {zone for found in _TELLS.finditer(text) if (zone := find_zone(found[0]))}
    return told.pop() if len(told) == 1 else ""


def zone_offset(zone: str, day: date) -> timezone | None:
    """The offset of a zone on a day, or None where the name does not settle it."""
    name = {"MEZ": "CET", "MESZ": "CEST"}.get(zone.upper(), zone.upper())
    if explicit := re.search(r"([+-])\s?(\d{1,2}):?(\d\d)?$", name):
        minutes = int(explicit[2]) * 60 + int(explicit[3] or 0)
        offset = timedelta(minutes=-minutes if explicit[1] == "-" else minutes)
        return timezone(offset) if abs(offset) < timedelta(hours=15) else None
    if name in ("UTC", "GMT", "Z"):
        return timezone.utc  # noqa: UP017  (one type for every branch)
    if place := _place(zone):
        return _offset_there(place, day)
    in_summer, in_winter = 4 <= day.month <= 9, day.month in (12, 1, 2)
    for offsets, holds in (
        (_FIXED, True), (_WINTER, not in_summer), (_SUMMER, not in_winter), (_SOUTHERN, not in_summer),
    ):  # fmt: skip
        if name in offsets and holds:
            return timezone(timedelta(hours=offsets[name]))
    return None


def _place(zone: str) -> str:
    if "/" in zone and not zone.upper().startswith("US"):
        return zone
    bare = re.sub(r"^us[ /]", "", zone.lower())
    return _PLACES.get(re.sub(r" (?:standard |daylight |summer )?time$", "", bare), "")


@lru_cache(maxsize=256)
def _offset_there(place: str, day: date) -> timezone | None:
    """The offset of a place at noon; on the night that clocks change, an hour may be off."""
    try:
        offset = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(place)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return timezone(offset) if offset is not None else None
