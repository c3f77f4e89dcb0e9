"""How likely the first candidate is the right one: a logistic of the three opinions of `kb.lookup.ranking`.

The coefficients are rounded from fits on several shelves, each checked on the others: there they
separate right first answers from wrong ones with an AUROC of 0.98 when nothing on the shelf covers
the question, and of 0.8 when only the right entry is missing and its neighbours are there.  It is
a prior for the verdict, not a verdict: it does not know how generic the question's words are
(`kb.text.specificity` does), nor services, versions and trust.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

from kb.lookup.ranking import opinion

COEFFICIENTS: dict[str, float] = {"words": 5.0, "meaning": 4.0, "title": 3.0}
INTERCEPT = -6.5


def probability(features: Mapping[str, float]) -> float:
    """The chance, 0 to 1, that the candidate with these features is right, given that it came first."""
    evidence = sum(weight * opinion(features, group) for group, weight in COEFFICIENTS.items())
    return 1 / (1 + exp(-(evidence + INTERCEPT)))
