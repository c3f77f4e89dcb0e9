"""How likely the first candidate is the right one: a logistic of the three opinions of `kb.lookup.ranking`.

Fitted and checked by `benchmarks/calibration.py`; rounded.  On alerts and the runbooks of three sources (134
with a runbook, 250 of other systems) right first answers are told from wrong ones with an AUROC of 0.984,
also when fitted on other kinds of text alone; where 5 % of the wrong ones are answered, so are 90 % of those
with a runbook, rightly; no tenth of the questions is off by more than 0.07.  Shelf by shelf it is off by up
to 0.15, in both directions, on short bug notes by 0.28, too low.  Where only the right entry is missing and
its neighbours are there, the AUROC is 0.82.  More features (the lead over the second, over the rest, unseen
and missing words) fitted some sources better and others worse; coefficients that differ much did, too.

It is a prior for the verdict, not a verdict: it does not know how generic the question's words are
(`kb.text.specificity` does), nor services, versions, trust.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

COEFFICIENTS: dict[str, float] = {"words": 6.8, "meaning": 6.8, "subject": 3.4}
INTERCEPT = -9.6

_MEANING = 0.5
"""What nearness in meaning weighs beside the words of two texts that programs wrote, which weigh 1.

It orders what shares about as many words; by itself it reaches a third of what likeness can be.
"""
_SLOPE, _MIDDLE = 12.5, 0.64
"""Of the logistic that makes a probability of a likeness: 0.25 at 0.55, 0.8 at three quarters.

Chosen on failures of operating systems that were filed in the order of time (186 asked again, 49 new ones): from 0.75
on, 70 of 71 are the same; from 0.55 on, a seventh of the new ones looks like an old one, at one half a third.
"""


def probability(features: Mapping[str, float]) -> float:
    """The chance, 0 to 1, that the candidate with these features is right, given that it came first."""
    from kb.lookup.ranking import opinion  # with numpy, which a question that is settled early never needs

    evidence = sum(weight * opinion(features, group) for group, weight in COEFFICIENTS.items())
    return 1 / (1 + exp(-(evidence + INTERCEPT)))


def likeness(words: float, meaning: float) -> float:
    """How alike two texts of programs are, 0 to 1: by the words of both, and half as much by their meaning.

    `words` is `kb.lookup.agreement`, `meaning` the cosine; where that is not known (0), the words speak for it.
    """
    return (words + _MEANING * (meaning or words)) / (1 + _MEANING)


def by_likeness(value: float) -> float:
    """How likely a learned text of a program is what was asked, by its `likeness`."""
    return 1 / (1 + exp(-_SLOPE * (value - _MIDDLE)))
