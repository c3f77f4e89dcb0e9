"""How much a text tells by itself, from 0 (fits any incident) to 1 (fits one).

Words are weighed: stop words nothing, generic words of operations (`GENERIC`) little and together never much, plain
numbers little, other words well, identifiers and error codes most.  The weights are added and bent into 0..1, so that
length helps less and less.  "connection refused" is 0.1, "OOMKilled" about a half.

A text that only promises to be written (`TODO: not written yet` under headings) tells nobody what to do:
`is_unwritten`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import exp

from kb.expression import expression
from kb.model import Signature
from kb.text.tokens import STOP_WORDS, stem

TOO_GENERAL = 0.3
"""Specificity below which a text cannot settle anything by itself."""
_GENERIC_WEIGHT, _GENERIC_TOTAL = 0.12, 0.7
_NUMBER_WEIGHT, _WORD_WEIGHT, _NAME_WEIGHT, _CODE_WEIGHT = 0.2, 0.65, 1.2, 1.6
_SATURATION = 2.0
"""Weight at which a text tells 1 - 1/e, about 0.63."""
_LONGEST_WEIGHED = 10_000
"""Characters of a text that are weighed."""

_TERM = expression(r"[^\W_]+(?:[-_.][^\W_]+)*")
_NAME = expression(r"[a-z][A-Z]|[A-Z]{2,}[a-z]|\w_\w|\w\.[a-zA-Z]|[A-Z]{3,}|[a-z]\d|\d[a-z]")
_CODE = expression(r"[A-Z]+[-_]?\d{3,}[A-Z]?|0x[0-9a-fA-F]+|E[A-Z]{4,}|\w*(?:Error|Exception)")
_BARE_CODE = expression(
    r"(?i)(?:runtime|type|value|generic|io|internal|unknown|fatal|null)?_?(?:error|exception)"
)
_SIZE = expression(r"\d+(?:\.\d+)?(?:B|[KMGT](?:i?B)?)")
_ALTERNATIVES = expression(r"\((?:\?(?:P?<\w+>|[a-zA-Z-]*:))?([^()|]*(?:\|[^()|]*)*)\)[*?]?")
_FLAGS = expression(r"\(\?[a-zA-Z-]+\)")
_REGEX_NOISE = expression(
    r"\\[pP]\{\w+\}|\\x[0-9a-fA-F]{2}|\\[dDwWsSbBAz]|\[(?:\\.|[^\]\\])*\](?:[*+?]"
    r"|\{[\d,]*\})?"
    r"|\{\d*,?\d*\}|[.*+?^$|]"
)


def specificity(sig: Signature) -> float:
    """How much a match of `sig` alone tells; of alternatives the weakest counts."""
    texts = (_weakest_literals(needle) if sig.regex else (needle,) for needle in sig.needles)
    return round(_bend(sum(min(_weight(text) for text in options) for options in texts)), 4)


def text_specificity(text: str) -> float:
    """The same for plain text, such as an evidence line or a shared phrase."""
    return round(_bend(_weight(text)), 4)


def error_codes(text: str) -> list[str]:
    """The error codes and names of exceptions in a text (`ORA-01555`, `EACCES`, `LeaseLostError`), in their order."""
    terms = dict.fromkeys(_TERM.findall(text[:_LONGEST_WEIGHED]))
    return [term for term in terms if _CODE.fullmatch(term) and not _BARE_CODE.fullmatch(term)]


def _bend(weight: float) -> float:
    return 1.0 - exp(-weight / _SATURATION)


def _weight(text: str) -> float:
    terms = dict.fromkeys(_TERM.findall(text[:_LONGEST_WEIGHED]))
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
    if _SIZE.fullmatch(term):
        return _NUMBER_WEIGHT
    if lowered in GENERIC or stem(lowered) in GENERIC or _BARE_CODE.fullmatch(term):
        return _GENERIC_WEIGHT
    if _CODE.fullmatch(term):
        return _CODE_WEIGHT
    if "-" in term and not _NAME.search(term):
        return max(_term_weight(part) for part in term.split("-"))
    return _NAME_WEIGHT if _NAME.search(term) else _WORD_WEIGHT


def _weakest_literals(regex: str) -> tuple[str, ...]:
    """The literal text of a regex: one string for each alternative at the top, the weakest of inner ones."""
    regex, before = _FLAGS.sub("", regex), ""
    while before != regex:
        before = regex
        regex = _ALTERNATIVES.sub(_weakest_option, regex, count=50)
    return tuple(_literal(option) for option in re.split(r"(?<!\\)\|", regex))


def _weakest_option(match: re.Match[str]) -> str:
    if match.group().endswith(("*", "?")):
        return " "
    return min(match[1].split("|"), key=lambda option: _weight(_literal(option)))


def _literal(regex: str) -> str:
    return re.sub(r"\\(.)", r"\1", _REGEX_NOISE.sub(" ", regex))


_GENERIC_WORDS = """
abort aborted access address after again alert all already any application argument attempt attempted
attempting back bad be because before begin blob broken busy byte call called cannot cant check client close closed
cluster code command complete completed config configuration connect connecting connection container context
could crash crashed critical current data database day db deadline degraded denied deny deployment descriptor
detected device didnt died directory disconnected does done down due during empty end endpoint entry error exceed
exceeded exception exist exists exit exited expected expired fail failed failing failure fatal fault file find
first forbidden found full gateway gb get given go gone got handle handler hang health healthy high host hour
http https id incident info input instance interface internal invalid io issue item job kb key kill killed
last latency limit limited line list load local lock log long lost low machine many max mb memory message
method min minute missing monitor more ms multiple name network new no node none not nothing null object occurred
of ok old once open opened operation out output panic parse path peer pending percent permission permitted
pipe pod pool port problem process processing query queue quota rate reach reached read reading ready reason
received recv refused reject rejected remote repeated request requested reset resource response restart restarted
result retry return returned root route run running s sec second select send sending sent server service
session set shutdown signal since site slow socket space start started state status still stop stopped storage
stream success successful such support supported system task temporarily terminated test thread threshold time
timed timeout too tried truncated try trying type unable unauthorized unavailable unexpected unhealthy unknown
unreachable unsupported until up update upstream url usage use used user valid value version volume wait
waiting warn warning was week while within worker write writing wrong
"""

GENERIC = (
    frozenset(stem(word) for word in _GENERIC_WORDS.split()) | frozenset(_GENERIC_WORDS.split()) | STOP_WORDS
)
"""Words of operations that say little alone, as written and stemmed: they fit a hundred different incidents.

What errors of every system have in common: that something failed, how failing is said, the parts that all systems have,
and units.  Names of products, error codes and identifiers are not among them.
"""

_HEADING_OR_BLANK = expression(r"\s*(?:#{1,6}\s|=+\s|-{3,}|={3,})|\s*$")
_PROMISE = expression(
    r"(?i)[\s>*_\-<!\[\](]*(?:todo|tbd|tba|fixme|wip|stub|placeholder|work in progress|coming soon"
    r"|n/a|"
    r"(?:this (?:page|section|runbook|document) is )?(?:not (?:yet )?(?:written|documented)|to be (?:written|done"
    r"|defined|added)|still empty|under construction))(?![A-Za-z0-9])"
)
_LONGEST_PROMISE = 12
"""Words of a line that promises: a longer one says something."""


_UNSHOWN = expression(r"\[\d{1,4}(?:\.\d)?[BKMGT] blob data\]\s*\Z")


def is_unshown(line: str) -> bool:
    """Whether the journal shows no text of a line, only its size: so it writes whatever it cannot print."""
    return _UNSHOWN.search(line) is not None


def is_unwritten(text: str) -> bool:
    """Whether all lines of the text, beside its headings, are short promises (there is one at least)."""
    lines = [line for line in text.splitlines() if not _HEADING_OR_BLANK.match(line)]
    return bool(lines) and all(map(_promises, lines))


def has_promise(text: str) -> bool:
    """Whether a line of the text only promises that something will be written there."""
    return any(map(_promises, text.splitlines()))


def _promises(line: str) -> bool:
    return _PROMISE.match(line) is not None and len(line.split()) <= _LONGEST_PROMISE
