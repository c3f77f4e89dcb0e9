"""`Known`: what is known, looked through: the names of everything, what became of one entry, counts of a search."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol
from urllib.parse import quote

from kb.model import Entry, Severity, Source, Status
from kb.model.ledger import AnsweredLookup, EntryRecord, NearEntry, SearchCounts, SearchHits, Tier, Verdict
from kb.model.receipts import Comparison
from kb.model.status import WaitingEntry
from kb.store.database import Database, Row
from kb.store.entries import EntryTable, Place, Stored
from kb.store.history import PastLookups
from kb.store.ledger import Ledger
from kb.store.lexical_index import Filter
from kb.store.moves import MoveTable
from kb.text.entries.codec import to_builtins
from kb.text.evidence.evidence import title_line

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

    def entries_by_id(self, ids: Iterable[str]) -> dict[str, Entry]:
        """The entries with these ids; those that are gone are left out."""
        return {key: one.entry for key, one in self.entries.many(ids).items()}

    def titles(self, ids: Iterable[str]) -> dict[str, str]:
        """The titles of these entries, by id."""
        return {key: title_line(one.headline) for key, one in self.entries_by_id(ids).items()}

    def record(self, entry: Entry, *, near: bool = True) -> EntryRecord:
        """What became of an entry; what is `near` it is searched for, which takes longest, or left empty."""
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
            near=tuple(self._near(entry)) if near else (),
            address=_address(self.source_form, entry.provenance.source),
        )

    def _near(self, entry: Entry) -> Iterator[NearEntry]:
        """Entries of its kind that a search for its title finds beside it."""
        hits = self.base.search(entry.headline, [entry.kind], limit=_NEAR + 1)
        stored = self.entries.many(hit.id for hit in hits)
        others = (one for one in hits if one.id != entry.id and one.score >= _CHANCE)
        for hit in islice(others, _NEAR):
            yield NearEntry(id=hit.id, kind=hit.kind, title=hit.title, check=stored[hit.id].entry.check)

    def compare(self, entry: Entry, other: Entry | None = None) -> Comparison:
        """The entry beside another one, else beside the one that is most like it among those on offer."""
        other = other or self._most_like(entry)
        near = None
        if other:
            near = NearEntry(id=other.id, kind=other.kind, title=other.headline, check=other.check)
        return Comparison(
            id=entry.id,
            title=entry.headline,
            other=near,
            diff=tuple(difference(other, entry)) if other else (),
        )

    def _most_like(self, entry: Entry) -> Entry | None:
        """What a search for its words finds beside it: of its kind, else of any."""
        for kinds in ([entry.kind], []):
            hits = self.base.search(entry.headline, kinds, limit=_NEAR)
            found = [one.id for one in hits if one.id != entry.id and one.score >= _CHANCE]
            if found:
                return self.entries.get(found[0])
        return None

    def waiting(self, status: Status, limit: int) -> tuple[list[WaitingEntry], int]:
        """The entries of a status that a reviewer looks at, the newest first, and how many there are."""
        self.base.refresh()
        only = Filter(statuses=[status])
        stored = self.entries.many(self.entries.select(only, limit=limit))
        moves = MoveTable(self.db)
        found = [_waits(one, self.entries.file_of(key) or "", moves) for key, one in stored.items()]
        found.sort(key=lambda one: (one.at is not None, one.at), reverse=True)
        return found, self.entries.count(only)

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


def _waits(stored: Stored, file: str, moves: MoveTable) -> WaitingEntry:
    entry = stored.entry
    last = moves.last(entry.id)
    moved = last if last and last.became is entry.status else None
    return WaitingEntry(
        id=entry.id,
        kind=entry.kind,
        title=entry.headline,
        status=entry.status,
        at=moved.at if moved else entry.provenance.at or _moment(stored.updated_at),
        by=moved.actor if moved else entry.provenance.author or "",
        reason=moved.reason if moved else "",
        file=f"{file}.yaml" if file.startswith("learned/") else file,
        services=entry.scope.services,
    )


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


_UNTOLD = {"id", "status", "provenance", "signatures", "extra", "body", "verified"}
_CONTEXT = 100


def difference(one: Entry, other: Entry) -> list[str]:
    """The lines of what leads from one entry to another: `-` only the first says, `+` only the second."""
    lines = difflib.unified_diff(_lines(one), _lines(other), n=_CONTEXT, lineterm="")
    return list(lines)[3:]


def _lines(entry: Entry) -> list[str]:
    from kb.memory.yaml_edit import render  # with all that reads YAML, which no lookup needs

    said: dict[str, object] = to_builtins(entry)
    scope = said.pop("scope", None)
    said |= scope if isinstance(scope, dict) else {}
    own = {name: _bare(value) for name, value in said.items() if name not in _UNTOLD}
    return [line for name, value in own.items() if value for line in render({name: value}).splitlines()]


def _bare(value: object) -> object:
    """The value without what is empty in it."""
    if isinstance(value, dict):
        return {name: bare for name, one in value.items() if (bare := _bare(one))}
    return [*map(_bare, value)] if isinstance(value, list | tuple) else value
