"""Markdown that kb writes (a brief, a review, a report) as a page: heads bold, items wrapped below their own words.

The words stay as they are, so what is read here is what a pipe gets; only the marks of heads, of bold and of code give
way to a style.  Tables and commands keep their lines.  Pure: text in, lines out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kb.doors.cli.printed.lines import ASIDE, COMMAND, PLAIN, TITLE, styled, wrapped
from kb.expression import expression

if TYPE_CHECKING:
    from rich.text import Text

_HEAD = expression(r"#{1,6} +(?P<text>.+)")
_ITEM = expression(r"(?P<mark>\s*(?:[-*+]|\d{1,3}[.)])\s+)(?P<text>.*)")
_PIECES = expression(r"(?P<bold>\*\*[^*]+\*\*)|(?P<code>`[^`]+`)|(?P<id>\s?\[[a-z]+(?:-[\w.]+)+\])")
"""Bold, code, and the id of what a line rests on."""


def markdown_page(text: str, width: int) -> list[Text]:
    """The page."""
    return [row for line in text.rstrip("\n").split("\n") for row in _rows(line, width)]


def _rows(line: str, width: int) -> list[Text]:
    if not line.strip():
        return [styled()]
    if head := _HEAD.fullmatch(line):
        return wrapped(styled((head["text"], TITLE)), width, 2, 0)
    if line.startswith(("|", "- Run: `")):  # what is copied is one line, however long
        return [styled(*_pieces(line))]
    item = _ITEM.fullmatch(line)
    hang = min(len(item["mark"]), width // 2) if item else 0
    return wrapped(styled(*_pieces(line)), width, hang, 0)


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    at = 0
    for found in _PIECES.finditer(line):
        yield line[at : found.start()], PLAIN
        if found["bold"]:
            yield found["bold"][2:-2], TITLE
        elif found["code"]:
            yield found["code"], COMMAND
        else:
            yield found["id"], ASIDE
        at = found.end()
    yield line[at:], PLAIN
