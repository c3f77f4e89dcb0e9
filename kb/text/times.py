"""Points in time, read and printed in one way: in UTC, and saying so.

What names no zone is taken as UTC.  A time of another zone is that same instant, never the same digits.
"""

from __future__ import annotations

from datetime import UTC, date, datetime


def utc_now() -> datetime:
    """The time now: the clock that is used where none is given."""
    return datetime.now(UTC)


def parse_instant(text: str) -> datetime:
    """The instant of a text in ISO 8601, in UTC; of a day alone its beginning.  Raises ValueError."""
    return in_utc(datetime.fromisoformat(text.strip()))


def in_utc(at: datetime) -> datetime:
    """The same instant in UTC."""
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def day_of(at: datetime) -> date:
    """The day of the instant, in UTC."""
    return in_utc(at).date()


def clock(at: datetime) -> str:
    """`14:02 UTC`."""
    return f"{in_utc(at):%H:%M} UTC"


def minute(at: datetime) -> str:
    """`2026-11-21 14:02 UTC`."""
    return f"{in_utc(at):%Y-%m-%d %H:%M} UTC"


def second(at: datetime) -> str:
    """`2026-11-21 14:02:31 UTC`."""
    return f"{in_utc(at):%Y-%m-%d %H:%M:%S} UTC"
