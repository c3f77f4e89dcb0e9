"""Where in a block of a log alarming words and the marks of crashes stand: one pass over the whole block.

Text is made one byte a character (what is not ASCII becomes `?`), in lower case, so that places in it are places
in the text.  Hyperscan, where it is there and the block is long enough to be worth it, finds more of marks that
overlap than the regular expression does; the lines in which there is any are the same.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from kb.text.alarm import GRADES, any_of
from kb.text.alarm_words import FATAL, KLOG
from kb.text.crashes import MARKS as CRASH_MARKS

CRASH = -1.0
"""Stands for the grade of a mark that a crash may begin with."""
_LONG = 200_000
"""Characters from which Hyperscan, once it is loaded and has compiled the marks, is the quicker."""

Hits = list[tuple[int, float]]
"""Places (within the mark, or right behind it) in order, each with the highest grade that its mark may have."""


_VALUES = {mark.encode(): grade for mark, grade in GRADES.items()}


def scan(text: str) -> Hits:
    """All hits of a block."""
    data = text.encode("ascii", "replace").lower()
    database = _database() if len(data) >= _LONG else None
    return _by_hyperscan(database, data) if database is not None else _by_regex(data)


def _by_regex(data: bytes) -> Hits:
    alarming, crashes = _patterns()
    hits = [(match.end() - 1, _VALUES.get(match[0], FATAL)) for match in alarming.finditer(data)]
    hits += [(match.end() - 1, CRASH) for match in crashes.finditer(data)]
    hits.sort()
    return hits


def _by_hyperscan(database: Any, data: bytes) -> Hits:
    database, values = database
    hits: Hits = []
    append = hits.append

    def found(number: int, _start: int, end: int, *_: object) -> None:
        append((end - 1, values[number]))

    database.scan(data, match_event_handler=found)
    return hits


@cache
def _patterns() -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    alarming = any_of(GRADES).encode() + b"|" + KLOG.encode()
    return re.compile(alarming), re.compile(any_of(CRASH_MARKS).encode())


@cache
def _database() -> Any:
    try:
        import hyperscan as hs
    except ImportError:
        return None
    sources = [re.escape(mark).encode() for mark in (*GRADES, *CRASH_MARKS)] + [KLOG.encode()]
    values = [*GRADES.values(), *[CRASH] * len(CRASH_MARKS), FATAL]
    database = hs.Database(mode=hs.HS_MODE_BLOCK)
    numbers = list(range(len(sources)))
    database.compile(expressions=sources, ids=numbers, elements=len(sources), flags=[0] * len(sources))
    return database, values
