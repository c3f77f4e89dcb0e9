"""The title of an entry on one line: of a text of many lines, the line that tells what went wrong."""

from __future__ import annotations

from functools import lru_cache

from kb.text.evidence import pick_evidence
from kb.text.one_line import one_line

LONGEST = 160
"""Characters of a title that was learned as many lines."""


@lru_cache(maxsize=256)  # (an entry is shown again and again)
def title_line(headline: str) -> str:
    """The headline, or where it has several lines the most telling of them, and how many more there are."""
    lines = [line for line in headline.splitlines() if line.strip()]
    if len(lines) < 2:
        return headline
    best = max(pick_evidence(headline), key=lambda one: (one.score, -one.line), default=None)
    told = one_line(best.message or best.text if best else lines[0], LONGEST)
    return f"{told} (and {len(lines) - 1} more lines)"
