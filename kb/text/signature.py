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
    "taken_literally",
    "text_specificity",
    "validate_signature",
]

_SHOWN = 80
_REGEX_SYNTAX = re.compile(
    r"\.[*+]|\\[dDwWsS](?![a-zA-Z])|\\b(?![a-z])|\\[.(\[]|\[\^|\(\?[:P<i]|\([^()|\s]+(?:\|[^()|]+)+\)"
    r"|\[[^\]\s]*\w-\w[^\]\s]*\][*+{]|\.\{\d"
)


def parse_signature(text: str, regex: bool | None = None) -> Signature:
    """The signature that `text` stands for; with `regex` None the text itself decides (see above)."""
    needle = text.strip()
    if regex is None:
        regex = _looks_like_regex(needle) and refusal(needle) is None
    return Signature(needles=(needle,) if needle else (), regex=regex)


def taken_literally(text: str, regex: bool | None = None) -> str:
    """Why a text that looks like a regex is looked for to the letter all the same, and what to do; else empty."""
    needle = text.strip()
    if regex is not None or not _looks_like_regex(needle) or not (reason := refusal(needle)):
        return ""
    return (
        f"`{needle[:_SHOWN]}` looks like a regular expression but cannot be one, so it is looked for to the letter: "
        f"{reason}; mend it, or say that it is plain text (`regex: false`)"
    )


def _looks_like_regex(needle: str) -> bool:
    return "\n" not in needle and bool(_REGEX_SYNTAX.search(needle))
