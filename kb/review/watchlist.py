"""The watch list: what lookup and triage should look out for next, and how the last one did.  Pure.

An item keeps its id from one summary to the next, and the day since which it is on the list; what a
summary no longer names stays until it expires.  `score` tells which items of the last list came up, and how often.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from kb.model.ledger import Verdict
from kb.model.review import WatchItem, WatchKind
from kb.review.lookups import AskedLookup
from kb.review.summary import Recurrence, WatchScore, WeeklySummary
from kb.store.proposals import ReviewRow
from kb.text.entries.ids import short_hash
from kb.text.times import day_of
from kb.text.tokens import one_line
from kb.triage.environments import State

EXPIRES_DAYS = 14
"""Days for which an item is read, unless the next summary names it again."""
HOT = 2
"""How often something must have been met in a window to be hot; lookups of one incident count once."""
MOST_HOT = 10
"""How many hot patterns a list holds."""
_LONGEST = 200
"""Characters of a title or text at most."""


def watch_items(
    summary: WeeklySummary, states: Sequence[State], services: Iterable[str], before: Iterable[WatchItem]
) -> tuple[WatchItem, ...]:
    """The items that the summary gives, then what the list said `before` and what has not expired."""
    today = summary.until.astimezone(UTC).date()
    found = {one.id: one for one in _items(summary, states, sorted(services), today)}
    old = {one.id: one for one in before if one.is_read(today)}
    kept = {key: replace(one, since=old[key].since) if key in old else one for key, one in found.items()}
    return (*kept.values(), *(one for key, one in old.items() if key not in kept))


def _items(
    summary: WeeklySummary, states: Sequence[State], services: Sequence[str], today: date
) -> Iterator[WatchItem]:
    for one in summary.recurrences:
        if one.prevention != "done" and one.open_items:
            yield _item(
                WatchKind.PREVENTION,
                one.title,
                _open_prevention(one),
                today,
                one.service,
                one.entry_id,
                one.fingerprint,
            )
        elif one.within_window:
            yield _item(
                WatchKind.RECURRENCE,
                one.title,
                _came_back(one),
                today,
                one.service,
                one.entry_id,
                one.fingerprint,
            )
    days = f"{day_of(summary.since)} to {day_of(summary.until)}"
    for seen in [one for one in summary.seen if one.count >= HOT][:MOST_HOT]:
        on = f" on {seen.service}" if seen.service else ""
        text = f"seen {seen.count} times{on}, {days}"
        yield _item(WatchKind.HOT_PATTERN, seen.title, text, today, seen.service, seen.entry_id)
    for unknown in [
        one for one in summary.top_unknowns if one.count >= HOT and one.fingerprint and not one.known_since
    ]:
        service = unknown.services[0] if len(unknown.services) == 1 else ""
        text = f"asked {unknown.count} times and not known, {days}"
        yield _item(
            WatchKind.HOT_PATTERN, unknown.name, text, today, service, fingerprint=unknown.fingerprint
        )
    for state in states:
        for issue in state.issues:
            yield _known_issue(state, issue, services, today)


def _open_prevention(one: Recurrence) -> str:
    first, more = one.open_items[0], len(one.open_items) - 1
    due = f", due {first.due}" if first.due else ""
    who = f"{first.owner or 'no owner'}{due}{', OVERDUE' if first.overdue else ''}"
    others = f" and {more} more" if more else ""
    return f"{_came_back(one)} while its prevention is still open: {first.text} ({who}){others}"


def _came_back(one: Recurrence) -> str:
    times = "once" if one.times == 1 else f"{one.times} times"
    return f"came back on {day_of(one.at)}, seen {times} before"


def _known_issue(state: State, issue: str, services: Sequence[str], today: date) -> WatchItem:
    words = {word.casefold() for word in re.findall(r"[\w.-]+", issue)}
    service = next((name for name in services if name.casefold() in words), "")
    where = f"known issue of {state.name}"
    return replace(
        _item(WatchKind.KNOWN_ISSUE, "", f"{where}: {issue}", today, service), environment=state.name
    )


def _item(
    kind: WatchKind,
    title: str,
    text: str,
    today: date,
    services: str = "",
    entry_id: str = "",
    fingerprint: str = "",
) -> WatchItem:
    service = services.split(", ")[0]
    key = f"{kind}|{service.casefold()}|{entry_id or fingerprint or title or text}"
    return WatchItem(
        id=f"watch-{kind.replace('_', '-')}-{short_hash(key)}",
        kind=kind,
        title=one_line(title, _LONGEST),
        text=one_line(text, _LONGEST),
        service=service,
        entry_id=entry_id,
        fingerprint="" if entry_id else fingerprint,
        since=today,
        expires=today + timedelta(days=EXPIRES_DAYS),
    )


def scored_review(reviews: Sequence[ReviewRow], since: datetime) -> ReviewRow | None:
    """The review whose list is scored: the one that ended nearest to where this window begins."""
    return min(reviews, key=lambda one: abs((one.until - since).total_seconds()), default=None)


def score(
    items: Sequence[WatchItem], lookups: Sequence[AskedLookup], recurred: Sequence[Recurrence]
) -> tuple[WatchScore, ...]:
    """Each item, what came up first; lookups of one incident count once."""
    found = [_score(item, lookups, recurred) for item in items]
    return tuple(sorted(found, key=lambda one: (-one.times, one.kind, one.id)))


def _score(item: WatchItem, lookups: Sequence[AskedLookup], recurred: Sequence[Recurrence]) -> WatchScore:
    met = {one.incident or one.id for one in lookups if _meets(item, one)}
    back = {
        one.incident_id
        for one in recurred
        if _in_time(item, one.at)
        and (
            (item.entry_id and one.entry_id == item.entry_id)
            or (item.fingerprint and one.fingerprint == item.fingerprint)
        )
    }
    said = [f"{len(met)} {'lookup' if len(met) == 1 else 'lookups'}"] if met else []
    said += [f"{len(back)} {'recurrence' if len(back) == 1 else 'recurrences'}"] if back else []
    times = len(met | back)
    return WatchScore(
        id=item.id,
        kind=item.kind,
        title=item.title or item.text,
        service=item.service,
        came_up=bool(times),
        times=times,
        how=" and ".join(said) or "did not come up",
    )


def _meets(item: WatchItem, one: AskedLookup) -> bool:
    if not _in_time(item, one.at):
        return False
    if item.service and one.service and item.service.casefold() != one.service.casefold():
        return False
    by_entry = bool(item.entry_id) and one.verdict is not Verdict.UNKNOWN and item.entry_id in one.offers[:1]
    by_text = bool(item.fingerprint) and item.fingerprint == one.fingerprint
    if item.entry_id or item.fingerprint:
        return by_entry or by_text
    return bool(item.service) and item.service.casefold() == one.service.casefold()


def _in_time(item: WatchItem, at: datetime) -> bool:
    return item.is_read(at.astimezone(UTC).date())
