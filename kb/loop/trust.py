"""How far to trust an entry: a Beta posterior over "applying it resolves the incident".

value = (a + S) / (a + b + S + F), where (a, b) is the prior of the entry's provenance and S, F are
the weights of its successes and failures.  Each outcome weighs its verification (a success that
nobody verified counts half) times 0.5^(age / half-life).  Hence a success never lowers the value, a
failure never raises it, repetition without outcomes changes nothing, and no value reaches 0 or 1.
See Jøsang and Ismail, "The Beta Reputation System" (2002), for the form with ageing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from kb.records import Entry, Origin
from kb.records.ledger import Outcome, Result, Trust
from kb.storage.ledger import Ledger

PRIORS: dict[Origin, tuple[float, float]] = {
    Origin.WRITTEN: (3.0, 1.0),
    Origin.INGESTED: (2.0, 1.0),
    Origin.STARTER: (1.0, 1.0),
    Origin.LEARNED: (1.0, 1.0),
}
"""Successes and failures that an entry is credited with before any were seen, by its provenance."""
HALF_LIFE_DAYS = 180.0
UNVERIFIED = 0.5
MADE_WORSE = 2.0
"""Making things worse counts as two failures."""


def trust(entry: Entry, outcomes: Iterable[Outcome], now: datetime) -> Trust:
    """The entry's trust at `now`; outcomes from later than that are left out."""
    success, failure = PRIORS[entry.provenance.origin]
    resolved = failed = 0
    last = None
    for outcome in outcomes:
        if outcome.at > now or outcome.result in (Result.NOT_APPLIED, Result.APPLIED, Result.RECURRED):
            continue
        weight = 0.5 ** ((now - outcome.at).total_seconds() / 86_400 / HALF_LIFE_DAYS)
        if outcome.result is Result.RESOLVED:
            resolved += 1
            success += weight * (1.0 if outcome.verified_by else UNVERIFIED)
            last = outcome.at if last is None else max(last, outcome.at)
        else:
            failed += 1
            failure += weight * (MADE_WORSE if outcome.result is Result.MADE_WORSE else 1.0)
    value = round(success / (success + failure), 4)
    return Trust(value=value, resolved=resolved, failed=failed, n=resolved + failed, last=last)


def record_in_words(record: Trust) -> str:
    """`resolved 3 of 4, last 2026-11-02`, or that there is no record yet."""
    if not record.n:
        return "no record yet"
    last = f", last {record.last.date().isoformat()}" if record.last else ""
    return f"resolved {record.resolved} of {record.n}{last}"


class TrustBook:
    """Trust as the ledger has it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def of(self, entries: Sequence[Entry], now: datetime) -> dict[str, Trust]:
        """The trust of each entry by its id."""
        outcomes = self._ledger.outcomes_of([entry.id for entry in entries])
        return {entry.id: trust(entry, outcomes.get(entry.id, ()), now) for entry in entries}
