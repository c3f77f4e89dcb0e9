"""What was asked and not known: how often, since when, and whether a pattern is drafted for it already.  Pure.

A question is its template, as in the weekly review (`kb.review.lookups`).  What an entry answers by now is left out:
it is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from kb.model.ledger import Verdict
from kb.model.overview import UnknownAsked, Unknowns
from kb.model.proposal import ProposalKind
from kb.review.lookups import AskedLookup, template_of
from kb.store.database import Row
from kb.store.upkeep.swept import telling_line

DRAFT_FROM = 3
"""Times that a question was asked from which on somebody should write down what it is."""
NEW = timedelta(days=7)


class Order(StrEnum):
    """How unknowns are ordered."""

    COUNT = "count"
    NEWEST = "newest"
    OLDEST = "oldest"


_KEYS: Mapping[Order, Callable[[Sequence[AskedLookup]], float]] = {
    Order.COUNT: lambda many: -len(many),
    Order.NEWEST: lambda many: -many[0].at.timestamp(),
    Order.OLDEST: lambda many: many[0].at.timestamp(),
}
"""What questions are ordered by, each with its lookups; of equal ones, what was asked last comes first."""


def unknowns(
    asked: Sequence[AskedLookup],
    known_prints: Collection[str],
    proposed: Mapping[str, str],
    now: datetime,
    *,
    days: int,
    order: Order,
    only_new: bool,
    most: int,
) -> Unknowns:
    """The questions of a window that nobody can answer yet; `proposed` is a proposal's id by lookup or fingerprint."""
    groups: dict[str, list[AskedLookup]] = {}
    known_at = dict[str, datetime]()
    for one in asked:
        if one.verdict is Verdict.UNKNOWN and one.evidence:
            groups.setdefault(one.fingerprint or template_of(one), []).append(one)
        elif one.verdict is Verdict.KNOWN and one.fingerprint:
            known_at[one.fingerprint] = one.at
    found = [
        many
        for name, many in groups.items()
        if name not in known_prints and known_at.get(name, many[-1].at) <= many[-1].at
    ]
    new = [many for many in found if _is_new(many, now)]
    shown = sorted(
        new if only_new else found, key=lambda many: (_KEYS[order](many), -many[-1].at.timestamp())
    )
    return Unknowns(
        unknowns=tuple(_told(many, proposed, now) for many in shown[:most]),
        total=len(found),
        new=len(new),
        wanting=sum(len(many) >= DRAFT_FROM for many in found),
        lookups=len(asked),
        days=days,
    )


def _is_new(many: Sequence[AskedLookup], now: datetime) -> bool:
    return many[0].at > now - NEW


def proposed_patterns(rows: Sequence[Row]) -> dict[str, str]:
    """The open proposals of patterns, by the fingerprints and the lookups that each was drafted from."""
    found = dict[str, str]()
    for row in rows:
        if row["kind"] == ProposalKind.PATTERN:
            drafted = json.loads(row["data"])
            found |= dict.fromkeys((*drafted["keys"], *drafted["lookups"]), row["id"])
    return found


def _told(many: Sequence[AskedLookup], proposed: Mapping[str, str], now: datetime) -> UnknownAsked:
    """The lookups of one question, oldest first, in few words."""
    last, first = many[-1], many[0]
    ids = (last.fingerprint, *(one.id for one in reversed(many)))
    return UnknownAsked(
        template=template_of(last),
        line=telling_line(last.evidence, last.fingerprint),
        fingerprint=last.fingerprint,
        count=len(many),
        first=first.at,
        last=last.at,
        services=tuple(sorted({one.service for one in many if one.service})),
        is_new=_is_new(many, now),
        wants_draft=len(many) >= DRAFT_FROM,
        proposal_id=next((proposed[one] for one in ids if one in proposed), ""),
    )
