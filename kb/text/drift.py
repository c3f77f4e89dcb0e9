"""Drift: a change made past the repository, with a reason and a day on which the exception expires.

It is open until somebody ends it (`ENDED`); an open one whose day has passed has expired: it is still
there, and nobody stands for it any more.
"""

from __future__ import annotations

from datetime import datetime

from kb.records.change import Change, ChangeKind
from kb.text.instants import day_of

ENDED = "ended"
"""The key of `Change.extra` under which it is kept when a drift was ended, as an ISO time."""


def is_open(change: Change, now: datetime) -> bool:
    """Whether a drift is there at `now`: made before, and not yet ended."""
    if change.kind is not ChangeKind.DRIFT or change.at > now:
        return False
    return ENDED not in change.extra or datetime.fromisoformat(change.extra[ENDED]) > now


def is_expired(change: Change, now: datetime) -> bool:
    """Whether a drift is still there at `now` although its exception has expired."""
    return change.expires is not None and change.expires < now and is_open(change, now)


def drift_in_words(change: Change, now: datetime) -> str:
    """`grafana (prod), since 2025-01-15: Testing SSO (alice); expires 2025-01-22`."""
    where = (
        f"{change.service or 'no named service'}{f' ({change.environment})' if change.environment else ''}"
    )
    why = change.reason or change.summary or "no reason given"
    who = f" ({change.author})" if change.author else ""
    return f"{where}, since {day_of(change.at)}: {why}{who}; {_expiry(change, now)}"


def _expiry(change: Change, now: datetime) -> str:
    if change.expires is None:
        return "no day on which it expires"
    day = day_of(change.expires).isoformat()
    if change.expires >= now:
        return f"expires {day}"
    days = (now - change.expires).days
    return f"EXPIRED {day}, {days} {'day' if days == 1 else 'days'} ago"
