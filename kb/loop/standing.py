"""Where an entry stands by its record: established, new or failing.  Pure.

- *established*: it resolved something, and its trust is above what its provenance alone gives it;
- *failing*: its failures weigh more than its successes and are no fewer, or it failed three times since
  its last success: what helped for a year and fails since a change is no longer what to try first;
- *new*: all others: no record yet, or one too thin or too mixed to tell (two failures since the last
  success are mixed).

Weights are those of trust (`kb.loop.trust`): verification, making things worse, age; failures in a row
are counted whatever their age.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kb.records.ledger import Standing

STREAK_MIXED = 2.0
"""Failures since the last success from which an entry is no longer established."""
STREAK_FAILING = 3.0
"""Failures since the last success from which it is failing."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What outcomes add up to: weights of successes and failures, and how many occurrences of each.

    `streak` is the weight of the failures since the last success, whatever their age.
    """

    success: float
    failure: float
    resolved: int
    failed: int
    recurred: int
    streak: float
    last: datetime | None


def standing(found: Evidence, prior: tuple[float, float]) -> Standing:
    """The standing that the evidence gives to an entry of that prior (see `kb.loop.trust`)."""
    outweighed = found.failure > found.success and found.failed >= found.resolved
    if outweighed or found.streak >= STREAK_FAILING:
        return Standing.FAILING
    successes, failures = prior
    above = found.success > 0.0 and found.success * failures > found.failure * successes
    return Standing.ESTABLISHED if above and found.streak < STREAK_MIXED else Standing.NEW
