"""What a home knows about its services: in numbers for all of them, and whole for one.

It only puts side by side what the tables of the home say; a runbook is found for a rule as the weekly review finds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kb.model import AlertRule, Entry, Incident, Origin, Quirk, Runbook
from kb.model.change import Change
from kb.model.incident import LiveIncident
from kb.model.ledger import SearchHit
from kb.model.overview import RuleOfService, RunbookState, ServiceCounts, ServiceOverview, Services
from kb.store.changes import ChangeTable
from kb.store.entries import EntryTable
from kb.store.lexical_index import Filter
from kb.text.entries.identify import runbook_keys
from kb.text.entries.written import tells_nothing_to_do
from kb.text.evidence.evidence import title_line

CHANGES_DAYS = 30
"""How far back changes of a service are told."""
_RULES, _OTHERS, _INCIDENTS, _QUIRKS, _CHANGES, _UNPLACED = 2_000, 60, 30, 60, 40, 100
_ALL = 100_000
_COLUMNS = {Incident.kind: "incidents", Quirk.kind: "quirks"}


@dataclass(frozen=True, slots=True)
class ServiceTables:
    """What is read for a service, at one moment."""

    entries: EntryTable
    changes: ChangeTable
    now: datetime

    def services(self, live: Sequence[LiveIncident], most: int) -> Services:
        """All services in numbers; two spellings of one name are one."""
        rules = self._rules(self.entries.select(Filter((AlertRule.kind,)), limit=_ALL))
        wanting = [one for one in rules if one.runbook is not RunbookState.WRITTEN]
        changes, spelled, found = self._changes(), dict[str, str](), Counter[tuple[str, str]]()

        def count(column: str, names: Iterable[str], n: int = 1) -> None:
            for name in filter(None, names):
                found[column, spelled.setdefault(_key(name), name)] += n

        for names, kind, n in sorted(self.entries.counts_by_services()):
            count("entries", names, n)
            if kind in _COLUMNS:
                count(_COLUMNS[kind], names, n)
        for one in live:
            count("open", one.services)
        for change in changes:
            count("changes", [change.service])
        for rule in rules:
            count("rules", rule.services)
        for rule in wanting:
            count("without_runbook", rule.services)
        nowhere = [one for one in wanting if not one.services]
        ordered = sorted(_rows(spelled.values(), found), key=lambda one: (-one.open, -one.entries, one.name))
        return Services(
            services=tuple(ordered[:most]),
            total=len(ordered),
            rules=len(rules),
            covered=len(rules) - len(wanting),
            unplaced=tuple(nowhere[:_UNPLACED]),
            unplaced_total=len(nowhere),
        )

    def overview(self, name: str, live: Iterable[LiveIncident]) -> ServiceOverview | None:
        """One service; None where nothing is known of that name."""
        lived = [one for one in live if _key(name) in map(_key, one.services)]
        about = self.entries.about(name)
        changes = [one for one in self._changes() if _key(one.service) == _key(name)]
        if not about and not lived and not changes:
            return None
        quirks = self._entries(about.get(Quirk.kind, ())[:_QUIRKS])
        rules = self._rules(about.get(AlertRule.kind, ())[:_RULES])
        others = [
            key for kind, ids in about.items() for key in ids if kind not in (AlertRule.kind, *_COLUMNS)
        ]
        return ServiceOverview(
            name=name,
            counts={kind: len(ids) for kind, ids in about.items()},
            open=tuple(replace(one, timeline=()) for one in lived),
            quirks=tuple(one for one in quirks if isinstance(one, Quirk)),
            incidents=tuple(map(_hit, self._entries(about.get(Incident.kind, ())[:_INCIDENTS]))),
            changes=tuple(changes[:_CHANGES]),
            changes_days=CHANGES_DAYS,
            rules=tuple(rules),
            without_runbook=sum(one.runbook is not RunbookState.WRITTEN for one in rules),
            others=tuple(map(_hit, self._entries(others[:_OTHERS]))),
        )

    def _rules(self, ids: Sequence[str]) -> list[RuleOfService]:
        """The alert rules with the runbook of each, those without a written one first."""
        rules = [(one, runbook_keys(one)) for one in self._entries(ids) if isinstance(one, AlertRule)]
        named = self._named({key for _, keys in rules for key in keys})
        told = [_rule(one, map(named.get, keys)) for one, keys in rules]
        return sorted(told, key=lambda one: (one.runbook is RunbookState.WRITTEN, one.name))

    def _named(self, keys: Iterable[str]) -> Mapping[str, Runbook]:
        """The home's own runbooks by these names; the general advice of a new home is nobody's."""
        ids = self.entries.index.first_named(sorted(keys), Runbook.kind)
        books = {one.id: one for one in self._entries([*dict.fromkeys(ids.values())])}
        found = {key: books.get(entry_id) for key, entry_id in ids.items()}
        return {
            key: one
            for key, one in found.items()
            if isinstance(one, Runbook) and one.provenance.origin is not Origin.STARTER
        }

    def _changes(self) -> list[Change]:
        since = self.now - timedelta(days=CHANGES_DAYS)
        return self.changes.between(since, self.now + timedelta(seconds=1))

    def _entries(self, ids: Sequence[str]) -> list[Entry]:
        found = self.entries.many(ids)
        return [found[one].entry for one in ids if one in found]


def _key(name: str) -> str:
    return name.casefold()


def _rows(names: Iterable[str], found: Mapping[tuple[str, str], int]) -> list[ServiceCounts]:
    columns = ("entries", "incidents", "open", "quirks", "rules", "without_runbook", "changes")
    return [
        ServiceCounts(name=name, **{column: found.get((column, name), 0) for column in columns})
        for name in names
    ]


def _rule(rule: AlertRule, books: Iterable[Runbook | None]) -> RuleOfService:
    """The rule with the first runbook that there is."""
    book = next(filter(None, books), None)
    if book:
        state = RunbookState.UNWRITTEN if tells_nothing_to_do(book) else RunbookState.WRITTEN
    else:
        state = RunbookState.MISSING if rule.runbook_url else RunbookState.NONE
    return RuleOfService(
        id=rule.id,
        name=rule.name,
        services=rule.scope.services,
        severity=str(rule.severity or rule.severity_label),
        runbook=state,
        runbook_id=book.id if book else "",
        runbook_url=rule.runbook_url,
    )


def _hit(entry: Entry) -> SearchHit:
    """The entry in a line."""
    day = entry.date if isinstance(entry, Incident) else None
    return SearchHit(
        id=entry.id,
        kind=entry.kind,
        title=title_line(entry.headline),
        score=0,
        snippet="",
        date=day.isoformat() if day else None,
        services=entry.scope.services,
        status=entry.status,
        source=entry.provenance.source,
    )
