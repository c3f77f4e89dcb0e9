"""What came of applying an entry: checked, kept, and followed by what it means for the entry.

The outcome, the recurrence that it shows, the words that it teaches and the change of status that it
asks for are one transaction: a process that dies leaves all of them or none.  Trust is derived and needs no writing;
the memory file of a moved entry is written afterwards (`kb.loop.moves`).

An outcome may name a lookup that did not offer the entry: people apply what they found by a search,
too.  The credit goes to the entry that is named, and to nothing else.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from kb.errors import InvalidInput
from kb.loop.learning import checked
from kb.loop.moves import Moves
from kb.loop.recurrence import did_not_last, last_success
from kb.loop.status import EXPIRED_FOR, decide
from kb.loop.wordings import Teaching
from kb.records import Entry
from kb.records.ledger import Outcome, Result
from kb.records.moves import Move
from kb.storage.ledger import Ledger

AUTOMATIC = "kb"
"""Who moves an entry when a rule does."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The outcomes of one home."""

    ledger: Ledger
    moves: Moves
    teaching: Teaching

    def record(
        self, entry: Entry, result: str, *, lookup_id: str | None = None, incident_id: str | None = None,
        verified_by: str | None = None, note: str = "", now: datetime, actor: str,
    ) -> Outcome:  # fmt: skip
        """Keep an outcome.  Where it is not given, the incident and the service are those of the lookup.

        Raises InvalidInput for an unknown result or lookup, and for a recurrence of nothing.
        """
        new = self._checked(entry, result, lookup_id, incident_id, verified_by, note, now, actor)
        with self.ledger.write():
            past = self.ledger.outcomes_of([entry.id]).get(entry.id, [])
            if new.result is Result.RECURRED:
                new = replace(new, success=_meant(new, past).id)
            elif (success := did_not_last(new, past)) is not None:
                self.ledger.record_outcome(_recurrence(new, success))
            self.ledger.record_outcome(new)
            self.teaching.follow(entry.id)
            self.follow(entry.id, now)
        return new

    def follow(self, entry_id: str, now: datetime) -> Move | None:
        """Move the entry where the rules of `kb.loop.status` say so; None when it stays.  Call inside a write."""
        entry, table = self.moves.entries.get(entry_id), self.moves.table
        if entry is None:
            return None
        outcomes = self.ledger.outcomes_of([entry_id]).get(entry_id, [])
        decision = decide(
            entry, outcomes, now, reviewed=bool(table.reviewed([entry_id])),
            decided=table.decided_by_person(entry_id),
        )  # fmt: skip
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
        self, entry: Entry, result: str, lookup_id: str | None, incident_id: str | None,
        verified_by: str | None, note: str, now: datetime, actor: str,
    ) -> Outcome:  # fmt: skip
        if result not in list(Result):
            raise InvalidInput(f"result {result!r} is none of: {', '.join(Result)}")
        lookup = self.ledger.find_lookup(lookup_id) if lookup_id else None
        if lookup_id and lookup is None:
            raise InvalidInput(
                f"there was no lookup {lookup_id!r}; leave it out, or give the id that the check returned"
            )
        incident = incident_id or (lookup["incident"] if lookup else None)
        services = self.ledger.services_of(incident) if incident else []
        alone = services[0] if len(services) == 1 else ""
        return Outcome(
            id=f"outcome-{uuid.uuid4().hex[:12]}", at=now, entry_id=entry.id, result=Result(result),
            lookup_id=lookup_id or None, incident=incident or None, service=(lookup and lookup["service"]) or alone,
            actor=actor, verified_by=checked("verified_by", verified_by or "") or None, note=checked("note", note),
            trouble=self.ledger.trouble_of(incident, lookup_id, now),
        )  # fmt: skip


def _meant(new: Outcome, past: list[Outcome]) -> Outcome:
    """The success that a person says did not last."""
    success = last_success(new, past)
    if success is None:
        raise InvalidInput(
            f"there is no success of {new.entry_id} on record that is not known to have come back; "
            "record what came of this use instead: resolved, failed, not_applied or made_worse"
        )
    return success


def _recurrence(new: Outcome, success: Outcome) -> Outcome:
    """The row that says so of an earlier success, with the incident or lookup in which it came back."""
    return replace(
        new, id=f"outcome-{uuid.uuid4().hex[:12]}", result=Result.RECURRED, success=success.id, verified_by=None,
        note=f"applied again: {new.result}",
    )  # fmt: skip
