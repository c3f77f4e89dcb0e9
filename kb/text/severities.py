"""The canonical severity behind what a source wrote: `P1`, `SEV-2`, `Critical`, `🔴`, `disrupted`.

The scales are those in common use: SEV and P numbers mean themselves (0 and 1 are both the worst),
words and traffic lights go from worst to least, cState's `down`, `disrupted`, `notice` are 1, 2, 4.
"""

from __future__ import annotations

import re

from kb.expression import expression
from kb.model import Severity

_NUMBERED = expression(
    r"\b(?:sev(?:erity)?|prio(?:rity)?|p|s|level|tier)[\s_-]*(?:level\s*)?:?\s*([0-5])\b", re.I
)
_IN_PROSE = expression(r"\b(?:SEV[\s-]?[0-5]|P[0-5])\b")
_WORDS: tuple[tuple[Severity, str], ...] = (
    (
        Severity.SEV1,
        r"critical|crit|kritisch|fatal|highest|blocker|emergency|disaster|urgent|catastrophic|down|full outage|🔴|🟥"
        r"|ðŸ”´|ðŸŸ¥",
    ),
    (Severity.SEV2, r"high|hoch|major|severe|disrupted|error|🟠|🟧|ðŸŸ (?![\w¡¢¨©¥¦])|ðŸŸ§"),
    (Severity.SEV3, r"medium|moderate|average|mittel|partial|degraded|warning|warn|🟡|🟨|ðŸŸ¡|ðŸŸ¨"),
    (
        Severity.SEV4,
        r"low|lowest|minor|niedrig|gering|trivial|cosmetic|notice|info(?:rmation(?:al)?)?|none|🟢|🟩|ðŸŸ¢|ðŸŸ©",
    ),
)
_COMPILED = tuple(
    (severity, expression(rf"(?<![a-z])(?:{words})(?![a-z])", re.I)) for severity, words in _WORDS
)


def parse_severity(label: str) -> Severity | None:
    """The severity that a label means, or None if it means none."""
    if numbered := _NUMBERED.search(label):
        return _by_number(int(numbered[1]))
    if re.fullmatch(r"\s*[1-5]\s*", label):
        return _by_number(int(label))
    found = [(match.start(), severity) for severity, words in _COMPILED if (match := words.search(label))]
    return min(found)[1] if found else None


def severity_in_prose(text: str) -> str:
    """The first unmistakable label, `SEV2` or `P1`, in running text, or an empty string."""
    found = _IN_PROSE.search(text)
    return found[0] if found else ""


def _by_number(number: int) -> Severity:
    return tuple(Severity)[min(max(number, 1), 4) - 1]
