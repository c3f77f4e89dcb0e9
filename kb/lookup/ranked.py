"""The ranked tiers: words and meaning feed one set of candidates, which is ranked as a whole.

A candidate of one of the two is never dropped for lack of the other's support.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import accumulate, chain, zip_longest
from typing import TYPE_CHECKING

from kb.index.vectors import VectorIndex
from kb.lookup.candidates import Found
from kb.lookup.scoring import RELATED
from kb.model.ledger import Tier
from kb.store.lexical_index import EVERYTHING, Filter, LexicalIndex, StoredChunk
from kb.text.entries.chunks import ASKED, WHOLE, spelled_out
from kb.text.kinds import Kind
from kb.text.masking import mask
from kb.text.tokens import tokenize

if TYPE_CHECKING:
    from kb.lookup.features import Candidate, Query, Ranked
    from kb.lookup.rarity import CorpusStats

MOST_CHUNKS = 120
"""Chunks that each of the two is asked for at the most; two for each candidate else."""
MAX_CANDIDATES = 32
"""Entries that are ranked: 60 instead of 32 found no more of 134 alerts in the first five, nor 100 of 435 log lines."""
_MUCH_OF_TITLE = 0.5
_TOLD = (Kind.ALERT, Kind.SENTENCE)
"""Kinds of texts that people wrote."""


class RankedTiers:
    """Words and meaning: the union of both candidate sets, ranked by readable features."""

    def __init__(self, lexical: LexicalIndex, vectors: VectorIndex) -> None:
        self._lexical, self._vectors = lexical, vectors

    def reading(self) -> AbstractContextManager[None]:
        """One state of the store for all that a question asks."""
        return self._vectors.reading()

    def search(
        self,
        query: str,
        limit: int = MAX_CANDIDATES,
        *,
        as_written: str = "",
        kind: Kind = Kind.ALERT,
        said: str = "",
        names: Sequence[str] = (),
        alert: str = "",
        only: Filter = EVERYTHING,
        all_chunks: bool = False,
    ) -> list[Found]:
        """The candidates for a text, best first; `strength` is the chance that each is right.

        `query` is masked, `as_written` has what that leaves out.  Its `kind` says which calibration counts; sentences
        are answered by what `sentences` makes of them, too.  What programs said is compared to the letter: `said`,
        where it is not the query itself.  `names` are those of alerts in it, `alert` that of the one that it is: who
        speaks of others is a sibling of what is asked.  `only` is asked of both indexes; with `all_chunks` they are
        asked until there are `limit` candidates, or no more.
        """
        from kb.lookup.features import Query
        from kb.lookup.question import asked_words
        from kb.lookup.rarity import words_of

        written, prose = said or query, kind in _TOLD
        tokens = asked_words(query, as_written or query, self._lexical.document_frequencies, prose=prose)
        by_words, ids = self._ids(query, tokens, limit, only, all_chunks)
        candidates = self._candidates(ids, spelled_out(query))
        if not candidates:
            return []
        asked = Query(query, tuple(tokens))
        words = [*tokens, *words_of(tokenize(written)), *asked.words, *map(str.lower, names)]
        stats = self._stats(words, candidates)
        strange = tuple(name for name in names if not stats.df.get(name.lower()))
        asked = replace(asked, written=written, names=strange, alert=alert)
        return _Asking(asked, kind, by_words, stats).ranked(candidates)

    def _ids(
        self, query: str, tokens: Sequence[str], limit: int, only: Filter, all_chunks: bool
    ) -> tuple[set[str], list[str]]:
        """The entries that words find, and those that words and meaning find, in turns, at most `limit` of them."""
        spelled, chunks = spelled_out(query), 2 * limit if all_chunks else min(MOST_CHUNKS, 2 * limit)
        while True:
            words = self._lexical.search(tokens, chunks, only) if tokens else []
            meanings = self._vectors.search(spelled, chunks, only) if query.strip() else []
            turns = chain.from_iterable(
                zip_longest((h.entry_id for h in words), (h.entry_id for h in meanings))
            )
            ids = [entry_id for entry_id in dict.fromkeys(turns) if entry_id][:limit]
            if not all_chunks or len(ids) == limit or max(len(words), len(meanings)) < chunks:
                return {hit.entry_id for hit in words}, ids
            chunks *= 4

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
        chunks = self._lexical.chunks_of(ids)
        cosines = self._vectors.cosines(query, [chunk.id for found in chunks.values() for chunk in found])
        return [_candidate(key, chunks[key], cosines) for key in ids if chunks.get(key)]

    def _stats(self, tokens: Iterable[str], candidates: list[Candidate]) -> CorpusStats:
        from kb.lookup.features import plain_words
        from kb.lookup.rarity import stats_of, words_of

        titles = [word for candidate in candidates for word in plain_words(candidate.title)]
        titles += chain.from_iterable(words_of(_title_tokens(one)) for one in candidates)
        return stats_of(self._lexical, [*tokens, *titles])


@dataclass(frozen=True, slots=True)
class _Asking:
    """One question, and what is known of the words in it and in its candidates."""

    query: Query
    kind: Kind
    by_words: set[str]
    """The entries that words found."""
    stats: CorpusStats

    def ranked(self, candidates: Sequence[Candidate]) -> list[Found]:
        """The candidates, best first, each by its own words where those it was asked in say more."""
        hits = self._in_own_words(_falling(self._in_order(candidates)), candidates)
        likely = {hit.entry_id for hit in hits if hit.strength >= RELATED}
        taught = [
            plain
            for one in candidates
            if one.entry_id in likely and (plain := _own(one)).chunks != one.chunks
        ]
        bare = self._in_own_words([self._found(one) for one in self._ranks(taught)], taught)
        own = {one.entry_id: one for one in bare}
        return [_by_words_asked(hit, own) for hit in hits]

    def _ranks(self, candidates: Sequence[Candidate]) -> list[Ranked]:
        from kb.lookup.features import rank

        return rank(self.query, candidates, self.stats)

    def _in_order(self, candidates: Sequence[Candidate]) -> list[Found]:
        """The candidates as the ranking has them, siblings of what is asked behind it, with what tells each apart."""
        from kb.lookup.rarity import words_of
        from kb.lookup.siblings import differences, subject_first

        by_score = {one.entry_id: one for one in self._ranks(candidates)}
        by_id = {one.entry_id: one for one in candidates}
        ordered = subject_first(self.query, [by_id[key] for key in by_score], self.stats)
        values = {one.entry_id: by_score[one.entry_id].features for one in ordered}
        differs = differences(self.query, ordered, self.stats, values)
        words, masked = words_of(tokenize(self.query.written)), set(tokenize(mask(self.query.written)))
        return [
            replace(
                self._with_title(self._found(by_score[one.entry_id]), one, words, masked),
                differs=differs[one.entry_id],
            )
            for one in ordered
        ]

    def _with_title(self, hit: Found, one: Candidate, words: set[str], masked: set[str]) -> Found:
        """The hit, with what its title has in common with the words of the text, and with those of its template."""
        from kb.lookup.features import named_in_title
        from kb.lookup.rarity import agreement, share_of

        return replace(
            hit,
            named=named_in_title(self.query, one.title, self.stats),
            agreed=agreement(words, _title_tokens(one), self.stats),
            covered=share_of(_masked_title(one), masked, self.stats),
        )

    def _found(self, one: Ranked) -> Found:
        from kb.lookup.features import opinion
        from kb.lookup.scoring import probability

        words, meaning = opinion(one.features, "words"), opinion(one.features, "meaning")
        tier = Tier.LEXICAL if one.entry_id in self.by_words and words >= meaning else Tier.SEMANTIC
        rare, title = one.features["rare_words"], one.features["title_loose"]
        reason = f"shares {rare:.0%} of the rarest words, similarity {one.features['cosine']:.2f}"
        reason += f", {title:.0%} of its title is in the text" if title >= _MUCH_OF_TITLE else ""
        chance = probability(one.features, self.kind)
        return Found(one.entry_id, tier, reason, None, chance, features=one.features)

    def _in_own_words(self, found: list[Found], candidates: Sequence[Candidate]) -> list[Found]:
        """A sentence is asked in words of one's own: each hit by the better of two chances."""
        from kb.lookup import scoring

        if self.kind is not Kind.SENTENCE:
            return found
        said = {one.entry_id: scoring.opinions(self.query, one, self.stats) for one in candidates}
        scores = {key: scoring.score(values, self.stats.documents) for key, values in said.items()}
        better = [
            replace(
                hit,
                strength=scoring.either(hit.strength, scores[hit.entry_id]),
                features=hit.features | said[hit.entry_id],
            )
            for hit in found
        ]
        return sorted(better, key=lambda hit: (-hit.strength, -scores[hit.entry_id], hit.entry_id))


def _candidate(entry_id: str, pieces: Sequence[StoredChunk], cosines: Mapping[int, float]) -> Candidate:
    from kb.lookup.features import Candidate, ChunkText

    own, nan = [piece for piece in pieces if piece.role != WHOLE], float("nan")
    title = next((piece for piece in own if piece.role == "title"), None)
    whole = next((piece for piece in pieces if piece.role == WHOLE), None)
    return Candidate(
        entry_id,
        "",
        title.text if title else "",
        tuple(ChunkText(piece.role, tuple(piece.tokens)) for piece in own),
        tuple(cosines.get(piece.id, nan) for piece in own),
        cosines.get(title.id, nan) if title else nan,
        cosines.get(whole.id, nan) if whole else nan,
        tuple(whole.tokens) if whole else (),
    )


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
    return replace(
        hit,
        reason=reason,
        hearsay="those were not quite these words",
        own=replace(plain, differs=hit.differs),
    )


def _falling(found: list[Found]) -> list[Found]:
    """The same order with strengths that never rise: the ranking decides who is first."""
    lowest = accumulate((hit.strength for hit in found), min)
    return [replace(hit, strength=strength) for hit, strength in zip(found, lowest, strict=True)]
