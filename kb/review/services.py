"""What a home knows about its services: in numbers for all of them, and whole for one.

It only puts side by side what the tables of the home say; a runbook is found for a rule as the weekly review finds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kb.model import AlertRule, Entry, Incident, Quirk, Runbook
from kb.model.change import Change
from kb.model.incident import LiveIncident
from kb.model.ledger import SearchHit
from kb.model.overview import RuleOfService, RunbookState, ServiceCounts, ServiceOverview, Services
from kb.model.runbook_health import RunbookHealth
from kb.store.changes import ChangeTable
from kb.store.entries import EntryTable
from kb.store.lexical_index import Filter
from kb.text.entries.identify import runbook_keys
from kb.text.evidence.evidence import title_line

CHANGES_DAYS = 30
"""How far back changes of a service are told."""
_RULES, _OTHERS, _INCIDENTS, _QUIRKS, _CHANGES, _UNPLACED = 2_000, 60, 30, 60, 40, 100
_ELSEWHERE = (AlertRule.kind, Quirk.kind, Incident.kind)


@dataclass(frozen=True, slots=True)
class ServiceTables:
    """What is read for a service, at one moment."""

    entries: EntryTable
    changes: ChangeTable
    now: datetime

    def services(self, health: RunbookHealth, live: Iterable[LiveIncident], most: int) -> Services:
        """All services in numbers; two spellings of one name are one."""
        wanting, states = self._without(health), states_of(health)
        nowhere = [one for one in wanting if not one.scope.services]
        open_ones = Counter(_key(name) for one in live for name in one.services)
        found = {
            "entries": self._by_service(()),
            **{
                name: self._by_service((kind,))
                for name, kind in (
                    ("incidents", Incident.kind),
                    ("quirks", Quirk.kind),
                    ("rules", AlertRule.kind),
                )
            },
            "open": open_ones,
            "without_runbook": Counter(_key(name) for one in wanting for name in one.scope.services),
            "changes": Counter(_key(one.service) for one in self._changes() if one.service),
        }
        spelled = self._spelled(live)
        rows = [
            ServiceCounts(
                name=spelled.get(key, key), **{name: counted.get(key, 0) for name, counted in found.items()}
            )
            for key in set().union(*found.values())
            if key
        ]
        ordered = sorted(rows, key=lambda one: (-one.open, -one.entries, one.name))
        return Services(
            services=tuple(ordered[:most]),
            total=len(ordered),
            rules=health.rules,
            covered=health.covered,
            unplaced=tuple(_rule(one, states) for one in nowhere[:_UNPLACED]),
            unplaced_total=len(nowhere),
        )

    def overview(
        self, name: str, health: RunbookHealth, live: Iterable[LiveIncident]
    ) -> ServiceOverview | None:
        """One service; None where nothing is known of that name."""
        lived = [one for one in live if _key(name) in map(_key, one.services)]
        counts = self.entries.counts_by("kind", Filter(service=name))
        changes = [one for one in self._changes() if _key(one.service) == _key(name)]
        if not counts and not lived and not changes:
            return None
        quirks = self._of_kind(name, Quirk.kind, _QUIRKS)
        rules = self._of_kind(name, AlertRule.kind, _RULES)
        told = self._rules([one for one in rules if isinstance(one, AlertRule)], health)
        others = [kind for kind in counts if kind not in _ELSEWHERE]
        return ServiceOverview(
            name=name,
            counts=counts,
            open=tuple(replace(one, timeline=()) for one in lived),
            quirks=tuple(one for one in quirks if isinstance(one, Quirk)),
            incidents=tuple(map(_hit, self._of_kind(name, Incident.kind, _INCIDENTS))),
            changes=tuple(changes[:_CHANGES]),
            changes_days=CHANGES_DAYS,
            rules=tuple(told),
            without_runbook=sum(one.runbook is not RunbookState.WRITTEN for one in told),
            others=tuple(map(_hit, self._of_kind(name, others, _OTHERS))) if others else (),
        )

    def _by_service(self, kinds: Sequence[str]) -> Counter[str]:
        counted = Counter[str]()
        for name, count in self.entries.counts_by("service", Filter(kinds)).items():
            counted[_key(name)] += count
        return counted

    def _without(self, health: RunbookHealth) -> list[AlertRule]:
        """The rules that lead to no runbook that is written, by name."""
        wanting = [*health.without, *health.missing, *health.unwritten]
        rules = [one.entry for one in self.entries.many(one.entry_id for one in wanting).values()]
        return sorted((one for one in rules if isinstance(one, AlertRule)), key=lambda one: one.name)

    def _spelled(self, live: Iterable[LiveIncident]) -> Mapping[str, str]:
        """How a name is written, by its key."""
        lived = (name for one in live for name in one.services)
        changed = (one.service for one in self._changes())
        return {_key(name): name for name in (*changed, *lived, *sorted(self.entries.services()))}

    def _rules(self, rules: Sequence[AlertRule], health: RunbookHealth) -> list[RuleOfService]:
        """The rules with the runbook of each, those without one first."""
        states = states_of(health)
        keys = [key for rule in rules for key in runbook_keys(rule)]
        named = self.entries.index.first_named(keys, Runbook.kind)
        told = [
            _rule(rule, states, next((named[key] for key in runbook_keys(rule) if key in named), ""))
            for rule in rules
        ]
        return sorted(told, key=lambda one: (one.runbook is RunbookState.WRITTEN, one.name))

    def _changes(self) -> list[Change]:
        return self.changes.between(self.now - timedelta(days=CHANGES_DAYS), self.now + timedelta(seconds=1))

    def _of_kind(self, name: str, kinds: str | Sequence[str], most: int) -> list[Entry]:
        wanted = [kinds] if isinstance(kinds, str) else kinds
        ids = self.entries.select(Filter(wanted, name), limit=most)
        found = self.entries.many(ids)
        return [found[one].entry for one in ids]


def _key(name: str) -> str:
    return name.casefold()


def _rule(rule: AlertRule, states: Mapping[str, RunbookState], runbook_id: str = "") -> RuleOfService:
    return RuleOfService(
        id=rule.id,
        name=rule.name,
        severity=str(rule.severity or rule.severity_label),
        runbook=states.get(rule.id, RunbookState.WRITTEN),
        runbook_id=runbook_id,
        runbook_url=rule.runbook_url,
    )


def states_of(health: RunbookHealth) -> dict[str, RunbookState]:
    """The alert rules that lead to no runbook that is written, by id, and why they do not."""
    wanting = (
        (RunbookState.NONE, health.without),
        (RunbookState.MISSING, health.missing),
        (RunbookState.UNWRITTEN, health.unwritten),
    )
    return {one.entry_id: state for state, rules in wanting for one in rules}


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
