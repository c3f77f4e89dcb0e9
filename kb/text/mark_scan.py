"""Where in a block of a log alarming words and the marks of crashes stand: one pass over the whole block.

Text is made one byte a character (what is not ASCII becomes `?`), in lower case, so that places in it are places
in the text.  Hyperscan, where it is there and the block is long enough to be worth it, finds more of marks that
overlap than the regular expression does; the lines in which there is any are the same.
"""

from __future__ import annotations

import re
import threading
from functools import cache
from typing import Any

from kb.text.alarm import GRADES, any_of
from kb.text.alarm_words import FATAL, KLOG
from kb.text.crashes import MARKS as CRASH_MARKS

CRASH = -1.0
"""Stands for the grade of a mark that a crash may begin with."""
_LONG = 200_000
"""Characters from which Hyperscan, once it is loaded and has compiled the marks, is the quicker."""

_scanning = threading.Lock()
"""What Hyperscan writes into while it scans belongs to one thread at a time."""

Hits = list[tuple[int, float]]
"""Places within a mark, line by line, each with the highest grade that its mark may have."""


_VALUES = {mark.encode(): grade for mark, grade in GRADES.items()}


def scan(text: str) -> Hits:
    """All hits of a block."""
    data = text.encode("ascii", "replace").lower()
    database = _database() if len(data) >= _LONG else None
    return _by_hyperscan(database, data) if database is not None else _by_regex(data)


def _by_regex(data: bytes) -> Hits:
    """The lines that have any mark, found by the quicker engine; then every mark in each of them."""
    any_mark, (alarming, crashes) = _any_mark(), _patterns()
    hits: Hits = []
    at = 0
    while (first := any_mark.search(data, at)) is not None:
        end = data.find(b"\n", first.start())
        end = len(data) if end < 0 else end
        found = [(m.start(), _VALUES.get(m[1], FATAL)) for m in alarming.finditer(data, first.start(), end)]
        found += [(m.start(), CRASH) for m in crashes.finditer(data, first.start(), end)]
        hits += sorted(found)
        at = end
    return hits


def _by_hyperscan(database: Any, data: bytes) -> Hits:
    database, values = database
    hits: Hits = []
    append = hits.append

    def found(number: int, _start: int, end: int, *_: object) -> None:
        append((end - 1, values[number]))

    with _scanning:
        database.scan(data, match_event_handler=found)
    return hits


@cache
def _patterns() -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    alarming, crashes = f"(?=({any_of(GRADES)}|{KLOG}))", f"(?={any_of(CRASH_MARKS)})"
    return re.compile(alarming.encode()), re.compile(crashes.encode())


@cache
def _any_mark() -> Any:
    source = f"{any_of([*GRADES, *CRASH_MARKS])}|{KLOG}".encode()
    try:
        import re2
    except ImportError:
        return re.compile(source)
    return re2.compile(source)


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
