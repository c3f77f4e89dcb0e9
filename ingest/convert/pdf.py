"""PDFs as Markdown, by pypdf: their text in the order of reading, lines in a larger type as headings.

A page without text (a scan) is said; nothing is guessed from pictures.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice
from typing import Any

from kb.expression import expression

_Line = tuple[float, str, bool]
"""The size of its type, its text, whether it is bold."""
_SAME_LINE = 0.3
"""Of the size of the type: what stands so much lower is another line, so much further to the right another word."""
_USUAL_WIDTH = 0.5
"""The width of a letter, of the size of the type."""
_EDGE = 2
"""Lines at the top and the bottom of a page that may stand on every page."""
_MOST_OF = 0.6
_LARGER = 1.15
"""So much larger than most of the text a line is a heading; so is a short line of the same size in bold."""
_BULLET = expression(r"^[\u2022\u25cf\u25e6\u2023\uf0b7\u00b7]\s*")


MOST_PAGES = 300
"""Pages of a document: ten seconds of work.  What is longer is a book, of which the rest is left."""


def pdf_to_markdown(data: bytes) -> tuple[str, str]:
    """The Markdown of a PDF, and what could not be read of it.  Raises what pypdf raises on a broken file."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(data))
    pages = _without_edges([_lines(page) for page in islice(reader.pages, MOST_PAGES)])
    sizes = Counter[float]()
    for size, text, _ in (line for page in pages for line in page):
        sizes[round(size, 1)] += len(text)
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    levels = {
        size: n for n, size in enumerate(sorted((s for s in sizes if s >= usual * _LARGER), reverse=True), 1)
    }
    text = "\n".join(_line(line, usual, levels) for page in pages for line in page)
    empty = sum(not page for page in pages)
    unread = [f"pages without text (pictures of text are not read): {empty} of {len(pages)}"] if empty else []
    if (rest := len(reader.pages) - len(pages)) > 0:
        unread.append(f"unread: pages after the {MOST_PAGES}th (split it, a document a file): {rest}")
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", "; ".join(unread)


def _without_edges(pages: list[list[_Line]]) -> list[list[_Line]]:
    """Pages without what stands at the edge of each: the title of the document, its address, the number of the page."""
    seen = Counter(
        text for page in pages for text in {_any_number(line) for line in page[:_EDGE] + page[-_EDGE:]}
    )
    repeated = {text for text, count in seen.items() if count >= max(2, _MOST_OF * len(pages))}
    return [_without(repeated, page) or page for page in pages]


def _without(repeated: set[str], page: list[_Line]) -> list[_Line]:
    return [
        line
        for number, line in enumerate(page)
        if _any_number(line) not in repeated or _EDGE <= number < len(page) - _EDGE
    ]


def _any_number(line: _Line) -> str:
    return re.sub(r"\d+", "#", line[1])


@dataclass(frozen=True, slots=True)
class _Piece:
    """A text as the page sets it: where it begins, how large, whether bold."""

    text: str
    x: float
    y: float
    size: float
    bold: bool

    def follows(self, other: _Piece) -> bool:
        """Whether it stands on the line of another, behind it."""
        return abs(self.y - other.y) < _SAME_LINE * max(self.size, other.size) and self.x >= other.x

    def gap(self, other: _Piece) -> str:
        """A space where it stands apart from the one before it, as columns do."""
        end = other.x + _USUAL_WIDTH * other.size * len(other.text)
        joined = other.text[-1:].isspace() or self.text[:1].isspace() or self.x - end < _SAME_LINE * self.size
        return "" if joined else " "


def _lines(page: Any) -> list[_Line]:
    """The lines of a page: the size of their type, their text, whether they are bold.

    pypdf ends a line wherever a text has a place of its own, as each word has in PDFs of Google Docs; a line ends
    here where the next text stands lower (`findings/pypdf-ends-the-line-after-each-word.sh`).
    """
    pieces: list[_Piece] = []

    def visit(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        if text:
            bold = "bold" in str((font or {}).get("/BaseFont", "")).lower()
            x, y = cm[0] * tm[4] + cm[2] * tm[5] + cm[4], cm[1] * tm[4] + cm[3] * tm[5] + cm[5]
            pieces.append(_Piece(text, x, y, size * (abs(tm[3]) * abs(cm[3]) or 1.0), bold))

    page.extract_text(visitor_text=visit)
    lines: list[_Line] = []
    size, text, bold, last, ended = 0.0, "", True, _Piece("", 0.0, 0.0, 0.0, False), False
    for piece in pieces:
        for number, part in enumerate(piece.text.split("\n")):
            ended |= number > 0
            if not part:
                continue
            if ended and not piece.follows(last):
                lines.append((size, text, bold))
                size, text, bold = 0.0, "", True
            elif ended:
                text += piece.gap(last)
            ended = False
            if part.strip():
                size, bold = max(size, piece.size), bold and piece.bold
            text, last = text + part, replace(piece, text=part)
    lines.append((size, text, bold))
    return [(size, line.strip(), bold) for size, line, bold in lines if line.strip()]


def _line(line: _Line, usual: float, levels: dict[float, int]) -> str:
    size, text, bold = line
    text = _BULLET.sub("- ", text)
    level = levels.get(round(size, 1))
    if level and len(text) < 120:
        return f"\n{'#' * min(level, 6)} {text}\n"
    if (
        bold
        and len(text) < 60
        and size >= usual
        and not text.endswith((".", ",", ";"))
        and not text.startswith("-")
    ):
        return f"\n**{text.rstrip(':')}**\n"
    return text
