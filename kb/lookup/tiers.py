"""Candidates, cheapest tier first: fingerprint, signature, then words and meaning together.

Each tier returns what it found and why, and judges nothing.  A candidate of one ranked tier is
never dropped for lack of the other's support: both feed one set, which is ranked as a whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain, zip_longest
from typing import TYPE_CHECKING

from kb.lookup.question import Question
from kb.lookup.thresholds import RELATED
from kb.records.ledger import Evidence, Tier, Wording
from kb.storage.entries import EntryTable
from kb.storage.identify import name_key
from kb.storage.lexical import LexicalIndex
from kb.storage.vectors import VectorIndex
from kb.text.chunks import ASKED, spelled_out
from kb.text.mask import mask, without_prefix
from kb.text.masking_rules import PLACEHOLDER
from kb.text.redact import redact
from kb.text.signature_set import SignatureHit, SignatureSet
from kb.text.specificity import specificity, text_specificity
from kb.text.tokens import tokenize

if TYPE_CHECKING:
    from kb.lookup.features import Candidate, CorpusStats
    from kb.lookup.ranking import Ranked

LEXICAL_CHUNKS = 120
SEMANTIC_CHUNKS = 120
MAX_CANDIDATES = 100
_SHOWN = 200
_LITTLE = 0.75
"""Of what a match tells, the share that the rest of its line may tell for the match to be the whole of it."""
_LONG = 2_000
_MUCH_OF_TITLE = 0.5
_HUMP = re.compile(r"[A-Z]+[a-z0-9]*")
_ALERTING = re.compile(r"alert|firing", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate: which tier found it, why in words, and how telling that is (0 to 1)."""

    entry_id: str
    tier: Tier
    reason: str
    evidence: Evidence | None
    strength: float
    whole: bool = False
    """The evidence line says little beyond what was found."""
    hearsay: str = ""
    """Why it cannot settle the question by itself, where it rests on words that were only asked."""
    own: Found | None = None
    """What the entry's own texts say, where this rests on words that it was asked in."""
    taught: float = 0.0
    """How telling the most telling line is that led to this entry, and hardly to another, when it was asked before."""
    captures: dict[str, str] = field(default_factory=dict)
    features: dict[str, float] = field(default_factory=dict)


OnFound = Callable[[Found], None]
"""Told of an entry at the moment that its signature was found."""


def by_fingerprint(question: Question, entries: EntryTable) -> list[Found]:
    """Entries that have the template of an evidence line, or the name of an alert in it."""
    wanted = {e.fingerprint: e for e in question.evidence if e.fingerprint}
    names = {name_key(name): name for name in question.names}
    found: dict[str, Found] = {}
    taught: dict[str, float] = {}
    rows = entries.matching_fingerprints([*wanted, *(key for key in names if key)])
    owners = Counter(row["fingerprint"] for row in rows)
    wordings = entries.wordings(rows)
    for row in rows:
        key = row["fingerprint"]
        if key in wanted:
            source = wanted[key]
            evidence = Evidence(
                text=source.line.text, line=source.line.line, start=source.line.start, end=source.line.end
            )
            what = {"sample": "a sample", "log": "a log line", "symptom": "a symptom"}.get(
                row["origin"], "the pattern"
            )
            # A line that many entries quote, such as a generic wrapper error, tells little.
            strength = text_specificity(source.template) * min(1.0, 2 / owners[key])
            reason, hearsay = f"same template as {what} of the entry", ""
            if wording := wordings.get((row["entry_id"], key)):
                reason, hearsay = _asked_before(wording, question)
                taught[row["entry_id"]] = max(
                    taught.get(row["entry_id"], 0.0), text_specificity(source.template) / owners[key]
                )
            hit = Found(row["entry_id"], Tier.FINGERPRINT, reason, evidence, strength, True, hearsay)
        else:
            hit = _named(row["entry_id"], names[key], question)
        if hit.entry_id not in found or _tells_more(hit, found[hit.entry_id]):
            found[hit.entry_id] = hit
    hits = [replace(hit, taught=taught.get(hit.entry_id, 0.0)) for hit in found.values()]
    return sorted(hits, key=lambda hit: (-hit.strength, hit.entry_id))


def _tells_more(one: Found, other: Found) -> bool:
    return (not one.hearsay, one.strength) > (not other.hearsay, other.strength)


def _asked_before(wording: Wording, question: Question) -> tuple[str, str]:
    """The reason of a match by what was asked before, and why that settles nothing, if it does not."""
    said = f"asked in these words on {wording.at.date().isoformat()}, and it resolved that"
    if not wording.verified:
        return said, "nobody verified that"
    elsewhere = [name.casefold() for name in wording.services]
    if question.service and elsewhere and question.service.casefold() not in elsewhere:
        return said, f"but it was asked for {', '.join(wording.services)}"
    return said, ""


def _named(entry_id: str, name: str, question: Question) -> Found:
    line = next(e.line for e in question.evidence if name in e.line.text)
    start = line.start + line.text.index(name)
    evidence = Evidence(text=name, line=line.line, start=start, end=start + len(name))
    # `PostgreSQL` is a product that many texts mention; `KubePodCrashLooping` can only be the alert.
    sure = len(_HUMP.findall(name)) > 2 or _ALERTING.search(line.text) is not None
    return Found(entry_id, Tier.FINGERPRINT, f"the text names {name}", evidence, 0.8 if sure else 0.5)


class SignatureScan:
    """Collects the signatures that occur in a text which is read block by block."""

    def __init__(self, signatures: SignatureSet, on_found: OnFound | None = None) -> None:
        """`on_found` is told of each entry when its first block was read, long before a long text ends."""
        self._signatures, self._on_found = signatures, on_found
        self._found: dict[str, Found] = {}
        self._seen = set[int]()

    def block(self, text: str, offset: int, first_line: int) -> None:
        """Scan one block; see `question.OnBlock`."""
        for hit in self._signatures.scan(text, self._seen):
            found = _signed(hit, text, offset, first_line)
            if self._on_found and hit.key not in self._found:
                self._on_found(found)
            if hit.key not in self._found or found.strength > self._found[hit.key].strength:
                self._found[hit.key] = found

    def found(self) -> list[Found]:
        """The entries whose signature occurred, the most telling first."""
        return sorted(self._found.values(), key=lambda hit: (-hit.strength, hit.entry_id))


def _signed(hit: SignatureHit, text: str, offset: int, first_line: int) -> Found:
    start, end = hit.spans[0]
    line = first_line + text.count("\n", 0, start)
    begin, finish = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    around = text[begin : finish if finish >= 0 else len(text)].strip()
    shown = redact(hit.matched[:_SHOWN]).text
    evidence = Evidence(text=shown, line=line, start=offset + start, end=offset + end)
    kind = "regex" if hit.signature.regex else "text"
    reason = f"the signature's {kind} occurs on line {line}"
    captures = {name: value for name, value in hit.captures.items() if not redact(value).count}
    strength = specificity(hit.signature)
    whole = len(around) < _LONG and text_specificity(_beside(hit.matched, around)) <= _LITTLE * strength
    return Found(hit.key, Tier.SIGNATURE, reason, evidence, strength, whole, captures=captures)


def _beside(matched: str, line: str) -> str:
    """What the line says beyond the match: without what a logger writes before it, and without ids."""
    before, _, after = line.partition(matched)
    rest = without_prefix(mask(f"{before} {PLACEHOLDER} {after}"))
    return rest.replace(PLACEHOLDER, " ")


class RankedTiers:
    """Words and meaning: the union of both candidate sets, ranked by readable features."""

    def __init__(self, lexical: LexicalIndex, vectors: VectorIndex) -> None:
        self._lexical, self._vectors = lexical, vectors

    def search(self, query: str, limit: int = MAX_CANDIDATES) -> list[Found]:
        """The candidates for a text, best first; `strength` is the chance that each is right."""
        from kb.lookup import ranking
        from kb.lookup.features import Query

        tokens = tokenize(query)
        words = self._lexical.search(tokens, LEXICAL_CHUNKS) if tokens else []
        spelled = spelled_out(query)
        meanings = self._vectors.search(spelled, SEMANTIC_CHUNKS) if query.strip() else []
        turns = chain.from_iterable(zip_longest((h.entry_id for h in words), (h.entry_id for h in meanings)))
        ids = [entry_id for entry_id in dict.fromkeys(turns) if entry_id][:limit]
        if not ids:
            return []
        lexical_ids = {hit.entry_id for hit in words}
        candidates = self._candidates(ids, spelled)
        asked, stats = Query(query, tuple(tokens)), self._stats(tokens, candidates)
        found = [_ranked(one, lexical_ids) for one in ranking.rank(asked, candidates, stats)]
        hits = _lifted(_falling(found))
        likely = {hit.entry_id for hit in hits if hit.strength >= RELATED}
        taught = [
            bare for one in candidates if one.entry_id in likely and (bare := _own(one)).chunks != one.chunks
        ]
        own = {one.entry_id: _ranked(one, lexical_ids) for one in ranking.rank(asked, taught, stats)}
        return [_by_words_asked(hit, own) for hit in hits]

    def _candidates(self, ids: list[str], query: str) -> list[Candidate]:
        from kb.lookup.features import Candidate, ChunkText

        chunks = self._lexical.chunks_of(ids)
        cosines = self._vectors.cosines(query, [chunk.id for found in chunks.values() for chunk in found])
        nan = float("nan")
        return [
            Candidate(
                entry_id, "", next((c.text for c in found if c.role == "title"), ""),
                tuple(ChunkText(c.role, c.tokens) for c in found),
                tuple(cosines.get(c.id, nan) for c in found),
                next((cosines.get(c.id, nan) for c in found if c.role == "title"), nan),
            )
            for entry_id in ids
            if (found := chunks.get(entry_id))
        ]  # fmt: skip

    def _stats(self, tokens: Iterable[str], candidates: list[Candidate]) -> CorpusStats:
        from kb.lookup.features import CorpusStats, plain_words

        titles = [word for candidate in candidates for word in plain_words(candidate.title)]
        entries, mean_chunk, mean_entry = self._lexical.size()
        known = self._lexical.document_frequencies([*tokens, *titles])
        return CorpusStats(entries, mean_entry, known, mean_chunk)


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
