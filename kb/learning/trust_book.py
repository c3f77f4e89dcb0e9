"""Trust as the ledger has it: the sums that are kept of each entry's outcomes, aged to now.

What outcomes add up to is kept as of the last of them (`kb.store.outcomes.sums`).  From then on all weights shrink
alike, so the sums of any later moment are those times one factor.  Where none are kept, or the moment lies before the
last outcome, the outcomes themselves are read and added up.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from kb.learning.trust import OutcomeWeights, Worth, evidence, trust_from, worth
from kb.model import Entry
from kb.model.ledger import FAILURES, Outcome, Result, Trust
from kb.store.ledger import Ledger
from kb.store.moves import MoveTable
from kb.store.outcomes.rows import of_day
from kb.store.outcomes.sums import KeptSums

_AT_ONCE = 100
"""Entries that are added up at a time."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What all outcomes of an entry add up to, as of the last one of them.

    `balance` is, by service with its case folded, how often the entry resolved something less how often it failed.
    """

    weights: OutcomeWeights
    as_of: datetime
    balance: dict[str, int]


class TrustBook:
    """The trust of the entries of one home."""

    def __init__(self, ledger: Ledger, moves: MoveTable) -> None:
        self._ledger, self._moves = ledger, moves

    def of(self, entries: Sequence[Entry], now: datetime) -> dict[str, Trust]:
        """The trust of each entry by its id."""
        ids = [entry.id for entry in entries]
        sums, reviewed = self._sums(ids), self.reviewed(ids)
        ahead = [key for key, one in sums.items() if one.as_of > now]
        outcomes = self._ledger.outcomes_of(ahead) if ahead else {}

        def weights(entry_id: str) -> OutcomeWeights:
            if entry_id in outcomes or entry_id not in sums:
                return evidence(outcomes.get(entry_id, ()), now)
            return sums[entry_id].weights.aged(sums[entry_id].as_of, now)

        return {
            entry.id: trust_from(entry, weights(entry.id), reviewed=entry.id in reviewed) for entry in entries
        }

    def just_before(
        self, entries: Sequence[Entry], at: datetime, reviewed: Collection[str]
    ) -> dict[str, Worth]:
        """What the trust of each entry was worth at a moment, by the outcomes before it; `reviewed` as of then.

        The later outcomes are taken off the sums.  Of an entry where one of them counts with an earlier one, or says
        that an earlier success did not last, all outcomes are read.
        """
        ids = [entry.id for entry in entries]
        sums, later = self._sums(ids), self._ledger.told.since(ids, at)
        mixed = self._ledger.told.counting_with([one for told in later.values() for one in told], at)
        mixed |= {key for key, told in later.items() if any(_reaches_back(one, at) for one in told)}
        whole = self._ledger.outcomes_of(sorted(mixed & later.keys())) if mixed & later.keys() else {}

        def weights(entry_id: str) -> OutcomeWeights:
            if entry_id in whole or entry_id not in sums:
                return evidence((one for one in whole.get(entry_id, ()) if one.at < at), at)
            one = sums[entry_id]
            rest = one.weights.without(evidence(later.get(entry_id, ()), one.as_of))
            return rest.aged(one.as_of, at)

        return {entry.id: worth(entry, weights(entry.id), reviewed=entry.id in reviewed) for entry in entries}

    def reviewed(self, entry_ids: Collection[str]) -> set[str]:
        """Those of the entries that a person accepted."""
        return self._moves.reviewed(entry_ids)

    def balances(self, entry_ids: Sequence[str], service: str) -> dict[str, int]:
        """How often each entry resolved something for the service, less how often it failed there."""
        folded = service.casefold()
        return {
            key: one.balance[folded] for key, one in self._sums(entry_ids).items() if folded in one.balance
        }

    def add_up(self) -> None:
        """Keep the sums of all entries, so that no question has to add up a long history.

        Raises HomeNotWritable, HomeBusy; what was kept until then stays.
        """
        last = ""
        while ids := self._ledger.sums.missing(_AT_ONCE, last):
            self._sums(ids)
            with self._ledger.write():
                self._ledger.sums.keep()
            last = ids[-1]

    def _sums(self, entry_ids: Sequence[str]) -> dict[str, Sums]:
        """Those of the entries that have an outcome; what is not kept yet is added up and noted."""
        kept = self._ledger.sums.of(entry_ids)
        found = {key: _read(one.sums) for key, one in kept.items() if one.sums}
        rest = [key for key in kept if key not in found]
        for key, outcomes in self._ledger.outcomes_of(rest).items() if rest else ():
            found[key] = added_up(outcomes)
            self._ledger.sums.note(key, KeptSums(kept[key].mark, _written(found[key])))
        return found


def _reaches_back(outcome: Outcome, at: datetime) -> bool:
    """Whether it may bear on what was told before a moment after it."""
    return outcome.result is Result.RECURRED or outcome.trouble == of_day(at)


def added_up(outcomes: Sequence[Outcome]) -> Sums:
    """The sums of all outcomes of an entry, of which there is one at least."""
    as_of = max(one.at for one in outcomes)
    return Sums(evidence(outcomes, as_of), as_of, _balance(outcomes))


def _balance(outcomes: Iterable[Outcome]) -> dict[str, int]:
    counted = Counter[str]()
    for one in outcomes:
        if one.service and (one.result is Result.RESOLVED or one.result in FAILURES):
            counted[one.service.casefold()] += 1 if one.result is Result.RESOLVED else -1
    return dict(counted)


def _written(sums: Sums) -> str:
    last = sums.weights.last and sums.weights.last.isoformat()
    weights = {**asdict(sums.weights), "last": last}
    said = {"as_of": sums.as_of.isoformat(), "weights": weights, "balance": sums.balance}
    return json.dumps(said, ensure_ascii=False)


def _read(sums: str) -> Sums:
    said = json.loads(sums)
    last = said["weights"]["last"]
    weights = {**said["weights"], "last": last and datetime.fromisoformat(last)}
    return Sums(OutcomeWeights(**weights), datetime.fromisoformat(said["as_of"]), said["balance"])
