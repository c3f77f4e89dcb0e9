"""How rare words are in a home, and how far two texts say the same by it: without numpy, which takes long to load.

Rare words tell texts apart, common ones do not (`CorpusStats.idf`).

Two texts of several lines say the same as far as each has the words of the other (`agreement`).  A log that holds a
learned one says all of it and much more; a short question says little of what was learned.  So the lower of the two
shares counts.  Words weigh by their rarity; numbers vary and do not count, nor do they where they stand before or
behind a word (`disk1`, `4657qemu`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum

from kb.expression import expression
from kb.store.lexical_index import LexicalIndex


@dataclass(frozen=True, slots=True)
class CorpusStats:
    """How common each token is: `df` counts the entries that hold it; lengths are in tokens."""

    documents: int
    average_length: float
    df: Mapping[str, int]
    average_chunk_length: float = 100.0

    def idf(self, term: str) -> float:
        """How telling a term is: high for a rare or unseen one, never below zero."""
        df = min(self.df.get(term, 0), self.documents)
        return math.log(1 + (self.documents - df + 0.5) / (df + 0.5))


def stats_of(lexical: LexicalIndex, tokens: Iterable[str]) -> CorpusStats:
    """How common these tokens are in the home, and how long its texts are."""
    entries, mean_chunk, mean_entry = lexical.size()
    return CorpusStats(entries, mean_entry, lexical.document_frequencies(tokens), mean_chunk)


_DIGIT = expression(r"\d")
_DIGITS = "0123456789"
_FEWEST_LETTERS = 3
"""Letters of a word that a number stands at."""


def agreement(asked: Iterable[str], learned: Iterable[str], stats: CorpusStats) -> float:
    """From 0, nothing in common, to 1, each says what the other says; both as tokens."""
    left, right = words_of(asked), words_of(learned)
    shared, least = left & right, max(_weight(left, stats), _weight(right, stats))
    return _weight(shared, stats) / least if least else 0.0


def share_of(learned: Iterable[str], asked: Iterable[str], stats: CorpusStats) -> float:
    """Of the weight of the tokens that were learned, the share that was asked, 0 to 1."""
    wanted = set(learned)
    total = _weight(wanted, stats)
    return _weight(wanted & set(asked), stats) / total if total else 0.0


def words_of(tokens: Iterable[str]) -> set[str]:
    """The words that count, without the numbers at their ends."""
    return {word for token in tokens if (word := _without_number(token))}


def _without_number(token: str) -> str:
    word = token.strip(_DIGITS)
    kept = not _DIGIT.search(word) and (word == token or len(word) >= _FEWEST_LETTERS)
    return word if kept else ""


def _weight(words: Iterable[str], stats: CorpusStats) -> float:
    return fsum(stats.idf(word) for word in words)
