"""`Known`: what is known, looked through: the names of everything, what became of one entry, counts of a search."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol
from urllib.parse import quote

from kb.model import Entry, Severity, Source, Status
from kb.model.ledger import AnsweredLookup, EntryRecord, NearEntry, SearchCounts, SearchHits, Tier, Verdict
from kb.store.database import Database, Row
from kb.store.entries import EntryTable, Place
from kb.store.history import PastLookups
from kb.store.ledger import Ledger
from kb.store.lexical_index import Filter

_SHOWN = 10
"""Lookups that come with a record."""
_NEAR, _CHANCE = 5, 0.05
"""Entries that are near one, at most; the chance of a match below which it is about something else."""
_SERVICES = 50
"""Services that are counted, those of most entries."""
_DAY, _WEEK, _MONTH = timedelta(days=1), timedelta(days=7), timedelta(days=30)


class Searching(Protocol):
    """The home, as it is searched and brought up to date."""

    def refresh(self) -> object:
        """See what changed in the memory files."""

    def search(self, query: str, kinds: Sequence[str] = ..., *, limit: int = ...) -> SearchHits:
        """What fits the words, best first."""


@dataclass(frozen=True, slots=True)
class Known:
    """The entries of one home with what happened to them."""

    entries: EntryTable
    ledger: Ledger
    db: Database
    base: Searching
    clock: Callable[[], datetime]
    source_form: str = ""
    """The address of a source (`links.source` of kb.toml)."""

    def places(self) -> Iterator[Place]:
        """The names that everything offered goes by: id, title, path; copies in other files as well."""
        self.base.refresh()
        return self.entries.places()

    def record(self, entry: Entry) -> EntryRecord:
        """What became of an entry."""
        past, now = PastLookups(self.db), self.clock()
        last, month = past.answered_by(entry.id, now - _MONTH, _SHOWN)
        _, week = past.answered_by(entry.id, now - _WEEK, 0)
        _, day = past.answered_by(entry.id, now - _DAY, 0)
        return EntryRecord(
            id=entry.id,
            last_day=day,
            last_week=week,
            last_month=month,
            answered=tuple(map(_answered, last)),
            outcomes=tuple(reversed(self.ledger.outcomes_of([entry.id]).get(entry.id, []))),
            copies=tuple(self.entries.copies_of(entry.id)),
            near=tuple(self._near(entry)),
            address=_address(self.source_form, entry.provenance.source),
        )

    def _near(self, entry: Entry) -> Iterator[NearEntry]:
        """Entries of its kind that a search for its title finds beside it."""
        hits = self.base.search(entry.headline, [entry.kind], limit=_NEAR + 1)
        stored = self.entries.many(hit.id for hit in hits)
        others = (one for one in hits if one.id != entry.id and one.score >= _CHANCE)
        for hit in islice(others, _NEAR):
            yield NearEntry(id=hit.id, kind=hit.kind, title=hit.title, check=stored[hit.id].entry.check)

    def counts(self, only: Filter) -> SearchCounts:
        """How many entries pass a filter; by each of its parts, how many would with another value there."""
        self.base.refresh()
        anywhere, any_status = replace(only, service=""), replace(only, statuses=list(Status))
        services = self.entries.counts_by("service", anywhere)
        return SearchCounts(
            passing=self.entries.count(only),
            kinds=self.entries.counts_by("kind", replace(only, kinds=())),
            statuses=self.entries.counts_by("status", any_status),
            severities={
                one: n for one in Severity if (n := self.entries.count(replace(only, severities=[one])))
            },
            services=dict(islice(services.items(), _SERVICES)),
        )


def _address(form: str, source: Source | None) -> str:
    """Where people read a source; a form without a place for it, or a source that is an address itself, gives none."""
    if not form or source is None or "://" in source.path:
        return ""
    said = form.replace("{path}", quote(source.path.lstrip("/")))
    return said.replace("{line}", str(source.line or 1))


def _answered(row: Row) -> AnsweredLookup:
    return AnsweredLookup(
        id=row["id"],
        at=datetime.fromisoformat(row["at"]),
        verdict=Verdict(row["verdict"]),
        tier=Tier(row["tier"]),
        service=row["service"],
        lines=tuple(json.loads(row["evidence"])),
    )
