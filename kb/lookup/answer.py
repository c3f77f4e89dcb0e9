"""From a finding to the answer that is handed out: recorded in the ledger, with its notes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from kb.errors import HomeNotWritable, Problem
from kb.lookup.lookup import Finding
from kb.records.ledger import Answer
from kb.storage.ledger import Ledger

_WAITING = (
    "the lookup is not recorded yet, since another process is writing into the home; the next command that can"
    " write records it, and its id holds"
)


def answer(
    finding: Finding,
    ledger: Ledger | None,
    problems: Iterable[Problem],
    *,
    took_ms: float,
    now: datetime,
    actor: str,
    incident: str | None = None,
) -> Answer:
    """Record the lookup with what it offers; a home that cannot be written still answers, and says so.

    Without a ledger nothing is recorded, and nothing is said about that: it was asked for.
    """
    notes = [*finding.notes, *(f"mistake in a memory file: {problem}" for problem in problems)]
    lookup_id: str | None = None
    try:
        if ledger is not None:
            lookup_id = _record(finding, ledger, took_ms, now, actor, incident)
            notes += [_WAITING] if ledger.is_waiting(lookup_id) else []
    except HomeNotWritable as error:
        notes.append(f"the lookup was not recorded: {error}")
    return Answer(
        verdict=finding.verdict,
        lookup_id=lookup_id,
        took_ms=took_ms,
        hidden=finding.hidden,
        alternatives=finding.alternatives,
        matches=finding.matches,
        notes=tuple(notes),
        seen=finding.question.seen,
    )


def _record(
    finding: Finding, ledger: Ledger, took_ms: float, now: datetime, actor: str, incident: str | None
) -> str:
    question = finding.question
    return ledger.record_lookup(
        at=now,
        verdict=finding.verdict,
        fingerprint=question.fingerprint,
        evidence=json.dumps([e.line.text for e in question.evidence]),
        tool=question.tool,
        service=question.service,
        environment=question.environment,
        took_ms=took_ms,
        matches=finding.matches,
        actor=actor,
        incident=incident,
    )
