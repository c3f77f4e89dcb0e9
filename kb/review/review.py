"""The weekly review: the summary of a window as data, and the review that is published.

The summary (`gather`) is a function of the ledger and `now`, so that any week can be told again: the records of the
window are read once, each part is counted by the module of its name, and put together here.

A published review (`Reviewing`) writes the watch list first, then its row.  Killed between the two, nothing is lost:
the row is what `--since-last` goes on from, so the next review tells the same window again and writes the same items
in place of the same items.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from kb.errors import EntryNotFound, InvalidInput, KbError
from kb.memory.files import Memory
from kb.memory.watch import WatchFile
from kb.model import AlertRule, Entry, Origin, Runbook, Status
from kb.model.incident import LiveIncident
from kb.model.ledger import FAILURES, Event, Result
from kb.model.overview import ServiceOverview, Services, Unknowns
from kb.model.review import CountedRecord, WatchItem
from kb.model.runbook_health import RunbookHealth
from kb.review import cases as action_items
from kb.review import incidents, lookups, plots, upkeep
from kb.review.counted import counted_records
from kb.review.incidents import recurrences, repeats
from kb.review.runbooks import runbook_health, texts_of_today
from kb.review.services import ServiceTables
from kb.review.summary import Classified, Stale, TrustMove, WatchScore, Week, WeeklySummary
from kb.review.unknowns import Order, proposed_patterns, unknowns
from kb.review.watchlist import score, scored_review, watch_items
from kb.review.window import Records, WindowRecords, read_window
from kb.store.proposals import ReviewRow
from kb.text.times import minute, second, utc_now
from kb.triage.environments import KEY, State, read_states

if TYPE_CHECKING:
    from kb.prose.narrative import Narrative

DAYS = 7.0
"""The window, where nobody says otherwise."""
LONGEST_DAYS = 3660
"""The longest window."""
FED_BACK_DAYS = 31
"""The longest window that writes the watch list: what was hot a year ago is nothing to look out for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A published review.  `watch` is None where the watch list was left as it is; `notes` say why.

    `failed` says what could not be written, and where; empty when all was.
    """

    summary: WeeklySummary
    watch: tuple[WatchItem, ...] | None
    notes: tuple[str, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Reviews of one home."""

    records: Records
    memory: Memory
    watch: WatchFile
    actor: str = ""
    clock: Callable[[], datetime] = utc_now
    refresh: Callable[[], object] = tuple
    """Sees first what changed in the home."""
    before: Callable[[], object] = tuple
    """What is done before a review is published, so that it is told."""
    after: Callable[[], object] = tuple

    def summary(self, days: float = DAYS, now: datetime | None = None) -> WeeklySummary:
        """What the ledger says about the `days` before `now`; rows of `now` and later are not counted.

        Data only, nothing is written.
        """
        self.refresh()
        return gather(self.records, days=days, now=now or self.clock())

    def publish(self, days: float | None = None, *, since_last: bool = False, watch: bool = True) -> Review:
        """The review of the `days` (7) that end now, and what triage should look out for next.

        Writes `state/watch.yaml`, unless `watch` is false.  With `since_last` the window begins where the last such
        review ended.  Expired entries are retired and proposals gathered first, so that both are told.  What cannot be
        written is told in the review, not raised.
        """
        self.refresh()
        self.before()
        review = self.published(days, self.clock(), since_last=since_last, watch=watch)
        self.after()
        return review

    def published(
        self, days: float | None, now: datetime, *, since_last: bool = False, watch: bool = True
    ) -> Review:
        """The review of the window that ends now: it feeds the watch list and, with `since_last`, marks its end."""
        if since_last and days is not None:
            raise InvalidInput("days and since_last are two windows; give one of them")
        days, notes = self._since_last(now) if since_last else (DAYS if days is None else days, [])
        summary = gather(self.records, days=days, now=now)
        feed = watch and days <= FED_BACK_DAYS
        if watch and not feed:
            notes.append(
                f"the watch list was left as it is: a window of more than {FED_BACK_DAYS} days does not feed it"
            )
        items = self._items(summary, notes) if feed else None
        try:
            self._write(summary, items, since_last)
        except KbError as error:
            return Review(summary=summary, watch=None, notes=tuple(notes), failed=str(error))
        return Review(summary=summary, watch=items, notes=tuple(notes))

    def counted(
        self, what: str, name: str = "", days: float = DAYS, now: datetime | None = None
    ) -> tuple[CountedRecord, ...]:
        """The records that a number of a summary was counted from, newest first (`kb.review.counted`)."""
        self.refresh()
        end = now or self.clock()
        return counted_records(read_window(self.records, *_window(days, end)), what, name)

    def runbook_health(self) -> RunbookHealth:
        """How the alert rules and runbooks of the home fit together now."""
        self.refresh()
        return _runbook_health(self.records, self.clock() + timedelta(seconds=1))

    def unknowns(self, days: int, order: str, *, only_new: bool = False, most: int = 50) -> Unknowns:
        """What was asked in the last days and is not known.  Raises InvalidInput for an order that there is not."""
        if order not in list(Order):
            raise InvalidInput(f"order {order!r} is none of: {', '.join(Order)}")
        self.refresh()
        now = self.clock() + timedelta(seconds=1)
        asked = self.records.asked(now - timedelta(days=days), now)
        prints = sorted({one.fingerprint for one in asked if one.fingerprint})
        known = self.records.entries.index.matching_fingerprints(prints)
        return unknowns(
            asked,
            {row["fingerprint"] for row in known},
            proposed_patterns(self.records.windows.open_proposals(now)),
            now,
            days=days,
            order=Order(order),
            only_new=only_new,
            most=most,
        )

    def services(self, live: Sequence[LiveIncident], most: int) -> Services:
        """The services that the home knows; `live` are the incidents that are open."""
        self.refresh()
        return self._services().services(live, most)

    def service(self, name: str, live: Iterable[LiveIncident]) -> ServiceOverview:
        """What the home knows about one service.  Raises EntryNotFound where that is nothing."""
        self.refresh()
        found = self._services().overview(name, live)
        if found is None:
            raise EntryNotFound(
                f"nothing is known about a service {name[:80]!r}; `services` lists those there are"
            )
        return found

    def _services(self) -> ServiceTables:
        return ServiceTables(self.records.entries, self.records.changes, self.clock())

    def notes(self, summary: WeeklySummary) -> list[str]:
        """What a summary of the past cannot count, in words: incidents that came into the home only later."""
        later = self.records.windows.incidents_written_later(summary.since.date(), summary.until)
        is_one = later == 1
        said = (
            f"{later} {'incident' if is_one else 'incidents'} of these days came into the home only after"
            f" {minute(summary.until)} and {'is' if is_one else 'are'} not counted"
        )
        return ([said] if later else []) + texts_of_today(summary, self.clock())

    def narrative(self, summary: WeeklySummary) -> Narrative:
        """Prose around the numbers of a summary, by the model of `ANTHROPIC_API_KEY`, checked.

        Never raises for what the model or its API does: `missing` says why there is no prose.
        """
        from kb.prose.client import Client
        from kb.prose.narrative import narrate
        from kb.review.facts import facts_of

        return narrate(facts_of(summary), Client.from_environ())

    def _since_last(self, now: datetime) -> tuple[float, list[str]]:
        last = self.records.reviews.last_mark(now)
        if last is None:
            return DAYS, [f"this is the first review with --since-last: it covers the last {DAYS:.0f} days"]
        if last >= now:
            raise InvalidInput(f"the last review ended at {second(last)}; nothing has passed since")
        return (now - last) / timedelta(days=1), []

    def _items(self, summary: WeeklySummary, notes: list[str]) -> tuple[WatchItem, ...]:
        try:
            states: Iterable[State] = read_states(self.memory.read(KEY)) if self.memory.is_there(KEY) else ()
        except KbError as error:
            states = ()
            notes.append(f"known issues are not on the watch list: {error}")
        services = self.records.entries.services()
        return watch_items(summary, tuple(states), services, self.watch.ours())

    def _write(self, summary: WeeklySummary, items: tuple[WatchItem, ...] | None, mark: bool) -> None:
        if items is not None:
            self.watch.save(items)
        if items is not None or mark:
            since, until = summary.since, summary.until
            row = ReviewRow(made_at=until, since=since, until=until, watch=items or (), mark=mark)
            self.records.reviews.add(row, self.actor)


def gather(records: Records, *, days: float, now: datetime) -> WeeklySummary:
    """Count the `days` before `now`.  Raises InvalidInput for a window that is no window."""
    read = read_window(records, *_window(days, now))
    since, cases = read.since, read.cases
    work = action_items.gather_items(read.history, since, now)
    silent, silent_lookups = lookups.unanswered(read.asked, read.outcomes, read.titled)
    stale, runbooks = _stale_runbooks(records, now)
    scores = _scores(records, read)
    return WeeklySummary(
        since=since,
        until=now,
        read=_counts(records, read)
        | {
            "lookups never answered": silent_lookups,
            "action items": work.read,
            "runbooks": runbooks,
            "watch items": len(scores),
        },
        recurrences=recurrences(read.history, since, now),
        incidents_by_severity=incidents.by_severity(cases),
        incidents_by_service=incidents.by_service(cases),
        durations=incidents.durations(cases),
        verdicts=incidents.counted(one.verdict for one in read.asked),
        classified=_classified(records, read),
        top_unknowns=lookups.top_unknowns(read.asked),
        seen=lookups.seen(read.asked, read.titles),
        learned=_learned(read),
        outcomes=incidents.counted(one.result for one in read.outcomes),
        fixed=lookups.with_result(read.outcomes, (Result.RESOLVED,), read.titled),
        failed=lookups.with_result(read.outcomes, FAILURES, read.titled),
        unanswered=silent,
        trust_moves=_trust_moves(records, read),
        status_moves=lookups.status_moves(read.moves, read.titles),
        items_opened=work.opened,
        items_closed=work.closed,
        items_overdue=work.overdue,
        open_items=work.still_open,
        stale_runbooks=stale,
        runbook_health=health if (health := _runbook_health(records, now)).rules else None,
        expired_drift=tuple(records.changes.expired_drift(now)),
        expiring=upkeep.expiring(records.windows.expiring(now, _soon(now)), now),
        proposals=tuple(records.proposals(now)),
        watch=scores,
        written_down=_written_down(records, read),
        weeks=_weeks(records, read),
        log=tuple(_line(event) for event in read.log),
    )


def _window(days: float, now: datetime) -> tuple[datetime, datetime]:
    if not 0 < days <= LONGEST_DAYS:
        raise InvalidInput(f"days={days} is no window; give a number above 0, up to {LONGEST_DAYS}")
    return now - timedelta(days=days), now


def _counts(records: Records, read: WindowRecords) -> dict[str, int]:
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


def _classified(records: Records, read: WindowRecords) -> tuple[Classified, ...]:
    """Over lookups; and over incidents, by the first lookup of each: was it on record when it began?"""
    first = records.windows.first_lookups([case.id for case in read.cases], read.until)
    opened = records.windows.verdicts_of([case.lookup_id for case in read.cases if case.lookup_id])
    found = (opened.get(case.lookup_id or "") or first.get(case.id) for case in read.cases)
    return (
        lookups.classified("lookups", (one.verdict for one in read.asked)),
        lookups.classified("incidents", filter(None, found)),
    )


def _learned(read: WindowRecords) -> tuple[str, ...]:
    own = (row for row in read.created if row["origin"] in ("learned", "written"))
    return tuple(f"{row['headline']} ({row['id']})" for row in own)


def _trust_moves(records: Records, read: WindowRecords) -> tuple[TrustMove, ...]:
    ids = sorted({one.entry_id for one in read.outcomes})
    known = [one.entry for one in records.entries.many(ids).values()]
    before, after = (
        records.trust.just_before(known, at, records.windows.reviewed(ids, at))
        for at in (read.since, read.until)
    )
    return lookups.trust_moves(known, before, after)


def _stale_runbooks(records: Records, now: datetime) -> tuple[tuple[Stale, ...], int]:
    rows = records.windows.known_at("runbook", now)
    known_at = {row["id"]: datetime.fromisoformat(row["created_at"]) for row in rows}
    entries = [one.entry for one in records.entries.many(known_at).values()]
    known = [(entry, known_at[entry.id]) for entry in entries if isinstance(entry, Runbook)]
    return upkeep.stale_runbooks(known, records.ledger.told.last(list(known_at), now), now), len(known)


def _runbook_health(records: Records, now: datetime) -> RunbookHealth:
    """Of the rules and runbooks that were known at `now`, as they are written today; general advice has no owner."""
    rules, books = (_known(records, kind, now) for kind in (AlertRule.kind, Runbook.kind))
    own = [(book, at) for book, at in books if book.provenance.origin is not Origin.STARTER]
    changed = [(book, at) for book, at in own if isinstance(book, Runbook)]
    outcomes = records.ledger.told.last([book.id for book, _ in changed], now)
    return runbook_health([rule for rule, _ in rules if isinstance(rule, AlertRule)], changed, outcomes, now)


def _known(records: Records, kind: str, now: datetime) -> list[tuple[Entry, datetime]]:
    """The entries of a kind, but those in quarantine, and when each last changed before `now`."""
    at = {}
    for row in records.windows.known_at(kind, now):
        made, changed = (datetime.fromisoformat(row[name]) for name in ("created_at", "updated_at"))
        at[row["id"]] = changed if changed < now else made
    found = (one.entry for one in records.entries.many(at).values())
    return [(entry, at[entry.id]) for entry in found if entry.status is not Status.QUARANTINED]


def _soon(now: datetime) -> date:
    return now.astimezone(UTC).date() + timedelta(days=upkeep.SOON_DAYS)


def _scores(records: Records, read: WindowRecords) -> tuple[WatchScore, ...]:
    review = scored_review(records.reviews.before(read.until), read.since)
    if review is None:
        return ()
    back = recurrences(read.history, review.until, read.until)
    return score(review.watch, records.asked(review.until, read.until), back)


def _written_down(records: Records, read: WindowRecords) -> tuple[str, ...]:
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


def _weeks(records: Records, read: WindowRecords) -> tuple[Week, ...]:
    begin = plots.begin_of_weeks(read.since, read.until)
    verdicts = records.windows.verdicts(begin, read.until)
    return plots.weeks(read.history, repeats(read.history, begin), verdicts, read.since, read.until)


def _line(event: Event) -> str:
    return f"{minute(event.at)} {event.action}: {event.details}".rstrip(": ")
