"""How rare words are in a home: what tells texts apart, without the weight of numpy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.storage.lexical import LexicalIndex


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
