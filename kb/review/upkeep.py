"""What the knowledge base itself needs: runbooks to verify again, entries that expire, open proposals.  Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from kb.proposals.verifications import STALE_DAYS
from kb.records import Runbook
from kb.records.ledger import FAILURES, Outcome, Result
from kb.review.summary import Expiring, Proposed, Stale
from kb.storage.database import Row
from kb.text.instants import day_of

SOON_DAYS = 14
"""Days before its day on which an entry is named as expiring."""

OpenProposals = Callable[[datetime], Sequence[Proposed]]
"""The proposals that were open at a moment."""


def stale_runbooks(
    runbooks: Iterable[tuple[Runbook, datetime]], outcomes: Mapping[str, Sequence[Outcome]], until: datetime
) -> tuple[Stale, ...]:
    """Runbooks (each with when it became known) that failed since they were verified, or were not lately."""
    today = until.astimezone(UTC).date()
    found = list[tuple[int, date, Stale]]()
    for runbook, known_at in runbooks:
        told = [one for one in outcomes.get(runbook.id, ()) if one.at < until]
        verified = _verified(runbook, told, today)
        failures = [
            one.at
            for one in told
            if one.result in FAILURES and (verified is None or one.at.date() > verified)
        ]
        since = verified or known_at.date()
        if failures:
            reason = f"failed on {day_of(max(failures))}, and nobody verified it since"
        elif today - since > timedelta(days=STALE_DAYS):
            reason = f"last verified {verified}" if verified else f"never verified, known since {since}"
        else:
            continue
        stale = Stale(
            entry_id=runbook.id, title=runbook.name, verified=verified, reason=reason, failed=bool(failures)
        )
        found.append((0 if failures else 1, since, stale))
    return tuple(one for _, _, one in sorted(found, key=lambda each: (*each[:2], each[2].entry_id)))


def _verified(runbook: Runbook, outcomes: Iterable[Outcome], today: date) -> date | None:
    """When it was last run to the end, by its own word or by an outcome that somebody verified."""
    days = [one.at.date() for one in outcomes if one.result is Result.RESOLVED and one.verified_by]
    own = runbook.verified.at if runbook.verified else None
    return max([*days, *([own] if own and own <= today else [])], default=None)


def expiring(rows: Iterable[Row], until: datetime) -> tuple[Expiring, ...]:
    """Entries on offer whose day has passed or comes soon."""
    today = until.astimezone(UTC).date()
    return tuple(
        Expiring(entry_id=row["id"], title=row["headline"], expires=(day := date.fromisoformat(row["expires"])),
                 expired=day < today)
        for row in rows
    )  # fmt: skip


def proposed(row: Row) -> Proposed:
    """A row of the table `proposals` in a line."""
    data = json.loads(row["data"])
    texts = (
        (data.get(name) for name in ("title", "text", "reason", "summary")) if isinstance(data, dict) else ()
    )
    text = next((" ".join(one.split()) for one in texts if isinstance(one, str) and one.strip()), "")
    return Proposed(id=row["id"], kind=row["kind"], text=text)
