"""Search for engineers: words and meaning over everything, with filters, best first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kb.errors import InvalidInput
from kb.lookup.candidates import Found
from kb.lookup.ranked import RankedTiers
from kb.model import KINDS, Incident
from kb.model.ledger import SearchHit, SearchHits
from kb.store.entries import EntryTable, Stored
from kb.store.lexical_index import Filter
from kb.text.evidence.evidence import title_line
from kb.text.redact import redact

_RANKED = 100
"""Entries that are ranked at the least: the order of the first few is settled among many."""
_SNIPPET = 240
_LONGEST = 2_000
"""Characters of a query that count; whole logs belong into `check_known_issues`."""


def search(
    query: str,
    entries: EntryTable,
    ranked: RankedTiers,
    *,
    kinds: Sequence[str] = (),
    service: str = "",
    since: date | None = None,
    limit: int = 10,
) -> SearchHits:
    """The entries that fit the words and pass the filters; without words, the newest that pass.

    Raises InvalidInput for a kind that does not exist.
    """
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise InvalidInput(f"no such kind: {', '.join(unknown)}; there are: {', '.join(KINDS)}")
    query, only = redact(query).text[:_LONGEST], Filter(kinds, service, since)
    with ranked.reading():
        hits = (
            [(hit.entry_id, hit.strength) for hit in _ranked(query, ranked, only, limit)]
            if query.strip()
            else [
                (key, 0.0) for key in entries.select(kinds=kinds, service=service, since=since, limit=limit)
            ]
        )
        stored = entries.many(key for key, _ in hits[:limit])
        cut = len(hits) >= limit and entries.count(only)
    shown = [_hit(stored[key], score) for key, score in hits[:limit] if key in stored]
    return SearchHits(shown, passing=cut or len(shown))


def _ranked(query: str, ranked: RankedTiers, only: Filter, limit: int) -> list[Found]:
    return ranked.search(query, max(limit, _RANKED), only=only, all_chunks=True)


def _hit(one: Stored, score: float) -> SearchHit:
    entry = one.entry
    text = next((p.text for p in entry.passages() if p.role != "title"), "")
    day = entry.date.isoformat() if isinstance(entry, Incident) and entry.date else None
    return SearchHit(
        id=entry.id,
        kind=entry.kind,
        title=title_line(entry.headline),
        score=round(score, 4),
        snippet=" ".join(text.split())[:_SNIPPET],
        date=day,
        services=entry.scope.services,
        status=entry.status,
        source=entry.provenance.source,
    )
