"""Questions that nobody could answer, put together by what they have in common.

Two questions belong together when their telling lines have the same fingerprint, or templates that share
most of their words and at least one rare word.  Nothing is compared by meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kb.lookup.thresholds import GENERIC
from kb.proposals.facts import telling_words
from kb.records.ledger import Asked
from kb.text.mask import fingerprint, mask, without_prefix
from kb.text.specificity import text_specificity
from kb.text.tokens import tokenize

NEAR_TEMPLATES = 0.6
"""Share of words (Jaccard) from which two templates tell of the same thing."""


@dataclass(frozen=True, slots=True)
class Line:
    """A telling line of a question, with its template and fingerprint."""

    text: str
    template: str
    fingerprint: str
    words: frozenset[str]


@dataclass(slots=True)
class Cluster:
    """Questions with one line in common, the oldest first; `lines` has one line a fingerprint."""

    lines: dict[str, Line] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    texts: dict[str, None] = field(default_factory=dict)

    def add(self, asked: Asked, line: Line) -> None:
        """Take in a question."""
        self.lines.setdefault(line.fingerprint, line)
        self.texts.setdefault(line.text)
        self.asked.append(asked)

    def near(self, line: Line) -> bool:
        """Whether the line's template is near the one that the cluster began with."""
        first = next(iter(self.lines.values()))
        shared, union = len(first.words & line.words), len(first.words | line.words)
        rare = telling_words(first.template) & telling_words(line.template)
        return bool(rare) and shared >= NEAR_TEMPLATES * union


def cluster(asked: Sequence[Asked]) -> list[Cluster]:
    """The questions in clusters, in the order of their first question; each in one cluster at most."""
    lines = {one.id: tuple(_lines(one)) for one in asked}
    seen = Counter(print_ for found in lines.values() for print_ in {line.fingerprint for line in found})
    clusters: list[Cluster] = []
    by_fingerprint: dict[str, Cluster] = {}
    for one in asked:
        line = _leading(one, lines[one.id], seen)
        if line is None:
            continue
        found = by_fingerprint.get(line.fingerprint) or next((c for c in clusters if c.near(line)), None)
        if found is None:
            clusters.append(found := Cluster())
        by_fingerprint[line.fingerprint] = found
        found.add(one, line)
    return clusters


def _lines(asked: Asked) -> Iterator[Line]:
    """The lines that say enough to stand for the question."""
    for text in asked.lines:
        template = without_prefix(mask(text))
        print_ = fingerprint(text)
        if print_ and text_specificity(template) >= GENERIC:
            yield Line(text.strip(), template, print_, frozenset(tokenize(template)))


def _leading(asked: Asked, lines: Sequence[Line], seen: Counter[str]) -> Line | None:
    """The line that others asked for as well, the most telling one first; of lines of its own the most telling."""
    if not lines:
        return None

    def rank(line: Line) -> tuple[bool, bool, int, float]:
        shared = seen[line.fingerprint]
        return shared > 1, line.fingerprint == asked.fingerprint, shared, text_specificity(line.template)

    return max(lines, key=rank)
