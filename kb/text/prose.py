"""Is a text something that people say, or something that a program wrote?

People say what they see in sentences: words in a row, joined by the small words of a language.  Programs write
fields, brackets, codes, names of functions.  What is near in meaning may be meant, when people say it; of two lines of
a log that are near in meaning nothing follows.
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
