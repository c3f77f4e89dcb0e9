"""The order of candidates: the weighted mean of three opinions, words, meaning and subject.

Meaning is the plain mean of its features (`kb.lookup.features`), words the root of theirs: the first
words that are shared tell more than the next ones.  The subject is what the title says, or, where that
is more, how nearly the entry quotes the question (its pairs of words, its rarest ones and the most of it
at once): a log line in a postmortem names its subject better than the postmortem's title.  The score runs
from 0 to 1 and can be explained by the numbers it was added up from.  Weights are round on purpose: fitted
on one kind of source they did worse on the others (`benchmarks/ranking.py` measures the score).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.lookup.features import FEATURE_NAMES, Candidate, Query, features
from kb.lookup.rarity import CorpusStats

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
