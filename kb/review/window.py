"""The records of one window, read once: what a summary counts, and what is listed behind each of its numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kb.learning.trust_book import TrustBook
from kb.model.incident import Step
from kb.model.ledger import Event, Outcome
from kb.review import lookups
from kb.review.cases import HISTORY, Case, between, gather_cases
from kb.review.lookups import AskedLookup
from kb.review.plots import begin_of_weeks
from kb.review.upkeep import OpenProposals
from kb.store.changes import ChangeTable
from kb.store.database import Row
from kb.store.entries import EntryTable
from kb.store.history import Windows
from kb.store.ledger import Ledger
from kb.store.proposals import Reviews


@dataclass(frozen=True, slots=True)
class Records:
    """The tables that a summary reads."""

    ledger: Ledger
    trust: TrustBook
    entries: EntryTable
    changes: ChangeTable
    windows: Windows
    reviews: Reviews
    proposals: OpenProposals

    def titles(self, ids: Iterable[str]) -> dict[str, str]:
        """The headline of each entry, also of those that were swept."""
        wanted = list(ids)
        found = {entry_id: one.entry.headline for entry_id, one in self.entries.many(wanted).items()}
        return self.windows.titles_of_swept([one for one in wanted if one not in found]) | found

    def asked(self, since: datetime, until: datetime) -> list[AskedLookup]:
        """The lookups of a window."""
        rows, offers = self.ledger.lookups(since, until), self.windows.offers(since, until)
        return lookups.asked(rows, offers, self.windows.swept.between(since, until))


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRecords:
    """What happened in one window; `history` are also the incidents of the year before it, oldest first."""

    since: datetime
    until: datetime
    history: list[Case]
    cases: list[Case]
    asked: list[AskedLookup]
    outcomes: list[Outcome]
    created: list[Row]
    log: list[Event]
    moves: list[Row]
    titles: dict[str, str]

    @property
    def titled(self) -> dict[str, str]:
        """Title and id of each entry that something happened to, by id."""
        return {entry_id: f"{title} ({entry_id})" for entry_id, title in self.titles.items()}


def read_window(records: Records, since: datetime, until: datetime) -> WindowRecords:
    """Read the records of a window."""
    ledger = records.ledger
    begin = begin_of_weeks(since, until) - HISTORY
    history = gather_cases(ledger, records.entries, records.windows, begin, until)
    asked, outcomes = records.asked(since, until), ledger.outcomes(since, until)
    moves = records.windows.moves(since, until)
    named = {one.entry_id for one in outcomes} | {row["entry_id"] for row in moves}
    named |= {entry_id for one in asked for entry_id in one.offers[:1]}
    return WindowRecords(
        since=since,
        until=until,
        history=history,
        cases=between(history, since, until),
        asked=asked,
        outcomes=outcomes,
        created=records.windows.created(since, until),
        log=[event for event in ledger.events(since, until) if event.kind == Step.NOTE],
        moves=moves,
        titles=records.titles(sorted(named)),
    )
