"""What was learned, what fixed and failed, and how trust and status moved.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from kb.loop.trust import trust
from kb.records import Entry
from kb.records.ledger import Outcome, Result
from kb.review.incidents import counted
from kb.review.summary import Counted, StatusMove, TrustMove
from kb.storage.database import Row


def with_result(
    outcomes: Iterable[Outcome], results: Sequence[Result], titled: Mapping[str, str]
) -> tuple[Counted, ...]:
    """The entries that had one of these results, by title and id."""
    return counted(titled.get(one.entry_id, one.entry_id) for one in outcomes if one.result in results)


def trust_moves(
    entries: Iterable[Entry],
    outcomes: Mapping[str, Sequence[Outcome]],
    since: datetime,
    until: datetime,
    reviewed: tuple[set[str], set[str]],
) -> tuple[TrustMove, ...]:
    """How trust moved from `since` to `until`, the largest move first; both with the outcomes until then.

    `reviewed` are the entries that a person had accepted at `since`, and at `until`.
    """
    found = []
    for entry in entries:
        told = [one for one in outcomes.get(entry.id, ()) if one.at < until]
        before = trust(
            entry, [one for one in told if one.at < since], since, reviewed=entry.id in reviewed[0]
        )
        after = trust(entry, told, until, reviewed=entry.id in reviewed[1])
        if (before.value, before.n) != (after.value, after.n):
            found.append(
                TrustMove(entry_id=entry.id, title=entry.headline, before=before.value, after=after.value,
                          n_before=before.n, n=after.n)
            )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-abs(one.after - one.before), one.entry_id)))


def status_moves(rows: Iterable[Row], titles: Mapping[str, str]) -> tuple[StatusMove, ...]:
    """The moves of the window, oldest first."""
    return tuple(
        StatusMove(
            at=datetime.fromisoformat(row["at"]), entry_id=row["entry_id"],
            title=titles.get(row["entry_id"], row["entry_id"]), was=row["was"], became=row["became"],
            rule=row["rule"], reason=row["reason"], actor=row["actor"],
        )
        for row in rows
    )  # fmt: skip
