"""What came of applying an entry, checked before it is kept."""

from __future__ import annotations

import uuid
from datetime import datetime

from kb.errors import InvalidInput
from kb.loop.learning import checked
from kb.records.ledger import Outcome, Result
from kb.storage.ledger import Ledger


def record_outcome(
    ledger: Ledger,
    entry_id: str,
    result: str,
    *,
    lookup_id: str | None,
    verified_by: str | None,
    note: str,
    now: datetime,
    actor: str,
) -> Outcome:
    """Keep an outcome of an entry that exists.  Raises InvalidInput for an unknown result or lookup."""
    if result not in list(Result):
        raise InvalidInput(f"result {result!r} is none of: {', '.join(Result)}")
    if lookup_id and not ledger.has_lookup(lookup_id):
        raise InvalidInput(
            f"there was no lookup {lookup_id!r}; leave it out, or give the id that the check returned"
        )
    outcome = Outcome(
        id=f"outcome-{uuid.uuid4().hex[:12]}",
        at=now,
        entry_id=entry_id,
        result=Result(result),
        lookup_id=lookup_id or None,
        verified_by=verified_by or None,
        actor=actor,
        note=checked("note", note),
    )
    ledger.record_outcome(outcome)
    return outcome
