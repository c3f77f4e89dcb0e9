"""From what happened to what is to be told: which targets, in which words, and when.

One thread an incident and target: the first word with the brief, then what is new, then the draft of the postmortem.
What is not on its way yet takes up what happens meanwhile, so that a slow tool gets one summary and not twenty
messages; after a few quick ones an incident is told of every ten minutes, as a summary.  What a silence holds back
is told at its end, where it still goes on.  A plan is one transaction with the numbers of what it read.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from kb.configuration.sections import Configuration, Target
from kb.errors import EntryNotFound
from kb.model.brief import Brief
from kb.model.incident import LiveIncident, Phase, Step
from kb.model.notice import Delivery, DeliveryState, Notice, NoticeKind
from kb.notify import telling
from kb.notify.quiet import concerns, silence_of
from kb.store.notices.journal import NoticeJournal, Told
from kb.store.notices.signals import Signal, SignalTable

AT_ONCE = 10
"""Rows that are planned together: the first of a storm does not wait for the briefs of all others."""
QUICK = 3
"""Updates of an incident within `GAP` that are told at once."""
GAP = timedelta(minutes=10)
"""After those, the least time between two updates, unless the severity changes."""
DRAFT_AFTER = timedelta(minutes=30)
"""How long after its end the draft of an incident that nobody closed is told: it may come back."""
TOO_OLD = timedelta(hours=24)
"""What ended longer ago than that is told to nobody any more."""


class Telling(Protocol):
    """What is asked of incidents to tell of them."""

    def find(self, incident_id: str) -> LiveIncident | None:
        """The incident, or None."""
        ...

    def brief(self, incident: LiveIncident, bodies: Sequence[Mapping[str, Any]]) -> Brief | None:
        """What is known of it: as it was announced, else looked up now."""
        ...

    def titles(self, entry_ids: Sequence[str]) -> dict[str, str]:
        """The titles of entries, by id."""
        ...

    def draft(self, incident: LiveIncident) -> str:
        """The draft of its postmortem, as Markdown."""
        ...


@dataclass(frozen=True, slots=True)
class _Moment:
    """One look at an incident."""

    incident: LiveIncident
    first: Callable[[], Notice]
    now: datetime
    silence: tuple[str, datetime] | None


@dataclass(frozen=True, slots=True)
class Planning:
    """What is to be told of the incidents of one home."""

    signals: SignalTable
    table: NoticeJournal
    configuration: Callable[[], Configuration]
    telling: Telling
    clock: Callable[[], datetime]

    def plan(self) -> int:
        """Keep what is to be told of what happened since the last plan, `AT_ONCE` rows of it.

        Returns of how many incidents something was read; while there are any, there may be more.
        """
        now = self.clock()
        signals = self.signals.waiting(now - GAP, AT_ONCE)
        looks = [look for one in signals.incidents if (look := self._look(one, now))]
        if not signals.incidents and not self._unsilenced(now) and not self._orphans():
            return 0
        with self.table.write():
            for look in looks:
                for target in self.configuration().notify:
                    self._tell(target, look)
            self._release(now)
            self._give_up_orphans()
            self.signals.done(signals)
        return len(signals.incidents)

    def _look(self, signal: Signal, now: datetime) -> _Moment | None:
        try:
            incident = self.telling.find(signal.incident)
        except EntryNotFound:  # steps of something that was never opened here
            return None
        if incident is None or (incident.resolved and now - incident.resolved > TOO_OLD):
            return None
        said = self.configuration()
        wanted = [target for target in said.notify if concerns(target.when, incident)]
        new = any(self.table.last_of(target.name, incident.id) is None for target in wanted)
        brief = self.telling.brief(incident, signal.bodies) if new else None
        titles = self.telling.titles(brief.entries) if brief else {}
        silence = silence_of(said.silences, incident, now)

        def first() -> Notice:
            notice = telling.opened(incident, brief, said.links, titles)
            return telling.since(notice, incident, incident.timeline[1:], said.links)

        return _Moment(incident, first, now, (silence[0].reason, silence[1]) if silence else None)

    def _tell(self, target: Target, look: _Moment) -> None:
        incident = look.incident
        if self.table.last_of(target.name, incident.id) is None:
            if concerns(target.when, incident) and not incident.merged_into:
                self._add(target.name, look, look.first(), look.now)
        else:
            self.table.take_back(target.name, incident.id, NoticeKind.POSTMORTEM)
            self._tell_more(target.name, look)
        self._tell_end(target.name, look)

    def _tell_more(self, target: str, look: _Moment) -> None:
        incident, links = look.incident, self.configuration().links
        last = self.table.last_of(target, incident.id)
        if last is None:
            self._add(target, look, look.first(), look.now)
            return
        fresh = incident.timeline[last.events :]
        if last.delivery.attempts == 0 and last.delivery.state in (
            DeliveryState.WAITING,
            DeliveryState.SILENCED,
        ):
            self._take_up(target, look, last)
        elif notice := telling.updated(incident, fresh, links):
            urgent = any(event.kind == Step.SEVERITY for event in fresh)
            due = look.now if urgent else self._pace(target, incident.id, look.now)
            self._add(target, look, notice, due)

    def _take_up(self, target: str, look: _Moment, last: Told) -> None:
        """Let what is not on its way yet tell what happened meanwhile as well."""
        incident, links = look.incident, self.configuration().links
        before = self.table.told_before(target, incident.id, last.delivery.id)
        events = incident.timeline[before:]
        if last.delivery.notice.kind is NoticeKind.OPENED:
            steps = incident.timeline[1:]
            notice: Notice | None = telling.since(last.delivery.notice, incident, steps, links)
        else:
            notice = telling.updated(incident, events, links)
        if notice:
            self.table.retell(last.delivery.id, notice, len(incident.timeline))

    def _tell_end(self, target: str, look: _Moment) -> None:
        """The draft of the postmortem, once an incident is over and nobody took that back."""
        incident = look.incident
        over = incident.resolved and not incident.merged_into
        if not over or self.table.last_of(target, incident.id) is None:
            return
        back = [number for number, event in enumerate(incident.timeline, 1) if event.kind == Step.REOPENED]
        if self.table.events_with(target, incident.id, NoticeKind.POSTMORTEM) > (back[-1] if back else 0):
            return
        notice = telling.ended(incident, self.telling.draft(incident), self.configuration().links)
        wait = timedelta(0) if incident.phase is Phase.CLOSED else DRAFT_AFTER
        self._add(target, look, notice, look.now + wait)

    def _add(self, target: str, look: _Moment, notice: Notice, due: datetime) -> None:
        delivery = Delivery(
            id=f"kb-{uuid.uuid4().hex[:20]}",
            at=look.now,
            target=target,
            notice=notice,
            state=DeliveryState.WAITING,
            due=due,
        )
        if look.silence:
            reason, end = look.silence
            delivery = replace(
                delivery, state=DeliveryState.SILENCED, due=max(end, due), reason=f"silenced: {reason}"
            )
        self.table.add(delivery, len(look.incident.timeline))

    def _pace(self, target: str, incident: str, now: datetime) -> datetime:
        """When the next update may go out."""
        if self.table.since(target, incident, NoticeKind.UPDATED, now - GAP) < QUICK:
            return now
        last = self.table.last_of(target, incident)
        return max(now, last.delivery.due + GAP) if last else now

    def _unsilenced(self, now: datetime) -> list[tuple[Delivery, LiveIncident | None]]:
        """What a silence held back that has ended, or was taken out of the configuration."""
        silences = self.configuration().silences
        held = [(one, self.telling.find(one.incident_id)) for one in self.table.silenced()]
        return [
            (one, incident)
            for one, incident in held
            if one.due <= now or incident is None or silence_of(silences, incident, now) is None
        ]

    def _release(self, now: datetime) -> None:
        """Tell what a silence held back and still goes on; let go of what began and ended within it."""
        for held, incident in self._unsilenced(now):
            over = incident is None or incident.resolved is not None
            if over and not self.table.thread_of(held.target, held.incident_id):
                reason = f"{held.reason}; it began and ended within the silence"
                self.table.save(replace(held, state=DeliveryState.DROPPED, reason=reason))
            else:
                self.table.save(replace(held, state=DeliveryState.WAITING, due=now))

    def _orphans(self) -> list[Delivery]:
        return self.table.waiting_for_others([target.name for target in self.configuration().notify])

    def _give_up_orphans(self) -> None:
        for orphan in self._orphans():
            reason = f"kb.toml has no target {orphan.target} any more"
            self.table.save(replace(orphan, state=DeliveryState.FAILED, reason=reason))
