"""Where an entry stands by its record: established, new or failing.  Pure.

- *established*: it resolved something, and its trust is above what its provenance alone gives it;
- *failing*: its failures weigh more than its successes, or it failed three times since its last success:
  what helped for a year and fails since a change is no longer what to try first;
- *new*: all others: no record yet, or one too thin or too mixed to tell (two failures since the last
  success are mixed).

Weights are those of trust (`kb.loop.trust`): verification, making things worse, age; failures in a row
are counted whatever their age.
"""

from __future__ import annotations

from kb.records.ledger import Standing

STREAK_MIXED = 2.0
"""Failures since the last success from which an entry is no longer established."""
STREAK_FAILING = 3.0
"""Failures since the last success from which it is failing."""


def standing(success: float, failure: float, streak: float, prior: tuple[float, float]) -> Standing:
    """The standing for the weights of successes and failures seen, of failures in a row, and of the prior."""
    if failure > success or streak >= STREAK_FAILING:
        return Standing.FAILING
    expected_successes, expected_failures = prior
    above = success > 0.0 and success * expected_failures > failure * expected_successes
    return Standing.ESTABLISHED if above and streak < STREAK_MIXED else Standing.NEW
