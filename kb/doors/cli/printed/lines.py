"""Lines of a page, styled and wrapped: the words that pages are made of.

Whatever text comes in is made safe here (`visible`), since the lines that go out hold colours and cannot be cleaned
any more.  rich measures (letters of two columns, joined ones), styles and wraps; it is imported by the first line, so
that no pipe and no `--help` waits for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import StringIO
from typing import TYPE_CHECKING

from kb.doors.cli.printed.screen import Screen
from kb.text.escaping import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

KNOWN, RELATED, UNKNOWN = "bold green", "bold yellow", "bold magenta"
TITLE, COMMAND, WARNING, ASIDE, PLAIN = "bold", "cyan", "bold red", "dim", ""
LABEL = 10
"""Columns of the labels on the left."""
_ROOM = 20
"""Columns that a text keeps beside its label; a narrower screen has the label on a line of its own."""


def styled(*parts: tuple[str, str]) -> Text:
    """One line of several texts, each with its style."""
    from rich.text import Text

    line = Text()
    for text, style in parts:
        line.append(_safe(text), style=style)
    return line


def wrapped(line: Text, width: int, indent: int = 0, first: int | None = None) -> list[Text]:
    """The line in as many as it takes, all indented; the first by `first` columns, where that is given."""
    from rich.text import Text

    ahead = indent if first is None else first
    room = max(1, width - max(indent, ahead))
    found = line.wrap(_measure(), room, overflow="fold", tab_size=4)
    rows = []
    for number, row in enumerate(found):
        row.rstrip()
        rows.append(Text(" " * (indent if number else ahead)) + row)
    return rows


def text_rows(text: str, width: int, style: str = PLAIN, indent: int = 0) -> list[Text]:
    """A text in wrapped lines: paragraphs joined, lists and code as they are, an item wrapped below its own words."""
    rows: list[Text] = []
    for paragraph in paragraphs(text):
        hang = _hang(paragraph)
        rows += wrapped(styled((paragraph, style)), width, indent + hang, indent)
    return rows


def command_row(command: str) -> Text:
    """A command in one line, however long: the terminal breaks it, and whoever copies it gets it whole."""
    return styled((command, COMMAND))


def height(lines: Iterable[Text], width: int) -> int:
    """Rows that the lines take on a terminal, which breaks those that are longer."""
    return sum(max(1, -(-line.cell_len // width)) for line in lines)


def labelled(label: str, rows: Sequence[Text], width: int, style: str = ASIDE) -> list[Text]:
    """Rows, made for `inner(width)` columns, behind a label; below it where there is no room beside."""
    from rich.text import Text

    if width - LABEL - 2 < _ROOM:
        return [styled((f"  {label}", style)), *(Text("    ") + row for row in rows)]
    return [
        styled((f"  {label if not number else '':<{LABEL}}", style)) + row for number, row in enumerate(rows)
    ]


def inner(width: int) -> int:
    """Columns for a text behind a label."""
    beside = width - LABEL - 2
    return beside if beside >= _ROOM else width - 4


def cut(rows: Sequence[Text], most: int | None, width: int) -> list[Text]:
    """At the most so many rows; the last of them ends with a mark where there were more."""
    if most is None or len(rows) <= most:
        return [*rows]
    last = rows[most - 1].copy()
    last.truncate(max(1, width - 2), overflow="crop")
    last.rstrip()
    return [*rows[: most - 1], last + styled((" …", ASIDE))]


def paragraphs(text: str) -> list[str]:
    """Lines of one paragraph joined; items of lists, headings and blank lines part them.  Code stays as it is."""
    if "```" in text or "~~~" in text:
        return [line for line in text.splitlines() if line.strip()]
    joined = re.sub(r"(?<=\S)[ \t]*\n(?![ \t]*(?:[-*+•#|>`~]|\d+[.)]|\n|$))[ \t]*", " ", text.strip())
    return [line for line in joined.splitlines() if line.strip()]


def _hang(paragraph: str) -> int:
    item = re.match(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+", paragraph)
    return min(item.end(), 12) if item else 0


def rendered(lines: Iterable[Text], screen: Screen) -> str:
    """The lines as the screen takes them."""
    from rich.console import Console

    out = StringIO()
    console = Console(
        file=out,
        width=screen.width,
        force_terminal=screen.colours,
        color_system="standard" if screen.colours else None,
        no_color=not screen.colours,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for line in lines:
        console.print(line, soft_wrap=True)
    return out.getvalue()


def blank_between(blocks: Iterable[Sequence[Text]]) -> Iterator[Text]:
    """The blocks, those that hold something, with an empty line between two."""
    for number, block in enumerate(block for block in blocks if block):
        if number:
            yield styled()
        yield from block


def _safe(text: str) -> str:
    return visible(text.replace("\r\n", "\n"))


@cache
def _measure() -> Console:
    from rich.console import Console

    return Console(file=StringIO(), width=80, color_system=None, force_terminal=False)
