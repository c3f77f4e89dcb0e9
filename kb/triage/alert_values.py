"""The values within an alert's JSON: texts, labels, tags and times, whatever stands there instead.  Pure.

An alert is written by others: nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from kb.text.instants import parse_instant
from kb.text.redact import redact
from kb.triage.budget import shortened

_LONGEST_VALUE = 2_000
LONGEST_NAME = 120
_WHOLE = 4_000
"""Characters in which secrets are looked for before a name is cut."""
_MOST_LEAVES = 60
_DEPTH = 6
_NO_TIME = datetime(1971, 1, 1, tzinfo=UTC)


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


def tags(found: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What tags say: `env:prod,service:checkout`, in one text or one by one."""
    texts = (value for key, value in found if key.rsplit(".", 1)[-1].casefold() in ("tags", "labels"))
    pairs = (tag.strip().split(":", 1) for text in texts for tag in text.split(",") if ":" in tag)
    return {key.strip().casefold(): value.strip() for key, value in pairs}


def of_parents(found: Sequence[tuple[str, str]]) -> dict[str, str]:
    """`priority.summary: P1` is the priority, `service.name: orders` the service."""
    paths = [(key.casefold().split("."), value) for key, value in reversed(found)]
    return {path[-2]: value for path, value in paths if len(path) > 1 and path[-1] in ("summary", "name")}


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
    """A time of RFC 3339, or seconds since 1970; the zero time of Go is none."""
    if isinstance(value, str) and len(value) >= 10 and value.isdecimal():
        value = int(value[:20])
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        else:
            text = re.sub(r"(\.\d{6})\d+", r"\1", str(value or "").strip())
            moment = parse_instant(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment > _NO_TIME else None


def given_or(given: str, read: str) -> str:
    """What was given; else what was read, without secrets."""
    return given.strip() or redact(read[:_WHOLE]).text[:LONGEST_NAME].strip()


def named(text: str) -> str:
    """A name on one line, without secrets, cut at a word."""
    return shortened(redact(" ".join(text[:_WHOLE].split())).text[:400], LONGEST_NAME - 4).strip()
