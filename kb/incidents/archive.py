"""What an incident gives back to the knowledge base: its entry, and credit or blame for what was applied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kb.errors import EntryNotFound
from kb.incidents.entry import to_entry
from kb.loop.outcomes import Outcomes
from kb.records.ledger import Result
from kb.records.live import LiveIncident
from kb.storage.catalogue import LIVE
from kb.storage.entries import EntryTable
from kb.storage.identify import fingerprints_of
from kb.storage.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Archive:
    """The entries and the ledger, as far as incidents write to them.  Call inside a write."""

    entries: EntryTable
    ledger: Ledger
    outcomes: Outcomes

    def existing(self, entry_id: str) -> str | None:
        """The id of an entry that there is, or None for an empty one.  Raises EntryNotFound."""
        if entry_id and self.entries.get(entry_id) is None:
            raise EntryNotFound(f"there is no entry {entry_id!r}; give the id that a lookup returned")
        return entry_id or None

    def keep(self, incident: LiveIncident, now: datetime) -> None:
        """From its resolution on, the incident is found by search and lookup; a postmortem takes over."""
        owner = self.entries.file_of(incident.id)
        if owner not in (None, LIVE) or (owner is None and incident.resolved is None):
            return
        if incident.resolved is None:  # it came back: no longer an incident that ended well
            self.entries.retire([incident.id], now)
            return
        entry = self.outcomes.moves.table.effective(to_entry(incident), owned=False)
        self.entries.put(entry, file=LIVE, fingerprints=fingerprints_of(entry), now=now)

    def applied(self, incident: LiveIncident, entry_id: str, now: datetime, actor: str) -> None:
        """The advice of an entry is being followed; what came of it is not known yet."""
        said = self.ledger.outcomes_of([entry_id]).get(entry_id, ())
        if not any(one.incident == incident.id and one.result is Result.APPLIED for one in said):
            self._outcome(incident, entry_id, Result.APPLIED, now, actor)

    def ended(self, incident: LiveIncident, entry_id: str, now: datetime, actor: str) -> None:
        """The advice of an entry ended the incident: its words lead to that entry from now on."""
        self.applied(incident, entry_id, now, actor)
        self.outcomes.teaching.follow(entry_id)

    def credit(self, incident: LiveIncident, now: datetime, actor: str) -> None:
        """What was applied resolved the incident, and somebody verified that."""
        said = self.ledger.outcomes_of(incident.applied)
        for entry_id in incident.applied:
            here = (
                one
                for one in said.get(entry_id, ())
                if one.incident in (incident.id, None) and one.at >= incident.detected and one.verified_by
            )
            if not any(outcome.result is Result.RESOLVED for outcome in here):
                self._outcome(incident, entry_id, Result.RESOLVED, now, actor)

    def debit(self, incident: LiveIncident, entry_ids: Iterable[str], now: datetime, actor: str) -> None:
        """What was applied did not help, or did not hold."""
        for entry_id in entry_ids:
            self._outcome(incident, entry_id, Result.FAILED, now, actor)

    def settle(self, now: datetime) -> None:
        """Write into memory files what outcomes moved.  Call after the write."""
        self.outcomes.moves.finish(now)

    def _outcome(
        self, incident: LiveIncident, entry_id: str, result: Result, now: datetime, actor: str
    ) -> None:
        entry = self.entries.get(entry_id)
        if entry is None:
            return
        lookup = incident.lookup_id if self.ledger.has_lookup(incident.lookup_id or "") else None
        self.outcomes.record(
            entry, result, lookup_id=lookup, incident_id=incident.id, now=now, actor=actor,
            verified_by=incident.verified_by if result is Result.RESOLVED else None,
        )  # fmt: skip
