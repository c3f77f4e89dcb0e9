"""Questions that nobody could answer, put together by what they have in common.

Two questions belong together when their telling lines have the same fingerprint, or near templates: most
words shared, at least one telling word among them, and no telling word in place of another.  So "no module
named netifaces" and "no module named mock" stay two.  Nothing is compared by meaning.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kb.lookup.thresholds import GENERIC
from kb.proposals.facts import masked, telling_words, told
from kb.records.ledger import Asked
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
    telling: frozenset[str]


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

    @property
    def first(self) -> Line:
        """The line that the cluster began with."""
        return next(iter(self.lines.values()))

    def near(self, line: Line) -> bool:
        """Whether the line's template is near the one that the cluster began with."""
        first = self.first
        if not (first.telling <= line.telling or line.telling <= first.telling):
            return False
        shared, union = len(first.words & line.words), len(first.words | line.words)
        return bool(first.telling & line.telling) and shared >= NEAR_TEMPLATES * union


def cluster(asked: Sequence[Asked]) -> list[Cluster]:
    """The questions in clusters, in the order of their first question; each in one cluster at most."""
    lines = {one.id: tuple(_lines(one)) for one in asked}
    seen = Counter(print_ for found in lines.values() for print_ in {line.fingerprint for line in found})
    clusters: list[Cluster] = []
    by_fingerprint: dict[str, Cluster] = {}
    by_word: dict[str, list[Cluster]] = defaultdict(list)
    for one in asked:
        line = _leading(one, lines[one.id], seen)
        if line is None:
            continue
        found = by_fingerprint.get(line.fingerprint) or _near(line, by_word)
        begins = found is None
        if found is None:
            clusters.append(found := Cluster())
        by_fingerprint[line.fingerprint] = found
        found.add(one, line)
        for word in line.telling if begins else ():
            by_word[word].append(found)
    return clusters


def _near(line: Line, by_word: Mapping[str, Sequence[Cluster]]) -> Cluster | None:
    """The oldest cluster that the line is near to, looked for under the line's rarest word first."""
    words = sorted(line.telling, key=lambda word: (len(by_word.get(word, ())), word))
    return next((one for word in words for one in by_word.get(word, ()) if one.near(line)), None)


def _lines(asked: Asked) -> Iterator[Line]:
    """The lines that say enough to stand for the question; what any crash of a runtime prints does not."""
    for text, message in told(asked.lines):
        print_ = masked(text)[1]
        template = masked(message)[0]
        if print_ and text_specificity(template) >= GENERIC:
            words = frozenset(tokenize(template))
            yield Line(text.strip(), template, print_, words, frozenset(telling_words(template)))


def _leading(asked: Asked, lines: Sequence[Line], seen: Counter[str]) -> Line | None:
    """The line that others asked for as well, the most telling one first; of lines of its own the most telling."""
    if not lines:
        return None

    def rank(line: Line) -> tuple[bool, bool, int, float]:
        shared = seen[line.fingerprint]
        return shared > 1, line.fingerprint == asked.fingerprint, shared, text_specificity(line.template)

    return max(lines, key=rank)
