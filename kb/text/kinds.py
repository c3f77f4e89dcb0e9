"""What kind of text is asked (alert, labels, log line, log, trace, sentence), and whether a person or a program wrote.

Told from the text alone.  What follows from likeness differs by kind: an alert names its subject, a log line quotes
what it broke on, a person describes what they see; so each has its own calibration (`kb.lookup.scoring`).

People say what they see in sentences: words in a row, joined by the small words of a language.  Programs write fields,
brackets, codes, names of functions (`is_prose`).  Two sentences of people that are near in meaning may mean the same;
of two lines of a log that are near in meaning nothing follows.  Alerts are sentences, too, but nobody's own: they name
components in capitals, and numbers where a person would say since when it is so and for whom (`is_own_words`).
"""

from __future__ import annotations

import re
from enum import StrEnum

from kb.expression import expression
from kb.text.crashes.table import is_of_a_trace
from kb.text.tokens import STOP_WORDS


class Kind(StrEnum):
    """The kinds of text; the value is how people call it."""

    ALERT = "alert"
    LABELS = "label set"
    LINE = "log line"
    LOG = "log"
    TRACE = "trace"
    SENTENCE = "sentence"

    @property
    def is_of_a_program(self) -> bool:
        """Whether a program wrote it; alerts and sentences are put by people."""
        return self in (Kind.LINE, Kind.LOG, Kind.TRACE)


_LABELS = expression(r"\balert_?name[\"']?\s{0,4}[:=]", re.IGNORECASE)
_FIRING = expression(r"\[(?:FIRING|RESOLVED)\b|\b(?:FIRING|RESOLVED):", re.IGNORECASE)
_ANNOTATED = expression(r"[^\s.]\.\s+[A-Z<{]|\{\{|<\*>|^\W{0,4}(?:[A-Z][a-z0-9]+){3,}\b")
"""A summary with its description, places for values, or the name of an alert at the head."""
_MESSAGE_MARK = expression(r"[:\"`()\[\]/_=]")
"""What a program puts into a message that reads like a sentence."""


def kind_of(text: str, *, whole: bool = True) -> Kind:
    """The kind of a text; `whole` is False where the text is only what tells most of a longer one.

    Sentences in nobody's own words are an alert's if they come as alerts are annotated, or without a mark of a
    program; all else a program wrote.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if any(map(is_of_a_trace, lines)):
        return Kind.TRACE
    if not whole:
        return Kind.LOG
    if _LABELS.search(text):
        return Kind.LABELS
    if is_own_words(text):
        return Kind.SENTENCE
    plain = is_prose(text) and bool(_ANNOTATED.search(text) or not _MESSAGE_MARK.search(text))
    if plain or _FIRING.search(text):
        return Kind.ALERT
    return Kind.LOG if len(lines) > 1 else Kind.LINE


_TEMPLATE = expression(r"\{\{[^{}]{0,200}\}\}|\$\w[\w.]{0,80}|%\(\w{1,40}\)s|<\*>")
_PROGRAM_MARK = expression(
    r"\w=[\"'\w/<\[{(]|[{}|]|::|->|=>|\w\(\S|\)\s*[:{]|[\w.]{3,80}(?:Error|Exception)\b|0x[0-9a-fA-F]{4,}"
    r"|\b(?:ERROR|FATAL|WARN|INFO|DEBUG|PANIC|CRITICAL)\b|\d{1,2}:\d\d:\d\d|^\s*at \w|\w/\w+/\w|\[\w[^\]\s]{0,60}\]"
)
_RAISED = expression(
    r"\s*(?:Caused by: |Uncaught )?[\w.$]{1,120}(?:Error|Exception)(?:\s?[\[(]\w{1,60}[\])])?: "
)
"""How a raised exception is printed: the name of its class, a code perhaps, and what it says, be that a sentence."""
_WORD = expression(r"[A-Za-z']+")
_SMALL_WORDS = STOP_WORDS | {
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
_SMALL_SHARE = 0.15
"""Of the words of a sentence, the share that small words are at the least."""
_MOST_MARKS = 0.12
"""Marks of programs for each word, above which a text is no sentence, however it reads."""


def is_prose(text: str) -> bool:
    """Whether people said it; short texts without any mark of a program count as said.

    Where a frame or the heading of a stack trace stands, a program wrote it, however its other lines read.
    """
    plain = _TEMPLATE.sub(" ", text)
    words = _WORD.findall(plain)
    if not words or _RAISED.match(plain) or any(map(is_of_a_trace, text.splitlines())):
        return False
    marks = sum(1 for _ in _PROGRAM_MARK.finditer(plain))
    small = sum(word.lower() in _SMALL_WORDS for word in words)
    return marks <= _MOST_MARKS * len(words) and (small >= _SMALL_SHARE * len(words) or not marks)


_WHO = expression(
    r"(?i)\b(?:we|our|us|i|i'm|my|me|you|your|(?:any|some|every)(?:one|body)|nobody|people|customers?"
    r"|colleagues?)\b|\b(?:(?:do|does|ca|is|wo|did|was)n't|(?:it|that|there)'s|cant|dont|doesnt|wont|isnt)\b|\?(?:\s|$)"
)
_CIRCUMSTANCE = expression(
    r"(?i)\b(?:since|yesterday|today|tonight|this (?:morning|week|night|afternoon)|last (?:night|week|month)|ago"
    r"|every (?:morning|night|day|time)|after (?:the|we|our|switching|moving|upgrad\w+)|suddenly|right after|again"
    r"|only|always|randomly|sometimes|just|still|fine|ok|works?|but|while|though|although|nothing|others?)\b"
)
_SOME = expression(r"(?i)\b(?:a|an|some|any|one|two|three|half|most|lots?|all|every|each|no|none|few|many)\b")
_JOIN = expression(
    r"(?i)\b(?:and|but|because|as|when|while|until|so|since|after|before|whenever|although|though|if|which|that|who"
    r"|then|once)\b"
)
_QUOTE_MARK = expression(r"[\"`()\[\]/_*=<>]|(?<!\w)'|'(?!\w)")
_FEWEST_WORDS = 4
"""Words of a sentence in which somebody tells what they see."""
RATES: dict[str, float] = {
    "who": 13.0,
    "circumstance": 6.0,
    "some": 6.0,
    "join": 8.0,
    "small": 3.0,
    "capital": -8.0,
    "placeholder": -4.0,
    "colon": -8.0,
    "repeated": -14.0,
    "mark": -12.0,
    "brief": -14.0,
}
OWN = 1.5
"""What each sign weighs for every word that there is, in log-odds, and what is added to their sum.

The rounded fit of `benchmarks/own_words.py`, which prints how many of each source are taken for somebody's own words
when the fit has not seen it.
"""


def is_own_words(text: str) -> bool:
    """Whether somebody tells in their own words what they see, as in a chat, a mail or a report."""
    return len(_plain_words(text)) >= _FEWEST_WORDS and is_prose(text) and own_words_score(text) > 0


def own_words_score(text: str) -> float:
    """How much speaks for the text being somebody's own words and no alert's, in log-odds."""
    return OWN + sum(RATES[name] * value for name, value in signs(text).items())


def signs(text: str) -> dict[str, float]:
    """The signs by which `RATES` tells people from alerts, each for every word.

    People say who sees it, since when it is so, how much of it and what goes with what, in small words.  Alerts name
    components in capitals, have places for values, and say in their description once more what their title says;
    messages of programs are brief, and mark what they quote.
    """
    words = [word.lower() for word in _plain_words(text)]
    counts = {
        "who": len(_WHO.findall(text)),
        "circumstance": len(_CIRCUMSTANCE.findall(text)),
        "some": len(_SOME.findall(text)),
        "join": len(_JOIN.findall(text)),
        "small": sum(word in _SMALL_WORDS for word in words),
        "capital": sum(word[0].isupper() for word in _plain_words(text)),
        "placeholder": len(_TEMPLATE.findall(text)),
        "colon": text.count(":"),
        "repeated": len(words) - len(set(words)),
        "mark": len(_QUOTE_MARK.findall(text)),
        "brief": 1,
    }
    return {name: count / max(1, len(words)) for name, count in counts.items()}


def _plain_words(text: str) -> list[str]:
    return _WORD.findall(_TEMPLATE.sub(" ", text))
