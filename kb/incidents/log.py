"""The log of incidents: which there are, which are open, the one way to add a step, and what follows from one.

What an incident gives back to the knowledge base (`Archive`) is its entry, which lookup finds, and credit or blame
for what was applied.  A step and what follows from it are one transaction, so a caller that goes away leaves nothing
half-written.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kb.errors import EntryNotFound, InvalidInput, Refused
from kb.home import Home
from kb.incidents.life import teaches, unfold
from kb.incidents.listing import IncidentListing
from kb.incidents.overview import IncidentFilter, chosen, counts
from kb.incidents.postmortem import to_entry
from kb.learning.outcomes import Outcomes
from kb.model import Incident
from kb.model.incident import IncidentCounts, LiveIncident, Phase, Step
from kb.model.ledger import Event, Outcome, Result
from kb.store.catalogue import LIVE
from kb.store.entries import EntryTable
from kb.store.ids.known_ids import Space
from kb.store.incidents.belongings import Belonging, Belongings
from kb.store.ledger import Ledger
from kb.text.entries.identify import fingerprints_of
from kb.text.tokens import slug

ALERT_ENDED = "by the alert's end"
"""The ground of an outcome that nobody typed."""
ATTACHES_FOR = timedelta(days=1)
"""A line of the session log still belongs to an incident that was resolved less long ago than this."""


@dataclass(frozen=True, slots=True)
class IncidentLog:
    """What was noted of the incidents of one home."""

    home: Home
    ledger: Ledger
    archive: Archive
    clock: Callable[[], datetime]
    actor: Callable[[], str]
    listing: IncidentListing

    def get(self, incident_id: str = "") -> LiveIncident:
        """The incident with this id, or a part of it, or the only open one; of a merged one, the one that goes on.

        Raises EntryNotFound or InvalidInput.
        """
        if not incident_id:
            return self._the_open_one()
        events = self.ledger.events_of(incident_id) or self.ledger.events_of(self._whole(incident_id))
        incident = unfold(events)
        return self.get(incident.merged_into) if incident.merged_into else incident

    def _whole(self, given: str) -> str:
        """The id of the incident that is meant by a part of it."""
        try:
            return self.ledger.ids.named(Space.LIVED, given)
        except EntryNotFound as error:
            raise EntryNotFound(f"{error}; {self._which()}") from None

    def told(self, incident_id: str = "") -> LiveIncident:
        """As `get`; where none is open, the one that was closed last: what is said then is said of that."""
        last = None if incident_id or self.ledger.open_subjects(1) else self.ledger.last_closed()
        return self.get(incident_id or last or "")

    def _ended(self, incident_id: str) -> LiveIncident:
        """The incident with this id; else the only open one that is resolved; else the one that was closed last."""
        resolved = [] if incident_id else self.ledger.resolved_since(datetime.min.replace(tzinfo=UTC), 2)
        if len(resolved) == 1:
            return self.get(resolved[0])
        return self.get(incident_id or ("" if resolved else self.ledger.last_closed() or ""))

    def open_ones(self, most: int = -1) -> list[LiveIncident]:
        """The incidents that were not closed, newest first, `most` of them."""
        return self._lived(self.ledger.open_subjects(most))

    def recent(self, limit: int = 20) -> list[LiveIncident]:
        """The incidents that were opened last, newest first; what is open takes a place before what ended."""
        newest, still = self.ledger.subjects(Step.OPENED), set(self.ledger.open_subjects())
        chosen = set(sorted(newest, key=lambda one: one not in still)[:limit])
        return self._lived([one for one in newest if one in chosen])

    def passing(self, only: IncidentFilter, most: int) -> list[LiveIncident]:
        """The incidents that pass a filter, what is open before what ended, each newest first, `most` of them."""
        if only.open_only and not only:
            return self.open_ones(most)
        return self._lived([one.id for one in chosen(self.listing.all(), only)[:most]])

    def counts(self, only: IncidentFilter) -> IncidentCounts:
        """How many incidents pass a filter, and how many would with another value of one part of it."""
        return counts(self.listing.all(), only)

    def unfinished(self) -> list[LiveIncident]:
        """The incidents that are open, newest first, and those closed ones of which something is still to do."""
        to_do = map(self.ledger.ids.merged_into, self.ledger.with_items_to_do())
        found = self._lived([*dict.fromkeys([*self.ledger.open_subjects(), *to_do])])
        return [one for one in found if one.closed is None or not all(item.done for item in one.action_items)]

    def version(self) -> int:
        """A number that changes whenever somebody else, in any process, has written; only then there may be news."""
        return self.ledger.version()

    def newest_steps(self, incident_ids: Sequence[str]) -> dict[str, int]:
        """The number of the newest step of each of these incidents, by whole id; it grows with each that is noted."""
        return self.ledger.newest_events(incident_ids)

    def find(self, incident_id: str) -> LiveIncident | None:
        """The incident with this id, as it is itself even where it was merged into another one; or None."""
        whole = self.ledger.ids.find(Space.LIVED, incident_id)
        return unfold(self.ledger.events_of(whole)) if whole else None

    def between(self, since: datetime, until: datetime) -> list[LiveIncident]:
        """The incidents that were opened in a window, newest first."""
        return self._lived(self.ledger.subjects(Step.OPENED, since, until))

    def _lived(self, subjects: Sequence[str]) -> list[LiveIncident]:
        return [unfold(events) for events in self.ledger.events_by_subject(subjects).values()]

    def entries(self, since: datetime, until: datetime) -> list[Incident]:
        """The incidents that were opened in a window, in the form of entries, newest first."""
        return [to_entry(one) for one in self.between(since, until)]

    def bring_back(self) -> None:
        """Offer again the incidents that were lived here and whose postmortem is gone."""
        with self.ledger.write():
            for one in self.ledger.subjects(Step.OPENED):
                if self.archive.entries.file_of(one) is None:
                    self.archive.keep(unfold(self.ledger.events_of(one)), self.clock())

    def attached(self) -> str | None:
        """The incident that a line of the session log belongs to: the only one that is being worked on.

        While none is, the only one that was resolved within `ATTACHES_FOR` and is not closed.
        """
        live = self.ledger.unresolved(2) or self.ledger.resolved_since(self.clock() - ATTACHES_FOR, 2)
        return live[0] if len(live) == 1 else None

    def _step(
        self,
        incident_id: str,
        kind: Step,
        words: str,
        data: dict[str, Any],
        *,
        details: str = "",
        closed: bool = False,
    ) -> LiveIncident:
        with self.ledger.write():
            incident = self.told(incident_id) if closed else self._unfinished(incident_id)
            return self._record(incident.id, kind, words, details=details, data=data)

    def _record(
        self,
        incident_id: str,
        kind: Step,
        words: str,
        *,
        details: str = "",
        data: dict[str, Any] | None = None,
    ) -> LiveIncident:
        """Add the step; what follows from it is kept where lookup finds it.  Call inside a write."""
        self._event(incident_id, kind, words, details=details, data=data)
        after = unfold(self.ledger.events_of(incident_id))
        self.archive.keep(after, self.clock())
        return after

    def _event(
        self,
        incident_id: str | None,
        kind: Step,
        words: str,
        *,
        details: str = "",
        data: dict[str, Any] | None = None,
    ) -> Event:
        at = self.clock().replace(microsecond=0)  # as a postmortem writes it, so that it reads back the same
        event = Event(
            at=at,
            action=words,
            details=details,
            actor=self.actor(),
            subject=incident_id,
            kind=kind,
            data=data or {},
        )
        self.ledger.record_event(event)
        return event

    def _new_id(self, title: str) -> str:
        return f"incident-{self.clock():%Y%m%d}-{slug(title)}-{uuid.uuid4().hex[:6]}"

    def _unfinished(self, incident_id: str) -> LiveIncident:
        incident = self.get(incident_id)
        if incident.phase is Phase.CLOSED:
            raise Refused(f"{incident.id} is closed; reopen it first, or open a new incident")
        return incident

    def _the_open_one(self) -> LiveIncident:
        found = self.ledger.open_subjects(2)
        if len(found) != 1:
            raise InvalidInput(f"say which incident is meant (-i, incident_id); {self._which()}")
        return unfold(self.ledger.events_of(found[0]))

    def _which(self) -> str:
        listed = ", ".join(self.ledger.open_subjects(5))
        if listed:
            return f"open are: {listed}"
        last = self.ledger.last_closed()
        return f"none is open; the last one was {last}" if last else "none is open; see: kb incident list"


_VERDICTS = (Result.RESOLVED, Result.FAILED, Result.NOT_APPLIED, Result.MADE_WORSE)
"""The results that say what came of it."""


def _applied(incident: LiveIncident, said: Sequence[Outcome]) -> dict[str, datetime]:
    """The entries that are being applied in an incident, each with the time at which that was last said."""
    by_step = [
        (str(event.data["entry_id"]), event.at)
        for event in incident.timeline
        if event.kind in (Step.MITIGATION, Step.RESOLUTION) and event.data.get("entry_id") in incident.applied
    ]
    by_outcome = [(one.entry_id, one.at) for one in said if one.result is Result.APPLIED]
    return dict(sorted([*by_step, *by_outcome], key=lambda pair: pair[1]))


@dataclass(frozen=True, slots=True)
class Archive:
    """The entries and the ledger, as far as incidents write to them.  Call inside a write."""

    entries: EntryTable
    ledger: Ledger
    outcomes: Outcomes
    belongings: Belongings

    def existing(self, entry_id: str) -> str | None:
        """The whole id of an entry that there is, or None for an empty one.  Raises EntryNotFound or InvalidInput."""
        return self.entries.named(entry_id).id if entry_id else None

    def keep(self, incident: LiveIncident, now: datetime) -> None:
        """From its resolution on, the incident is found by search and lookup; a postmortem takes over.

        One that an alert opened and ended, and of which nobody noted anything, is not: the alert would then be known by
        itself, with nothing to know.
        """
        owner, offered = (
            self.entries.file_of(incident.id),
            incident.resolved is not None and not incident.merged_into and teaches(incident),
        )
        if owner not in (None, LIVE) or (owner is None and not offered):
            return
        if not offered:  # it came back: no longer an incident that ended well
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

    def credit_by_alert(self, incident: LiveIncident, now: datetime, actor: str) -> list[str]:
        """The alert is over: what was being applied resolved the incident, as far as anybody knows.

        That is one outcome an entry, which nobody verified, and none where somebody said after it was applied what came
        of it.  Returns the entries.
        """
        said = self.ledger.outcomes_in(incident.id)
        open_ones = [
            entry_id
            for entry_id, at in _applied(incident, said).items()
            if not any(one.entry_id == entry_id and one.result in _VERDICTS and one.at >= at for one in said)
        ]
        for entry_id in open_ones:
            self._outcome(incident, entry_id, Result.RESOLVED, now, actor, note=ALERT_ENDED)
        return open_ones

    def credited_by_alert(self, incident: LiveIncident) -> list[str]:
        """The entries of which the alert's end is the last that was heard in the incident."""
        last = {one.entry_id: one for one in self.ledger.outcomes_in(incident.id)}
        return [entry_id for entry_id, one in last.items() if one.note == ALERT_ENDED]

    def debit(self, incident: LiveIncident, entry_ids: Iterable[str], now: datetime, actor: str) -> None:
        """What was applied did not help, or did not hold."""
        for entry_id in entry_ids:
            self._outcome(incident, entry_id, Result.FAILED, now, actor)

    def join(self, goes: str, stays: str, now: datetime) -> Belonging:
        """What belongs to an incident belongs to another one from now on; returns what that is."""
        moved = self.belongings.join(self.belongings.all_of(goes), stays)
        self._follow(moved, now)
        return moved

    def part(self, belonging: Belonging, incident_id: str, now: datetime) -> None:
        """It belongs to an incident of its own from now on."""
        self.belongings.part(belonging, incident_id)
        self._follow(belonging, now)

    def _follow(self, belonging: Belonging, now: datetime) -> None:
        """Two successes in one incident are one: what follows from them for their entries is decided anew."""
        for entry_id in self.belongings.entries_of(belonging):
            self.outcomes.follow(entry_id, now)

    def settle(self, now: datetime) -> None:
        """Write into memory files what outcomes moved.  Call after the write."""
        self.outcomes.moves.finish(now)

    def _outcome(
        self,
        incident: LiveIncident,
        entry_id: str,
        result: Result,
        now: datetime,
        actor: str,
        *,
        note: str = "",
    ) -> None:
        entry = self.entries.get(entry_id)
        if entry is None:
            return
        lookup = incident.lookup_id if self.ledger.has_lookup(incident.lookup_id or "") else None
        self.outcomes.record(
            entry,
            result,
            lookup_id=lookup,
            incident_id=incident.id,
            now=now,
            actor=actor,
            verified_by=incident.verified_by if result is Result.RESOLVED else None,
            note=note,
        )
