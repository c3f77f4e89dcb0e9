"""AsciiDoc as Markdown, line by line, so that every line keeps its number.

Nobody keeps a converter for Python (asciidoctor is Ruby and JavaScript; the old `asciidoc` is GPL and knows no
`+` continuation of today); headings, lists, blocks, tables, admonitions and links are all that our readers look at.
"""

from __future__ import annotations

import re
from itertools import islice

from kb.expression import expression

_HEADING = expression(r"^(?P<marks>={1,6})\s+(?P<title>\S.*?)(?:\s+=+)?$")
_ATTRIBUTE = expression(r"^:(?P<name>!?[\w-]+!?):(?:\s+(?P<value>.*))?$")
_BLOCK_LINE = expression(r"^\[(?P<inside>[^\]]*)\]$")
_FENCE = expression(r"^(?:-{4,}|\.{4,}|`{3,}\w*)$")
_BREAK = expression(r"^(?:'{3,}|<{3,})$")
_BOX = expression(r"^(?:={4,}|\*{4,}|_{4,}|--)$")
_LIST = expression(r"^(?P<indent>\s*)(?P<marks>\*{1,5}|-|\.{1,5}|\d+\.)\s+(?P<text>\S.*)$")
_CHECK = expression(r"^\[(?P<mark>[ xX*])\]\s+")
_ADMONITION = expression(r"^(?P<kind>NOTE|TIP|WARNING|IMPORTANT|CAUTION):\s+(?P<text>\S.*)$")
_LABEL = expression(r"^(?P<title>\S[^\n]*?)::(?:\s+(?P<text>.*))?$")
_TITLE = expression(r"^\.(?P<title>[A-Za-z][^\n]*)$")
_LINK = expression(
    r"(?:link:|xref:)?(?P<url>https?://[^\s\[\]]+|(?<=link:)[^\s\[\]]+"
    r"|(?<=xref:)[^\s\[\]]+)\[(?P<text>[^\]]*)\]"
)
_CALLOUT = expression(r"(?:\s+(?:#\s*)?<(?:\d+|\.)>)+$")
_NOTE = expression(r"^<(?:\d+|\.)>\s+(?P<text>\S.*)$")
_MACRO = expression(r"(?:icon|anchor|indexterm|image|toc)::?[^\s\[\]]*\[[^\]]*\]\s*|\[\[[\w-]+\]\]\s*")
_XREF = expression(r"<<[^<>,]+(?:,\s*(?P<text>[^<>]+))?>>")
_BOLD = expression(r"(?<![\w*])\*(?P<text>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])")
_COLUMNS = expression(r"cols=\"?(?P<cols>[^\"\]]+)")


def asciidoc_to_markdown(text: str) -> tuple[str, str]:
    """The Markdown of a document, on as many lines, and what could not be read of it."""
    reader = _Reader(text.replace("\r\n", "\n").split("\n"))
    return "\n".join(
        reader.lines()
    ), f"files that it includes are not read: {reader.included}" if reader.included else ""


class _Reader:
    """Goes through the lines once; knows in which block it is."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._attributes: dict[str, str] = {}
        self._fence = self._language = ""
        self._depth = 0
        self._after_plus = False
        self._table: list[str] | None = None
        self._columns = 0
        self._comment = False
        self.included = 0
        self._owed = 0
        """Lines that a table has had fewer than its source so far."""

    def lines(self) -> list[str]:
        return [made for number, line in enumerate(self._lines) for made in self._made(line.rstrip(), number)]

    def _made(self, line: str, number: int) -> list[str]:
        """The lines that one line becomes; blank ones of a table, which would end it, stand behind it."""
        in_table = self._table is not None
        made = self._line(line, number).split("\n")
        if in_table and made == [""]:
            self._owed += 1
            made = []
        self._owed -= len(made) - 1 if made else 0
        if in_table and self._table is None:
            made += [""] * max(self._owed, 0)
            self._owed = 0
        return made

    def _line(self, line: str, number: int) -> str:
        if line == "////":
            self._comment = not self._comment
            return ""
        if self._comment:
            return ""
        if self._fence:
            return self._in_fence(line)
        if line.startswith("|===") or (self._table is not None):
            return self._in_table(line)
        if line.startswith("//") or _BREAK.match(line):
            return ""
        if line.startswith("include::"):
            self.included += 1
            return ""
        if _FENCE.match(line):
            self._fence = line
            return f"{self._indent()}```{self._language}"
        if attribute := _ATTRIBUTE.match(line):
            return self._keep(attribute["name"], attribute["value"] or "")
        if block := _BLOCK_LINE.match(line):
            return self._block(block["inside"])
        return self._text(line, number)

    def _in_fence(self, line: str) -> str:
        if line == self._fence or (self._fence.startswith("```") and line == "```"):
            self._fence = self._language = ""
            return f"{self._indent()}```"
        return f"{self._indent()}{_CALLOUT.sub('', line)}" if line else ""

    def _keep(self, name: str, value: str) -> str:
        """An attribute of the head is a fact of the document; the others are settings."""
        self._attributes[name] = value
        told = name.lower() in (
            "date",
            "revdate",
            "severity",
            "status",
            "author",
            "services",
            "service",
            "priority",
        )
        return f"- {name.removeprefix('rev').capitalize()}: {value}" if told and value else ""

    def _block(self, inside: str) -> str:
        words = [part.strip(' "') for part in inside.split(",")]
        if words[0] in ("source", "source%nowrap", "console") and len(words) > 1:
            self._language = words[1]
        if found := _COLUMNS.search(inside):
            self._columns = len([part for part in re.split(r"[,;]", found["cols"]) if part.strip()])
            if star := re.match(r"(\d+)\*", found["cols"].strip()):
                self._columns = int(star[1])
        kind = words[0].upper()
        return (
            f"**{kind.capitalize()}:**" if kind in ("NOTE", "TIP", "WARNING", "IMPORTANT", "CAUTION") else ""
        )

    def _text(self, line: str, number: int) -> str:
        if heading := _HEADING.match(line):
            self._depth = 0
            return f"{'#' * len(heading['marks'])} {self._inline(heading['title'])}"
        if note := _NOTE.match(line):
            return (
                f"{self._indent()}- {self._inline(note['text'])}"
                if self._depth
                else self._inline(note["text"])
            )
        if line == "+":
            self._after_plus = True
            return ""
        if _BOX.match(line):
            return ""
        if item := _LIST.match(line):
            return self._item(item)
        if admonition := _ADMONITION.match(line):
            return f"**{admonition['kind'].capitalize()}:** {self._inline(admonition['text'])}"
        if label := _LABEL.match(line):
            return f"**{self._inline(label['title'])}:** {self._inline(label['text'] or '')}".rstrip()
        if title := _TITLE.match(line):
            return f"**{title['title']}**"
        if not line:
            if not self._goes_on(number):
                self._depth = 0
            return ""
        continued, self._after_plus = self._after_plus, False
        return f"{self._indent() if continued else ''}{self._inline(line)}"

    def _goes_on(self, number: int) -> bool:
        """Whether a list goes on after a blank line."""
        following = next((line for line in islice(self._lines, number + 1, None) if line.strip()), "")
        return bool(_LIST.match(following)) or following.strip() == "+"

    def _item(self, item: re.Match[str]) -> str:
        marks = item["marks"]
        ordered = marks[0] in ".0123456789"
        self._depth = 1 if marks[0].isdigit() or marks == "-" else len(marks)
        self._after_plus = False
        text = _CHECK.sub(lambda found: f"[{'x' if found['mark'] in 'xX*' else ' '}] ", item["text"])
        return f"{'   ' * (self._depth - 1)}{'1.' if ordered else '-'} {self._inline(text)}"

    def _indent(self) -> str:
        return "   " * self._depth

    def _in_table(self, line: str) -> str:
        """Rows of a table, each on the line where its first cell stands; cells a line each are gathered."""
        if line.startswith("|==="):
            if self._table is None:
                self._table = []
                return ""
            left = self._row(self._table) if self._table else ""
            self._table, self._columns = None, 0
            return left
        assert self._table is not None
        cells = [
            self._inline(cell.strip())
            for cell in re.split(r"(?:^|\s)(?:\d*[.+<>^]*[adehlmsv]?)?\|", line)[1:]
        ]
        if not cells:
            if line and self._table:
                self._table[-1] += " " + self._inline(line.strip())
            return ""
        if not self._columns:
            self._columns = len(cells)
            return "\n".join((self._row(cells), self._rule(len(cells))))
        self._table += cells
        if len(self._table) < self._columns:
            return ""
        row, self._table = self._table[: self._columns], self._table[self._columns :]
        return self._row(row)

    def _row(self, cells: list[str]) -> str:
        return "| " + " | ".join(cells) + " |"

    def _rule(self, count: int) -> str:
        return "|" + " --- |" * count

    def _inline(self, text: str) -> str:
        for name, value in self._attributes.items():
            text = text.replace(f"{{{name}}}", value)
        text = _MACRO.sub("", text).strip() if _MACRO.search(text) else text
        text = _LINK.sub(lambda found: f"[{found['text'] or found['url']}]({found['url']})", text)
        text = _XREF.sub(lambda found: found["text"] or "", text)
        return _BOLD.sub(r"**\g<text>**", text)
