"""The blocks inside Markdown sections, list items, tables and code, each with its line in the file."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced or indented block of code; `lang` is empty where the source names none."""

    lang: str
    text: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class ListItem:
    """One list item with its own text only; `depth` is 0 in an outermost list."""

    text: str
    depth: int
    line: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; cells are raw Markdown without their bars."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    line: int = 0


def code_in(tokens: list[Token]) -> list[CodeBlock]:
    """Every code block, those inside list items too."""
    return [
        CodeBlock(
            token.info.split()[0] if token.info.split() else "", token.content, (token.map or [0])[0] + 1
        )
        for token in tokens
        if token.type in ("fence", "code_block")
    ]


def items_in(tokens: list[Token]) -> list[ListItem]:
    """Every list item in document order; paragraphs of one item are joined, its code on lines of its own."""
    items: list[ListItem] = []
    texts: list[list[str]] = []
    open_items: list[int] = []
    ordered: list[bool] = []
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            ordered.append(token.type == "ordered_list_open")
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            ordered.pop()
        elif token.type == "list_item_open":
            open_items.append(len(items))
            items.append(ListItem("", len(open_items) - 1, (token.map or [0])[0] + 1, ordered[-1]))
            texts.append([])
        elif token.type == "list_item_close":
            open_items.pop()
        elif open_items and token.type == "inline":
            texts[open_items[-1]].append(" ".join(token.content.split("\n")))
        elif open_items and token.type in ("fence", "code_block"):
            texts[open_items[-1]].append("\n" + token.content.rstrip("\n"))
    return [
        ListItem(" ".join(text).replace(" \n", "\n").strip(), item.depth, item.line, item.ordered)
        for item, text in zip(items, texts, strict=True)
    ]


def tables_in(tokens: list[Token]) -> list[Table]:
    """Every pipe table."""
    tables: list[Table] = []
    rows: list[list[str]] = []
    line = 0
    for token in tokens:
        if token.type == "table_open":
            rows, line = [], (token.map or [0])[0] + 1
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            rows[-1].append(token.content.strip())
        elif token.type == "table_close":
            tables.append(Table(tuple(rows[0]), tuple(map(tuple, rows[1:])), line))
            rows = []
    return tables


def html_tables_in(text: str, first_line: int) -> tuple[Table, ...]:
    """Every `<table>` in a text; the header is its row of `<th>`, if there is one."""
    if "<table" not in text.lower():
        return ()
    reader = _TableReader(first_line)
    reader.feed(text)
    reader.close()
    return tuple(reader.tables)


class _TableReader(HTMLParser):
    def __init__(self, first_line: int) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self._first_line = first_line
        self._rows: list[list[str]] = []
        self._reaching: dict[int, int] = {}
        self._above: list[str] = []
        self._header: tuple[str, ...] = ()
        self._in_cell = self._in_header = False
        self._line = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._rows, self._header, self._reaching = [], (), {}
            self._line = self.getpos()[0] - 1 + self._first_line
        elif tag == "tr":
            self._above = self._rows[-1] if self._rows else []
            self._rows.append([])
            self._in_header = False
        elif tag in ("td", "th") and self._rows:
            self._take_from_above()
            rows = dict(attrs).get("rowspan") or ""
            self._reaching[len(self._rows[-1])] = int(rows) - 1 if rows.isascii() and rows.isdigit() else 0
            self._rows[-1].append("")
            self._in_cell, self._in_header = True, tag == "th"
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False
        elif tag == "tr" and self._in_header and not self._header and self._rows:
            self._header = tuple(cell.strip() for cell in self._rows.pop())
            self._reaching = {}
        elif tag == "tr" and self._rows:
            self._take_from_above()
        elif tag == "table":
            rows = tuple(tuple(" ".join(cell.split()) for cell in row) for row in self._rows if row)
            self.tables.append(Table(self._header, rows, self._line))

    def handle_data(self, data: str) -> None:
        if self._in_cell and self._rows and self._rows[-1]:
            self._rows[-1][-1] += data

    def _take_from_above(self) -> None:
        """Repeats the cells that reach into this row from the one above, so that the others keep their columns."""
        row = self._rows[-1]
        while len(row) < len(self._above) and self._reaching.get(len(row), 0) > 0:
            self._reaching[len(row)] -= 1
            row.append(self._above[len(row)])
