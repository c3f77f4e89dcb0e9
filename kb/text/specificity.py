"""How much a match alone tells, from 0 (fits any incident) to 1 (fits one).

Words are weighed: stop words nothing, generic words of operations little (and together never much),
plain numbers little, other words well, identifiers and error codes most.  The weights are added and
bent into 0..1, so that length helps less and less.  "connection refused" is 0.1, "OOMKilled" about a half.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import exp

from kb.records import Signature
from kb.text.generic import GENERIC
from kb.text.tokens import STOP_WORDS, stem

TOO_GENERAL = 0.3
"""Specificity below which a text cannot settle anything by itself."""
_GENERIC_WEIGHT, _GENERIC_TOTAL = 0.12, 0.7
_NUMBER_WEIGHT, _WORD_WEIGHT, _NAME_WEIGHT, _CODE_WEIGHT = 0.2, 0.65, 1.2, 1.6
_HALF = 2.0
_MUCH = 10_000

_TERM = re.compile(r"[^\W_]+(?:[-_.][^\W_]+)*")
_NAME = re.compile(r"[a-z][A-Z]|[A-Z]{2,}[a-z]|\w_\w|\w\.[a-zA-Z]|[A-Z]{3,}|[a-z]\d|\d[a-z]")
_CODE = re.compile(r"[A-Z]+[-_]?\d{3,}[A-Z]?|0x[0-9a-fA-F]+|E[A-Z]{4,}|\w*(?:Error|Exception)")
_BARE_CODE = re.compile(
    r"(?i)(?:runtime|type|value|generic|io|internal|unknown|fatal|null)?_?(?:error|exception)"
)
_ALTERNATIVES = re.compile(r"\((?:\?(?:P?<\w+>|[a-zA-Z-]*:))?([^()|]*(?:\|[^()|]*)*)\)[*?]?")
_FLAGS = re.compile(r"\(\?[a-zA-Z-]+\)")
_REGEX_NOISE = re.compile(
    r"\\[pP]\{\w+\}|\\x[0-9a-fA-F]{2}|\\[dDwWsSbBAz]|\[(?:\\.|[^\]\\])*\](?:[*+?]"
    r"|\{[\d,]*\})?"
    r"|\{\d*,?\d*\}|[.*+?^$|]"
)


def specificity(sig: Signature) -> float:
    """How much a match of `sig` alone tells; of alternatives the weakest counts."""
    texts = (_least(needle) if sig.regex else (needle,) for needle in sig.needles)
    return round(_bend(sum(min(_weight(text) for text in options) for options in texts)), 4)


def text_specificity(text: str) -> float:
    """The same for plain text, such as an evidence line or a shared phrase."""
    return round(_bend(_weight(text)), 4)


def error_codes(text: str) -> list[str]:
    """The error codes and names of exceptions in a text (`ORA-01555`, `EACCES`, `LeaseLostError`), in their order."""
    terms = dict.fromkeys(_TERM.findall(text[:_MUCH]))
    return [term for term in terms if _CODE.fullmatch(term) and not _BARE_CODE.fullmatch(term)]


def _bend(weight: float) -> float:
    return 1.0 - exp(-weight / _HALF)


def _weight(text: str) -> float:
    terms = dict.fromkeys(_TERM.findall(text[:_MUCH]))
    weights = [_term_weight(term) for term in terms]
    generic = sum(weight for weight in weights if weight <= _GENERIC_WEIGHT)
    return min(generic, _GENERIC_TOTAL) + sum(weight for weight in weights if weight > _GENERIC_WEIGHT)


@lru_cache(maxsize=8192)  # (the words of a home come again and again)
def _term_weight(term: str) -> float:
    lowered = term.lower()
    if lowered in STOP_WORDS or len(term) == 1:
        return 0.0
    if term.isdecimal():
        return _NUMBER_WEIGHT if len(term) < 5 else _WORD_WEIGHT
    if lowered in GENERIC or stem(lowered) in GENERIC or _BARE_CODE.fullmatch(term):
        return _GENERIC_WEIGHT
    if _CODE.fullmatch(term):
        return _CODE_WEIGHT
    if "-" in term and not _NAME.search(term):
        return max(_term_weight(part) for part in term.split("-"))
    return _NAME_WEIGHT if _NAME.search(term) else _WORD_WEIGHT


def _least(regex: str) -> tuple[str, ...]:
    """The literal text of a regex: one string for each alternative at the top, the weakest of inner ones."""
    regex, before = _FLAGS.sub("", regex), ""
    while before != regex:
        before = regex
        regex = _ALTERNATIVES.sub(_weakest, regex, count=50)
    return tuple(_literal(option) for option in re.split(r"(?<!\\)\|", regex))


def _weakest(match: re.Match[str]) -> str:
    if match.group().endswith(("*", "?")):
        return " "
    return min(match[1].split("|"), key=lambda option: _weight(_literal(option)))


def _literal(regex: str) -> str:
    return re.sub(r"\\(.)", r"\1", _REGEX_NOISE.sub(" ", regex))
