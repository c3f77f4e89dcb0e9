"""How far two texts of several lines say the same: of the words of each, the share that the other has.

A log that holds a learned one says all of it and much more; a short question says little of what was learned.  So the
lower of the two shares counts: both must say the same.  Words weigh by their rarity; what holds a digit varies and does
not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kb.lookup.rarity import CorpusStats

_DIGIT = re.compile(r"\d")


def agreement(asked: Iterable[str], learned: Iterable[str], stats: CorpusStats) -> float:
    """From 0, nothing in common, to 1, each says what the other says; both as tokens."""
    left, right = _words(asked), _words(learned)
    shared, least = left & right, max(_weight(left, stats), _weight(right, stats))
    return _weight(shared, stats) / least if least else 0.0


def _words(tokens: Iterable[str]) -> set[str]:
    return {token for token in tokens if not _DIGIT.search(token)}


def _weight(words: Iterable[str], stats: CorpusStats) -> float:
    return sum(stats.idf(word) for word in words)
