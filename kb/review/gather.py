"""The weekly summary: a function of the ledger and `now`, so that any week can be told again.

Each part is counted by the module of its name; this one puts the parts together.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from kb.errors import InvalidInput
from kb.records import Runbook
from kb.records.ledger import FAILURES, Event, Result
from kb.review import incidents, items, learning, lookups, upkeep, weeks
from kb.review.records import Read, Records, read_window
from kb.review.recurrences import recurrences, repeats
from kb.review.score import score, scored_review
from kb.review.summary import Classified, Stale, TrustMove, WatchScore, Week, WeeklySummary
from kb.text.instants import minute

LONGEST_DAYS = 3660
"""The longest window."""


def gather(records: Records, *, days: float, now: datetime) -> WeeklySummary:
    """Count the `days` before `now`.  Raises InvalidInput for a window that is no window."""
    if not 0 < days <= LONGEST_DAYS:
        raise InvalidInput(f"days={days} is no window; give a number above 0, up to {LONGEST_DAYS}")
    read = read_window(records, now - timedelta(days=days), now)
    since, cases = read.since, read.cases
    work = items.gather_items(read.history, since, now)
    silent, silent_lookups = lookups.unanswered(read.asked, read.outcomes, read.titled)
    stale, runbooks = _stale_runbooks(records, now)
    scores = _scores(records, read)
    return WeeklySummary(
        since=since, until=now,
        read=_counts(records, read) | {
            "lookups never answered": silent_lookups, "action items": work.read, "runbooks": runbooks,
            "watch items": len(scores),
        },
        recurrences=recurrences(read.history, since, now),
        incidents_by_severity=incidents.by_severity(cases), incidents_by_service=incidents.by_service(cases),
        durations=incidents.durations(cases),
        verdicts=incidents.counted(one.verdict for one in read.asked), classified=_classified(records, read),
        top_unknowns=lookups.top_unknowns(read.asked), seen=lookups.seen(read.asked, read.titles),
        learned=_learned(read), outcomes=incidents.counted(one.result for one in read.outcomes),
        fixed=learning.with_result(read.outcomes, (Result.RESOLVED,), read.titled),
        failed=learning.with_result(read.outcomes, FAILURES, read.titled), unanswered=silent,
        trust_moves=_trust_moves(records, read), status_moves=learning.status_moves(read.moves, read.titles),
        items_opened=work.opened, items_closed=work.closed, items_overdue=work.overdue, open_items=work.still_open,
        stale_runbooks=stale, expired_drift=tuple(records.changes.expired_drift(now)),
        expiring=upkeep.expiring(records.windows.expiring(now, _soon(now)), now),
        proposals=tuple(records.proposals(now)), watch=scores, written_down=_written_down(records, read),
        weeks=_weeks(records, read), log=tuple(_line(event) for event in read.log),
    )  # fmt: skip


def _counts(records: Records, read: Read) -> dict[str, int]:
    """How many records were read, by kind."""
    since, until, changes = read.since, read.until, records.changes
    return {
        "incidents": len(read.cases),
        "earlier incidents": sum(case.at < since for case in read.history),
        "lookups": len(read.asked),
        "lookups that offered something": sum(bool(one.offers) for one in read.asked),
        "outcomes": len(read.outcomes),
        "new entries": len(read.created),
        "status moves": len(read.moves),
        "changes": len(changes.between(since, until)),
        "drift exceptions": len(changes.open_drift(until)),
        "log lines": len(read.log),
    }


def _classified(records: Records, read: Read) -> tuple[Classified, ...]:
    """Over lookups; and over incidents, by the first lookup of each: was it on record when it began?"""
    first = records.windows.first_lookups([case.id for case in read.cases], read.until)
    opened = records.windows.verdicts_of([case.lookup_id for case in read.cases if case.lookup_id])
    found = (opened.get(case.lookup_id or "") or first.get(case.id) for case in read.cases)
    return (
        lookups.classified("lookups", (one.verdict for one in read.asked)),
        lookups.classified("incidents", filter(None, found)),
    )


def _learned(read: Read) -> tuple[str, ...]:
    own = (row for row in read.created if row["origin"] in ("learned", "written"))
    return tuple(f"{row['headline']} ({row['id']})" for row in own)


def _trust_moves(records: Records, read: Read) -> tuple[TrustMove, ...]:
    ids = sorted({one.entry_id for one in read.outcomes})
    entries = (one.entry for one in records.entries.many(ids).values())
    outcomes, windows = records.ledger.outcomes_of(ids), records.windows
    reviewed = windows.reviewed(ids, read.since), windows.reviewed(ids, read.until)
    return learning.trust_moves(entries, outcomes, read.since, read.until, reviewed)


def _stale_runbooks(records: Records, now: datetime) -> tuple[tuple[Stale, ...], int]:
    rows = records.windows.known_at("runbook", now)
    known_at = {row["id"]: datetime.fromisoformat(row["created_at"]) for row in rows}
    entries = [one.entry for one in records.entries.many(known_at).values()]
    known = [(entry, known_at[entry.id]) for entry in entries if isinstance(entry, Runbook)]
    return upkeep.stale_runbooks(known, records.ledger.outcomes_of(list(known_at)), now), len(known)


def _soon(now: datetime) -> date:
    return now.astimezone(UTC).date() + timedelta(days=upkeep.SOON_DAYS)


def _scores(records: Records, read: Read) -> tuple[WatchScore, ...]:
    review = scored_review(records.reviews.before(read.until), read.since)
    if review is None:
        return ()
    back = recurrences(read.history, review.until, read.until)
    return score(review.watch, records.asked(review.until, read.until), back)


def _written_down(records: Records, read: Read) -> tuple[str, ...]:
    """Incidents whose documents came in during the window, but that happened before it, or on no day they tell."""
    late = (case.incident for case in read.history if case.at < read.since <= case.known_at)
    dated = {case.id for case in read.history}
    undated = (
        row for row in records.windows.undated_incidents(read.since, read.until) if row["id"] not in dated
    )
    return (
        *(f"{incident.title} ({incident.id})" for incident in late),
        *(f"{row['headline']} ({row['id']}), without a date" for row in undated),
    )


def _weeks(records: Records, read: Read) -> tuple[Week, ...]:
    begin = weeks.begin_of_weeks(read.until)
    verdicts = records.windows.verdicts(begin, read.until)
    return weeks.weeks(read.history, repeats(read.history, begin), verdicts, read.until)


def _line(event: Event) -> str:
    return f"{minute(event.at)} {event.action}: {event.details}".rstrip(": ")
