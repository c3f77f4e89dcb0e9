"""Where verdicts change.  Simple for now: chosen on alerts and runbooks, round, to be calibrated across sources."""

KNOWN = 0.8
"""Confidence from which the answer is `known`."""
RELATED = 0.25
"""Confidence from which the answer is `related`; below it is `unknown`."""
GENERIC = 0.35
"""Specificity below which a text cannot settle anything by itself."""
