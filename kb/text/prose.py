"""Is a text something that people say, or something that a program wrote?

People say what they see in sentences: words in a row, joined by the small words of a language.  Programs write
fields, brackets, codes, names of functions.  What is near in meaning may be meant, when people say it; of two lines of
a log that are near in meaning nothing follows.

Alerts are sentences, too, but nobody's own: they name components in capitals, and numbers where a person would say
since when it is so and for whom.  `is_own_words` tells the two apart.
"""

from __future__ import annotations

import re

from kb.text.crashes.table import is_of_a_trace
from kb.text.tokens import STOP_WORDS

_TEMPLATE = re.compile(r"\{\{[^{}]{0,200}\}\}|\$\w[\w.]{0,80}|%\(\w{1,40}\)s|<\*>")
_WRITTEN = re.compile(
    r"\w=[\"'\w/<\[{(]|[{}|]|::|->|=>|\w\(\S|\)\s*[:{]|[\w.]{3,80}(?:Error|Exception)\b|0x[0-9a-fA-F]{4,}"
    r"|\b(?:ERROR|FATAL|WARN|INFO|DEBUG|PANIC|CRITICAL)\b|\d{1,2}:\d\d:\d\d|^\s*at \w|\w/\w+/\w|\[\w[^\]\s]{0,60}\]"
)
_RAISED = re.compile(
    r"\s*(?:Caused by: |Uncaught )?[\w.$]{1,120}(?:Error|Exception)(?:\s?[\[(]\w{1,60}[\])])?: "
)
"""How a raised exception is printed: the name of its class, a code perhaps, and what it says, be that a sentence."""
_WORD = re.compile(r"[A-Za-z']+")
_SMALL = STOP_WORDS | {
    "no",
    "not",
    "more",
    "than",
    "only",
    "also",
    "since",
    "because",
    "again",
    "after",
    "before",
}
_SHARE = 0.15
"""Of the words of a sentence, the share that small words are at the least."""
_MARKS = 0.12
"""Marks of programs for each word, above which a text is no sentence, however it reads."""


def is_prose(text: str) -> bool:
    """Whether people said it; short texts without any mark of a program count as said.

    Where a frame or the heading of a stack trace stands, a program wrote it, however its other lines read.
    """
    plain = _TEMPLATE.sub(" ", text)
    words = _WORD.findall(plain)
    if not words or _RAISED.match(plain) or any(map(is_of_a_trace, text.splitlines())):
        return False
    marks = sum(1 for _ in _WRITTEN.finditer(plain))
    small = sum(word.lower() in _SMALL for word in words)
    return marks <= _MARKS * len(words) and (small >= _SHARE * len(words) or not marks)


_WHO = re.compile(
    r"(?i)\b(?:we|our|us|i|i'm|my|me|you|your|(?:any|some|every)(?:one|body)|nobody|people|customers?"
    r"|colleagues?)\b|\b(?:(?:do|does|ca|is|wo|did|was)n't|(?:it|that|there)'s|cant|dont|doesnt|wont|isnt)\b|\?(?:\s|$)"
)
_CIRCUMSTANCE = re.compile(
    r"(?i)\b(?:since|yesterday|today|tonight|this (?:morning|week|night|afternoon)|last (?:night|week|month)|ago"
    r"|every (?:morning|night|day|time)|after (?:the|we|our|switching|moving|upgrad\w+)|suddenly|right after|again"
    r"|only|always|randomly|sometimes|just|still|fine|ok|works?|but|while|though|although|nothing|others?)\b"
)
_FEWEST = 4
"""Words of a sentence in which somebody tells what they see."""
_OWN = 2.0
_RATES = {"who": 20.0, "circumstance": 18.0, "capital": -13.0, "placeholder": -45.0, "colon": -30.0}
"""What each of these weighs for every word that there is, in log-odds.

A logistic, rounded, of two thirds of `benchmarks/questions` against the alerts and log lines of `../shared`: it takes
5 % of the alerts with a runbook, 7 % of those of other systems, 3 % of log lines, and 92 % or more of what people ask,
also of files that it was not fitted on.
"""


def is_own_words(text: str) -> bool:
    """Whether somebody tells in their own words what they see, as in a chat or a mail."""
    words = _WORD.findall(_TEMPLATE.sub(" ", text))
    if len(words) < _FEWEST or not is_prose(text) or not (_WHO.search(text) or _CIRCUMSTANCE.search(text)):
        return False
    counts = {
        "who": len(_WHO.findall(text)),
        "circumstance": len(_CIRCUMSTANCE.findall(text)),
        "capital": sum(word[0].isupper() for word in words),
        "placeholder": len(_TEMPLATE.findall(text)),
        "colon": text.count(":"),
    }
    told: float = sum(_RATES[name] * count for name, count in counts.items())
    return _OWN + told / len(words) > 0
