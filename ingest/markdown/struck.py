"""What is struck out in Markdown, `~~so~~` or with `<del>`: its author took it back, so nobody is told to do it."""

from __future__ import annotations

import re

from kb.expression import expression

_STRUCK = expression(
    r"(?<![\w~`\\])~~(?=[^\s~])(?:(?!\n\n).)*?[^\s~]~~(?!~)|<(?P<tag>del|s|strike)\b[^>]*>.*?</(?P=tag)\s*>",
    re.S | re.I,
)


def without_struck(text: str) -> str:
    """The text without what is struck out in it."""
    return _STRUCK.sub("", text)


def is_struck(text: str) -> bool:
    """Whether a text says nothing but what is struck out."""
    left = without_struck(text)
    return left != text and not re.search(r"\w", left)
