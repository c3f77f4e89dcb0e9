"""Where verdicts change, and how often they are wrong there, as `benchmarks/calibration.py` measures it.

Of the 101 alerts of 134 with a runbook that get 0.8 or more, 2 are wrong (a runbook of another product with nearly that
name), and so are 2 of 250 alerts of other systems (both of Ceph, of which there are runbooks).  Where the right runbook
was taken out, 11 of 134 get 0.8 for its sibling by their words alone (`kb.lookup.siblings` says what tells the two
apart).  Of the 250, 228 stay below 0.25, and so do 5 of the 134.
"""

from kb.text.specificity import TOO_GENERAL

KNOWN = 0.8
"""Confidence from which the answer is `known`."""
RELATED = 0.25
"""Confidence from which the answer is `related`; below it is `unknown`."""
SAID = 0.75
"""The most that somebody's own words give by themselves: they relate two texts, they never settle that they are one."""
GENERIC = TOO_GENERAL
"""Specificity below which a text cannot settle anything by itself."""
CLOSE = 0.15
"""How far the confidence of a candidate may lie below that of the best for it to be about as good."""


def is_within(confidence: float, best: float, margin: float) -> bool:
    """Whether a confidence lies at most `margin` below the best; all have three digits, and so has the difference."""
    return round(best - confidence, 3) <= margin
