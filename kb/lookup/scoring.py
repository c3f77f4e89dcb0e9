"""How likely a candidate is the right one, and where verdicts change.

**Where verdicts change** (`KNOWN`, `RELATED`), and how often they are wrong there, as `benchmarks/calibration.py`
measures it.  Of the 101 alerts of 134 with a runbook that get 0.8 or more, 2 are wrong (a runbook of another product
with nearly that name), and so are 2 of 250 alerts of other systems (both of Ceph, of which there are runbooks).
Where the right runbook was taken out, 11 of 134 get 0.8 for its sibling by their words alone (`kb.lookup.siblings`
says what tells the two apart).  Of the 250, 228 stay below 0.25, and so do 5 of the 134.

**The first candidate** (`probability`) is right with a chance that is a logistic for each kind of text that is asked.
An alert names its subject, a log line is quoted by what explains it, a person describes what they see: the same
likeness does not mean the same.  So `calibration.toml` has coefficients by kind, which `benchmarks/calibration.py`
fits and checks by source and `benchmarks/reliability.py` measures through the whole lookup.  More features (the lead
over the second, over the rest, unseen and missing words) fitted some sources better and others worse; coefficients
that differ much did, too.  Where only the right entry is missing and its neighbours are there, every kind is too sure
of itself.  It is a prior for the verdict, not a verdict: it does not know how generic the question's words are
(`kb.text.specificity` does), nor services, versions, trust.

**Somebody's own words** (`opinions`, `score`, `either`).  A person who sees a symptom shares few words with the entry
that explains it, and hardly any with its title.  What tells is how near the question is in meaning to the *whole* of
the entry (where it holds, what is seen, why, what helps) and to the nearest piece of its *body*, and how much of the
question's weight, rare words weighing more, the entry has *covered*.  Each is 0 to 1; the weighted sum orders the
candidates, and a logistic of it is the chance that the first one is right.  What people say by themselves never
settles a question.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from itertools import chain
from math import exp, log
from typing import TYPE_CHECKING

from kb.lookup.rarity import CorpusStats, share_of
from kb.text.kinds import Kind
from kb.text.tokens import stem

if TYPE_CHECKING:
    from kb.lookup.features import Candidate, Query

KNOWN = 0.8
"""Confidence from which the answer is `known`."""
RELATED = 0.25
"""Confidence from which the answer is `related`; below it is `unknown`."""
SAID = 0.75
"""The most that somebody's own words give by themselves: they relate two texts, they never settle that they are one."""
CLOSE = 0.15
"""How far the confidence of a candidate may lie below that of the best for it to be about as good."""


def is_within(confidence: float, best: float, margin: float) -> bool:
    """Whether a confidence lies at most `margin` below the best; all have three digits, and so has the difference."""
    return round(best - confidence, 3) <= margin


OPINIONS = ("words", "meaning", "subject")
"""What a candidate is judged by that is ranked as a subject; a sentence has opinions of its own besides."""
_MEANING = 0.5
"""What nearness in meaning weighs beside the words of two texts that programs wrote, which weigh 1.

It orders what shares about as many words; by itself it reaches a third of what likeness can be.
"""
_SLOPE, _MIDDLE = 12.5, 0.64
"""Of the logistic that makes a probability of a likeness: 0.25 at 0.55, 0.8 at three quarters.

Chosen on failures of operating systems that were filed in the order of time (186 asked again, 49 new ones): from 0.75
on, 70 of 71 are the same; from 0.55 on, a seventh of the new ones looks like an old one, at one half a third.
"""


@cache
def calibration(table: str) -> Mapping[str, float]:
    """The coefficients, in log-odds, of `alert`, `program` or `sentence`, with their `intercept`."""
    text = resources.files("kb.lookup").joinpath("calibration.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, float]] = tomllib.loads(text)
    return found[table]


def probability(features: Mapping[str, float], kind: Kind = Kind.ALERT) -> float:
    """The chance, 0 to 1, that the candidate with these features is right, given that it came first."""
    from kb.lookup.features import opinion  # with numpy, which a question that is settled early never needs

    # (What a sentence says of a subject is read as an alert is.)
    weights = calibration("program" if kind.is_of_a_program else "alert")
    evidence = sum(weights[group] * opinion(features, group) for group in OPINIONS)
    return 1 / (1 + exp(-(evidence + weights["intercept"])))


def likeness(words: float, meaning: float) -> float:
    """How alike two texts of programs are, 0 to 1: by the words of both, and half as much by their meaning.

    `words` is `kb.lookup.rarity`, `meaning` the cosine; where that is not known (0), the words speak for it.
    """
    return (words + _MEANING * (meaning or words)) / (1 + _MEANING)


def by_likeness(value: float) -> float:
    """How likely a learned text of a program is what was asked, by its `likeness`."""
    return 1 / (1 + exp(-_SLOPE * (value - _MIDDLE)))


SENTENCE_OPINIONS = ("whole", "body", "covered")
"""Names of what speaks for a candidate; `calibration.toml` has their weights."""
_DIGITS = "0123456789"


def opinions(query: Query, one: Candidate, stats: CorpusStats) -> dict[str, float]:
    """What speaks for a candidate, by the names of `SENTENCE_OPINIONS`."""
    body = max(_body(one), default=0.0)
    whole = body if math.isnan(one.whole_cosine) else one.whole_cosine
    return {"whole": max(0.0, whole), "body": max(0.0, body), "covered": _covered(query, one, stats) ** 0.5}


def score(values: Mapping[str, float], entries: int) -> float:
    """The weighted sum of the opinions, in log-odds, in a home of so many entries.

    The more there are, the nearer the best of those that are wrong comes by chance.
    """
    weights = calibration("sentence")
    told = sum(weights[name] * values[name] for name in SENTENCE_OPINIONS)
    return told + weights["intercept"] + weights["crowd"] * log(max(1, entries))


def either(likely: float, score: float) -> float:
    """The better of a candidate's chance as a subject and of that by its score, which goes up to `SAID`."""
    return max(likely, min(SAID, 1 / (1 + exp(-score))))


def _body(one: Candidate) -> list[float]:
    """The cosines of its pieces but the title; of an entry that has nothing else, of all."""
    pairs = zip(one.chunks, one.cosines, strict=False)
    known = [(piece.role, cosine) for piece, cosine in pairs if not math.isnan(cosine)]
    return [cosine for role, cosine in known if role != "title"] or [cosine for _, cosine in known]


def _covered(query: Query, one: Candidate, stats: CorpusStats) -> float:
    """Of the weight of the question's words, the share that the entry has anywhere.

    `traceroute6` is one word: the `traceroute` that is left where numbers are masked does not count beside it.
    """
    bare = {word.rstrip(_DIGITS) for word in query.tokens} - set(query.tokens)
    return share_of(
        query.known_words - {stem(word) for word in bare},
        [*one.names, *chain(*(piece.tokens for piece in one.chunks))],
        stats,
    )
