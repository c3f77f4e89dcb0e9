"""The watch list in a lookup: what is on it is noted in the reason, and goes first among equals.  Pure.

An entry on the list passes a neighbour only when that one is at most `BONUS` more confident, no better
trusted and of the same status.  So the list never lifts a failing entry over one that works, nor changes
a verdict or a confidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from kb.lookup.question import Question
from kb.lookup.thresholds import KNOWN
from kb.lookup.verdict import Judged
from kb.records import Entry
from kb.records.watch import WatchItem
from kb.text.environment import same_environment

BONUS = 0.01
"""How much less confident an entry on the watch list may be and still go first among equals."""


def noted(
    ordered: Sequence[Judged], question: Question, items: Iterable[WatchItem], now: datetime
) -> tuple[list[Judged], list[str]]:
    """The judgements with what the watch list says, best first, and notes on what no entry stands for."""
    here = [item for item in items if _in_place(item, question)]
    result, lifted, told = list[Judged](), set[str](), set[str]()
    for one in ordered:
        mine = [item for item in here if concerns(item, one.entry, question)]
        told.update(item.id for item in mine)
        place = len(result)
        if mine:
            while place and result[place - 1].entry.id not in lifted and _equal(one, result[place - 1]):
                place -= 1
            lifted.add(one.entry.id)
        reasons = [one.reason, *(in_words(item, now) for item in mine[:2])]
        result.insert(place, replace(one, reason="; ".join(reasons)) if mine else one)
    known = any(one.confidence >= KNOWN for one in ordered)
    loose = (item for item in here if item.id not in told and _meets_question(item, question, known))
    return result, [_as_note(item, now) for item in loose]


def concerns(item: WatchItem, entry: Entry, question: Question) -> bool:
    """Whether the item means this entry: by its id, or by the service that both it and the question name."""
    if item.entry_id or item.fingerprint:
        return item.entry_id == entry.id
    services = {name.casefold() for name in entry.scope.services}
    asked = item.service.casefold()
    return bool(asked) and asked == question.service.casefold() and asked in services


def in_words(item: WatchItem, now: datetime) -> str:
    """`on the watch list since Monday: seen 4 times on checkout, …`."""
    return f"on the watch list{since_in_words(item, now)}: {item.text}"


def _as_note(item: WatchItem, now: datetime) -> str:
    what = item.title or item.service or item.environment
    return f"{what} is {in_words(item, now)}" if what else in_words(item, now)


def since_in_words(item: WatchItem, now: datetime) -> str:
    """` since Monday`, or ` since 2026-11-02`; empty where nobody said."""
    day, days = item.since, (now.astimezone(UTC).date() - item.since).days
    if day.year == 1:
        return ""
    return (
        " since today" if days == 0 else f" since {day:%A}" if 0 < days < 7 else f" since {day.isoformat()}"
    )


def _in_place(item: WatchItem, question: Question) -> bool:
    """Whether nothing that the question says contradicts the item."""
    other_service = (
        item.service and question.service and item.service.casefold() != question.service.casefold()
    )
    both = item.environment and question.environment
    return not other_service and (not both or same_environment(item.environment, question.environment))


def _meets_question(item: WatchItem, question: Question, known: bool) -> bool:
    """Whether the item says something of the question itself; "asked and not known" no longer holds once it is."""
    if item.fingerprint:
        return not known and item.fingerprint in {line.fingerprint for line in question.evidence}
    if item.entry_id:
        return False
    return bool(question.service and item.service) or bool(
        question.environment and item.environment and not item.service
    )


def _equal(one: Judged, before: Judged) -> bool:
    return (
        before.confidence - one.confidence <= BONUS
        and before.trust.value <= one.trust.value
        and before.entry.status is one.entry.status
    )
