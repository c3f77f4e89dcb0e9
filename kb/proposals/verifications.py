"""Runbooks to run again: verified long ago, failed since, or used since without anybody looking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from kb.proposals.facts import Facts
from kb.records import Runbook
from kb.records.ledger import APPLIED, FAILURES, Outcome
from kb.records.proposal import Proposal, ProposalKind
from kb.storage.codec import short_hash

STALE_DAYS = 180
"""Days after which a verification no longer counts."""


def gather_verifications(facts: Facts) -> list[Proposal]:
    """A proposal for each runbook whose last verification does not tell how it is today."""
    return [
        _proposal(entry, reasons, facts)
        for entry in facts.entries
        if isinstance(entry, Runbook) and (reasons := list(_reasons(entry, facts)))
    ]


def verified_on(runbook: Runbook, facts: Facts) -> date | None:
    """When somebody last said that it holds, in its file or by accepting a proposal."""
    said = runbook.verified.at if runbook.verified else None
    return max((day for day in (said, facts.verified.get(runbook.id)) if day), default=None)


def _reasons(runbook: Runbook, facts: Facts) -> Iterator[str]:
    day = verified_on(runbook, facts)
    used = _since(facts.outcomes.get(runbook.id, ()), day)
    if day and facts.now.date() - day > timedelta(days=STALE_DAYS):
        yield f"verified {(facts.now.date() - day).days} days ago, on {day}"
    if used and used[-1].result in FAILURES:
        yield f"the last time it was used, on {used[-1].at.date()}, it {used[-1].result.replace('_', ' ')}"
    elif used and not any(one.verified_by for one in used):
        since = f"since its verification on {day}" if day else "and never verified"
        yield f"used {len(used)} times {since}, and nobody looked whether it held"


def _since(outcomes: Sequence[Outcome], day: date | None) -> list[Outcome]:
    """Its uses after the day of its verification, oldest first."""
    return [one for one in outcomes if one.result in APPLIED and (day is None or one.at.date() > day)]


def _proposal(runbook: Runbook, reasons: Sequence[str], facts: Facts) -> Proposal:
    day = verified_on(runbook, facts)
    key = f"{runbook.id} {day or 'never'}"
    source = runbook.provenance.source
    where = (
        []
        if runbook.id in facts.owned or not source
        else [f"it stands in {source.path}, which stays as it is"]
    )
    return Proposal(
        id=f"proposal-verification-{short_hash(key)}",
        kind=ProposalKind.VERIFICATION,
        title=runbook.name,
        reasons=(*reasons, *where),
        weight=len(_since(facts.outcomes.get(runbook.id, ()), day)) or 1,
        keys=(key,),
        entry_id=runbook.id,
        services=runbook.scope.services,
        item={"verified": {"by": "", "at": ""}} if runbook.id in facts.owned else {},
    )
