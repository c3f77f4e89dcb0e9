"""Search for engineers: words and meaning over everything, with filters, best first."""

from __future__ import annotations

import difflib

from kb.errors import InvalidInput
from kb.lookup.candidates import Found
from kb.lookup.ranked import RankedTiers
from kb.model import KINDS, Incident, Severity, Status
from kb.model.ledger import SearchHit, SearchHits
from kb.store.entries import EntryTable, Stored
from kb.store.lexical_index import Filter
from kb.text.evidence.evidence import title_line
from kb.text.redact import redact

_RANKED = 100
"""Entries that are ranked at the least: the order of the first few is settled among many."""
_SNIPPET = 240
_WORDS = 20
"""Words that what is not offered must say, at most."""
_LONGEST = 2_000
"""Characters of a query that count; whole logs belong into `check_known_issues`."""


def search(
    query: str,
    entries: EntryTable,
    ranked: RankedTiers,
    only: Filter,
    *,
    limit: int = 10,
) -> SearchHits:
    """The entries that fit the words and pass the filter; without words, the newest that pass.

    What is not offered stands in no index: it is found by all the words as they are written, newest first.
    Raises InvalidInput for a kind, severity or status that does not exist.
    """
    check_filter(only)
    query = redact(query).text[:_LONGEST]
    with ranked.reading():
        by_rank = bool(query.strip()) and only.is_offered
        hits = (
            [(hit.entry_id, hit.strength) for hit in _ranked(query, ranked, only, limit)]
            if by_rank
            else [(key, 0.0) for key in entries.select(only, words=query.split()[:_WORDS], limit=limit)]
        )
        stored = entries.many(key for key, _ in hits[:limit])
        cut = len(hits) >= limit and entries.count(only)
    shown = [_hit(stored[key], score) for key, score in hits[:limit] if key in stored]
    why_none = "" if shown or not only.service else _no_such_service(only.service, entries)
    return SearchHits(shown, passing=cut or len(shown), newest=not by_rank, why_none=why_none)


def _no_such_service(service: str, entries: EntryTable) -> str:
    """What to say where a search for a service that no entry names found nothing; empty where one names it."""
    known = {one.casefold(): one for one in sorted(entries.services())}
    if service.casefold() in known:
        return ""
    near = difflib.get_close_matches(service.casefold(), known, 1, 0.6)
    return f"no entry names the service {service!r}" + (f"; did you mean {known[near[0]]}?" if near else "")


def check_filter(only: Filter) -> None:
    """Raises InvalidInput for a kind, severity or status that does not exist, and says which there are."""
    for what, given, known in (
        ("kind", only.kinds, list(KINDS)),
        ("severity", only.severities, list(Severity)),
        ("status", only.statuses, list(Status)),
    ):
        if unknown := [one for one in given if one not in known]:
            raise InvalidInput(f"no such {what}: {', '.join(unknown)}; there are: {', '.join(known)}")


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
