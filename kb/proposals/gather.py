"""All proposals that the facts give rise to, in the order in which they should be looked at."""

from __future__ import annotations

from kb.proposals.facts import Facts
from kb.proposals.merges import gather_merges
from kb.proposals.patterns import gather_patterns
from kb.proposals.retirements import gather_retirements
from kb.proposals.runbooks import gather_runbooks
from kb.proposals.verifications import gather_verifications
from kb.records.proposal import Proposal


def gather(facts: Facts) -> list[Proposal]:
    """What does harm first, then what is missing, then what could be tidier."""
    retirements = gather_retirements(facts)
    going = {one.retires for one in retirements}
    merges = (one for one in gather_merges(facts) if not going & {one.entry_id, one.retires})
    return [
        *retirements, *gather_patterns(facts), *gather_runbooks(facts),
        *(one for one in gather_verifications(facts) if one.entry_id not in going), *merges,
    ]  # fmt: skip
