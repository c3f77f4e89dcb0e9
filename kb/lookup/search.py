"""Search for engineers: words and meaning over everything, with filters, best first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kb.errors import InvalidInput
from kb.lookup.found import Found
from kb.lookup.ranked import RankedTiers
from kb.records import KINDS, Incident
from kb.records.ledger import SearchHit
from kb.storage.entries import EntryTable, Stored
from kb.text.redact import redact
from kb.text.titles import title_line

_WIDE = 400
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
) -> list[SearchHit]:
    """The entries that fit the words and pass the filters; without words, the newest that pass.

    Raises InvalidInput for a kind that does not exist.
    """
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise InvalidInput(f"no such kind: {', '.join(unknown)}; there are: {', '.join(KINDS)}")
    query = redact(query).text[:_LONGEST]
    if not query.strip():
        ids = entries.select(kinds=kinds, service=service, since=since, limit=limit)
        found = entries.many(ids)
        return [_hit(found[entry_id], 0.0) for entry_id in ids if entry_id in found]
    hits = ranked.search(query, _WIDE if kinds or service or since else _WIDE // 4)
    if kinds or service or since:
        hits = _filtered(hits, entries, kinds, service, since)
    stored = entries.many(hit.entry_id for hit in hits[:limit])
    return [_hit(stored[hit.entry_id], hit.strength) for hit in hits[:limit] if hit.entry_id in stored]


def _filtered(
    hits: Sequence[Found], entries: EntryTable, kinds: Sequence[str], service: str, since: date | None
) -> list[Found]:
    allowed = set(
        entries.select(
            kinds=kinds, service=service, since=since, ids=[hit.entry_id for hit in hits], limit=len(hits)
        )
    )
    return [hit for hit in hits if hit.entry_id in allowed]


def _hit(one: Stored, score: float) -> SearchHit:
    entry = one.entry
    text = next((p.text for p in entry.passages() if p.role != "title"), "")
    day = entry.date.isoformat() if isinstance(entry, Incident) and entry.date else None
    return SearchHit(
        id=entry.id, kind=entry.kind, title=title_line(entry.headline), score=round(score, 4),
        snippet=" ".join(text.split())[:_SNIPPET], date=day, services=entry.scope.services, status=entry.status,
        source=entry.provenance.source,
    )  # fmt: skip
