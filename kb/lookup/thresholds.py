"""Where verdicts change, and how often they are wrong there, as `benchmarks/calibration.py` measures it.

Of the 106 alerts among 384 whose first runbook gets 0.8 or more, 6 are wrong (three of them alerts of
Ceph and CoreDNS that got a near runbook).  Where the right runbook was taken out, 38 of 134 alerts get
0.8 for its sibling by their words alone (`kb.lookup.siblings` says what tells the two apart).
Of 250 alerts of other systems 234 stay below 0.25, and so do 5 of the 134 that have a runbook.
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
