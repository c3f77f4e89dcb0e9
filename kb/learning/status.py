"""What evidence does to an entry's status.  Pure.  The rules, in order:

- *failing*: an active or candidate entry is **quarantined** when its failures weigh three or more
  (making things worse weighs two; age does not matter here) and it either resolved nothing, or the
  upper end of its credible interval is below one half.  Three, because two may be bad luck; the
  interval, so that an entry which helps now and then is moved down, but not taken away.
- *expired*: an entry is **retired** a month after its `expires`; until then it is shown as expired.
- *proven*: a candidate becomes **active** when it resolved two incidents (or lookups outside of any;
  what counts once is told in `kb.learning.trust`), somebody verified at least one of them, and its trust
  is at least 0.6.

Evidence counts from the last time that a person moved the entry: a person's word stands until
something new is known.  From quarantine only a person brings an entry back, as a candidate; a person
may also make an entry active (*reviewed*), retire it (*by hand*), or take a move back (*undone*).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.learning.trust import failed_in, occurrences, trust, weight_of
from kb.model import Entry, Status
from kb.model.ledger import FAILURES, Outcome, Result
from kb.model.status import EXPIRED, FAILING, PROVEN
from kb.text.signatures.signature import sample_failure

ENOUGH_FAILURES = 3.0
DOUBTFUL = 0.5
"""An upper end of the interval below this says: more likely than not, it does not help."""
ENOUGH_SUCCESSES = 2
PROVEN_TRUST = 0.6
EXPIRED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class StatusDecision:
    """The status that a rule asks for, and why, in words."""

    to: Status
    rule: str
    reason: str


def decide(
    entry: Entry, outcomes: Sequence[Outcome], now: datetime, *, reviewed: bool, decided: datetime | None
) -> StatusDecision | None:
    """What the outcomes ask for; None when the entry stays as it is.

    `decided` is when a person last moved the entry, `reviewed` whether that was to accept it.
    """
    if entry.status not in (Status.ACTIVE, Status.CANDIDATE):
        return None
    since = [one for one in outcomes if one.at <= now and (decided is None or one.at > decided)]
    if failing := _failing(entry, since, now, reviewed=reviewed):
        return failing
    if entry.expires and entry.expires + EXPIRED_FOR < now.date():
        return StatusDecision(Status.RETIRED, EXPIRED, f"expired on {entry.expires.isoformat()}")
    return _proven(entry, since, now) if entry.status is Status.CANDIDATE else None


def _failing(
    entry: Entry, since: Sequence[Outcome], now: datetime, *, reviewed: bool
) -> StatusDecision | None:
    found = trust(entry, since, now, reviewed=reviewed)
    if _weight_of_failures(since) < ENOUGH_FAILURES or (found.resolved and found.high >= DOUBTFUL):
        return None
    worse = sum(one.result is Result.MADE_WORSE for one in since)
    more = f", {worse} of them made it worse" if worse else ""
    return StatusDecision(Status.QUARANTINED, FAILING, f"failed {found.failed} of {found.n}{more}")


def _weight_of_failures(outcomes: Sequence[Outcome]) -> float:
    """Each incident once, at its worst, however long ago."""
    found = dict[str, float]()
    for one in outcomes:
        if one.result in FAILURES:
            key = failed_in(one)
            found[key] = max(found.get(key, 0.0), weight_of(one))
    return sum(found.values())


def _proven(entry: Entry, since: Sequence[Outcome], now: datetime) -> StatusDecision | None:
    successes = [one for one in since if one.result is Result.RESOLVED]
    keys = occurrences(since)
    troubles = {keys[one.id] for one in successes}
    verified_by = next((one.verified_by for one in successes if one.verified_by), None)
    found = trust(entry, since, now)
    if (
        len(troubles) < ENOUGH_SUCCESSES
        or not verified_by
        or found.value < PROVEN_TRUST
        or sample_failure(entry)
    ):
        return None
    reason = f"resolved {found.resolved} of {found.n}, verified by {verified_by}"
    return StatusDecision(Status.ACTIVE, PROVEN, reason)
