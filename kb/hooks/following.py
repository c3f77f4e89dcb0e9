"""What follows from a delivery: an incident opened, told of, ended, opened again; or a lookup alone.

Whatever follows, with the news of it, is one transaction with the mark that the delivery is done.  One trouble is one
incident: by the tool's key, else by name and place, however many tell of it.  An alert that flaps keeps its incident
open until it was quiet; when too many incidents are being opened, what else fires is noted in the newest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from kb.configuration.sections import Configuration, HookLimits
from kb.hooks.message import Message
from kb.hooks.rules import opens
from kb.incidents.by_alert import IncidentsByAlert
from kb.model.brief import Brief
from kb.model.hook import AlertGroup, HookState, NewsKind
from kb.model.incident import LiveIncident, Phase
from kb.store.hooks.announcements import AnnouncementTable
from kb.store.hooks.deliveries import DeliveryTable
from kb.store.hooks.groups import GroupTable
from kb.triage.brief import render

Ask = Callable[[Message], Brief | None]
"""The brief for a message, with its lookup recorded; None where that would take too long."""
_LIVE = (Phase.INVESTIGATING, Phase.MITIGATING)


@dataclass(frozen=True, slots=True)
class Following:
    """What follows from deliveries in one home."""

    deliveries: DeliveryTable
    groups: GroupTable
    news: AnnouncementTable
    incidents: IncidentsByAlert
    ask: Ask

    def follow(self, message: Message, said: Configuration, now: datetime) -> None:
        """Do what follows, and mark the delivery."""
        firing, quiet = not message.alert.is_resolved, message.is_quiet
        brief = self._brief(message, said, now) if firing and not quiet else None
        with self.incidents.ledger.write():
            if not self.deliveries.is_in(message.delivery.id, HookState.WAITING):
                return  # another process was quicker
            step = _Step(self, message, said, now, self.groups.find(message.hook, message.key))
            step.keeps_quiet() if quiet else step.fires(brief) if firing else step.ends()
        self.incidents.settle()

    def follow_up(self, message: Message, brief: Brief, now: datetime) -> None:
        """What is known of a delivery came later: its incident, where it opened one, is told of it."""
        one = message.delivery
        with self.incidents.ledger.write():
            if not self.deliveries.is_in(one.id, HookState.LOOKUP):
                return
            if one.incident:
                incident = self.incidents.get(one.incident)
                body = {
                    **_told(incident),
                    "words": "What is known of it",
                    "hook": message.hook,
                    **_known(brief),
                }
                self.news.add(NewsKind.UPDATED, one.incident, body, now)
            note = f"{brief.verdict}, {brief.lookup_id or 'not recorded'}"
            self.deliveries.mark(one.id, HookState.DONE, note=note)

    def settle(self, now: datetime) -> None:
        """End the incidents of what flapped and has been quiet since."""
        for group in self.groups.settled(now):
            with self.incidents.ledger.write():
                found = self.groups.find(group.hook, group.key)
                if found and found.due and found.due <= now and not found.firing:
                    self.groups.put(replace(found, due=None, ends=()))
                    self.end(found, f"{found.hook}: {found.name}, which flapped and is quiet", now)
            self.incidents.settle()

    def end(self, group: AlertGroup, by: str, now: datetime) -> bool:
        """End the incident of a group that is over, unless another one of it fires.  Call inside a write."""
        if not group.incident or group.joined:
            return False
        others = (one for one in self.groups.of_incident(group.incident) if not one.joined)
        if any((one.firing or one.due) and (one.hook, one.key) != (group.hook, group.key) for one in others):
            return False
        incident, credited = self.incidents.over(group.incident, by, group.ended)
        if incident.phase is Phase.RESOLVED:
            ended = group.ended.isoformat() if group.ended else None
            self.news.add(
                NewsKind.RESOLVED, incident.id, {**_told(incident), "ended": ended, "credited": credited}, now
            )
        return True

    def _brief(self, message: Message, said: Configuration, now: datetime) -> Brief | None:
        """The brief, where an incident will be opened for it."""
        group = self.groups.find(message.hook, message.key)
        if message.came_late(group, now) or (group and self.is_of_an_incident(group, said.hooks.limits, now)):
            return None
        if not opens(said, message.hook, message.alert, message.severity) or self.stormed(said, now):
            return None
        fresh = message.fresh(group)
        if self.groups.alike(fresh.fingerprint, fresh.service, fresh.environment):
            return None
        return self.ask(message)

    def is_of_an_incident(self, group: AlertGroup, limits: HookLimits, now: datetime) -> bool:
        """Whether what fires belongs to the incident that the group has: it is going on, or ended just now."""
        if not group.incident:
            return False
        live = self.incidents.get(group.incident).phase in _LIVE
        return live if group.joined else live or self.ended_just_now(group, limits, now)

    def ended_just_now(self, group: AlertGroup, limits: HookLimits, now: datetime) -> bool:
        """Whether its incident ended by the alert's end, no longer ago than the window in which alerts flap."""
        recent = any(now - end <= timedelta(minutes=limits.minutes) for end in group.ends)
        return bool(group.incident) and recent and self.incidents.ended_by_alert(group.incident or "")

    def stormed(self, said: Configuration, now: datetime) -> str | None:
        """The newest incident that alerts opened, where too many were opened lately; None where not."""
        limits = said.hooks.limits
        opened = self.groups.opened_since(now - timedelta(minutes=limits.minutes))
        return opened[0] if len(opened) >= limits.incidents else None


@dataclass(frozen=True, slots=True)
class _Step:
    """One delivery and what is known of its group, inside the write."""

    home: Following
    message: Message
    said: Configuration
    now: datetime
    known: AlertGroup | None

    def fires(self, brief: Brief | None) -> None:
        """It fires."""
        message, known, limits = self.message, self.known, self.said.hooks.limits
        if message.came_late(known, self.now):
            self._done("came late: what it tells of is over", known.incident if known else None)
            return
        began = message.alert.starts or (known.started if known and known.firing else None) or self.now
        group = replace(message.fresh(known), firing=True, started=began, due=None)
        incident = self._live(group)
        if incident:
            self._more(group, incident, was=known)
        elif known and known.firing and group.incident and not group.joined:
            self._fires_on(group, group.incident)
        elif group.incident and not group.joined and self.home.ended_just_now(group, limits, self.now):
            self._back(group)
        else:
            self._new(replace(group, incident=None, joined=False), brief)

    def keeps_quiet(self) -> None:
        """It is so, and somebody or another alert keeps it quiet: nothing follows, and what goes on goes on."""
        if self.known:
            self.home.groups.put(replace(self.known, seen=self.message.delivery.at))
        self._done("silenced, inhibited or acknowledged", self.known.incident if self.known else None)

    def ends(self) -> None:
        """It is over."""
        message, known, limits = self.message, self.known, self.said.hooks.limits
        window = self.now - timedelta(minutes=limits.minutes)
        group = message.fresh(known)
        if known is None or not known.firing:
            self.home.groups.put(replace(group, ended=group.ended or message.alert.ends or self.now))
            self._done("over; nothing of it was open", group.incident)
            return
        ends = (*(end for end in group.ends if end > window), self.now)
        group = replace(group, firing=False, ended=message.alert.ends or self.now, ends=ends)
        if len(ends) >= limits.flaps and self._live(group) and not group.joined:
            self._flaps(group)
            return
        self.home.groups.put(group)
        ended = self.home.end(group, message.by, self.now)
        self._done("over; its incident ended" if ended else "over", group.incident)

    def _live(self, group: AlertGroup) -> LiveIncident | None:
        """The incident of the group, where it is going on."""
        found = self.home.incidents.find(group.incident) if group.incident else None
        return found if found and found.phase in _LIVE else None

    def _more(self, group: AlertGroup, incident: LiveIncident, was: AlertGroup | None) -> None:
        """It fires on, or again while its incident is going on."""
        if self.message.taken_by is not None:
            incident = self.home.incidents.taken(incident.id, self.message.taken_by)
        graver = self.home.incidents.worse(incident.id, self.message.severity)
        if graver.severity is not incident.severity:
            self._tell(NewsKind.UPDATED, graver, f"The alert is {graver.severity} now")
        changed = self.message.said != group.said or not (was and was.firing)
        if changed and not group.joined and self._may_tell(incident.id):
            words = f"{_fire(self.message.alert.firing)} ({self.message.by})"
            self.home.incidents.say(incident.id, words, "\n".join(self.message.alert.notes))
            self._tell(NewsKind.UPDATED, graver, words)
            group = replace(group, said=self.message.said)
        self.home.groups.put(group)
        self._done("its incident is going on", incident.id)

    def _fires_on(self, group: AlertGroup, incident_id: str) -> None:
        """Somebody ended its incident while it fires on: that stays so until the alert is over and fires again."""
        incident = self.home.incidents.get(incident_id)
        if (
            incident.phase is not Phase.CLOSED
            and self.message.said != group.said
            and self._may_tell(incident_id)
        ):
            words = f"Resolved, and {_fire(self.message.alert.firing)} on ({self.message.by})"
            self._tell(NewsKind.UPDATED, self.home.incidents.say(incident_id, words), words)
            group = replace(group, said=self.message.said)
        self.home.groups.put(group)
        self._done("its incident was ended by somebody, and it fires on", incident_id)

    def _back(self, group: AlertGroup) -> None:
        assert group.incident is not None
        incident = self.home.incidents.back(group.incident, self.message.by)
        self.home.groups.put(replace(group, said=self.message.said))
        self._tell(NewsKind.REOPENED, incident, f"The alert fires again ({self.message.by})")
        self._done("it fires again: its incident was opened again", incident.id)

    def _new(self, group: AlertGroup, brief: Brief | None) -> None:
        """What belongs to no incident that is going on: by the rules it opens one, or is only looked up."""
        message, said = self.message, self.said
        if not opens(said, message.hook, message.alert, message.severity):
            same = self.known and self.known.firing and group.said == message.wording
            self.home.groups.put(replace(group, said=message.wording))
            self._done("opens nothing", state=HookState.DONE if same else HookState.LOOKUP)
            return
        alike = self.home.groups.alike(group.fingerprint, group.service, group.environment)
        if alike:
            self.home.incidents.say(alike, f"The same alert by another way ({message.by})")
            self.home.groups.put(replace(group, incident=alike, said=message.said))
            self._done("the same alert is of an incident already", alike)
        elif stormed := self.home.stormed(said, self.now):
            self._join(group, stormed)
        else:
            self._open(group, brief)

    def _open(self, group: AlertGroup, brief: Brief | None) -> None:
        """Open an incident; where the brief is not there yet, it follows."""
        alert = self.message.alert
        incident, new = self.home.incidents.open(
            self.message.title,
            services=(group.service,) if group.service else (),
            environment=group.environment,
            severity=self.message.severity,
            alert=alert.text,
            started=alert.starts,
            lookup_id=brief.lookup_id if brief else None,
            details="\n".join(alert.notes),
        )
        self.home.groups.put(replace(group, incident=incident.id, said=self.message.said))
        body = _known(brief) if brief else {}
        if new:
            self._tell(NewsKind.OPENED, incident, _fire(alert.firing), **body)
        else:
            self._tell(NewsKind.UPDATED, incident, f"An alert tells of it, too ({self.message.by})", **body)
        done = HookState.DONE if brief else HookState.LOOKUP
        self._done("opened an incident" if new else "joined an incident that was open", incident.id, done)

    def _join(self, group: AlertGroup, incident_id: str) -> None:
        """Too many incidents are being opened: it is noted in the newest, and told once in a while."""
        self.home.groups.put(replace(group, incident=incident_id, joined=True, said=self.message.said))
        if self._may_tell(incident_id):
            joined = [one for one in self.home.groups.of_incident(incident_id) if one.joined]
            named = ", ".join(dict.fromkeys(one.name for one in joined[-5:] if one.name))
            words = f"{len(joined)} more alerts fire while incidents are held back: {named}"
            incident = self.home.incidents.say(incident_id, words)
            self._tell(NewsKind.UPDATED, incident, words)
        self._done("too many incidents were being opened: noted in the newest", incident_id)

    def _flaps(self, group: AlertGroup) -> None:
        """It ended too often: its incident goes on until it was quiet for the whole window."""
        assert group.incident is not None
        minutes = self.said.hooks.limits.minutes
        words = (
            f"The alert flaps: over {len(group.ends)} times in {minutes} minutes; the incident goes on until it was "
            f"quiet for {minutes} minutes ({self.message.by})"
        )
        self.home.groups.put(replace(group, due=self.now + timedelta(minutes=minutes)))
        if len(group.ends) == self.said.hooks.limits.flaps or self._may_tell(group.incident):
            incident = self.home.incidents.say(group.incident, words)
            self._tell(NewsKind.UPDATED, incident, words)
        self._done("over; it flaps, and its incident goes on", group.incident)

    def _may_tell(self, incident_id: str) -> bool:
        last = self.home.news.last_of(incident_id)
        return last is None or self.now - last >= timedelta(seconds=self.said.hooks.limits.update_seconds)

    def _tell(self, kind: NewsKind, incident: LiveIncident, words: str, **more: Any) -> None:
        alert = self.message.alert
        body = {
            **_told(incident),
            "words": words,
            "hook": self.message.hook,
            "firing": alert.firing,
            "left_out": alert.left_out,
            "notes": list(alert.notes),
            **more,
        }
        self.home.news.add(kind, incident.id, body, self.now)

    def _done(self, note: str, incident: str | None = None, state: HookState = HookState.DONE) -> None:
        self.home.deliveries.mark(self.message.delivery.id, state, incident, note)


def _known(brief: Brief) -> dict[str, Any]:
    """What is known of an alert, as news say it."""
    return {
        "verdict": str(brief.verdict),
        "lookup_id": brief.lookup_id,
        "entries": list(brief.entries),
        "brief": render(brief),
    }


def _told(incident: LiveIncident) -> dict[str, Any]:
    """What every piece of news says of its incident."""
    return {
        "title": incident.title,
        "phase": str(incident.phase),
        "severity": str(incident.severity) if incident.severity else None,
        "services": list(incident.services),
        "environment": incident.environment,
        "started": (incident.started or incident.detected).isoformat(),
    }


def _fire(count: int) -> str:
    return f"{count} alerts fire" if count > 1 else "the alert fires"
