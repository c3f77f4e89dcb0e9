"""How well an entry answers a question, in numbers that any engineer can read, each from 0 to 1; and the order by them.

Eleven features in three groups.  *Words*: how much of the question's weight (rare words weigh more) the entry's best
chunk holds, the whole entry holds, its adjacent pairs hold, how much of the rarest third it holds, and how much of it
stands in one chunk, however often.  *Meaning*: cosine of the best chunk, mean cosine of all, cosine of the title.
*Title*: how much of the title the question mentions, the same allowing for other endings, and the similarity of the
character 4-grams.  A title that says nothing, since many entries have all of its words ("Add query for bug 1263032"),
counts as none.

All are absolute: they mean the same for one candidate as for a hundred, which is what lets a verdict rest on them.
Nothing is tokenised here but titles; a chunk brings its tokens along.

The order (`rank`) is the weighted mean of three opinions.  *Meaning* is the plain mean of its features, *words* the
root of theirs: the first words that are shared tell more than the next ones.  The *subject* is what the title says,
or, where that is more, how nearly the entry quotes the question (its pairs of words, its rarest ones and the most of
it at once): a log line in a postmortem names its subject better than the postmortem's title.  The score runs from 0
to 1 and can be explained by the numbers it was added up from.  Weights are round on purpose: fitted on one kind of
source they did worse on the others (`benchmarks/ranking.py` measures the score).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import compress, count, pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from kb.expression import expression
from kb.lookup.rarity import CorpusStats
from kb.text.entries.chunks import spelled_out
from kb.text.tokens import STOP_WORDS, stem

if TYPE_CHECKING:  # (what an exact tier settles is ranked by nothing, and needs no numpy)
    import numpy as np
    from numpy.typing import NDArray

FEATURE_NAMES: tuple[str, ...] = (
    "best_chunk",
    "whole_entry",
    "word_pairs",
    "rare_words",
    "coverage",
    "cosine",
    "mean_cosine",
    "title_cosine",
    "title_exact",
    "title_loose",
    "title_letters",
)
"""Names of the columns of `features`, in order: words, meaning, title."""

_SATURATION, _LENGTH_WEIGHT = 1.2, 0.75  # BM25's k1 and b, as everybody uses them
_TITLE_CHARACTERS = 300
_SHORTEST_AGENT = 6
"""Letters of what is named by what it does: `compactor`, `scheduler`."""
_COMMON_SHARE, _COMMON_FEWEST = 1 / 3, 5
"""Of all entries the share, and how many at the least, that have a word which says nothing in a title."""
_Key = TypeVar("_Key")
_WORD = expression(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class ChunkText:
    """The words of one chunk: the tokens of its text, in order."""

    role: str
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may be the answer.  `cosines` has one value a chunk; NaN where it is not known."""

    entry_id: str
    kind: str
    title: str
    chunks: tuple[ChunkText, ...]
    cosines: tuple[float, ...] = ()
    title_cosine: float = math.nan
    whole_cosine: float = math.nan
    """That of the piece of the whole, which short entries have."""
    names: tuple[str, ...] = ()
    """Tokens of the services and tools that a short entry is about."""


@dataclass(frozen=True)
class Query:
    """A question, masked: its `text` and the tokens of that text."""

    text: str
    tokens: tuple[str, ...]
    written: str = ""
    """The question with its numbers."""
    names: tuple[str, ...] = ()
    """Names of alerts in it that nothing at hand speaks of."""
    alert: str = ""
    """The name of the alert that it is, where it says so."""

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its plain words, as `plain_words` makes them."""
        return plain_words(self.text)

    @cached_property
    def known_words(self) -> frozenset[str]:
        """Tokens and plain words together: what a title's word is looked up in."""
        return frozenset(self.tokens) | frozenset(self.words)

    @cached_property
    def beginnings(self) -> tuple[frozenset[str], frozenset[str]]:
        """All beginnings of its words, and those of three quarters of the word or more."""
        every = frozenset(word[:n] for word in self.words for n in range(4, len(word) + 1))
        long = frozenset(word[:n] for word in self.words for n in range(_stem_length(word), len(word) + 1))
        return every, long

    @cached_property
    def grams(self) -> tuple[Counter[str], float]:
        """Its character 4-grams, and their norm."""
        return _grams(self.text)


def features(query: Query, candidates: Sequence[Candidate], stats: CorpusStats) -> NDArray[np.float64]:
    """One row a candidate, one column a name of `FEATURE_NAMES`, all values from 0 to 1."""
    import numpy as np

    if not candidates:
        return np.zeros((0, len(FEATURE_NAMES)))
    candidates = [_without_empty_title(one, stats) for one in candidates]
    weights = _Weights.of(query, stats)
    words = np.array([_word_features(one, weights, stats) for one in candidates])
    titles = np.array([_title_features(query, one, stats) for one in candidates])
    return np.asarray(np.clip(np.hstack([words, _meaning_features(candidates), titles]), 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class _Weights:
    """The question's terms, pairs and rarest terms, each with the share of its group's weight."""

    terms: dict[str, float]
    pairs: Mapping[tuple[str, str], float]
    rare: Mapping[str, float]

    @classmethod
    def of(cls, query: Query, stats: CorpusStats) -> _Weights:
        idf = {term: stats.idf(term) for term in query.tokens}
        pairs = {pair: (idf[pair[0]] + idf[pair[1]]) / 2 for pair in pairwise(query.tokens)}
        rarest = sorted(idf, key=lambda term: (-idf[term], term))[: max(3, math.ceil(len(idf) / 3))]
        return cls(_shares(idf), _shares(pairs), _shares({term: idf[term] for term in rarest}))


def _shares(weights: Mapping[_Key, float]) -> dict[_Key, float]:
    total = sum(weights.values()) or 1.0
    return {key: weight / total for key, weight in weights.items()}


def _word_features(candidate: Candidate, weights: _Weights, stats: CorpusStats) -> tuple[float, ...]:
    every: list[str] = []
    pairs: set[tuple[str, str]] = set()
    length, best, covered = 0, 0.0, 0.0
    for chunk in candidate.chunks:
        tokens = chunk.tokens
        length += len(tokens)
        places = list(compress(count(), map(weights.terms.__contains__, tokens)))
        if not places:
            continue
        present = [tokens[place] for place in places]
        counts = _counted(present)
        best = max(best, _bm25(counts, weights.terms, len(tokens) / (stats.average_chunk_length or 1.0)))
        covered = max(covered, sum([weights.terms[term] for term in counts]))
        pairs.update([(tokens[a], tokens[b]) for a, b in pairwise(places) if b == a + 1])
        every += present
    whole = _counted(every)
    return (
        best,
        _bm25(whole, weights.terms, length / (stats.average_length or 1.0)),
        sum(weights.pairs.get(pair, 0.0) for pair in pairs),
        sum(share for term, share in weights.rare.items() if term in whole),
        covered,
    )


def _without_empty_title(candidate: Candidate, stats: CorpusStats) -> Candidate:
    """The candidate, without its title where that says nothing and its text says something."""
    words = [word for word in plain_words(candidate.title[:_TITLE_CHARACTERS]) if not word.isdecimal()]
    common = max(_COMMON_FEWEST, _COMMON_SHARE * stats.documents)
    if not words or any(stats.df.get(word, 0) < common for word in words):
        return candidate
    body = [piece.role != "title" for piece in candidate.chunks]
    if not any(body):
        return candidate
    cosines = tuple(compress(candidate.cosines, body))
    return replace(candidate, title="", cosines=cosines, title_cosine=math.nan)


def _counted(terms: Sequence[str]) -> dict[str, int]:
    """As `Counter`, which takes three times as long for a handful."""
    counts: dict[str, int] = {}
    for term in terms:
        counts[term] = counts.get(term, 0) + 1
    return counts


def _bm25(counts: Mapping[str, int], shares: Mapping[str, float], relative_length: float) -> float:
    """BM25 as a share of what a text that repeats every term without end would reach."""
    damping = _SATURATION * (1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * relative_length)
    return sum([shares[term] * times / (times + damping) for term, times in counts.items()])


def _meaning_features(candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """Best, mean and title cosine; what is not known counts as the lowest that is.

    An entry without a title is compared by its text alone: that it has none says nothing against it.
    """
    import numpy as np

    rows = np.array([_cosines(candidate) for candidate in candidates])
    for column in rows.T:
        known = column[~np.isnan(column)]
        column[np.isnan(column)] = known.min() if known.size else 0.0
    return rows


def _cosines(candidate: Candidate) -> tuple[float, float, float]:
    known = [cosine for cosine in candidate.cosines if not math.isnan(cosine)]
    if not known:
        return math.nan, math.nan, candidate.title_cosine
    best, mean = max(known), sum(known) / len(known)
    untitled = math.isnan(candidate.title_cosine)
    return best, mean, (best + mean) / 2 if untitled else candidate.title_cosine


def _title_features(query: Query, candidate: Candidate, stats: CorpusStats) -> tuple[float, float, float]:
    title = candidate.title[:_TITLE_CHARACTERS]
    shares = _shares({word: stats.idf(word) for word in plain_words(title)})
    missing = _missing(query, title, shares)
    exact = 1.0 - sum([shares[word] for word in missing]) if shares else 0.0
    loose = exact + sum([shares[word] for word in missing if has_relative(word, query)])
    return exact, loose, _gram_cosine(query.grams, _grams(title))


def _missing(query: Query, title: str, words: Iterable[str]) -> list[str]:
    """Those of the title's words that the question has not, neither alone nor joined with their neighbour."""
    missing = [word for word in words if word not in query.known_words]
    joined = _joined(title, query) if missing else set()
    return [word for word in missing if word not in joined]


def lacking(query: Query, title: str) -> list[str]:
    """Words of the title that the question has in no form."""
    title = title[:_TITLE_CHARACTERS]
    return [word for word in _missing(query, title, plain_words(title)) if not has_relative(word, query)]


def named_in_title(query: Query, title: str, stats: CorpusStats) -> dict[str, float]:
    """Words of the title that the question has, each with its share of the weight of the question's tokens."""
    total = sum(stats.idf(token) for token in set(query.tokens)) or 1.0
    words = plain_words(title[:_TITLE_CHARACTERS])
    return {word: stats.idf(word) / total for word in words if word in query.known_words}


def _joined(title: str, query: Query) -> set[str]:
    """Words of the title that the question has in one word with their neighbour: `Mis Scheduled`, `misscheduled`.

    A form that is one of the two says nothing of the other.
    """
    known = query.known_words
    return {
        word
        for forms, words in _neighbours(title)
        if any(form in known and form not in words for form in forms)
        for word in words
    }


@lru_cache(maxsize=4096)
def _neighbours(title: str) -> tuple[tuple[tuple[str, str], tuple[str, str]], ...]:
    """For each two words of a title that follow one another: both joined, as written and stemmed, and their stems."""
    spelled = [word for word in _spelled(title) if word not in STOP_WORDS]
    return tuple(((a + b, stem(a + b)), (stem(a), stem(b))) for a, b in pairwise(spelled))


def has_relative(word: str, query: Query) -> bool:
    """Whether the question has this word with another ending: `config`, `configuration`.

    What does a thing is not what is done: `compacted` is no word for a `compactor`.
    """
    every, long = query.beginnings
    if len(word) < 4:
        return False
    if len(word) >= _SHORTEST_AGENT and word.endswith(("er", "or")):
        return word in every
    return word[: _stem_length(word)] in every or any(word[:n] in long for n in range(4, len(word) + 1))


def _stem_length(word: str) -> int:
    return max(4, math.ceil(0.75 * len(word)))


@lru_cache(maxsize=4096)
def plain_words(text: str) -> tuple[str, ...]:
    """Words as `CorpusStats.df` counts them: identifiers taken apart, stemmed, stop words left out.

    Whoever loads `df` for a ranking loads it for the question's tokens and for these of every title.
    """
    return tuple(stem(word) for word in _spelled(text) if word not in STOP_WORDS)


@lru_cache(maxsize=4096)
def _grams(text: str) -> tuple[Counter[str], float]:
    """Character 4-grams of the words of a text, as written, and the norm of their counts."""
    line = f" {' '.join(_spelled(text))} "
    grams = Counter([line[at : at + 4] for at in range(len(line) - 3)])
    return grams, math.sqrt(sum([times * times for times in grams.values()]))


def _spelled(text: str) -> list[str]:
    return _WORD.findall(spelled_out(text).lower())


def _gram_cosine(left: tuple[Counter[str], float], right: tuple[Counter[str], float]) -> float:
    (one, one_norm), (other, other_norm) = left, right
    product = sum([times * one[gram] for gram, times in other.items() if gram in one])
    return product / (one_norm * other_norm) if product else 0.0


GROUPS: dict[str, tuple[float, tuple[str, ...]]] = {
    "words": (1.0, ("best_chunk", "whole_entry", "word_pairs", "rare_words", "coverage")),
    "meaning": (1.5, ("cosine", "mean_cosine", "title_cosine")),
    "subject": (1.0, ("title_exact", "title_loose", "title_letters")),
}
"""The opinions: the weight of each and the features that it is made of."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score and the features that explain it."""

    entry_id: str
    score: float
    features: dict[str, float]


def rank(query: Query, candidates: Sequence[Candidate], stats: CorpusStats) -> list[Ranked]:
    """The candidates, best first; equal scores in the order of their ids, whatever order they came in."""
    table = features(query, candidates, stats)
    ranked = [
        Ranked(candidate.entry_id, round(score, 9), dict(zip(FEATURE_NAMES, row, strict=True)))
        for candidate, score, row in zip(candidates, scores(table).tolist(), table.tolist(), strict=True)
    ]
    return sorted(ranked, key=lambda one: (-one.score, one.entry_id))


def scores(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """The score of every row of a feature table, 0 to 1."""
    import numpy as np

    columns = dict(zip(FEATURE_NAMES, table.T, strict=True))
    total = sum(weight for weight, _ in GROUPS.values())
    weighted = (weight * _opinion(columns, group, np.maximum) for group, (weight, _) in GROUPS.items())
    return np.asarray(sum(weighted, np.zeros(len(table))) / total)


def opinion(values: Mapping[str, float], group: str) -> float:
    """What one group (`words`, `meaning` or `subject`) says about a candidate, 0 to 1."""
    return float(_opinion(values, group, max))


def _opinion(values: Mapping[str, Any], group: str, larger: Callable[[Any, Any], Any]) -> Any:
    """The same for numbers or for whole columns."""
    _, names = GROUPS[group]
    mean = sum(values[name] for name in names) / len(names)
    if group == "words":
        return mean**0.5
    quoted = values["word_pairs"] * values["rare_words"] * values["coverage"]
    return larger(mean, quoted) if group == "subject" else mean
