"""Tables of pages as Markdown has them: each row with all its cells, each cell on one line.

markdownify writes a cell of several rows into the first of them, so that the cells of the others move to the left;
joins the lines of code in a cell; leaves a bar as it is (`findings/markdownify-moves-cells-beside-a-rowspan.sh`,
`findings/markdownify-joins-the-commands-of-a-cell.sh`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import Tag

_MOST = 1000
"""Rows or columns that a cell spans at most; the standard's own limit of rows is 65,534."""


def spread_rows(body: Tag) -> None:
    """Gives each row the cells that reach into it from above, so that its others keep their columns."""
    for table in body.find_all("table"):
        reaching: dict[int, tuple[int, Tag]] = {}
        for row in (one for one in table.find_all("tr") if one.find_parent("table") is table):
            reaching = _spread_into(row, reaching)


def _spread_into(row: Tag, reaching: dict[int, tuple[int, Tag]]) -> dict[int, tuple[int, Tag]]:
    """Puts the cells that reach into a row where they belong; which cells reach into the next, by their column."""
    from copy import copy

    cells, column, further = list(row.find_all(["td", "th"], recursive=False)), 0, {}
    last: Tag | None = None
    while cells or column in reaching:
        if column in reaching:
            rows, above = reaching[column]
            cell = copy(above)
            if last is None:
                row.insert(0, cell)
            else:
                last.insert_after(cell)
        else:
            cell = cells.pop(0)
            rows = _number(cell, "rowspan", _MOST)
            del cell["rowspan"]
        if rows > 1:
            further[column] = (rows - 1, cell)
        column += _number(cell, "colspan", _MOST)
        last = cell
    return further


def _number(cell: Tag, name: str, most: int) -> int:
    said = str(cell.get(name) or "")
    return min(max(int(said), 1), most) if said.isascii() and said.isdigit() else 1


def cell_text(text: str) -> str:
    """The text of a cell; a bar in it begins no other cell."""
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def cell_code(code: str) -> str:
    """Code in a cell: each of its lines marked by itself, as a cell has one line and joined commands are none."""
    lines = (line.strip() for line in code.split("\n"))
    return " ".join(f"`` {line} ``" if "`" in line else f"`{line}`" for line in lines if line)
