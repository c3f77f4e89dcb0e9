"""Signatures: how one is read, when one is refused, and the set that finds all of them at once.

`parse_signature` decides literal or regex where nobody said: a text is a regex when it holds syntax that
hardly occurs in error texts (`.*`, `.+`, `\\d`, `\\w`, `\\s`, `\\b`, `[^`, `(?`, `(a|b)`, `[a-z]+`) and RE2
compiles it; all else is a literal, a text of several lines among it, also `a|b` and `what? (no)`.  Matching takes
linear time.

How texts are compared: a literal without regard to case, any run of blanks equal to any other, and on word
boundaries where it begins or ends with a letter or digit; a regex as RE2 says, by case, `^` and `$` at lines.
Carriage returns count as line ends, colour codes and no-break spaces as blanks.
"""

from __future__ import annotations

import re

from kb.records import Signature
from kb.text.signature_regex import refusal, validate_signature
from kb.text.signature_set import SignatureHit, SignatureSet
from kb.text.specificity import specificity, text_specificity

__all__ = [
    "SignatureHit",
    "SignatureSet",
    "parse_signature",
    "specificity",
    "text_specificity",
    "validate_signature",
]

_REGEX_SYNTAX = re.compile(
    r"\.[*+]|\\[dDwWsS](?![a-zA-Z])|\\b(?![a-z])|\\[.(\[]|\[\^|\(\?[:P<i]|\([^()|\s]+(?:\|[^()|]+)+\)"
    r"|\[[^\]\s]*\w-\w[^\]\s]*\][*+{]|\.\{\d"
)


def parse_signature(text: str, regex: bool | None = None) -> Signature:
    """The signature that `text` stands for; with `regex` None the text itself decides (see above)."""
    needle = text.strip()
    if regex is None:
        regex = "\n" not in needle and bool(_REGEX_SYNTAX.search(needle)) and refusal(needle) is None
    return Signature(needles=(needle,) if needle else (), regex=regex)
