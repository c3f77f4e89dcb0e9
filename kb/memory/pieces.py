"""A memory file cut into pieces that can be read alone: one an item of a top-level list, one any other key.

A piece read alone says what it says in its file.  libyaml knows three things at the beginning of a line that is
no part of a text: how deep it is set in, whether a bracket is open, and which anchors there are.  Each piece
begins at the dash or key of its own list or mapping; a piece that can be read alone leaves no quote or bracket
open, and its text ends before a line at that column, whatever stands there.  So as long as each piece can be
read alone, a changed one can be put in the place of the old one without a look at any other.  A file that is not
of this form (an alias across items, several documents, a key that stands twice) has no pieces.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

from yaml.nodes import Node

from kb.expression import expression
from kb.text import safe_yaml
from kb.text.masking import MASK_VERSION

_READER = f"1.{MASK_VERSION}"
"""Part of every hash; raised when an item is read in another way: its file is then read as a whole once."""
_ODD = expression(r"[\x85\u2028\u2029\ufeff]|\r(?!\n)|^(?:---|\.\.\.|%|-\S|[\[\]{}?])", re.MULTILINE)
"""Other line breaks than these two, several documents, and what is no plain block of keys at the top."""
_KEY = expression(r"^[^\s#-].*", re.MULTILINE)
_LIST = expression(r"([\w.-]+):[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?=( *)-[ \r\n])")
_ALIAS = expression(r"[\s\[{,]\*[^\s,\]}]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file: the text from `start` to `end`, under a key; `head` is what must stand before it."""

    section: str
    start: int
    end: int
    line: int
    hash: str
    head: str = ""
    """`key:` and what follows it, where the piece is an item of a list; empty for a key with all it holds."""

    def alone(self, text: str) -> str:
        """The piece of this text as a file of its own."""
        return self.head + text[self.start : self.end]


def split(text: str) -> list[Piece] | None:
    """The pieces of a text in order, by its looks alone; None where it is of another form."""
    if _ODD.search(text):
        return None
    starts = [found.start() for found in _KEY.finditer(text)]
    cuts: list[tuple[str, int, int, str]] = []
    for start, end in pairwise((*starts, len(text))):
        cuts += _cuts(text, start, end)
    if not cuts or len({text[start : text.find(":", start)] for start in starts}) < len(starts):
        return None
    pieces, line, at = list[Piece](), 1, 0
    for section, start, end, head in cuts:
        line, at = line + text.count("\n", at, start), start
        digest = blake2b(f"{_READER}\n{section}\n{text[start:end]}".encode(), digest_size=12).hexdigest()
        pieces.append(Piece(section, start, end, line, digest, head))
    return pieces if len({piece.hash for piece in pieces}) == len(pieces) else None


def _cuts(text: str, start: int, end: int) -> Iterator[tuple[str, int, int, str]]:
    found = _LIST.match(text, start, end)
    if found is None:
        yield text[start : text.find(":", start)], start, end, ""
        return
    item = re.compile(rf"^ {{{len(found[2])}}}-(?=[ \r\n])", re.MULTILINE)
    firsts = [one.start() for one in item.finditer(text, found.end(), end)]
    for first, following in pairwise((*firsts, end)):
        yield found[1], first, following, found[0]


def of_whole(text: str, documents: Sequence[Node]) -> list[tuple[Piece, Node]] | None:
    """The pieces of a text that was read as a whole, proved to be its items and keys, each with its node; else None."""
    pieces = split(text)
    if pieces is None or len(documents) != 1 or _has_aliases(text, documents[0]):
        return None
    listed, lines = {piece.section for piece in pieces if piece.head}, [piece.line for piece in pieces]
    nodes: list[tuple[str, int, Node]] = []
    for key, line, node in safe_yaml.pairs(documents[0]):
        items = [(key, safe_yaml.line_of(item), item) for item in safe_yaml.items(node)]
        nodes += items if key in listed else [(key, line, node)]
    if len(nodes) != len(pieces):
        return None
    for number, (piece, (key, line, _)) in enumerate(zip(pieces, nodes, strict=True)):
        if piece.section != key or bisect_right(lines, line) != number + 1:
            return None
    return [(piece, node) for piece, (_, _, node) in zip(pieces, nodes, strict=True)]


def _has_aliases(text: str, root: Node) -> bool:
    """Whether one value stands for several places."""
    if not _ALIAS.search(text):
        return False
    stack, seen = [root], set[int]()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            return True
        seen.add(id(node))
        stack += safe_yaml.children(node)
    return False


def item_alone(piece: Piece, text: str) -> Node | None:
    """The node of an item that is read alone, with the lines of that text; None where that cannot be."""
    try:
        documents = safe_yaml.compose(piece.alone(text))
    except safe_yaml.YamlRefused:
        return None
    pairs = safe_yaml.pairs(documents[0]) if len(documents) == 1 else []
    items: Sequence[Node] = safe_yaml.items(pairs[0][2]) if len(pairs) == 1 else ()
    return items[0] if piece.head and len(items) == 1 and pairs[0][0] == piece.section else None
