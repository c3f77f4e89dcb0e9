"""Where each value of a YAML text stands, to the character; and values written as YAML.  Pure.

libyaml's events carry the marks; a tree of them is kept, aliases as what they are in the text.  A composed node
would not do: that of an alias has the marks of its anchor, and that of a block ends where the next thing begins.

A value is written as a block, as one line of a block, or as it stands inside `[ … ]` and `{ … }`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from kb.expression import expression
from kb.text import safe_yaml

BREAK = expression(r"\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line for YAML."""
_GAP = expression(
    r"(?:[ \t]|\r\n|[\n\r\x85\u2028\u2029]|(?<![^\s])#[^\n\r\x85\u2028\u2029]*|[&!][^\s,\[\]{}]*)*"
)
"""Blanks, comments, anchors and tags: what may stand before the first dash or key of a block."""
_BLOCK_HEADER = expression(r"(?:[&!]\S*\s+)*[|>]([-+0-9]*)")


@dataclass(slots=True)
class YamlPlace:
    """One value: from `start` (its anchor or tag, if it has one) to `end`, in characters.

    `column` is that of the first character of a block: a dash, or the first key.
    """

    kind: str
    start: int
    end: int
    column: int
    style: str = ""
    word: str = ""
    anchor: str = ""
    items: list[YamlPlace] = field(default_factory=list)
    keys: list[YamlPlace] = field(default_factory=list)

    @property
    def is_block(self) -> bool:
        """Whether it is a list or mapping of lines."""
        return self.kind in ("list", "mapping") and self.style != "flow"

    @property
    def is_empty(self) -> bool:
        """Whether no character of the text stands for it: `key:`."""
        return self.start == self.end

    def child(self, step: str | int) -> YamlPlace | None:
        """The value under a key (the last one that has it) or index, or None."""
        if self.kind == "mapping":
            named = zip(self.keys, self.items, strict=True)
            return next((item for key, item in reversed([*named]) if key.word == step), None)
        known = self.kind == "list" and str(step).isdigit() and int(step) < len(self.items)
        return self.items[int(step)] if known else None

    def last(self) -> YamlPlace:
        """The value that the text of this one ends with."""
        return self.items[-1].last() if self.is_block and self.items else self


def places(text: str) -> YamlPlace | None:
    """The tree of a text that `safe_yaml.compose` reads; None where it holds no value."""
    root = YamlPlace("list", 0, 0, 0, style="flow")
    stack = [root]
    for event in _events(text):
        if isinstance(event, yaml.CollectionEndEvent):
            done = stack.pop()
            done.end = event.end_mark.index if done.style == "flow" else done.last().end  # type: ignore[union-attr]
            _part_keys_and_values(done, text)
        elif isinstance(event, yaml.NodeEvent):
            made = _place(event, text)
            stack[-1].items.append(made)
            if isinstance(event, yaml.CollectionStartEvent):
                stack.append(made)
    return root.items[0] if root.items else None


def aliased(text: str) -> set[str]:
    """The anchors that an alias names."""
    return {str(event.anchor) for event in _events(text) if isinstance(event, yaml.AliasEvent)}


def _events(text: str) -> Iterator[Any]:
    return iter(yaml.parse(text, Loader=safe_yaml.LOADER))


def _place(event: Any, text: str) -> YamlPlace:
    start, end, column = event.start_mark.index, event.end_mark.index, event.start_mark.column
    if isinstance(event, yaml.AliasEvent):
        return YamlPlace("alias", start, end, column, word=str(event.anchor))
    if isinstance(event, yaml.ScalarEvent):
        said, style = str(event.value), event.style or ""
        return YamlPlace("scalar", start, end, column, style, said, event.anchor or "")
    if not event.flow_style and (event.anchor or event.tag):
        first = _GAP.match(text, start)
        column = column_of(text, first.end() if first else start)
    kind = "list" if isinstance(event, yaml.SequenceStartEvent) else "mapping"
    style = "flow" if event.flow_style else "block"
    return YamlPlace(kind, start, end, column, style=style, anchor=event.anchor or "")


def _part_keys_and_values(done: YamlPlace, text: str) -> None:
    """Tell keys from values, once a mapping is read; a key that has no value ends where it ends."""
    if done.kind != "mapping":
        return
    done.keys, done.items = done.items[::2], done.items[1::2]
    for key, item in zip(done.keys, done.items, strict=True):
        if item.is_empty and ":" not in text[key.end : item.start]:
            item.start = item.end = key.end
    if done.is_block and done.items:
        done.end = done.last().end


def column_of(text: str, at: int) -> int:
    """How many characters stand before this one in its line."""
    return at - line_start(text, at)


def line_start(text: str, at: int) -> int:
    """Where the line of a character begins."""
    while at and not BREAK.fullmatch(text[at - 1]):
        at -= 1
    return at


def line_end(text: str, at: int) -> int:
    """Where the line behind that of a character begins, or the end of the text."""
    found = BREAK.search(text, at)
    return found.end() if found else len(text)


def behind(text: str, place: YamlPlace) -> int:
    """Where the first line begins that is not part of the place; blank lines count only where they are text."""
    leaf = place.last()
    if leaf.style not in ("|", ">"):
        return line_end(text, leaf.end)
    header = _BLOCK_HEADER.match(text, leaf.start)
    kept = header is not None and "+" in header[1]
    said = leaf.word.rstrip("\n")
    if kept or not said or not said.rpartition("\n")[2].strip(" \t"):
        return leaf.end
    return _without_blank_lines(text, leaf.end)


def _without_blank_lines(text: str, at: int) -> int:
    while at and not text[(start := _previous_line(text, at)) : at].strip():
        at = start
    return at


def _previous_line(text: str, at: int) -> int:
    """Where the line begins that ends at `at`."""
    inside = at - 2 if text[at - 2 : at] == "\r\n" else at - 1 if BREAK.fullmatch(text[at - 1]) else at
    return line_start(text, inside)


def behind_comments(text: str, at: int, column: int) -> int:
    """Where the comments end that begin at this line and stand deeper than the column: those of what is above."""
    here = at
    while here < len(text):
        end = line_end(text, here)
        line = text[here:end]
        if line.strip():
            if not line.lstrip(" ").startswith("#") or len(line) - len(line.lstrip(" ")) <= column:
                break
            at = end
        here = end
    return at


def item_starts(text: str, sequence: YamlPlace) -> Iterator[int]:
    """Where the line of each item of a block list begins.  Two on one line (`- - a`) begin at the same place."""
    at = sequence.start
    for item in sequence.items:
        gap = _GAP.match(text, at)
        yield line_start(text, gap.end() if gap else at)
        at = item.end


_OTHER_BREAKS = expression("[\r\x85\u2028\u2029]")
"""What YAML takes for the end of a line, and most editors do not."""
_NOT_AS_IT_IS = expression("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What must be escaped within a JSON string so that YAML reads it."""


class _Dumper(yaml.SafeDumper):
    """PyYAML's own, but a text with odd line breaks is escaped instead of broken there."""


def _represent_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = '"' if _OTHER_BREAKS.search(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _represent_text)


def dump(value: object, *, flow: bool = False, width: float = 10_000) -> str:
    """The value as YAML text, keys in the order given; `width` in characters."""
    options: dict[str, Any] = {"sort_keys": False, "allow_unicode": True, "width": width}
    return str(yaml.dump(value, Dumper=_Dumper, default_flow_style=flow, **options))


def in_block(value: object) -> str:
    """A scalar, or an empty list or mapping, as it stands behind `key: `; empty for what needs lines of its own."""
    if isinstance(value, (list, dict)) and value:
        return ""
    return _one_line(dump({"k": value}, width=float("inf")).removeprefix("k: ").removesuffix("\n"), value)


def in_flow(value: object) -> str:
    """Any value as it stands inside brackets."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{in_flow(key)}: {in_flow(one)}' for key, one in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(in_flow, value))}]"
    dumped = dump([value], flow=True, width=float("inf"))
    return _one_line(dumped.removeprefix("[").removesuffix("]\n"), value)


def _one_line(plain: str, value: object) -> str:
    """As PyYAML writes it, but a text of several lines as a JSON string, which is YAML as well."""
    if not isinstance(value, str) or not BREAK.search(plain):
        return plain
    return _NOT_AS_IT_IS.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
