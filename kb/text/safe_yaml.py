"""YAML read safely, with the line of every value.

JSON is YAML here, also where libyaml alone would refuse it.

Text is measured before anything is built from it: size, nesting, and what its aliases would grow
to.  What passes is composed into nodes, which keep their lines; `value` turns a node into plain
Python.  Keys are always text as written (`on:` is "on"), and a scalar that looks like a date but
is none stays text, so one odd value never spoils a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kb.errors import InvalidInput
from kb.expression import expression

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser of all YAML here: libyaml where it is built in."""
_MERGE = "tag:yaml.org,2002:merge"
_NULL = "tag:yaml.org,2002:null"
_TEXT = "tag:yaml.org,2002:str"
_ODD_IN_JSON = expression(
    r"(?P<whole>\\(?!u[dD][89a-fA-F])(?:u[0-9a-fA-F]{4}|.))"
    r"|\\u(?P<high>[dD][89a-fA-F][0-9a-fA-F]{2})(?:\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2}))?|(?P<delete>\x7f)"
)
"""An escape that YAML knows as well, which is left; a pair of surrogates, or half of one; the one odd character."""
_SPACE = expression(r"\s*")
_KEPT = 1_000_000
"""Texts up to this length stay parsed for a moment: a write to a memory file asks for the same text often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlLimits:
    """How much YAML is read at all."""

    max_bytes: int = 32 * 1024 * 1024
    max_depth: int = 100
    max_aliased: int = 1_000_000
    """How many nodes the aliases of a text may stand for, together."""


class YamlRefused(InvalidInput):
    """The text is not YAML, or more than the limits allow; `line` counts from 1 where it is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def compose(text: str, limits: YamlLimits | None = None) -> list[Node]:
    """The root node of each document in `text`; empty documents are left out.  Nodes are not to be changed.

    Raises `YamlRefused` with the line.
    """
    read = _recently_read if len(text) <= _KEPT else _read
    return list(read(text, limits or YamlLimits()))


def _read(text: str, limits: YamlLimits) -> list[Node]:
    try:
        return _composed(text, limits)
    except YamlRefused:
        if (told := _of_json(text)) is None:
            raise
        return _composed(told, limits)


def _of_json(text: str) -> str | None:
    """JSON that is no YAML as such, as YAML on the same lines: pairs of surrogates, a delete, a value a line.

    Python's `json.dumps` writes a pair for each emoji, which libyaml refuses; `gh api --paginate` and `jq -c` write one
    value after the other.  None where the text is no JSON either, or nothing is to be done.
    """
    begun = text.lstrip("\ufeff \t\r\n")
    if begun[:1] not in ("{", "["):
        return None
    decoder, parts, end, at = json.JSONDecoder(), list[str](), 0, text.index(begun[0])
    try:
        while at < len(text):
            gap = text[end:at]
            parts.append(gap if not parts else f"{gap[: gap.rfind(chr(10)) + 1] or chr(10)}--- ")
            _, end = decoder.raw_decode(text, at)
            parts.append(text[at:end])
            at = end + len(_SPACE.match(text, end)[0])  # type: ignore[index]
    except (ValueError, RecursionError):
        return None
    told = _ODD_IN_JSON.sub(_readable, "".join(parts))
    return told if told != text else None


def _readable(found: re.Match[str]) -> str:
    if found["whole"]:
        return found["whole"]
    if found["delete"]:
        return "\\x7f"
    high, low = found["high"], found["low"]
    return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF)) if low else "\ufffd"


def _composed(text: str, limits: YamlLimits) -> list[Node]:
    try:
        _measure(text, limits)
        return [node for node in yaml.compose_all(text, Loader=LOADER) if not _is_null(node)]
    except yaml.YAMLError as error:
        raise YamlRefused(_complaint(error), _error_line(error, text)) from error
    except RecursionError as error:  # pragma: no cover - the depth limit comes first
        raise YamlRefused("the YAML is nested too deeply") from error


_recently_read = lru_cache(maxsize=8)(_read)


def value(node: Node) -> Any:
    """What `node` holds, as dicts, lists and scalars; unknown tags are ignored."""
    if isinstance(node, MappingNode):
        return {key: value(item) for key, _, item in pairs(node)}
    if isinstance(node, SequenceNode):
        return [value(item) for item in node.value]
    if node.tag == _TEXT:
        return node.value
    try:
        return SafeConstructor().construct_object(node)
    except (ValueError, ConstructorError):
        return node.value


def text_of(node: Node) -> str:
    """A scalar exactly as written (`502`, `no`, `2026-01-09`), null as an empty string."""
    return "" if not isinstance(node, ScalarNode) or _is_null(node) else str(node.value)


def pairs(node: Node) -> list[tuple[str, int, Node]]:
    """Key, line and value node of a mapping, in order: merge keys resolved, the last of equal keys kept.

    Anything but a mapping has none.
    """
    if not isinstance(node, MappingNode):
        return []
    found: dict[str, tuple[str, int, Node]] = {}
    for key_node, item in node.value:
        if key_node.tag == _MERGE:
            sources = item.value if isinstance(item, SequenceNode) else [item]
            for source in sources:
                for pair in pairs(source):
                    found.setdefault(pair[0], pair)
    for key_node, item in node.value:
        if key_node.tag != _MERGE:
            key = str(key_node.value)
            found[key] = (key, line_of(key_node), item)
    return list(found.values())


def items(node: Node) -> list[Node]:
    """The item nodes of a sequence; anything else has none."""
    return list(node.value) if isinstance(node, SequenceNode) else []


def children(node: Node) -> list[Node]:
    """Every node directly below: items, or keys and values as written."""
    return [one for pair in node.value for one in pair] if isinstance(node, MappingNode) else items(node)


def find(node: Node, key: str) -> Node | None:
    """The value node under `key` of a mapping, or None."""
    return next((item for name, _, item in pairs(node) if name == key), None)


def line_of(node: Node) -> int:
    """The line on which `node` starts, from 1; 1 for a node that no text stands behind."""
    return int(node.start_mark.line) + 1 if node.start_mark else 1


def repeated_keys(node: Node) -> Iterator[tuple[str, int]]:
    """Every key that stands more than once in its mapping, with the line of the repetition."""
    stack, visited = [node], set[int]()
    while stack:
        current = stack.pop()
        if id(current) in visited:
            continue
        visited.add(id(current))
        if isinstance(current, SequenceNode):
            stack.extend(current.value)
        elif isinstance(current, MappingNode):
            seen = set[str]()
            for key_node, item in current.value:
                key = str(key_node.value)
                if key in seen and key_node.tag != _MERGE:
                    yield key, line_of(key_node)
                seen.add(key)
                stack.append(item)


def _measure(text: str, limits: YamlLimits) -> None:
    """Walk the events of `text`, which cost no memory, and refuse what would grow beyond the limits."""
    # A character is at least a byte, so long texts are refused without encoding them.
    if len(text) > limits.max_bytes or len(text.encode("utf-8", "replace")) > limits.max_bytes:
        raise YamlRefused(f"the YAML is larger than {limits.max_bytes:,} bytes; split it into several files")
    sizes: dict[str, int] = {}
    open_nodes: list[tuple[str | None, int]] = []
    size = aliased = 0
    for event in yaml.parse(text, Loader=LOADER):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.DocumentStartEvent):
            sizes.clear()
        elif isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append((event.anchor, size))
            size += 1
            if len(open_nodes) > limits.max_depth:
                raise YamlRefused(f"the YAML is nested more than {limits.max_depth} levels deep", line)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_nodes.pop()
            if anchor:
                sizes[anchor] = size - before
        elif isinstance(event, yaml.AliasEvent):
            if any(anchor == event.anchor for anchor, _ in open_nodes):
                raise YamlRefused(f"the alias *{event.anchor} contains itself", line)
            grown = sizes.get(str(event.anchor), 1)
            size, aliased = size + grown, aliased + grown
            if aliased > limits.max_aliased:
                raise YamlRefused(
                    f"the aliases of this YAML stand for more than {limits.max_aliased:,} values; "
                    "write the values out, or split the file",
                    line,
                )
        elif isinstance(event, yaml.ScalarEvent):
            size += 1
            if event.anchor:
                sizes[event.anchor] = 1


def _is_null(node: Node | None) -> bool:
    return node is None or (isinstance(node, ScalarNode) and node.tag == _NULL)


def _complaint(error: yaml.YAMLError) -> str:
    parts = (getattr(error, name, None) for name in ("context", "problem", "reason"))
    said = ", ".join(str(part) for part in parts if part) or " ".join(str(error).split())
    return f"not valid YAML: {said}"


def _error_line(error: yaml.YAMLError, text: str) -> int | None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    position = getattr(error, "position", None)
    return text.count("\n", 0, position) + 1 if isinstance(position, int) else None
