"""PDFs as Markdown, by pypdf: their lines as they stand on the page, larger type as headings, a typewriter's as code.

A page without text (a scan) is said; nothing is guessed from pictures.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import groupby, islice, takewhile
from typing import Any

from ingest.convert.forms import TYPEWRITER
from kb.expression import expression

_SAME_LINE = 0.3
"""Of the size of the type: what stands so much lower is another line, so much further to the right another word."""
_HIGHER = 1.0
"""Of the size of the type: what is drawn after a line and stands so much above it was drawn out of its turn."""
_COLUMN = 0.35
"""Of the width of a page: what begins further to the right is a column of its own."""
_NEXT_LINE = 1.5
"""Of the size of the type: what stands so much lower at the most goes on with the same paragraph."""
_USUAL_WIDTH = 0.5
"""The width of a letter, of the size of the type."""
_EDGE = 2
"""Lines at the top and the bottom of a page that may stand on every page."""
_MOST_OF = 0.6
_LARGER = 1.15
"""So much larger than most of the text a line is a heading; so is a short line of the same size in bold."""
_BULLET = expression(r"^[\u2022\u25cf\u25e6\u2023\uf0b7\u00b7]\s*")
_LIGATURES = str.maketrans(
    {
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
        "\ufb06": "st",
    }
)


MOST_PAGES = 300
"""Pages of a document: ten seconds of work.  What is longer is a book, of which the rest is left."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A text as the page sets it: where it begins, how large, whether bold, whether in a typewriter's letters."""

    text: str
    x: float
    y: float
    size: float
    bold: bool
    typed: bool

    def follows(self, other: _Piece) -> bool:
        """Whether it stands on the line of another, behind it."""
        return self.beside(other) and self.x >= other.x

    def beside(self, other: _Piece) -> bool:
        """Whether it stands as high as another."""
        return abs(self.y - other.y) < _SAME_LINE * max(self.size, other.size)

    def gap(self, other: _Piece) -> str:
        """A space where it stands apart from the one before it, as columns do."""
        end = other.x + _USUAL_WIDTH * other.size * len(other.text)
        joined = other.text[-1:].isspace() or self.text[:1].isspace() or self.x - end < _SAME_LINE * self.size
        return "" if joined else " "


@dataclass(frozen=True, slots=True)
class _Line:
    """The pieces of a line, from left to right; none is empty."""

    pieces: tuple[_Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces).strip()

    @property
    def size(self) -> float:
        return max(piece.size for piece in self.pieces)

    @property
    def bold(self) -> bool:
        return all(piece.bold for piece in self.pieces)

    @property
    def typed(self) -> bool:
        return all(piece.typed for piece in self.pieces)

    @property
    def marked(self) -> str:
        """Its text, what is set in a typewriter's letters among others as code."""
        told = ""
        for typed, pieces in groupby(self.pieces, key=lambda piece: piece.typed):
            part = "".join(piece.text for piece in pieces)
            code = part.strip() if typed and not self.typed and "`" not in part else ""
            told += part.replace(code, f"`{code}`", 1) if code else part
        return re.sub(r"[ \t]{2,}", " ", told).strip()


def pdf_to_markdown(data: bytes) -> tuple[str, str]:
    """The Markdown of a PDF, and what could not be read of it.  Raises what pypdf raises on a broken file."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(data))
    pages = _without_edges([_lines(page) for page in islice(reader.pages, MOST_PAGES)])
    sizes, typed = Counter[float](), 0
    for line in (line for page in pages for line in page):
        sizes[round(line.size, 1)] += len(line.text)
        typed += sum(len(piece.text) for piece in line.pieces if piece.typed)
    lines = [line for page in pages for line in page]
    if typed > sizes.total() / 2:
        lines = [_Line(tuple(replace(piece, typed=False) for piece in line.pieces)) for line in lines]
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    levels = {
        size: n for n, size in enumerate(sorted((s for s in sizes if s >= usual * _LARGER), reverse=True), 1)
    }
    text = "\n".join(_written(_with_whole_code(lines), usual, levels))
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
    return re.sub(r"\d+", "#", line.text)


def _lines(page: Any) -> list[_Line]:
    """The lines of a page, as they stand on it.

    pypdf ends a line wherever a text has a place of its own, as each word has in PDFs of Google Docs; a line ends
    here where the next text stands lower (`findings/pypdf-ends-the-line-after-each-word.sh`).
    """
    lines: list[_Line] = []
    pieces: list[_Piece] = []
    ended = False
    for piece in _pieces(page):
        for number, part in enumerate(piece.text.split("\n")):
            ended |= number > 0
            if not part:
                continue
            one = replace(piece, text=part)
            if not part.strip() and pieces:  # (a blank looks like what stands before it)
                one = replace(pieces[-1], text=part, x=piece.x, y=piece.y)
            if ended and pieces and not one.follows(pieces[-1]):
                lines.append(_Line(tuple(pieces)))
                pieces = []
            elif ended and pieces and (gap := one.gap(pieces[-1])):
                one = replace(one, text=gap + part)
            ended = False
            pieces.append(one)
    if pieces:
        lines.append(_Line(tuple(pieces)))
    return _in_turn([line for line in lines if line.text], float(page.mediabox.width))


def _pieces(page: Any) -> list[_Piece]:
    """The texts of a page in the order in which it draws them."""
    pieces: list[_Piece] = []

    def visit(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        if text:
            name = str((font or {}).get("/BaseFont", ""))
            x, y = cm[0] * tm[4] + cm[2] * tm[5] + cm[4], cm[1] * tm[4] + cm[3] * tm[5] + cm[5]
            large = size * (abs(tm[3]) * abs(cm[3]) or 1.0)
            bold, typed = "bold" in name.lower(), TYPEWRITER.search(name) is not None
            pieces.append(_Piece(text.translate(_LIGATURES), x, y, large, bold, typed))

    page.extract_text(visitor_text=visit)
    return pieces


def _in_turn(lines: Iterable[_Line], width: float) -> list[_Line]:
    """Lines from top to bottom where a page draws some after those below them; columns stay behind one another.

    Browsers and WeasyPrint draw a block that may scroll, such as code, after all others, WeasyPrint the marks of
    lists, too (CSS 2.2, appendix E; `findings/weasyprint-draws-commands-behind-the-page.sh`).
    """
    placed: list[_Line] = []
    for line in lines:
        first = line.pieces[0]
        if not placed or first.y < placed[-1].pieces[0].y + _HIGHER * first.size or first.x > _COLUMN * width:
            placed.append(line)
            continue
        at = next(
            n for n, one in enumerate(placed) if one.pieces[0].y < first.y or one.pieces[0].beside(first)
        )
        neighbour = placed[at].pieces[0]
        if not neighbour.beside(first):
            placed.insert(at, line)
        elif first.x < neighbour.x:
            gap = neighbour.gap(line.pieces[-1])
            placed[at] = _Line(
                (*line.pieces, replace(neighbour, text=gap + neighbour.text), *placed[at].pieces[1:])
            )
        else:
            placed.append(line)
    return placed


def _with_whole_code(lines: Iterable[_Line]) -> Iterator[_Line]:
    """Lines of which none begins with the rest of a code that began in the one before: half a command is another."""
    last: _Line | None = None
    for line in lines:
        whole = line
        if last is not None and last.pieces[-1].typed and not last.typed and line.pieces[0].typed:
            rest = tuple(takewhile(lambda piece: piece.typed, line.pieces))
            ends, begins = last.pieces[-1], rest[0]
            if 0 < ends.y - begins.y < _NEXT_LINE * max(last.size, line.size):
                gap = "" if ends.text.endswith("-") else " "
                last = _Line((*last.pieces, replace(begins, text=gap + begins.text.lstrip()), *rest[1:]))
                if len(rest) == len(line.pieces):
                    continue
                whole = _Line(line.pieces[len(rest) :])
        if last is not None:
            yield last
        last = whole
    if last is not None:
        yield last


def _written(lines: Iterable[_Line], usual: float, levels: dict[float, int]) -> Iterator[str]:
    """The lines as Markdown; those in a typewriter's letters as blocks of code."""
    for typed, block in groupby(lines, key=lambda line: line.typed):
        if typed:
            yield "```\n" + "\n".join(line.text for line in block) + "\n```"
        else:
            yield from (_line(line, usual, levels) for line in block)


def _line(line: _Line, usual: float, levels: dict[float, int]) -> str:
    text = _BULLET.sub("- ", line.marked)
    level = levels.get(round(line.size, 1))
    if level and len(text) < 120:
        return f"\n{'#' * min(level, 6)} {text}\n"
    if (
        line.bold
        and len(text) < 60
        and line.size >= usual
        and not text.endswith((".", ",", ";"))
        and not text.startswith("-")
    ):
        return f"\n**{text.rstrip(':')}**\n"
    return text
