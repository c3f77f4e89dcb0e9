"""`Incidents`: open, log, acknowledge, hypothesise, mitigate, resolve, verify, close.

Every step is one transaction: it is written whole or not at all, and several agents may write at
once.  A fix is credited only when the verification checklist holds, and then by name; a mitigation
that did not help is held against its entry at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kb.errors import InvalidInput, Refused
from kb.incidents import postmortem as drafts
from kb.incidents import steps
from kb.incidents.life import BY_ALERT, REPORTED_AGAIN, parse_checks, unfold
from kb.incidents.log import IncidentLog
from kb.incidents.merging import applied_alone, bring, carried, check_merge, steps_named
from kb.incidents.sources import sourced_draft
from kb.incidents.updates import StatusUpdate, status_update
from kb.memory.yaml_file import write_atomically
from kb.model.hook import AlertGroup
from kb.model.incident import IncidentDraft, LiveIncident, Phase, Step
from kb.model.ledger import Event
from kb.store.ids.known_ids import Space
from kb.store.incidents.belongings import Belonging
from kb.text.entries.codec import stamp
from kb.text.times import minute, parse_instant

Texts = Iterable[str] | str


class Incidents(IncidentLog):
    """The incidents of one home, as they are lived; steps return the incident as it is afterwards."""

    __slots__ = ()

    def open(
        self,
        title: str,
        *,
        service: Texts = "",
        environment: str = "",
        severity: str = "",
        impact: str = "",
        alert: str = "",
        started: datetime | str | None = None,
        lookup_id: str | None = None,
    ) -> LiveIncident:
        """Open an incident.  One with the same title and service that is open already is returned instead,
        with what this report says of it beside.

        Raises InvalidInput for an empty title, a severity of no known scale, or a start in the future.
        """
        now = self.clock()
        title, data = steps.opening(
            title,
            service=service,
            environment=environment,
            severity=severity,
            impact=impact,
            alert=alert,
            started=started,
            lookup_id=self.ledger.ids.find(Space.LOOKUP, lookup_id or "") or lookup_id,
            now=now,
        )
        with self.ledger.write():
            if same := self.ledger.open_titled(title, data["services"], data["environment"]):
                return self._reported_again(self.get(same[0]), data)
            return self._record(self._new_id(title), Step.OPENED, title, data=data)

    def _reported_again(self, incident: LiveIncident, data: Mapping[str, Any]) -> LiveIncident:
        """A second report of what is open: the severity, impact and start that it gives hold from now on."""
        if data["severity"] and (data["severity"] != incident.severity or not incident.confirmed):
            level = {key: data[key] for key in ("severity", "label", "confirmed")}
            self._record(incident.id, Step.SEVERITY, f"Severity set to {data['severity']}", data=level)
        if said := {key: data[key] for key in ("impact", "started") if data[key]}:
            self._record(incident.id, Step.REVIEW, "Reviewed", data=said)  # (lists of incidents skip notes)
        begun = parse_instant(data["started"]) if data["started"] else None
        since = f", as begun at {minute(begun)}" if begun else ""
        return self._record(incident.id, Step.NOTE, f"{REPORTED_AGAIN}{since}", details=data["alert"])

    def note(self, action: str, details: str = "") -> Event:
        """A line of the session log, with the incident that it belongs to, if one is open."""
        words, rest = steps.text("action", action), steps.more("details", details)
        return self._event(self.attached(), Step.NOTE, words, details=rest)

    def log(self, action: str, details: str = "", incident_id: str = "") -> Event:
        """Note what was done or seen.  Raises InvalidInput when `action` is empty."""
        incident = self.get(incident_id)
        return self._event(
            incident.id, Step.NOTE, steps.text("action", action), details=steps.more("details", details)
        )

    def acknowledge(self, by: str = "", incident_id: str = "") -> LiveIncident:
        """Say that somebody is on it; a second time changes nothing."""
        return self._step(
            incident_id, Step.ACKNOWLEDGED, "Acknowledged", {"by": steps.more("by", by) or self.actor()}
        )

    def set_severity(self, severity: str, reason: str = "", incident_id: str = "") -> LiveIncident:
        """Give or change the severity, in any scale in common use."""
        data = steps.severity(severity)
        words = f"Severity set to {data['severity']}"
        return self._step(incident_id, Step.SEVERITY, words, data, details=steps.more("reason", reason))

    def hypothesise(
        self,
        text: str = "",
        status: str = "suspected",
        evidence: Texts = (),
        hypothesis_id: str = "",
        incident_id: str = "",
    ) -> LiveIncident:
        """Name a possible cause, or say of one (by its id or its words) that it is confirmed or refuted."""
        with self.ledger.write():
            incident = self._unfinished(incident_id)
            words, data = steps.hypothesis(incident, text, status, evidence, hypothesis_id)
            return self._record(incident.id, Step.HYPOTHESIS, words, data=data)

    def mitigate(
        self, action: str, entry_id: str = "", worked: bool | None = None, incident_id: str = ""
    ) -> LiveIncident:
        """Note what was tried to stop the bleeding.  `entry_id` is the entry whose advice it was.

        With `worked=False` that entry is marked as failed at once.  Raises EntryNotFound.
        """
        entry = self.archive.existing(entry_id)
        data = {"entry_id": entry, "worked": worked}
        with self.ledger.write():
            incident = self._unfinished(incident_id)
            after = self._record(incident.id, Step.MITIGATION, steps.text("action", action), data=data)
            if worked is False and entry:
                self.archive.debit(after, [entry], self.clock(), self.actor())
            elif entry:
                self.archive.applied(after, entry, self.clock(), self.actor())
        self.archive.settle(self.clock())
        return after

    def resolve(
        self,
        resolution: str,
        cause: str = "",
        entry_id: str = "",
        prevention: str = "",
        incident_id: str = "",
    ) -> LiveIncident:
        """Say what removed the cause; `cause` is noted as confirmed.  Nothing is credited before `verify`."""
        entry = self.archive.existing(entry_id)
        data = {
            "entry_id": entry,
            "prevention": steps.more("prevention", prevention),
        }
        with self.ledger.write():
            incident = self._unfinished(incident_id)
            if cause and not steps.is_confirmed(incident, cause):
                words, found = steps.hypothesis(incident, cause, "confirmed", (), "")
                self._event(incident.id, Step.HYPOTHESIS, words, data=found)
            after = self._record(
                incident.id, Step.RESOLUTION, steps.text("resolution", resolution), data=data
            )
            if entry:
                self.archive.ended(after, entry, self.clock(), self.actor())
        self.archive.settle(self.clock())
        return after

    def verify(
        self, checks: Mapping[str, object] | Texts, by: str = "", incident_id: str = ""
    ) -> LiveIncident:
        """Note what the verification checklist found; when all six items hold, what was applied is credited."""
        found = parse_checks(checks)
        who = steps.more("by", by) or self.actor() or "unnamed"
        with self.ledger.write():
            before = self.get(incident_id)
            if before.resolved is None:
                raise Refused(
                    f"{before.id} is not resolved: there is nothing to verify yet; resolve it first"
                )
            data = {"found": found, "by": who}
            after = self._record(before.id, Step.VERIFICATION, steps.verification(found), data=data)
            if after.verified and not before.verified:
                self.archive.credit(after, self.clock(), self.actor())
        self.archive.settle(self.clock())
        return after

    def add_action_item(
        self,
        text: str,
        owner: str = "",
        due: date | str | None = None,
        done: bool = False,
        incident_id: str = "",
    ) -> LiveIncident:
        """Something to do afterwards; the same text again changes its owner, date or state."""
        data = {"owner": steps.more("owner", owner), "due": steps.day("due", due), "done": done}
        return self._step(incident_id, Step.ACTION_ITEM, steps.text("text", text), data, closed=True)

    def review(
        self,
        went_well: Texts = (),
        went_wrong: Texts = (),
        lessons: Texts = (),
        impact: str = "",
        incident_id: str = "",
    ) -> LiveIncident:
        """What the postmortem should say beside the timeline; more of it may be added later."""
        data = steps.review(went_well, went_wrong, lessons, impact)
        return self._step(incident_id, Step.REVIEW, "Reviewed", data, closed=True)

    def close(self, incident_id: str = "") -> LiveIncident:
        """End it.  Raises InvalidInput while it is not resolved (a false alarm is resolved as such)."""
        with self.ledger.write():
            incident = self._unfinished(incident_id)
            if incident.resolved is None:
                raise Refused(f"{incident.id} is not resolved; resolve it first (a false alarm, too: say so)")
            return self._record(incident.id, Step.CLOSED, "Incident closed")

    def reopen(self, reason: str, incident_id: str = "") -> LiveIncident:
        """It came back: what was applied did not hold, and that is recorded against it.

        Without an id that is the only open incident that is resolved, else the one that was closed last.
        """
        with self.ledger.write():
            before = self._ended(incident_id)
            if before.resolved is None:
                raise Refused(f"{before.id} is open: there is nothing to reopen")
            self.archive.debit(before, before.applied, self.clock(), self.actor())
            after = self._record(before.id, Step.REOPENED, steps.text("reason", reason))
        self.archive.settle(self.clock())
        return after

    def merge(self, incident_id: str, into: str) -> LiveIncident:
        """Make one of two incidents that are the same trouble; returns the one that goes on.

        What was noted, tried and recorded in the other one counts for it, and its alerts end it; what is said of the
        other one from now on is said of this one.  Raises Refused where they are one already, or where the one that is
        to go on is over and the other is not.
        """
        now = self.clock()
        with self.ledger.write():
            goes, stays = self.get(incident_id), self.get(into)
            check_merge(stays, goes)
            moved = self.archive.join(goes.id, stays.id, now)
            data = {"incident": goes.id, "steps": bring(goes.timeline), **moved.data()}
            self._record(goes.id, Step.MERGED_INTO, _named(stays), data={"into": stays.id})
            after = self._record(stays.id, Step.MERGED, _named(goes), data=data)
        self.archive.settle(now)
        return after

    def split(
        self,
        title: str = "",
        step: Texts = (),
        alert: Texts = (),
        service: Texts = (),
        incident_id: str = "",
    ) -> LiveIncident:
        """Make an incident of its own of what is another trouble; returns it.

        That is what was merged, where only the id of a merged incident is given; else steps, by their numbers, and
        alerts, by their names, under a title.  Outcomes of what only those steps applied go along.  Raises InvalidInput
        for what cannot be split off.
        """
        with self.ledger.write():
            own = self.find(incident_id) if incident_id and not (title or step or alert) else None
            if own and own.merged_into:
                after = self._take_out(own)
            else:
                chosen = steps.texts(step), steps.texts(alert), steps.texts(service)
                after = self._split_off(self.get(incident_id), title, *chosen)
        self.archive.settle(self.clock())
        return after

    def _take_out(self, own: LiveIncident) -> LiveIncident:
        """Let an incident that was merged be one of its own again."""
        holder = self.find(own.merged_into)
        assert holder is not None, "an incident is merged into one that there is"
        if holder.merged_into:
            raise Refused(f"{holder.id} was merged into {holder.merged_into} since; split that off first")
        merge = next(
            one
            for one in reversed(holder.timeline)
            if one.kind == Step.MERGED and one.data["incident"] == own.id
        )
        before = unfold(carried(merge))
        self.archive.part(Belonging.of(merge.data), own.id, self.clock())
        self._record(holder.id, Step.SPLIT, _named(own), data={"incident": own.id, "taken": []})
        data = {
            "incident": holder.id,
            "resolved": stamp(before.resolved) if before.resolved else None,
            "closed": before.phase is Phase.CLOSED,
        }
        return self._record(own.id, Step.SPLIT_FROM, _named(holder), data=data)

    def _split_off(
        self,
        incident: LiveIncident,
        title: str,
        named: tuple[str, ...],
        alerts: tuple[str, ...],
        service: tuple[str, ...],
    ) -> LiveIncident:
        """Let some steps and alerts be an incident of their own."""
        chosen = steps_named(incident, named)
        groups = self.archive.belongings.alerts_named(incident.id, alerts)
        if not chosen and not groups:
            raise InvalidInput(
                f"say what of {incident.id} is another trouble: steps, by the numbers that kb incident show lists, or "
                "alerts, by their names"
            )
        begun = [*(one.at for one in chosen), *(one.started for one in groups if one.started)]
        title, opening = steps.opening(
            title,
            service=service or [one.service for one in groups if one.service] or incident.services,
            environment=incident.environment,
            severity=incident.severity or "",
            impact="",
            alert="",
            started=min(begun, default=None),
            lookup_id=None,
            now=self.clock(),
            label=incident.severity_label,
            confirmed=False,
        )
        new, taken = self._new_id(title), [one.id for one in chosen]
        self._record(new, Step.OPENED, title, data=opening)
        brought = bring([incident.timeline[0], *chosen])
        self._record(new, Step.SPLIT_FROM, _named(incident), data={"incident": incident.id, "steps": brought})
        self._record(incident.id, Step.SPLIT, f"{title} ({new})", data={"incident": new, "taken": taken})
        alone = applied_alone(incident, chosen)
        moved = Belonging(
            outcomes=[one.id for one in self.ledger.outcomes_in(incident.id) if one.entry_id in alone],
            groups=[[one.hook, one.key] for one in groups],
        )
        self.archive.part(moved, new, self.clock())
        return self._ended_with(incident, new, groups)

    def _ended_with(self, incident: LiveIncident, new: str, groups: Sequence[AlertGroup]) -> LiveIncident:
        """What was split off is over where all of its alerts are, or where what it was split off is over."""
        ends = [None if one.firing else one.ended for one in groups] or [incident.resolved]
        if None in ends:
            return self.get(new)
        ended = max(filter(None, ends))
        data = {"ended": ended.isoformat(), BY_ALERT: not incident.resolution}
        words = incident.resolution or "it is over"
        return self._record(new, Step.RESOLUTION, words, data=data)

    def status_update(
        self, style: str = "report", focus: str = "", next_steps: Texts = (), incident_id: str = ""
    ) -> StatusUpdate:
        """The text to post now; that it was told is noted, since the next one is due from then."""
        incident, now = self.get(incident_id), self.clock()
        update = status_update(incident, now, style=style, focus=focus, next_steps=steps.texts(next_steps))
        self._event(incident.id, Step.UPDATE, update.text, data={"style": style})
        return update

    def postmortem(self, incident_id: str = "") -> str:
        """A draft of the postmortem, as Markdown: of the only open incident, else of the one that was closed last."""
        return drafts.postmortem(self.told(incident_id))

    def draft(self, incident_id: str = "") -> IncidentDraft:
        """The same draft with what each of its statements rests on."""
        return sourced_draft(self.told(incident_id))

    def save_postmortem(self, folder: str | Path = "", incident_id: str = "") -> Path:
        """Write the draft as `YYYY-MM-DD-service.md`, by default where the home keeps postmortems.

        A file that is there stays as it is: a second incident of the day gets a number, a second
        draft of the same incident is refused with InvalidInput.
        """
        incident = self.told(incident_id)
        wanted = (
            Path(folder) / drafts.file_name(incident) if folder else drafts.place(self.home.root, incident)
        )
        path = drafts.free_path(wanted, incident)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, drafts.postmortem(incident).encode())
        return path


def _named(incident: LiveIncident) -> str:
    return f"{incident.title} ({incident.id})"
