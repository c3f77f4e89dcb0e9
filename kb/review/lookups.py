"""What was asked and what was learned: verdicts, unknowns, unanswered offers, fixes, moves of trust and of status.

Pure: rows of a window in, counts out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.learning.trust import Worth
from kb.model import Entry
from kb.model.ledger import Outcome, Result, Verdict
from kb.review.incidents import counted
from kb.review.summary import Classified, Counted, Seen, StatusMove, TrustMove, Unknown
from kb.store.database import Row
from kb.store.upkeep.swept import SweptLookup, telling_line
from kb.text.masking import mask, without_prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLookup:
    """One lookup of a window, with what it offered, best first (nothing where it was unknown).

    What the same caller asked again at once is one with it.
    """

    id: str
    at: datetime
    verdict: Verdict
    fingerprint: str
    evidence: tuple[str, ...]
    service: str
    incident: str | None
    offers: tuple[str, ...]
    again: tuple[str, ...] = ()
    """Ids of the lookups that repeat it, which count with it."""


def asked(rows: Sequence[Row], offers: Iterable[Row], swept: Iterable[SweptLookup] = ()) -> list[AskedLookup]:
    """The lookups of a window, oldest first: those that are there, without repetitions, and those that were swept."""
    offered: dict[str, list[str]] = {}
    for row in offers:
        offered.setdefault(row["lookup_id"], []).append(row["entry_id"])
    repeats: dict[str, list[str]] = {}
    for row in rows:
        if row["repeats"]:
            repeats.setdefault(row["repeats"], []).append(row["id"])
    found = [
        AskedLookup(
            id=row["id"],
            at=datetime.fromisoformat(row["at"]),
            verdict=Verdict(row["verdict"]),
            fingerprint=row["fingerprint"],
            evidence=tuple(map(str, json.loads(row["evidence"]))),
            service=row["service"],
            incident=row["incident"],
            offers=() if row["verdict"] == Verdict.UNKNOWN else tuple(offered.get(row["id"], ())),
            again=tuple(repeats.get(row["id"], ())),
        )
        for row in rows
        if not row["repeats"]
    ]
    gone = [
        AskedLookup(
            id=one.id,
            at=one.at,
            verdict=Verdict(one.verdict),
            fingerprint=one.fingerprint,
            evidence=(one.line,) if one.line else (),
            service=one.service,
            incident=None,
            offers=() if one.verdict == Verdict.UNKNOWN else one.offers,
        )
        for one in swept
    ]
    return sorted([*gone, *found], key=lambda one: one.at) if gone else found


def classified(over: str, verdicts: Iterable[str]) -> Classified:
    """The classification rate over these verdicts."""
    counts = Counter(str(one) for one in verdicts)
    n = counts.total()
    return Classified(
        over=over,
        n=n,
        known=counts["known"],
        related=counts["related"],
        unknown=counts["unknown"],
        rate=round(counts["known"] / n, 3) if n else None,
    )


TOP = 10
"""How many unknown templates, and how many unanswered offers, are named."""


def top_unknowns(lookups: Sequence[AskedLookup]) -> tuple[Unknown, ...]:
    """What was asked and not known, by template: ids and numbers do not make another question."""
    groups: dict[str, list[AskedLookup]] = {}
    for one in lookups:
        if one.verdict is Verdict.UNKNOWN:
            groups.setdefault(one.fingerprint or template_of(one), []).append(one)
    last_known = {
        one.fingerprint: one.at for one in lookups if one.verdict is Verdict.KNOWN and one.fingerprint
    }
    found = [
        Unknown(
            name=template_of(many[-1]),
            count=len(many),
            first=many[0].at,
            last=many[-1].at,
            fingerprint=many[-1].fingerprint,
            services=tuple(sorted({one.service for one in many if one.service})),
            known_since=last_known.get(many[-1].fingerprint, many[-1].at) > many[-1].at,
        )
        for many in groups.values()
    ]
    return tuple(sorted(found, key=lambda one: (-one.count, one.name)))[:TOP]


def template_of(one: AskedLookup) -> str:
    """The template of its most telling line."""
    if not one.evidence:
        return "(empty text)"
    masked = mask(telling_line(one.evidence, one.fingerprint))
    return " ".join((without_prefix(masked) or masked).split())


def seen(lookups: Iterable[AskedLookup], titles: Mapping[str, str]) -> tuple[Seen, ...]:
    """The entries that lookups found first, by service, most frequent first."""
    met = {
        (one.offers[0], one.service.casefold(), one.incident or one.id): one.service
        for one in lookups
        if one.verdict is Verdict.KNOWN and one.offers
    }
    spelled = {service.casefold(): service for service in met.values()}
    counts = Counter((entry_id, service) for entry_id, service, _ in met)
    found = (
        Seen(entry_id=entry_id, title=titles.get(entry_id, entry_id), service=spelled[service], count=count)
        for (entry_id, service), count in counts.items()
    )
    return tuple(sorted(found, key=lambda one: (-one.count, one.entry_id, one.service)))


_INSTANT = timedelta(microseconds=1)


def unanswered(
    lookups: Iterable[AskedLookup], outcomes: Sequence[Outcome], titled: Mapping[str, str]
) -> tuple[tuple[Counted, ...], int]:
    """What was offered first and never answered, by entry; and how many lookups these are.

    An answer names the lookup or its incident; or it names neither, and an entry that was offered before it.
    """
    ids = {outcome.lookup_id for outcome in outcomes if outcome.lookup_id}
    incidents = {outcome.incident: outcome.at for outcome in outcomes if outcome.incident}
    loose = {one.entry_id: one.at for one in outcomes if not one.lookup_id and not one.incident}
    silent = [
        one.offers[0]
        for one in lookups
        if one.offers
        and ids.isdisjoint((one.id, *one.again))
        and incidents.get(one.incident or "", one.at - _INSTANT) < one.at
        and not any(loose.get(entry_id, one.at - _INSTANT) >= one.at for entry_id in one.offers)
    ]
    return counted(titled.get(entry_id, entry_id) for entry_id in silent)[:TOP], len(silent)


def with_result(
    outcomes: Iterable[Outcome], results: Sequence[Result], titled: Mapping[str, str]
) -> tuple[Counted, ...]:
    """The entries that had one of these results, by title and id."""
    return counted(titled.get(one.entry_id, one.entry_id) for one in outcomes if one.result in results)


def trust_moves(
    entries: Iterable[Entry], before: Mapping[str, Worth], after: Mapping[str, Worth]
) -> tuple[TrustMove, ...]:
    """How trust moved between two moments, the largest move first."""
    found = [
        TrustMove(
            entry_id=entry.id,
            title=entry.headline,
            before=before[entry.id].value,
            after=after[entry.id].value,
            n_before=before[entry.id].n,
            n=after[entry.id].n,
        )
        for entry in entries
        if before[entry.id] != after[entry.id]
    ]
    return tuple(sorted(found, key=lambda one: (-abs(one.after - one.before), one.entry_id)))


def status_moves(rows: Iterable[Row], titles: Mapping[str, str]) -> tuple[StatusMove, ...]:
    """The moves of the window, oldest first."""
    return tuple(
        StatusMove(
            at=datetime.fromisoformat(row["at"]),
            entry_id=row["entry_id"],
            title=titles.get(row["entry_id"], row["entry_id"]),
            was=row["was"],
            became=row["became"],
            rule=row["rule"],
            reason=row["reason"],
            actor=row["actor"],
        )
        for row in rows
    )
