"""Carrying out an accepted proposal: edits of the YAML that people own, which git can review.

Each is done so that doing it a second time changes nothing: what a killed process left half done is
simply done again by the next call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kb.errors import InvalidInput, Refused
from kb.learning.lesson import Lessons
from kb.learning.moves import Moves
from kb.memory.files import Memory
from kb.memory.items import with_values
from kb.model import Entry, Signature, Status
from kb.model.entry import OFFERED
from kb.model.proposal import Proposal, ProposalKind
from kb.model.status import ACCEPTED, REVIEWED
from kb.proposals.drafts import pattern_draft, runbook_draft, verification_draft
from kb.proposals.merges import fits
from kb.proposals.signatures import occurring
from kb.store.entries import EntryTable
from kb.store.memory_sync import MemorySync
from kb.text.redact import redact_data
from kb.text.signatures.signature import parse_signature

_LEARNED = "learned/"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepts, and when."""

    now: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Where accepted proposals are written."""

    lessons: Lessons
    memory: Memory
    sync: MemorySync
    entries: EntryTable
    moves: Moves

    def check(self, proposal: Proposal, by: Acceptance, fine: Sequence[str] = ()) -> None:
        """Raise InvalidInput, before anything is written, for what cannot be carried out.

        `fine` are lines that no signature may occur in.
        """
        match proposal.kind:
            case ProposalKind.PATTERN:
                _check_silent(pattern_draft(proposal, by.actor, by.now).entry.signatures, fine)
            case ProposalKind.RUNBOOK:
                runbook_draft(proposal, by.actor, by.now)
            case ProposalKind.VERIFICATION:
                verification_draft(proposal, proposal.reviewed_by or by.actor, by.now)
            case ProposalKind.MERGE:
                self._on_offer(proposal.entry_id)
                self._on_offer(proposal.retires)
                _check_merge(proposal, fine)
            case ProposalKind.RETIREMENT:
                pass  # what is in quarantine may go as well, and what is gone already is left alone

    def carry_out(self, proposal: Proposal, by: Acceptance) -> str:
        """Write it; returns the id of the entry that was added or changed."""
        match proposal.kind:
            case ProposalKind.PATTERN:
                return self._add(proposal, by)
            case ProposalKind.RUNBOOK:
                return self._add(proposal, by)
            case ProposalKind.VERIFICATION:
                item = verification_draft(proposal, proposal.reviewed_by or by.actor, by.now)
                self._set(proposal.entry_id, item, by.now)
            case ProposalKind.MERGE:
                self._set(proposal.entry_id, {"id": proposal.entry_id, **proposal.item}, by.now)
                self._set(
                    proposal.retires, {"id": proposal.retires, "merged_into": proposal.entry_id}, by.now
                )
                self._retire(proposal.retires, f"says the same as {proposal.entry_id}", by)
            case ProposalKind.RETIREMENT:
                self._retire(proposal.retires, "; ".join(proposal.reasons), by)
        return proposal.entry_id or proposal.retires

    def _add(self, proposal: Proposal, by: Acceptance) -> str:
        draft = pattern_draft if proposal.kind is ProposalKind.PATTERN else runbook_draft
        learned = self.lessons.keep(draft(proposal, by.actor, by.now), by.now)
        if (name := proposal.reviewed_by) and learned.status is Status.CANDIDATE:
            reason = f"reviewed by {name} when {proposal.id} was accepted"
            self.moves.move(learned.id, Status.ACTIVE, rule=REVIEWED, reason=reason, actor=name, now=by.now)
        return learned.id

    def _set(self, entry_id: str, values: dict[str, Any], now: datetime) -> None:
        """Set keys of the item that a memory file has of the entry; a document is left as it is."""
        key = self.entries.file_of(entry_id) or ""
        if not values or not key.startswith(_LEARNED):
            return
        clean: dict[str, Any] = redact_data(values)
        self.memory.edit(key, lambda text: with_values(text, key, entry_id, clean))
        self.sync.take_in(f"{key}.yaml", now)

    def _retire(self, entry_id: str, reason: str, by: Acceptance) -> None:
        entry = self.entries.get(entry_id)
        if entry is not None and entry.status is not Status.RETIRED:
            self.moves.move(
                entry_id, Status.RETIRED, rule=ACCEPTED, reason=reason, actor=by.actor, now=by.now
            )

    def _on_offer(self, entry_id: str) -> Entry:
        entry = self.entries.get(entry_id)
        if entry is None or entry.status not in OFFERED:
            raise Refused(f"{entry_id} is not on offer any more; there is nothing left to change")
        return entry


def _check_silent(signatures: Sequence[Signature], fine: Sequence[str]) -> None:
    if not occurring(signatures, fine):
        return
    line = next((line for line in fine if occurring(signatures, [line])), "")
    raise InvalidInput(
        f"the pattern occurs in a line that is known to be fine: {line[:120]!r}; make it more telling"
    )


def _check_merge(proposal: Proposal, fine: Sequence[str]) -> None:
    """An edited merge must still have one signature for all its samples: else it would be quarantined."""
    item = proposal.item
    text = item.get("pattern") or item.get("error_pattern")
    samples = item.get("samples", {})
    if not text:
        return
    signature = parse_signature(text, item.get("regex"))
    if not fits(signature, samples.get("must_match", ()), samples.get("must_not_match", ())):
        raise InvalidInput(
            f"{text!r} does not do what the samples of both entries say; mend it, or the samples"
        )
    _check_silent([signature], fine)
