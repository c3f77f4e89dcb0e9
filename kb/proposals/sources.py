"""Where the facts come from: the tables of one home, read into plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from kb.loop.trust import TrustBook
from kb.proposals.facts import LOOKBACK_DAYS, MOST, Facts, masked
from kb.records import Entry, Incident, Status
from kb.records.ledger import Outcome
from kb.records.moves import FAILING, Move
from kb.records.proposal import KeptProposal, ProposalKind, ProposalState
from kb.storage.entries import EntryTable
from kb.storage.ledger import Ledger
from kb.storage.moves import MoveTable
from kb.storage.proposals import ProposalTable

_KINDS = ("pattern", "tool_fix", "runbook", "quirk", "known_error")
_ALL = 1_000_000
_AT_ONCE = 500
_LEARNED = "learned/"


@dataclass(frozen=True, slots=True)
class Sources:
    """The tables that proposals are drafted from."""

    table: ProposalTable
    entries: EntryTable
    ledger: Ledger
    trust: TrustBook
    moves: MoveTable

    def facts(self, stored: Sequence[KeptProposal], now: datetime) -> Facts:
        """Everything that the gather functions look at, as it is at `now`."""
        asked = self.table.unanswered(now - timedelta(days=LOOKBACK_DAYS), now, MOST)
        entries = self._of_kinds(_KINDS)
        outcomes, quarantined = self._outcomes(now), self._quarantined()
        failed = [entry for entry, _ in quarantined]
        prints = {print_ for one in asked for line in one.lines if (print_ := masked(line)[1])}
        return Facts(
            now=now,
            asked=asked,
            entries=entries,
            known_prints=frozenset(self._known(prints)),
            owned=frozenset(self.table.owned(_LEARNED)),
            quarantined=quarantined,
            outcomes=outcomes,
            trust=self.trust.of([one for one in (*entries, *failed) if one.id in outcomes], now),
            incidents=[one for one in self._of_kinds(("incident",)) if isinstance(one, Incident)],
            incident_of=self.table.incidents_by_lookup(),
            healthy=self.table.healthy(),
            verified=_verified(stored),
        )

    def _of_kinds(self, kinds: Sequence[str]) -> list[Entry]:
        """The entries on offer, the oldest first, so that what is added later changes no group."""
        ids = self.entries.select(kinds=kinds, limit=_ALL)
        return [stored.entry for stored in self.entries.many(reversed(ids)).values()]

    def _quarantined(self) -> list[tuple[Entry, Move]]:
        last = self.moves.quarantined(self.entries.in_quarantine())
        moves = {key: move for key, move in last.items() if move.rule == FAILING}
        found = self.entries.many(moves).values()
        return [(one.entry, moves[one.entry.id]) for one in found if one.entry.status is Status.QUARANTINED]

    def _outcomes(self, now: datetime) -> dict[str, list[Outcome]]:
        """Every outcome up to now by its entry, oldest first."""
        found: dict[str, list[Outcome]] = {}
        for outcome in self.ledger.outcomes(datetime.min.replace(tzinfo=UTC), now):
            found.setdefault(outcome.entry_id, []).append(outcome)
        return found

    def _known(self, prints: Iterable[str]) -> Iterator[str]:
        wanted = sorted(prints)
        for start in range(0, len(wanted), _AT_ONCE):
            for row in self.entries.index.matching_fingerprints(wanted[start : start + _AT_ONCE]):
                yield row["fingerprint"]


def _verified(stored: Sequence[KeptProposal]) -> dict[str, date]:
    """The day on which a proposal to verify a runbook was last accepted, by the runbook's id."""
    found: dict[str, date] = {}
    for one in stored:
        decision, proposal = one.decision, one.proposal
        if (
            proposal.kind is ProposalKind.VERIFICATION
            and decision.state is ProposalState.ACCEPTED
            and decision.at
        ):
            found[proposal.entry_id] = max(decision.at.date(), found.get(proposal.entry_id, date.min))
    return found
