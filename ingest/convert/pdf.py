"""PDFs as Markdown, by pypdf: their text in the order of reading, lines in a larger type as headings.

A page without text (a scan) is said; nothing is guessed from pictures.
"""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO
from typing import Any

from kb.expression import expression

_LARGER = 1.15
"""So much larger than most of the text a line is a heading; so is a short line of the same size in bold."""
_BULLET = expression(r"^[\u2022\u25cf\u25e6\u2023\uf0b7\u00b7]\s*")


def pdf_to_markdown(data: bytes) -> tuple[str, str]:
    """The Markdown of a PDF, and what could not be read of it.  Raises what pypdf raises on a broken file."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(data))
    pages = [_lines(page) for page in reader.pages]
    sizes = Counter[float]()
    for size, text, _ in (line for page in pages for line in page):
        sizes[round(size, 1)] += len(text)
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    levels = {
        size: n for n, size in enumerate(sorted((s for s in sizes if s >= usual * _LARGER), reverse=True), 1)
    }
    text = "\n".join(_line(line, usual, levels) for page in pages for line in page)
    empty = sum(not page for page in pages)
    unread = f"pages without text (pictures of text are not read): {empty} of {len(pages)}" if empty else ""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", unread


def _lines(page: Any) -> list[tuple[float, str, bool]]:
    """The lines of a page: the size of their type, their text, whether they are bold."""
    pieces: list[tuple[float, str, bool]] = []

    def visit(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        if text:
            scale = abs(tm[3]) * abs(cm[3]) or 1.0
            bold = "bold" in str((font or {}).get("/BaseFont", "")).lower()
            pieces.append((size * scale, text, bold))

    page.extract_text(visitor_text=visit)
    lines: list[tuple[float, str, bool]] = []
    size, text, bold = 0.0, "", True
    for piece_size, piece, piece_bold in pieces:
        for number, part in enumerate(piece.split("\n")):
            if number:
                lines.append((size, text, bold))
                size, text, bold = 0.0, "", True
            if part.strip():
                size, bold = max(size, piece_size), bold and piece_bold
            text += part
    lines.append((size, text, bold))
    return [(size, line.strip(), bold) for size, line, bold in lines if line.strip()]


def _line(line: tuple[float, str, bool], usual: float, levels: dict[float, int]) -> str:
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
