"""Edits of YAML text that leave every other byte as it was.  Pure: text in, text out.

Appending to a list, which every learn does, is a splice: the parser tells where the list ends, the
new item is written there, and the result is parsed again and compared with what it should mean.
Re-writing the whole file with ruamel.yaml costs a hundred times as much on a file of a few hundred
entries; it serves the rarer edits (setting a value anywhere) and lists that cannot be spliced.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import yaml

from kb.errors import InvalidInput
from kb.text import safe_yaml

Path = Sequence[str | int]


class IdTaken(InvalidInput):
    """The file holds an item of this id already."""


def load(text: str) -> Any:
    """The one document of a memory file as plain Python, None when it is empty.

    Raises `kb.text.safe_yaml.YamlRefused`, a ValueError with the line.
    """
    documents = safe_yaml.compose(text)
    if len(documents) > 1:
        raise safe_yaml.YamlRefused("holds several YAML documents (---); a memory file is one", None)
    return safe_yaml.value(documents[0]) if documents else None


def append_item(text: str, path: str, item: object) -> str:
    """The text with `item` added to the list at the dotted `path`; the list is made where absent.

    Raises InvalidInput when the path leads to something that is not a list, IdTaken when another item
    of the file's lists has the item's `id`.
    """
    before = load(text)
    _check_id(before, item)
    after = _appended(before, path, item)
    spliced = _splice(text, path, item)
    if spliced is not None and _means(spliced, after):
        return spliced
    return _rewrite(text, path.split("."), _value_at(after, path.split(".")))


def set_value(text: str, path: str, value: object) -> str:
    """The text with the value at the dotted `path` replaced; missing mappings are made.

    Raises InvalidInput when the path runs through something that is not a mapping or list.
    """
    return _rewrite(text, path.split("."), value)


def replace_items(text: str, key: str, ours: Callable[[object], bool], items: Sequence[object]) -> str:
    """The text in which the items of a top-level list that are `ours` make room for `items`, at its end.

    Everything else stays as it is written, comments included.  Raises InvalidInput where the key is
    something else than a list.
    """
    before = load(text) or {}
    existing = (before.get(key) if isinstance(before, dict) else None) or []
    after = text
    if isinstance(existing, list) and any(map(ours, existing)):
        after = _without(text, key, ours)
    elif items and key not in before:
        after = "".join((text, "" if not text or text.endswith("\n") else "\n", key, ":\n"))
    for item in items:
        after = append_item(after, key, item)
    wanted = [*(one for one in existing if not ours(one)), *items]
    if ((load(after) or {}).get(key) or []) != wanted:
        raise InvalidInput(
            f"{key}: its items cannot be told apart in the text; write them as a list of blocks"
        )
    return after


def _without(text: str, key: str, ours: Callable[[object], bool]) -> str:
    """The text without the lines of these items of a block list; comments between items stay."""
    root = safe_yaml.compose(text)[0]
    node = next(value for name, value in root.value if name.value == key)
    if node.flow_style:
        raise InvalidInput(
            f"{key}: is written as [ … ]; write it as a list of blocks (- …), one item below another"
        )
    lines, gone = text.splitlines(keepends=True), set[int]()
    for item in node.value:
        if ours(safe_yaml.value(item)):
            first, last = item.start_mark.line, _end_line(item)
            while first and not lines[first].lstrip().startswith(
                "-"
            ):  # the dash may stand on a line of its own
                first -= 1
            while last > first + 1 and (last > len(lines) or _is_gap(lines[last - 1])):
                last -= 1
            gone.update(range(first, last))
    return "".join(line for number, line in enumerate(lines) if number not in gone)


def _end_line(node: yaml.Node) -> int:
    """The line behind the node.  A block's own mark is of no use: it stands where the next thing begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end_line(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.line) + (node.end_mark.column > 0)


def render(value: object) -> str:
    """`value` as block YAML in the order given, long text not folded."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=False)


def _means(text: str, expected: object) -> bool:
    try:
        return bool(load(text) == expected)
    except ValueError:
        return False


def _appended(data: object, path: str, item: object) -> object:
    """What the file must mean afterwards: a copy of `data` with the item at the end of the list."""
    keys = path.split(".")
    root: dict[str, Any] = dict(data) if isinstance(data, dict) else {}
    if data is not None and not isinstance(data, dict):
        raise InvalidInput("the top of the file is not a mapping; nothing can be appended to it")
    here = root
    for key in keys[:-1]:
        child = here.get(key)
        if child is not None and not isinstance(child, dict):
            raise InvalidInput(f"cannot append at {path!r}: {key!r} is not a mapping")
        here[key] = dict(child or {})
        here = here[key]
    existing = here.get(keys[-1])
    if existing is not None and not isinstance(existing, list):
        raise InvalidInput(f"cannot append at {path!r}: it holds {type(existing).__name__}, not a list")
    here[keys[-1]] = [*(existing or []), item]
    return root


def _check_id(data: object, item: object) -> None:
    wanted = item.get("id") if isinstance(item, dict) else None
    lists = [value for value in data.values() if isinstance(value, list)] if isinstance(data, dict) else []
    if wanted and any(isinstance(one, dict) and one.get("id") == wanted for items in lists for one in items):
        raise IdTaken(f"there is an item with the id {wanted!r} in this file already; change that one")


def _value_at(data: Any, keys: Sequence[str]) -> object:
    for key in keys:
        data = data[key]
    return data


def _splice(text: str, path: str, item: object) -> str | None:
    """The text with the item written after the list's last one, or None where that is not simple."""
    documents = safe_yaml.compose(text)
    if not documents:
        return _at_end(text, path, item)
    node: yaml.Node | None = documents[0]
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return None
    for key in path.split("."):
        if not isinstance(node, yaml.MappingNode):
            return None
        node = next((value for name, value in node.value if name.value == key), None)
    if node is None:
        return _at_end(text, path, item)
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        return _after(text, node, item)
    if not node.value and node.start_mark.line == node.end_mark.line:
        return _into_empty(text, node, item)
    return None


def _into_empty(text: str, node: yaml.Node, item: object) -> str:
    """Turn `key: []` (or a bare `key:`) into a list of one; a comment on that line stays there."""
    lines = text.splitlines(keepends=True)
    row, start, end = node.start_mark.line, node.start_mark.column, node.end_mark.column
    if row >= len(lines):
        return text
    line = lines[row].rstrip("\n")
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    lines[row] = f"{line[:start].rstrip()}{line[end:].rstrip()}\n"
    return "".join((*lines[: row + 1], *_item_lines(item, indent), *lines[row + 1 :]))


def _after(text: str, node: yaml.SequenceNode, item: object) -> str:
    """Write behind the last line of the list that is neither blank nor a comment."""
    indent = " " * node.start_mark.column
    lines = text.splitlines(keepends=True)
    last = node.value[-1].end_mark.line
    if node.value[-1].end_mark.column > 0 and last < len(lines):
        last += 1
    while last > 0 and _is_gap(lines[last - 1]):
        last -= 1
    if last and not lines[last - 1].endswith("\n"):
        lines[last - 1] += "\n"
    return "".join((*lines[:last], *_item_lines(item, indent), *lines[last:]))


def _is_gap(line: str) -> bool:
    stripped = line.strip()
    return not stripped or stripped.startswith("#")


def _at_end(text: str, path: str, item: object) -> str | None:
    """A list that is not there yet goes to the end of the file (top-level keys only)."""
    if "." in path:
        return None
    glue = "" if not text or text.endswith("\n") else "\n"
    return f"{text}{glue}{path}:\n" + "".join(_item_lines(item, ""))


def _item_lines(item: object, indent: str) -> list[str]:
    return [indent + line for line in render([item]).splitlines(keepends=True)]


def _rewrite(text: str, keys: Path, value: object) -> str:
    return set_values(text, [(keys, value)])


def set_values(text: str, edits: Sequence[tuple[Path, object]]) -> str:
    """The text with every value set at its path; a last step `+` appends to the list before it.

    The general way: ruamel.yaml keeps comments, quotes and order while single places change.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    engine = YAML()
    engine.preserve_quotes = True
    engine.width = 10_000
    if re.search(r"^( *)[^\s#-].*:[ \t]*\n(?: *#.*\n|\s*\n)*\1 +- ", text, re.MULTILINE):
        engine.indent(mapping=2, sequence=4, offset=2)
    try:
        data = engine.load(text)
    except YAMLError as error:  # such as a key that stands there twice: readable, but not to be edited
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        said = " ".join(str(getattr(error, "problem", "") or error).split())[:200]
        raise InvalidInput(f"{line}{said}; mend that by hand, then try again") from error
    root = data if data is not None else engine.map()
    for keys, value in edits:
        _refuse_shared(root, keys)
        _set(root, keys, value, engine)
    out = io.StringIO()
    engine.dump(root, out)
    only_comments = all(
        line.lstrip().startswith(("#", "\ufeff#")) for line in text.splitlines() if line.strip()
    )
    return f"{text.rstrip()}\n{out.getvalue()}" if text.strip() and only_comments else out.getvalue()


def _refuse_shared(root: Any, keys: Path) -> None:
    """Raise InvalidInput where the path runs through a value that an alias (`*name`) shows elsewhere too."""
    uses = Counter(_containers(root))
    here = root
    for number, key in enumerate(keys[:-1], 1):
        step = _step(here, key)
        if not _has(here, step) or not isinstance(here[step], (dict, list)):
            return
        here = here[step]
        if uses[id(here)] > 1:
            where = ".".join(map(str, keys[:number]))
            raise InvalidInput(f"{where} is shared by an alias (*); write its values out, then try again")


def _containers(node: Any) -> Iterator[int]:
    """The identity of every mapping and list, as often as it is used."""
    yield id(node)
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        if isinstance(child, (dict, list)):
            yield from _containers(child)


def _set(root: Any, keys: Path, value: object, engine: Any) -> None:
    here: Any = root
    for key, following in pairwise(keys):
        step = _step(here, key)
        child = here[step] if _has(here, step) else None
        if child is None:
            here[step] = child = engine.seq() if following == "+" else engine.map()
        if hasattr(child, "fa") and not child:
            child.fa.set_block_style()  # what stood there as {} or [] is about to be filled
        here = child
    if keys[-1] == "+" and isinstance(here, list):
        here.append(value)
    else:
        here[_step(here, keys[-1])] = value


def _has(container: Any, step: str | int) -> bool:
    return step < len(container) if isinstance(step, int) else step in container


def _step(container: Any, key: str | int) -> str | int:
    """The key as this container takes it: an index into a list, a name into a mapping."""
    if isinstance(container, dict):
        return key
    if isinstance(container, list) and str(key).isdigit() and int(key) < len(container):
        return int(key)
    raise InvalidInput(f"the path leads nowhere: {key!r} is neither a key nor an index of what is there")
