"""A text on one line of bounded length, for lists and reasons."""

from __future__ import annotations

import re

_MARKS = re.compile(r"^\s*(?:[-*+>#|]+\s+)+|\*\*|(?<!\w)__|__(?!\w)|`", re.M)
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\d\"“(])|\n\s*\n")


def one_line(text: str, most: int) -> str:
    """The text with its white space folded, cut with an ellipsis to at most `most` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


def first_sentence(text: str, most: int) -> str:
    """The first sentence of a text without marks of Markdown, on one line of at most `most` characters."""
    told = (one_line(_MARKS.sub("", part), most) for part in _END.split(text.strip()))
    return next((sentence for sentence in told if re.search(r"\w", sentence)), "")
