"""How well an entry answers what somebody says in their own words: three opinions, and the chance that it is right.

A person who sees a symptom shares few words with the entry that explains it, and hardly any with its title.  What
tells is how near the question is in meaning to the *whole* of the entry (where it holds, what is seen, why, what
helps) and to the nearest piece of its *body*, and how much of the question's weight, rare words weighing more, the
entry has *covered*.  Each is 0 to 1; the weighted sum orders the candidates, and a logistic of it is the chance that
the first one is right.  What people say by themselves never settles a question.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import chain
from math import exp, log

from kb.lookup.features import Candidate, Query
from kb.lookup.rarity import CorpusStats, share_of
from kb.lookup.scoring import SAID, calibration
from kb.text.tokens import stem

OPINIONS = ("whole", "body", "covered")
"""Names of what speaks for a candidate; `calibration.toml` has their weights."""
_DIGITS = "0123456789"


def opinions(query: Query, one: Candidate, stats: CorpusStats) -> dict[str, float]:
    """What speaks for a candidate, by the names of `OPINIONS`."""
    body = max(_body(one), default=0.0)
    whole = body if math.isnan(one.whole_cosine) else one.whole_cosine
    return {"whole": max(0.0, whole), "body": max(0.0, body), "covered": _covered(query, one, stats) ** 0.5}


def score(values: Mapping[str, float], entries: int) -> float:
    """The weighted sum of the opinions, in log-odds, in a home of so many entries.

    The more there are, the nearer the best of those that are wrong comes by chance.
    """
    weights = calibration("sentence")
    told = sum(weights[name] * values[name] for name in OPINIONS)
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
