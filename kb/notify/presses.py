"""What follows from a button that somebody pressed: an outcome in that person's name, and a step of the incident.

"It worked" is a word of somebody who looked: the success is verified by that person.  "It did not" counts as a failure,
"Not this" says that the advice was not followed.  The same request is taken once, and the same answer of the same
person to the same notice as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kb.errors import EntryNotFound, InvalidInput
from kb.incidents.incidents import Incidents
from kb.learning.outcomes import Outcomes
from kb.model import Entry
from kb.model.incident import LiveIncident, Phase
from kb.model.ledger import Result
from kb.model.notice import BUTTONS
from kb.notify.pressing import NotBelieved, Press
from kb.notify.telling import plain
from kb.store.entries import EntryTable
from kb.store.notices.presses import PressTable

_LABELS = {str(result): label for label, result in BUTTONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What came of a press: whether it was recorded now (else it had been before), and what to tell who pressed."""

    recorded: bool
    said: str


@dataclass(frozen=True, slots=True)
class Presses:
    """The presses of one home.  The actor of its incidents is who pressed."""

    table: PressTable
    entries: EntryTable
    outcomes: Outcomes
    incidents: Incidents
    clock: Callable[[], datetime]

    def record(self, press: Press) -> Pressed:
        """Keep what a press says.  Raises NotBelieved for a replay, EntryNotFound where the entry is gone."""
        button = press.button
        if button.result not in _LABELS:
            raise NotBelieved(f"{button.result!r} is none of the buttons: {', '.join(_LABELS)}")
        entry = self.entries.get(button.entry)
        if entry is None:
            raise EntryNotFound(f"there is no entry {button.entry!r} any more; nothing was recorded")
        if self.table.is_replayed(press.once):
            raise NotBelieved("this request came before; nothing was recorded")
        label = _LABELS[button.result]
        if self.table.was_pressed(button.delivery, press.person_id, button.result):
            self.table.add(press.once, button.delivery, press.person_id, button.result, self.clock())
            return Pressed(recorded=False, said=f"You said that before: {label} ({entry.headline})")
        self._record(press, entry)
        self.outcomes.moves.finish(self.clock())
        return Pressed(recorded=True, said=f"Noted: {label} ({entry.headline})")

    def _record(self, press: Press, entry: Entry) -> None:
        button, result = press.button, Result(press.button.result)
        # The step comes first, since what is applied must be so before it is said what came of it; a process that dies
        # in between leaves a line too many when the button is pressed again, and never an outcome too many.
        debited = self._step(press, entry)
        with self.table.write():
            self.table.add(press.once, button.delivery, press.person_id, button.result, self.clock())
            if debited:
                return
            self.outcomes.record(
                entry,
                result,
                lookup_id=button.lookup if self.outcomes.ledger.has_lookup(button.lookup) else None,
                incident_id=button.incident or None,
                verified_by=_name(press) if result is Result.RESOLVED else None,
                note=f"pressed in {press.tool}",
                now=self.clock(),
                actor=_name(press),
            )

    def _step(self, press: Press, entry: Entry) -> bool:
        """The step of the incident, where it is still going on; whether the failure is on record by that."""
        incident = self._unfinished(press.button.incident)
        words = f"{_LABELS[press.button.result]}: {plain(entry.headline)}"
        if incident is None:
            return False
        if press.button.result == Result.NOT_APPLIED:
            self.incidents.log(f"{words} [{entry.id}]", incident_id=incident.id)
            return False
        worked = press.button.result == Result.RESOLVED
        self.incidents.mitigate(plain(entry.headline), entry.id, worked, incident.id)
        return not worked

    def _unfinished(self, incident_id: str) -> LiveIncident | None:
        try:
            incident = self.incidents.get(incident_id) if incident_id else None
        except (EntryNotFound, InvalidInput):
            return None
        return None if incident is None or incident.phase is Phase.CLOSED else incident


def _name(press: Press) -> str:
    return plain(press.person)[:80] or plain(press.person_id)[:80]
