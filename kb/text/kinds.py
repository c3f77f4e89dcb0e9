"""What kind of text is asked: an alert, the labels of one, a line of a log, a log, a trace, somebody's sentence.

Told from the text alone.  What follows from likeness differs by kind: an alert names its subject, a log line quotes
what it broke on, a person describes what they see; so each has its own calibration (`kb.lookup.confidence`).
"""

from __future__ import annotations

import re
from enum import StrEnum

from kb.text.crashes.table import is_of_a_trace
from kb.text.prose import is_own_words, is_prose


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


_LABELS = re.compile(r"\balert_?name[\"']?\s{0,4}[:=]", re.IGNORECASE)
_FIRING = re.compile(r"\[(?:FIRING|RESOLVED)\b|\b(?:FIRING|RESOLVED):", re.IGNORECASE)
_ANNOTATED = re.compile(r"[^\s.]\.\s+[A-Z<{]|\{\{|<\*>|^\W{0,4}(?:[A-Z][a-z0-9]+){3,}\b")
"""A summary with its description, places for values, or the name of an alert at the head."""
_MARKED = re.compile(r"[:\"`()\[\]/_=]")
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
    plain = is_prose(text) and bool(_ANNOTATED.search(text) or not _MARKED.search(text))
    if plain or _FIRING.search(text):
        return Kind.ALERT
    return Kind.LOG if len(lines) > 1 else Kind.LINE
