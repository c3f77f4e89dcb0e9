"""Markdown as a flat list of sections: what stands under which heading, on which line.

Headings are `#` and underlined ones, `<h2>`, and bold labels alone or before a colon
(`**Timeline**`, `**Root cause**: text`), which stand below every real heading.  Promises: no line
of the text is lost except HTML comments; line numbers are those of the file; never raises.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from ingest.markdown.front_matter import split_front_matter
from ingest.markdown.inside import CodeBlock, ListItem, Table, code_in, html_tables_in, items_in, tables_in
from kb.errors import Problem
from kb.expression import expression

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LABEL_LEVEL = 7
"""The level of a bold label: below all six levels of headings."""

_COMMENT = expression(r"^(?P<fence>```(?![^\n]*`)|~~~).*?^(?P=fence)|<!--.*?-->", re.M | re.S)
_BOLD_LABEL = expression(
    r"^[^\w*<`\[|>(-]{0,4}(?:\*{2,3}|__|<(?:b|strong)>)(?P<title>[^*\n]{1,90}?)\s*(?P<inner>[::])?\s*"
    r"(?:\*{2,3}|__|</(?:b|strong)>)\s*(?P<outer>[::])?(?P<rest>.*)$"
)
_HTML_HEADING = expression(r"^\s*<h(?P<level>[1-6])\b[^>]*>(?P<title>.*?)</h[1-6]>\s*$", re.I)
_TIGHT_HEADING = expression(r"^\s{0,3}(?P<hashes>#{2,6})(?P<title>[^\s#].*)$")
_CLOCK = expression(r"\d{1,2}[:.h]\d{2}")
_INLINE = expression(r"!?\[([^\]]*)\]\([^)]*\)|<[^>]+>|[*`]+|(?<!\w)_+|_+(?!\w)")


@dataclass(frozen=True)
class MarkdownSection:
    """What stands between one heading and the next; `level` is 0 before the first heading."""

    title: str
    level: int
    line: int
    text: str = ""
    """The raw Markdown of the section itself, without its subsections."""
    path: tuple[str, ...] = ()
    """The titles of the sections that this one stands under, outermost first."""
    list_items: tuple[ListItem, ...] = ()
    """Every list item on its own, nested ones too."""
    tables: tuple[Table, ...] = ()
    code: tuple[CodeBlock, ...] = ()
    last_line: int = field(default=0, repr=False)

    @cached_property
    def items(self) -> tuple[str, ...]:
        """The outermost list items, continuation lines joined, nested items on lines of their own."""
        joined: list[str] = []
        for item in self.list_items:
            if item.depth == 0 or not joined:
                joined.append(item.text)
            else:
                joined[-1] += f"\n{'  ' * item.depth}- {item.text}"
        return tuple(joined)

    @cached_property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows of all tables, without their headers."""
        return tuple(row for table in self.tables for row in table.rows)

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The header of the first table, or nothing."""
        return self.tables[0].header if self.tables else ()


@dataclass(frozen=True)
class MarkdownDocument:
    """A parsed file: front matter, sections in document order, and what was wrong with it."""

    front: dict[str, Any]
    title: str
    sections: tuple[MarkdownSection, ...]
    problems: tuple[Problem, ...] = ()
    lines: tuple[str, ...] = field(default=(), repr=False)
    """The lines of the file, those of front matter and comments blank."""

    @cached_property
    def body(self) -> str:
        """The whole text without front matter and comments."""
        return "\n".join(self.lines).strip("\n")

    def under(self, section: MarkdownSection) -> str:
        """The raw text of a section with all its subsections, their headings included."""
        if section.level == 0:
            return section.text
        first = section.line
        last = max((s.last_line for s in (section, *self.children(section))), default=first)
        rest = self.lines[first:last]
        head = section.text.split("\n")[0] if section.level == LABEL_LEVEL else ""
        below = next((line for line in rest if line.strip()), "")
        # What stands on the label's own line is no line of the rest.
        return "\n".join((head, *rest) if head and head != below else rest).strip("\n")

    def children(self, section: MarkdownSection) -> tuple[MarkdownSection, ...]:
        """All sections that stand below this one, at any depth."""
        if not section.level:
            return ()
        start = bisect_left(self._starts, section.line)
        start = self.sections.index(section, start) + 1
        following = islice(self.sections, start, None)
        return tuple(takewhile(lambda other: other.level > section.level, following))

    @cached_property
    def _starts(self) -> list[int]:
        return [section.line for section in self.sections]


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a section begins: `body` is the first line after its heading, `lead` text on the heading line."""

    title: str
    level: int
    start: int
    body: int
    lead: str = ""


def parse_markdown(text: str, path: str) -> MarkdownDocument:
    """Parse the text of a file; `path` only names the file in problems."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    front = split_front_matter(text, path)
    body = _COMMENT.sub(lambda m: m[0] if m["fence"] else "\n" * m[0].count("\n"), front.body)
    tokens = _parser().parse(body)
    lines = body.split("\n")
    marks = list(_marks(tokens, lines))
    sections = tuple(_sections(marks, tokens, lines))
    title = front_title(front.values) or next((m.title for m in marks if m.level == 1), "")
    return MarkdownDocument(front.values, title.strip(), sections, front.problems, tuple(lines))


def front_title(values: dict[str, Any]) -> str:
    """The title that front matter gives, also as WordPress exports it; or an empty string."""
    return str(values.get("title") or values.get("post_title") or "")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # HTML stays plain text, so that Markdown inside <details> and after stray tags is still read.
    # What stands inside a paragraph is read from its text, so its tokens are not made.
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable(["inline", "text_join"])


def plain(markdown: str) -> str:
    """A line of Markdown without emphasis, code marks, tags and link targets."""
    return " ".join(_INLINE.sub(lambda m: m[1] or "", markdown).split())


def _marks(tokens: list[Token], lines: list[str]) -> Iterator[_Mark]:
    for number, token in enumerate(tokens):
        if token.level or token.map is None:
            continue
        start, end = token.map
        if token.type == "heading_open" and not _is_ruled_off_text(token, tokens[number + 1].content):
            yield _Mark(plain(tokens[number + 1].content), int(token.tag[1]), start, end)
        elif token.type in ("paragraph_open", "heading_open"):
            for line in range(start, end):
                mark = _mark_in_text(lines[line], line)
                if mark is not None:
                    yield mark


def _is_ruled_off_text(token: Token, content: str) -> bool:
    """Several lines, or `Label: value`, above `---` are text above a rule, whatever CommonMark says."""
    if token.markup not in ("-", "="):
        return False
    return "\n" in content or (
        token.markup == "-" and re.match(r"\W*[\w ]{2,20}:\W*\s\S", content) is not None
    )


def _mark_in_text(line: str, number: int) -> _Mark | None:
    if html := _HTML_HEADING.match(line):
        return _Mark(plain(html["title"]), int(html["level"]), number, number + 1)
    if tight := _TIGHT_HEADING.match(line):
        return _Mark(plain(tight["title"]).rstrip("# "), len(tight["hashes"]), number, number + 1)
    label = _BOLD_LABEL.match(line.strip())
    if label is None:
        return None
    title, rest = plain(label["title"]), re.sub(r"(\s*<br\s*/?>|\\)\s*$", "", label["rest"]).strip()
    has_colon = bool(label["inner"] or label["outer"])
    if not title or (rest and not has_colon) or (rest and _CLOCK.search(title)) or title[-1] in ".!;,":
        return None
    return _Mark(title, LABEL_LEVEL, number, number + 1, rest)


class _OnLine(Protocol):
    @property
    def line(self) -> int: ...


_Thing = TypeVar("_Thing", bound=_OnLine)


class _ByLine(Generic[_Thing]):
    """Things of a text in the order of their lines; those of a section are found without reading all."""

    def __init__(self, things: Iterable[_Thing]) -> None:
        self._things = sorted(things, key=lambda thing: thing.line)
        self._lines = [thing.line for thing in self._things]

    def within(self, first: int, last: int) -> tuple[_Thing, ...]:
        """Those on the lines from `first` to `last`."""
        return tuple(self._things[bisect_left(self._lines, first) : bisect_right(self._lines, last)])


def _sections(marks: list[_Mark], tokens: list[Token], lines: list[str]) -> Iterator[MarkdownSection]:
    if not marks or marks[0].start > 0:
        marks = [_Mark("", 0, 0, 0), *marks]
    parents: list[_Mark] = []
    items, tables, code = _ByLine(items_in(tokens)), _ByLine(tables_in(tokens)), _ByLine(code_in(tokens))
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        end = following.start if following else len(lines)
        text = "\n".join(([mark.lead] if mark.lead else []) + lines[mark.body : end]).strip("\n")
        if mark.level == 0 and not text.strip():
            continue
        while parents and parents[-1].level >= mark.level:
            parents.pop()
        yield MarkdownSection(
            title=mark.title,
            level=mark.level,
            line=mark.start + 1,
            text=text,
            path=tuple(parent.title for parent in parents),
            list_items=items.within(mark.start + 1, end),
            tables=tables.within(mark.start + 1, end) + html_tables_in(text, mark.body + 1),
            code=code.within(mark.start + 1, end),
            last_line=end,
        )
        if mark.level:
            parents.append(mark)
