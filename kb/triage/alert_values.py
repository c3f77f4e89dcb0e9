"""The values within an alert's JSON: texts, labels, tags and times, whatever stands there instead.  Pure.

An alert is written by others: nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from kb.expression import expression
from kb.text.redact import redact
from kb.text.times import in_utc, parse_instant
from kb.triage.budget import shortened

_LONGEST_VALUE = 2_000
LONGEST_NAME = 120
_WHOLE = 4_000
"""Characters in which secrets are looked for before a name is cut."""
_MOST_LEAVES = 60
_DEPTH = 6
_NO_TIME = datetime(1971, 1, 1, tzinfo=UTC)
_NUMBER = expression(r"\d{9,20}(?:\.\d{1,9})?")
_DOTTED = expression(r"^(\d{4})[./](\d{2})[./](\d{2})\b")
_ZONE = expression(r"(?<=[\s\d])([A-Z]{2,5})(?= \d{4}$|$)(?<!AM)(?<!PM)")
_HOURS = {
    "UTC": 0,
    "GMT": 0,
    "WET": 0,
    "CET": 1,
    "CEST": 2,
    "WEST": 1,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "JST": 9,
    "EST": -5,
    "EDT": -4,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
}
"""Zones that mean one offset; `CST`, `IST` and `BST` mean several."""
_FORMS = (
    "%a %b %d %H:%M:%S %Y",
    "%a %d %b %H:%M:%S %Y",
    "%a, %d %b %Y %H:%M:%S",
    "%a, %d %b %Y %H:%M:%S %z",
    "%A %d %B, %Y %H:%M:%S",
    "%d %b %Y %H:%M:%S",
    "%b %d, %Y %H:%M:%S",
    "%b %d, %Y, %I:%M:%S %p",
    "%B %d, %Y %H:%M:%S",
    "%Y-%m-%d %I:%M:%S %p",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S.%f %z",
)
"""Times as `date`, mails, CloudWatch and Site24x7 print them; none with day and month as numbers in unknown order."""


def leaves(data: object, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """The first texts and numbers of nested data, with the path to each."""
    found, pending = 0, [(path, data, depth)]
    while pending and found < _MOST_LEAVES:
        where, value, deep = pending.pop(0)
        if isinstance(value, Mapping) and deep < _DEPTH:
            items = list(value.items())[:_MOST_LEAVES]
            pending += [(f"{where}.{key}"[:200].lstrip("."), item, deep + 1) for key, item in items]
        elif isinstance(value, (list, tuple)) and deep < _DEPTH:
            pending += [(where, item, deep + 1) for item in value[:_MOST_LEAVES]]
        elif text := plain(value):
            found += 1
            yield where, text


def labels_of(value: object) -> dict[str, str]:
    """Labels or annotations as texts; what is no text or number is left out."""
    if not isinstance(value, Mapping):
        return {}
    pairs = ((str(key)[:200], plain(item)) for key, item in list(value.items())[:200])
    return {key: text for key, text in pairs if text}


def plain(value: object) -> str:
    """A text or number as text, cut where it is endless; anything else is empty."""
    if isinstance(value, str):
        return value[:_LONGEST_VALUE]
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def text_of(data: object) -> str:
    """Whatever came in, as text."""
    if data is None:
        return ""
    return data if isinstance(data, str) else "\n".join(f"{key}: {value}" for key, value in leaves(data))


def moment_of(value: object) -> datetime | None:
    """A time of RFC 3339 or a mail, as programs print it, or as a number since 1970; the zero time of Go is none.

    Numbers are seconds, milli-, micro- or nanoseconds, told by their size.  What names no zone is taken as UTC; a zone
    that is not known makes it no time, rather than a wrong one.
    """
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value / _unit(value), UTC)
        else:
            moment = _in_words(" ".join(str(value or "")[:80].split()))
    except (ValueError, OverflowError, OSError, TypeError):
        return None
    return moment if moment > _NO_TIME else None


def _unit(value: float) -> float:
    return next((unit for limit, unit in ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3)) if value > limit), 1)


def _in_words(text: str) -> datetime:
    """`2026-11-20T10:15:12.441+0000`, `Fri Nov 20 10:15:12 UTC 2026`, `2026.11.20 10:15:12`.  Raises ValueError."""
    text = re.sub(r"(\.\d{6})\d+", r"\1", text)
    text = re.sub(r"\(([A-Z]{2,5})\)$", r"\1", text)
    zone = _ZONE.search(text)
    if zone and zone[1] not in _HOURS:
        raise ValueError(text)
    bare = " ".join(_ZONE.sub(" ", text).split())
    offset = timedelta(hours=_HOURS[zone[1]]) if zone else timedelta()
    try:
        return parse_instant(_DOTTED.sub(r"\1-\2-\3", bare)) - offset
    except ValueError:
        return in_utc(_first_form(bare)) - offset


def _first_form(text: str) -> datetime:
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise ValueError(text)


def given_or(given: str, read: str) -> str:
    """What was given; else what was read, without secrets."""
    return given.strip() or redact(read[:_WHOLE]).text[:LONGEST_NAME].strip()


def named(text: str) -> str:
    """A name on one line, without secrets, cut at a word."""
    return shortened(redact(" ".join(text[:_WHOLE].split())).text[:400], LONGEST_NAME - 4).strip()
