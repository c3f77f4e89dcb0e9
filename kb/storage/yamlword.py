"""One word of a mapping set in YAML text, every other byte left as it was.  Pure.

The parser tells where the word stands, or where the mapping ends; the result is parsed again and must
mean what was asked for.  Where that is not so (flow mappings, quotes, aliases), the general way of
`yamledit.set_values` serves, which may set lists in again.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import yaml

from kb.storage import yamledit
from kb.text import safe_yaml


def set_word(text: str, path: yamledit.Path, key: str, word: str) -> str:
    """The text with `key: word` in the mapping at `path`.  Raises InvalidInput where that cannot be set."""
    spliced = _splice(text, path, key, word)
    if spliced is not None and _says(spliced, _expected(text, path, key, word)):
        return spliced
    return yamledit.set_values(text, [((*path, key), word)])


def _says(text: str, expected: object) -> bool:
    try:
        return bool(yamledit.load(text) == expected)
    except ValueError:
        return False


def _expected(text: str, path: yamledit.Path, key: str, word: str) -> object:
    data = copy.deepcopy(yamledit.load(text))
    here: Any = data
    for step in path:
        here = here[step]
    here[key] = word
    return data


def _splice(text: str, path: yamledit.Path, key: str, word: str) -> str | None:
    node: yaml.Node | None = safe_yaml.compose(text)[0]
    for step in path:
        node = _child(node, step)
    if not isinstance(node, yaml.MappingNode) or node.flow_style or not node.value:
        return None
    lines = text.splitlines(keepends=True)
    value = next((value for name, value in node.value if name.value == key), None)
    if value is None:
        return _inserted(lines, node, f"{key}: {word}\n")
    start, end = value.start_mark, value.end_mark
    if not isinstance(value, yaml.ScalarNode) or start.line != end.line:
        return None
    line = lines[start.line]
    lines[start.line] = f"{line[: start.column]}{word}{line[end.column :]}"
    return "".join(lines)


def _child(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == step), None)
    return None


def _inserted(lines: Sequence[str], node: yaml.MappingNode, line: str) -> str:
    """The lines with one more behind the last of the mapping that is neither blank nor a comment."""
    last_value = node.value[-1][1]
    last = last_value.end_mark.line + (1 if last_value.end_mark.column > 0 else 0)
    last = min(last, len(lines))
    while last > 0 and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
        last -= 1
    head = list(lines[:last])
    if head and not head[-1].endswith("\n"):
        head[-1] += "\n"
    return "".join((*head, " " * node.start_mark.column + line, *lines[last:]))
