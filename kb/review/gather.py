"""The weekly summary: a function of the ledger and `now`, so that any week can be told again.

Each part is counted by the module of its name; this one reads the records and puts the parts together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kb.errors import InvalidInput
from kb.records import Runbook
from kb.records.ledger import Outcome, Result
from kb.review import incidents, items, learning, lookups, upkeep, weeks
from kb.review.cases import HISTORY, Case, between, gather_cases
from kb.review.lookups import Asked
from kb.review.recurrences import recurrences, repeats
from kb.review.score import score, scored_review
from kb.review.summary import Stale, TrustMove, WatchScore, Week, WeeklySummary
from kb.storage.changes import ChangeTable
from kb.storage.entries import EntryTable
from kb.storage.ledger import Ledger
from kb.storage.reviews import Reviews
from kb.storage.windows import Windows

LONGEST_DAYS = 3660
"""The longest window."""


@dataclass(frozen=True, slots=True)
class Records:
    """The tables that a summary reads."""

    ledger: Ledger
    entries: EntryTable
    changes: ChangeTable
    windows: Windows
    reviews: Reviews
    proposals: upkeep.OpenProposals

    def titles(self, ids: Iterable[str]) -> dict[str, str]:
        """The headline of each entry."""
        return {entry_id: one.entry.headline for entry_id, one in self.entries.many(ids).items()}

    def asked(self, since: datetime, until: datetime) -> list[Asked]:
        """The lookups of a window."""
        return lookups.asked(self.ledger.lookups(since, until), self.windows.offers(since, until))


def gather(records: Records, *, days: float, now: datetime) -> WeeklySummary:
    """Count the `days` before `now`.  Raises InvalidInput for a window that is no window."""
    if not 0 < days <= LONGEST_DAYS:
        raise InvalidInput(f"days={days} is no window; give a number above 0, up to {LONGEST_DAYS}")
    since, ledger, windows = now - timedelta(days=days), records.ledger, records.windows
    begin = min(since, weeks.begin_of_weeks(now))
    history = gather_cases(ledger, records.entries, windows, begin - HISTORY, now)
    cases, told = between(history, since, now), records.asked(since, now)
    outcomes, created = ledger.outcomes(since, now), ledger.created(since, now)
    events = [event for event in ledger.events(since, now) if event.kind == "note"]
    moves = windows.moves(since, now)
    back, work = recurrences(history, since, now), items.gather_items(history, since, now)
    titles = records.titles(
        {
            *(o.entry_id for o in outcomes),
            *(i for one in told for i in one.offers[:1]),
            *(m["entry_id"] for m in moves),
        }
    )
    titled = {entry_id: f"{title} ({entry_id})" for entry_id, title in titles.items()}
    silent, silent_lookups = lookups.unanswered(told, outcomes, titled)
    runbooks, runbooks_read = _stale_runbooks(records, now)
    expiring = windows.expiring(now, now.astimezone(UTC).date() + timedelta(days=upkeep.SOON_DAYS))
    scores, scored = _scores(records, history, since, now)
    return WeeklySummary(
        since=since, until=now,
        read={
            "incidents": len(cases), "earlier incidents": sum(case.at < since for case in history),
            "lookups": len(told), "lookups that offered something": sum(bool(one.offers) for one in told),
            "lookups never answered": silent_lookups, "outcomes": len(outcomes), "new entries": len(created),
            "status moves": len(moves), "action items": work.read, "runbooks": runbooks_read,
            "changes": len(records.changes.between(since, now)),
            "drift exceptions": len(records.changes.open_drift(now)), "watch items": scored,
            "log lines": len(events),
        },
        recurrences=back,
        incidents_by_severity=incidents.by_severity(cases), incidents_by_service=incidents.by_service(cases),
        durations=incidents.durations(cases),
        verdicts=incidents.counted(one.verdict for one in told),
        classified=(
            lookups.classified("lookups", (one.verdict for one in told)),
            lookups.classified("incidents", _first_verdicts(windows, cases, now)),
        ),
        top_unknowns=lookups.top_unknowns(told), seen=lookups.seen(told, titles),
        learned=tuple(f"{row['headline']} ({row['id']})" for row in created if row["origin"] in ("learned", "written")),
        outcomes=incidents.counted(one.result for one in outcomes),
        fixed=learning.with_result(outcomes, (Result.RESOLVED,), titled),
        failed=learning.with_result(outcomes, learning.FAILED, titled), unanswered=silent,
        trust_moves=_trust_moves(records, outcomes, since, now),
        status_moves=learning.status_moves(moves, titles),
        items_opened=work.opened, items_closed=work.closed, items_overdue=work.overdue, open_items=work.still_open,
        stale_runbooks=runbooks, expired_drift=tuple(records.changes.expired_drift(now)),
        expiring=upkeep.expiring(expiring, now), proposals=tuple(records.proposals(now)), watch=scores,
        written_down=tuple(f"{one.incident.title} ({one.id})" for one in history if one.at < since <= one.known_at),
        weeks=_weeks(records, history, now),
        log=tuple(f"{event.at:%Y-%m-%d %H:%M} {event.action}: {event.details}".rstrip(": ") for event in events),
    )  # fmt: skip


def _first_verdicts(windows: Windows, cases: list[Case], now: datetime) -> list[str]:
    """What the first lookup of each incident said: whether it was on record when it began."""
    first = windows.first_lookups([case.id for case in cases], now)
    opened = windows.verdicts_of([case.lookup_id for case in cases if case.lookup_id])
    found = (first.get(case.id) or opened.get(case.lookup_id or "") for case in cases)
    return [one for one in found if one]


def _trust_moves(
    records: Records, outcomes: list[Outcome], since: datetime, now: datetime
) -> tuple[TrustMove, ...]:
    ids = sorted({one.entry_id for one in outcomes})
    entries = (one.entry for one in records.entries.many(ids).values())
    return learning.trust_moves(entries, records.ledger.outcomes_of(ids), since, now)


def _stale_runbooks(records: Records, now: datetime) -> tuple[tuple[Stale, ...], int]:
    rows = {
        row["id"]: datetime.fromisoformat(row["created_at"])
        for row in records.windows.known_at("runbook", now)
    }
    entries = [one.entry for one in records.entries.many(rows).values()]
    known = [(entry, rows[entry.id]) for entry in entries if isinstance(entry, Runbook)]
    outcomes: Mapping[str, list[Outcome]] = records.ledger.outcomes_of(list(rows))
    return upkeep.stale_runbooks(known, outcomes, now), len(known)


def _scores(
    records: Records, history: list[Case], since: datetime, now: datetime
) -> tuple[tuple[WatchScore, ...], int]:
    review = scored_review(records.reviews.before(now), since)
    if review is None:
        return (), 0
    back = recurrences(history, review.until, now)
    return score(review.watch, records.asked(review.until, now), back), len(review.watch)


def _weeks(records: Records, history: list[Case], now: datetime) -> tuple[Week, ...]:
    rows = records.windows.verdicts(weeks.begin_of_weeks(now), now)
    verdicts = ((datetime.fromisoformat(row["at"]), row["verdict"]) for row in rows)
    return weeks.weeks(history, repeats(history, weeks.begin_of_weeks(now)), verdicts, now)
