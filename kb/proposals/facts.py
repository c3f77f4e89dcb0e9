"""What proposals are drafted from: rows of the ledger and entries, read from the tables of one home into plain values.

The words and causes of these values are compared here, too, in one way for all kinds of proposals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from kb.learning.lesson import overlap
from kb.learning.trust_book import TrustBook
from kb.model import CauseStatus, Entry, Incident, Signature, Status
from kb.model.ledger import Asked, Outcome, Trust
from kb.model.proposal import KeptProposal, ProposalKind, ProposalState
from kb.model.status import FAILING, Move
from kb.store.entries import EntryTable
from kb.store.ledger import Ledger
from kb.store.lexical_index import Filter
from kb.store.moves import MoveTable
from kb.store.proposals import ProposalTable
from kb.text.crashes import Role, message_of, roles, uncarried
from kb.text.masking import fingerprint, mask, without_prefix
from kb.text.specificity import GENERIC
from kb.text.tokens import tokenize

LOOKBACK_DAYS = 180
"""Lookups older than this are no longer drafted from."""
MOST = 5000
"""Lookups, the newest, that are drafted from at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """Everything that the gather functions look at.  `entries` are the offered ones."""

    now: datetime
    asked: Sequence[Asked] = ()
    entries: Sequence[Entry] = ()
    signatures: Sequence[tuple[str, Signature]] = ()
    """What is looked for of these entries, each with the entry's id; none where nothing is asked for."""
    known_prints: frozenset[str] = frozenset()
    """The fingerprints that offered entries have, among those of the questions' lines."""
    owned: frozenset[str] = frozenset()
    """Ids of the entries that a memory file owns: the others cannot be edited, only retired."""
    quarantined: Sequence[tuple[Entry, Move]] = ()
    """Entries that are in quarantine because they failed, with the move that put them there."""
    outcomes: Mapping[str, Sequence[Outcome]] = field(default_factory=dict)
    trust: Mapping[str, Trust] = field(default_factory=dict)
    incidents: Sequence[Incident] = ()
    """Incidents that ended, lived here or read from postmortems."""
    incident_of: Mapping[str, str] = field(default_factory=dict)
    """The incident that a lookup belongs to, by the lookup's id, where the incident names it."""
    healthy: Sequence[str] = ()
    verified: Mapping[str, date] = field(default_factory=dict)
    """When a person last said of a runbook that it holds, by its id."""


_KINDS = ("pattern", "tool_fix", "runbook", "quirk", "known_error")
_NO_LIMIT = 1_000_000
_AT_ONCE = 500
"""Fingerprints that are asked for at a time."""
_OWNED_FOLDER = "learned/"


@dataclass(frozen=True, slots=True)
class RecordSources:
    """The tables that proposals are drafted from."""

    table: ProposalTable
    entries: EntryTable
    ledger: Ledger
    trust: TrustBook
    moves: MoveTable

    def facts(self, stored: Sequence[KeptProposal], now: datetime) -> RecordFacts:
        """Everything that the gather functions look at, as it is at `now`."""
        asked = self.table.unanswered(now - timedelta(days=LOOKBACK_DAYS), now, MOST)
        entries = self._of_kinds(_KINDS)
        ids = {one.id for one in entries}
        outcomes, quarantined = self._outcomes(now), self._quarantined()
        failed = [entry for entry, _ in quarantined]
        prints = {print_ for one in asked for line in one.lines if (print_ := masked(line)[1])}
        return RecordFacts(
            now=now,
            asked=asked,
            entries=entries,
            signatures=[one for one in self.entries.index.signatures() if one[0] in ids] if asked else (),
            known_prints=frozenset(self._known(prints)),
            owned=frozenset(self.table.owned(_OWNED_FOLDER)),
            quarantined=quarantined,
            outcomes=outcomes,
            trust=self.trust.of([one for one in (*entries, *failed) if one.id in outcomes], now),
            incidents=[one for one in self._of_kinds(("incident",)) if isinstance(one, Incident)],
            incident_of=self.table.incidents_by_lookup(),
            healthy=self.table.healthy(),
            verified=_verified(stored),
        )

    def _of_kinds(self, kinds: Sequence[str]) -> list[Entry]:
        """The offered entries, the oldest first, so that what is added later changes no group."""
        ids = self.entries.select(Filter(kinds), limit=_NO_LIMIT)
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


@lru_cache(maxsize=1 << 14)
def masked(line: str) -> tuple[str, str]:
    """The template of a line without its logger's prefix, and its fingerprint; remembered, as masking is dear."""
    return without_prefix(mask(line)), fingerprint(line)


def told(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each line that is no boilerplate of a crash and no frame, with its message, free of a runtime's wrapper."""
    for line, role in zip(lines, roles(uncarried(lines)), strict=True):
        if role not in (Role.GENERIC, Role.FRAME):
            yield line, message_in(line, role)


def message_in(line: str, role: Role = Role.MESSAGE) -> str:
    """The message of a line, where it stands in it to the letter; else the line."""
    message = message_of(line, role) if role in (Role.MESSAGE, Role.CAUSE) else ""
    return message if message and message in line else line


def telling_words(text: str) -> set[str]:
    """The words of a text that say something: no words of operations, no stop words, no plain numbers."""
    return {word for word in tokenize(text) if word not in GENERIC and not word.isdecimal()}


def cause_of(incident: Incident) -> str:
    """The cause as the incident tells it; one that nobody confirmed says so."""
    confirmed = [c.text for c in incident.causes if c.status is CauseStatus.CONFIRMED]
    suspected = [c.text for c in incident.causes if c.status is CauseStatus.SUSPECTED]
    return "; ".join(confirmed) or "; ".join(f"Suspected: {text}" for text in suspected)


def one_cause(causes: Iterable[str]) -> bool:
    """Whether these tell of the same cause, as far as their words go; nothing said contradicts nothing."""
    said = [cause for cause in causes if cause.strip()]
    return all(same_cause(said[0], other) for other in said[1:])


SAME_CAUSE = 0.5
"""Two causes are one only when they share more than this of their words (Jaccard)."""


def same_cause(one: str, other: str) -> bool:
    """Whether two texts name the same cause: most words shared, and not another kind of trigger."""
    from kb.lookup.causes import trigger_of_text

    triggers = {trigger_of_text(one), trigger_of_text(other)} - {""}
    return overlap(one, other) > SAME_CAUSE and len(triggers) < 2
