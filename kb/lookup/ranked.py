"""The ranked tiers: words and meaning feed one set of candidates, which is ranked as a whole.

A candidate of one of the two is never dropped for lack of the other's support.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, chain, zip_longest
from typing import TYPE_CHECKING

from kb.lookup.found import Found
from kb.lookup.thresholds import RELATED
from kb.records.ledger import Tier
from kb.storage.lexical import LexicalIndex
from kb.storage.vectors import VectorIndex
from kb.text.chunks import ASKED, spelled_out
from kb.text.mask import mask
from kb.text.tokens import tokenize

if TYPE_CHECKING:
    from kb.lookup.features import Candidate
    from kb.lookup.ranking import Ranked
    from kb.lookup.rarity import CorpusStats

MOST_CHUNKS = 120
"""Chunks that each of the two is asked for at the most; two for each candidate else."""
MAX_CANDIDATES = 32
"""Entries that are ranked: 60 instead of 32 found no more of 134 alerts in the first five, nor 100 of 435 log lines."""
_MUCH_OF_TITLE = 0.5


class RankedTiers:
    """Words and meaning: the union of both candidate sets, ranked by readable features."""

    def __init__(self, lexical: LexicalIndex, vectors: VectorIndex) -> None:
        self._lexical, self._vectors = lexical, vectors

    def search(
        self, query: str, limit: int = MAX_CANDIDATES, *, prose: bool = True, said: str = ""
    ) -> list[Found]:
        """The candidates for a text, best first; `strength` is the chance that each is right.

        Only in prose, which people say in their own words, may nearness in meaning alone relate two texts.  What
        programs said is compared to the letter: `said`, where it is not the query itself.
        """
        from kb.lookup import ranking
        from kb.lookup.agreement import agreement, share_of, words_of
        from kb.lookup.features import Query, named_in_title

        tokens, spelled, chunks = tokenize(query), spelled_out(query), min(MOST_CHUNKS, 2 * limit)
        words = self._lexical.search(tokens, chunks) if tokens else []
        meanings = self._vectors.search(spelled, chunks) if query.strip() else []
        turns = chain.from_iterable(zip_longest((h.entry_id for h in words), (h.entry_id for h in meanings)))
        ids = [entry_id for entry_id in dict.fromkeys(turns) if entry_id][:limit]
        if not ids:
            return []
        lexical_ids = {hit.entry_id for hit in words}
        candidates = self._candidates(ids, spelled)
        written = words_of(tokenize(said or query))
        asked, stats = Query(query, tuple(tokens)), self._stats([*tokens, *written], candidates)
        named = {one.entry_id: named_in_title(asked, one.title, stats) for one in candidates}
        agreed = {one.entry_id: agreement(written, _title_tokens(one), stats) for one in candidates}
        masked = set(tokenize(mask(said or query)))
        covered = {one.entry_id: share_of(_masked_title(one), masked, stats) for one in candidates}
        found = [
            replace(
                _ranked(one, lexical_ids),
                named=named[one.entry_id],
                agreed=agreed[one.entry_id],
                covered=covered[one.entry_id],
            )
            for one in ranking.rank(asked, candidates, stats)
        ]
        hits = _lifted(_falling(found)) if prose else _falling(found)
        likely = {hit.entry_id for hit in hits if hit.strength >= RELATED}
        taught = [
            bare for one in candidates if one.entry_id in likely and (bare := _own(one)).chunks != one.chunks
        ]
        own = {one.entry_id: _ranked(one, lexical_ids) for one in ranking.rank(asked, taught, stats)}
        return [_by_words_asked(hit, own) for hit in hits]

    def likeness(self, said: str, ids: Sequence[str]) -> dict[str, float]:
        """The cosine of a text and the nearest of what each entry says beside its title; none where unknown."""
        if not ids:
            return {}
        chunks = self._lexical.chunks_of(ids)
        pieces = {
            one.id: key for key, found in chunks.items() for one in found if one.role not in ("title", ASKED)
        }
        nearest: dict[str, float] = {}
        for chunk, cosine in self._vectors.cosines(spelled_out(said), list(pieces)).items():
            nearest[pieces[chunk]] = max(cosine, nearest.get(pieces[chunk], -1.0))
        return nearest

    def _candidates(self, ids: list[str], query: str) -> list[Candidate]:
        from kb.lookup.features import Candidate, ChunkText

        chunks = self._lexical.chunks_of(ids)
        cosines = self._vectors.cosines(query, [chunk.id for found in chunks.values() for chunk in found])
        nan = float("nan")
        return [
            Candidate(
                entry_id, "", next((c.text for c in found if c.role == "title"), ""),
                tuple(ChunkText(c.role, tuple(c.tokens)) for c in found),
                tuple(cosines.get(c.id, nan) for c in found),
                next((cosines.get(c.id, nan) for c in found if c.role == "title"), nan),
            )
            for entry_id in ids
            if (found := chunks.get(entry_id))
        ]  # fmt: skip

    def _stats(self, tokens: Iterable[str], candidates: list[Candidate]) -> CorpusStats:
        from kb.lookup.agreement import words_of
        from kb.lookup.features import plain_words
        from kb.lookup.rarity import CorpusStats

        titles = [word for candidate in candidates for word in plain_words(candidate.title)]
        titles += chain.from_iterable(words_of(_title_tokens(one)) for one in candidates)
        entries, mean_chunk, mean_entry = self._lexical.size()
        known = self._lexical.document_frequencies([*tokens, *titles])
        return CorpusStats(entries, mean_entry, known, mean_chunk)


def _title_tokens(one: Candidate) -> list[str]:
    """The words of what names the candidate: of a pattern, the text that was learned."""
    return [token for piece in one.chunks if piece.role == "title" for token in piece.tokens]


def _masked_title(one: Candidate) -> list[str]:
    """The words of what names the candidate, what varies left out, where that is one line."""
    return [] if "\n" in one.title.strip() else tokenize(mask(one.title))


def _own(one: Candidate) -> Candidate:
    """The candidate without the words that it was asked in."""
    kept = [n for n, piece in enumerate(one.chunks) if piece.role != ASKED]
    return replace(
        one, chunks=tuple(one.chunks[n] for n in kept), cosines=tuple(one.cosines[n] for n in kept)
    )


def _by_words_asked(hit: Found, own: Mapping[str, Found]) -> Found:
    """The hit, with what its own texts say where words that it was asked in say more."""
    plain = own.get(hit.entry_id)
    if plain is None or plain.strength >= hit.strength:
        return hit
    reason = f"near to words that it was asked in when it resolved the trouble; {hit.reason}"
    return replace(hit, reason=reason, hearsay="those were not quite these words", own=plain)


def _ranked(one: Ranked, lexical_ids: set[str]) -> Found:
    from kb.lookup.confidence import probability
    from kb.lookup.ranking import opinion

    words, meaning = opinion(one.features, "words"), opinion(one.features, "meaning")
    tier = Tier.LEXICAL if one.entry_id in lexical_ids and words >= meaning else Tier.SEMANTIC
    rare, title = one.features["rare_words"], one.features["title_loose"]
    reason = f"shares {rare:.0%} of the rarest words, similarity {one.features['cosine']:.2f}"
    reason += f", {title:.0%} of its title is in the text" if title >= _MUCH_OF_TITLE else ""
    return Found(one.entry_id, tier, reason, None, probability(one.features), features=one.features)


def _lifted(found: list[Found]) -> list[Found]:
    """The same with the nearest in meaning lifted to what meaning alone can say for it."""
    from kb.lookup.confidence import by_meaning_alone

    similarity = [max(hit.features["cosine"], hit.features["title_cosine"]) for hit in found]
    nearest = similarity.index(max(similarity))
    alone = by_meaning_alone(similarity)
    if alone > found[nearest].strength:
        found[nearest] = replace(found[nearest], strength=alone, tier=Tier.SEMANTIC)
    return found


def _falling(found: list[Found]) -> list[Found]:
    """The same order with strengths that never rise: the ranking decides who is first."""
    lowest = accumulate((hit.strength for hit in found), min)
    return [replace(hit, strength=strength) for hit, strength in zip(found, lowest, strict=True)]
