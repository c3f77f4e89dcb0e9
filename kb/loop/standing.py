"""Where an entry stands by its record: established, new or failing.  Pure.

- *established*: it resolved something, and its trust is above what its provenance alone gives it;
- *failing*: its failures weigh more than its successes;
- *new*: all others: no record yet, or one too thin or too mixed to tell.

Weights are those of trust (`kb.loop.trust`): verification, making things worse, age.
"""

from __future__ import annotations

from kb.records.ledger import Standing


def standing(success: float, failure: float, prior: tuple[float, float]) -> Standing:
    """The standing for the weights of successes and failures seen, and the prior's."""
    if failure > success:
        return Standing.FAILING
    expected_successes, expected_failures = prior
    if success > 0.0 and success * expected_failures > failure * expected_successes:
        return Standing.ESTABLISHED
    return Standing.NEW
