"""Markdown as the sequence of blocks that a reader sees: headings, labels, paragraphs, list items, code.

A label is a line that heads what follows without being a heading: `**Cause**`, `Root cause: text`,
`How to **fix** it:`.  Blocks keep their line in the file; front matter and comments are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.markdown.front_matter import split_front_matter
from ingest.markdown.inside import items_in, tables_in
from kb.expression import expression

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LABEL_LEVEL = 7
"""The level of a label: below all six levels of headings."""

FENCED = expression(r"^[ \t]*(?P<fence>```(?![^\n]*`)|~~~).*?^[ \t]*(?P=fence)[ \t]*$", re.M | re.S)
"""Fenced code, for those who look at raw text and must not take what it holds for headings."""

_COMMENT = expression(r"^(?P<fence>```(?![^\n]*`)|~~~).*?^(?P=fence)|<!--.*?-->", re.M | re.S)
_SHORTCODE = expression(
    r"^\s*(?:\{\{[<%].*?[>%]\}\}|\[[^\]]+\]:\s*\S+.*|</?[a-zA-Z][^>]*>|\([\w:.-]+\)=)\s*$"
)
_BOLD_LABEL = expression(
    r"^(?:\*\*|__)(?P<title>[^*\n]{2,80}?)\s*:?\s*(?:\*\*|__)\s*(?P<colon>:?)[ \t]*(?P<rest>.*)$"
)
_PLAIN_LABEL = expression(
    r"^(?P<title>how it works|how to [\w ]{3,40}|symptoms?|(?:root |possible )?causes?|reasons?"
    r"|workarounds?|solutions?"
    r"|resolutions?|fix|impact|meaning|diagnos[ie]s|mitigation|summary|steps|procedure|investigation"
    r"|remediation"
    r"|description|problem|issue)[ \t]*:[ \t]*(?P<rest>.*)$",
    re.I,
)
_LINK = expression(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_EMPHASIS = expression(r"\*\*|__|(?<!\w)[*_]|[*_](?!\w)")


@dataclass(frozen=True, slots=True)
class Block:
    """One block: `kind` is `heading`, `paragraph`, `item`, `table` or `code`.

    `level` is that of a heading; code inside a list item, whose text the item holds too, has level 1.
    """

    kind: str
    text: str
    line: int
    level: int = 0
    lang: str = ""
    ordered: bool = False
    rows: tuple[tuple[str, ...], ...] = ()
    """The cells of a table, its header first."""


@dataclass(frozen=True, slots=True)
class BlockGroup:
    """The blocks that belong to one entry of a file; `heading` is None for what stands outside all."""

    heading: Block | None
    blocks: tuple[Block, ...]


def blocks_of(text: str, path: str = "") -> list[Block]:
    """All blocks of a Markdown file, in order."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    body = split_front_matter(text, path).body
    body = _COMMENT.sub(lambda match: match[0] if match["fence"] else "\n" * match[0].count("\n"), body)
    return list(_blocks(_parser().parse(body)))


def grouped(
    blocks: list[Block], starts_entry: Callable[[Block, tuple[Block, ...]], bool]
) -> list[BlockGroup]:
    """Blocks by the innermost entry that they stand under; what stands under none comes first.

    `starts_entry` is asked about every heading, with the headings that it stands under.
    """
    groups: dict[int, list[Block]] = {-1: []}
    path: list[tuple[Block, int]] = []
    for number, block in enumerate(blocks):
        if block.kind == "heading":
            while path and path[-1][0].level >= block.level:
                path.pop()
            owner = path[-1][1] if path else -1
            if starts_entry(block, tuple(parent for parent, _ in path)):
                owner = number
                groups[owner] = []
            path.append((block, owner))
            if owner == number:
                continue
        groups[path[-1][1] if path else -1].append(block)
    return [
        BlockGroup(blocks[owner] if owner >= 0 else None, tuple(found)) for owner, found in groups.items()
    ]


def unmarked(text: str) -> str:
    """A line without emphasis and code marks, links reduced to their text."""
    if "[" in text:
        text = _LINK.sub(r"\1", text)
    return " ".join(_EMPHASIS.sub("", text).replace("`", "").split())


def as_text(blocks: tuple[Block, ...] | list[Block]) -> str:
    """Blocks as plain readable text, code included."""
    own = (block for block in blocks if block.kind != "code" or not block.level)
    return "\n\n".join(f"- {block.text}" if block.kind == "item" else block.text for block in own).strip()


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # What stands inside a paragraph is read from its text, so its tokens are not made.
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable(["inline", "text_join"])


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    number = 0
    while number < len(tokens):
        token = tokens[number]
        end = _closing(tokens, number)
        line = (token.map or [0])[0] + 1
        if token.type == "heading_open":
            yield Block("heading", tokens[number + 1].content.strip(), line, level=int(token.tag[1]))
        elif token.type == "paragraph_open":
            yield from _paragraph(tokens[number + 1].content, line)
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            yield from _list(tokens[number : end + 1])
        elif token.type in ("fence", "code_block"):
            yield _code(token)
        elif token.type == "blockquote_open":
            yield from _blocks(tokens[number + 1 : end])
        elif token.type == "table_open":
            for table in tables_in(tokens[number : end + 1]):
                rows = (table.header, *table.rows)
                yield Block("table", "\n".join(" | ".join(row) for row in rows), line, rows=rows)
        number = end + 1


def _closing(tokens: list[Token], number: int) -> int:
    """The index of the token that closes the one at `number`, itself where nothing is to be closed."""
    depth = 0
    for index in range(number, len(tokens)):
        depth += tokens[index].nesting
        if depth <= 0:
            return index
    return len(tokens) - 1


def _list(tokens: list[Token]) -> Iterator[Block]:
    """The outermost items, nested ones as lines below them, and every code block in its place."""
    items = items_in(tokens)
    below = {index: list[str]() for index in range(len(items))}
    outer = 0
    for index, item in enumerate(items):
        if item.depth == 0:
            outer = index
        else:
            below[outer].append(f"{'  ' * item.depth}- {item.text}")
    code = [_code(token, 1) for token in tokens if token.type in ("fence", "code_block")]
    for index, item in enumerate(items):
        if item.depth == 0:
            text = "\n".join((item.text, *below[index])).strip()
            yield Block("item", text, item.line, ordered=item.ordered)
            following = next((other.line for other in items[index + 1 :] if other.depth == 0), None)
            yield from (
                block
                for block in code
                if block.line >= item.line and (following is None or block.line < following)
            )


def _code(token: Token, level: int = 0) -> Block:
    info = token.info.split()
    lang = info[0].strip("{}.").lower() if info else ""
    return Block("code", token.content.rstrip("\n"), (token.map or [0])[0] + 1, level=level, lang=lang)


def _paragraph(content: str, line: int) -> Iterator[Block]:
    """A paragraph, parted where a line of it is a label."""
    kept: list[str] = []
    first = line
    for number, raw in enumerate(content.split("\n"), line):
        said = raw.strip()
        if _SHORTCODE.match(said):
            continue
        bold = _BOLD_LABEL.match(said)
        if bold and (not bold["rest"] or bold["colon"] or ":" in said[: bold.start("rest")]):
            title, rest = bold["title"], bold["rest"]
        elif plain := _PLAIN_LABEL.match(_EMPHASIS.sub("", said)):
            title, rest = plain["title"], plain["rest"]
        else:
            first = first if kept else number
            kept.append(said)
            continue
        if kept:
            yield Block("paragraph", " ".join(kept), first)
        yield Block("heading", title.strip(), number, level=LABEL_LEVEL)
        kept, first = ([rest] if rest else []), number
    if kept:
        yield Block("paragraph", " ".join(kept), first)
