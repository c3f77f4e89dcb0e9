"""What came of applying an entry: checked, kept, and followed by what it means for the entry.

The outcome, the recurrence that it shows, the words that it teaches and the change of status that it
asks for are one transaction: a process that dies leaves all of them or none.  Trust is derived and needs no writing;
the memory file of a moved entry is written afterwards (`kb.learning.moves`).

An outcome may name a lookup that did not offer the entry: people apply what they found by a search,
too.  The credit goes to the entry that is named, and to nothing else.

A new use of an entry shows that an earlier success did not last (`did_not_last`) when the entry is applied again, for
the same service (or where one of the two is not known), in another incident, or outside of incidents after another
lookup at least an hour later, and within the observation window.  One use shows it of one success, the last one; and
only the first use in an incident does, since trying again in the same incident is no return.  Uses that name neither
incident nor lookup show nothing: they may be about the same trouble.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kb.errors import InvalidInput, Refused
from kb.learning.lesson import checked
from kb.learning.moves import Moves
from kb.learning.status import EXPIRED_FOR, decide
from kb.learning.trust import is_told
from kb.learning.wordings import Teaching
from kb.model import Entry
from kb.model.ledger import APPLIED, Outcome, Result
from kb.model.status import Move
from kb.store.ledger import Ledger

AUTOMATIC = "kb"
"""Who moves an entry when a rule does."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The outcomes of one home."""

    ledger: Ledger
    moves: Moves
    teaching: Teaching

    def record(
        self,
        entry: Entry,
        result: str,
        *,
        lookup_id: str | None = None,
        incident_id: str | None = None,
        verified_by: str | None = None,
        note: str = "",
        now: datetime,
        actor: str,
    ) -> Outcome:
        """Keep an outcome.  Where it is not given, the incident and the service are those of the lookup.

        Raises InvalidInput for an unknown result or lookup, and for a recurrence of nothing.
        """
        new = self._checked(entry, result, lookup_id, incident_id, verified_by, note, now, actor)
        with self.ledger.write():
            past = self.ledger.outcomes_of([entry.id]).get(entry.id, [])
            if new.result is Result.RECURRED:
                new = replace(new, success=_success_meant(new, past).id)
            elif (success := did_not_last(new, past)) is not None:
                self.ledger.record_outcome(_recurrence(new, success))
            self.ledger.record_outcome(new)
            self.teaching.follow(entry.id)
            self.follow(entry.id, now)
        return new

    def follow(self, entry_id: str, now: datetime) -> Move | None:
        """Move the entry where the rules of `kb.learning.status` say so; None when it stays.  Call inside a write."""
        entry, table = self.moves.entries.get(entry_id), self.moves.table
        if entry is None:
            return None
        outcomes = self.ledger.outcomes_of([entry_id]).get(entry_id, [])
        decision = decide(
            entry,
            outcomes,
            now,
            reviewed=bool(table.reviewed([entry_id])),
            decided=table.decided_by_person(entry_id),
        )
        if decision is None:
            return None
        return self.moves.begin(
            entry_id, decision.to, rule=decision.rule, reason=decision.reason, actor=AUTOMATIC, now=now
        )

    def retire_expired(self, now: datetime) -> list[Move]:
        """Retire what expired long enough ago.  Entries in use are looked at with every outcome as well."""
        with self.ledger.write():
            old = self.moves.entries.expired_before((now - EXPIRED_FOR).date())
            moved = [move for entry_id in old if (move := self.follow(entry_id, now)) is not None]
        self.moves.finish(now)
        return moved

    def _checked(
        self,
        entry: Entry,
        result: str,
        lookup_id: str | None,
        incident_id: str | None,
        verified_by: str | None,
        note: str,
        now: datetime,
        actor: str,
    ) -> Outcome:
        if result not in list(Result):
            raise InvalidInput(f"result {result!r} is none of: {', '.join(Result)}")
        lookup = self.ledger.lookup(lookup_id) if lookup_id else None
        incident = incident_id or (lookup["incident"] if lookup else None)
        services = self.ledger.services_of(incident) if incident else []
        alone = services[0] if len(services) == 1 else ""
        return Outcome(
            id=f"outcome-{uuid.uuid4().hex[:12]}",
            at=now,
            entry_id=entry.id,
            result=Result(result),
            lookup_id=lookup["id"] if lookup else None,
            incident=incident or None,
            service=(lookup and lookup["service"]) or alone,
            actor=actor,
            verified_by=checked("verified_by", verified_by or "") or None,
            note=checked("note", note),
            trouble=self.ledger.trouble_of(incident, lookup["id"] if lookup else None, now),
        )


def _success_meant(new: Outcome, past: list[Outcome]) -> Outcome:
    """The success that a person says did not last."""
    success = last_success(new, past)
    if success is None:
        raise Refused(
            f"there is no success of {new.entry_id} on record that is not known to have come back; "
            "record what came of this use instead: resolved, failed, not_applied or made_worse"
        )
    return success


def _recurrence(new: Outcome, success: Outcome) -> Outcome:
    """The row that says so of an earlier success, with the incident or lookup in which it came back."""
    return replace(
        new,
        id=f"outcome-{uuid.uuid4().hex[:12]}",
        result=Result.RECURRED,
        success=success.id,
        verified_by=None,
        note=f"applied again: {new.result}",
    )


WINDOW = timedelta(days=20)
"""94 % of the incidents that repeat do so within 20 days (as published)."""
APART = timedelta(hours=1)
"""Two lookups closer than this are taken for the same trouble, where no incident is known."""


def did_not_last(new: Outcome, past: Sequence[Outcome]) -> Outcome | None:
    """The success among the past outcomes of the entry that the new one shows not to have lasted, or None."""
    if new.result not in APPLIED or not is_told(new):
        return None
    if any(_same_trouble(one, new) for one in past if one.result in APPLIED):
        return None
    earlier = [one for one in past if one.result is Result.RESOLVED and _came_back_in(one, new)]
    return _unless_told(max(earlier, key=lambda one: (one.at, one.id), default=None), past)


def last_success(new: Outcome, past: Sequence[Outcome]) -> Outcome | None:
    """The success that somebody means who says that it recurred: of the incident or lookup named, else the last."""
    successes = [one for one in past if one.result is Result.RESOLVED and one.at <= new.at]
    open_ones = [one for one in successes if _unless_told(one, past)]
    named = [one for one in open_ones if _same_trouble(one, new)]
    return max(named or open_ones, key=lambda one: (one.at, one.id), default=None)


def _unless_told(success: Outcome | None, past: Sequence[Outcome]) -> Outcome | None:
    """The success, unless it is on record already that what it was in came back."""
    told = {one.success for one in past if one.result is Result.RECURRED}
    if success is None or any(
        one.id in told for one in past if one is success or _same_trouble(one, success)
    ):
        return None
    return success


def _came_back_in(success: Outcome, new: Outcome) -> bool:
    passed = new.at - success.at
    if not is_told(success) or not timedelta(0) <= passed <= WINDOW:
        return False
    if success.service and new.service and success.service.casefold() != new.service.casefold():
        return False
    return bool(success.incident and new.incident) or passed >= APART


def _same_trouble(one: Outcome, other: Outcome) -> bool:
    if is_told(one) and one.trouble and one.trouble == other.trouble:
        return True
    same_lookup = one.lookup_id is not None and one.lookup_id == other.lookup_id
    return same_lookup or (one.incident is not None and one.incident == other.incident)
