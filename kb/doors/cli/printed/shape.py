"""The forms of JSON: whole, an item a line (`--jsonl`), and only some of its fields (`--fields id,trust.value`).

Each implies `--json`.  They are options of every command that has that one (`kb/doors/cli/tree`), taken in before the
command runs and heeded when it prints.  A field that no item has is refused with those that there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple

from kb.errors import InvalidInput

Fields = dict[str, "Fields"]
"""Fields as a tree; one that is empty is taken whole."""


class Shape(NamedTuple):
    """What the command line said of its JSON."""

    wanted: bool = False
    lines: bool = False
    fields: tuple[str, ...] = ()

    @property
    def is_json(self) -> bool:
        """Whether JSON is to be printed."""
        return self.wanted or self.lines or bool(self.fields)


_NOTHING_SAID = Shape()
_SHAPE: ContextVar[Shape] = ContextVar("_SHAPE", default=_NOTHING_SAID)


def begin(wanted: bool) -> None:
    """Before the command: nothing was said yet, but for what stands before it."""
    _SHAPE.set(Shape(wanted))


def with_lines(lines: bool) -> bool:
    """Take in `--jsonl`."""
    _SHAPE.set(_SHAPE.get()._replace(lines=lines))
    return lines


def with_fields(fields: str) -> str:
    """Take in `--fields`: names with commas between them, inner ones behind a dot."""
    said = tuple(part.strip() for part in fields.split(",") if part.strip())
    _SHAPE.set(_SHAPE.get()._replace(fields=said))
    return fields


def asked_for(as_json: bool) -> bool:
    """Whether the command is to print JSON, by any of the three options."""
    return as_json or _SHAPE.get().is_json


def shaped(value: Any) -> tuple[list[Any], bool]:
    """The values to print, each by itself, and whether each has a line of its own.  Raises InvalidInput."""
    shape = _SHAPE.get()
    value = picked(value, shape.fields) if shape.fields else value
    return ([*value] if isinstance(value, list | tuple) else [value]) if shape.lines else [value], shape.lines


def picked(value: Any, fields: Iterable[str]) -> Any:
    """The value with these fields alone, in their places; of a list, each item so.  Raises InvalidInput."""
    tree: Fields = {}
    for field in fields:
        inner = tree
        for name in field.split("."):
            inner = inner.setdefault(name, {})
    if lacking := [field for field in _paths(tree) if not _has(value, field.split("."))]:
        *before, _ = lacking[0].split(".")
        there = ", ".join(".".join([*before, name]) for name in sorted(_names(value, before)))
        raise InvalidInput(f"--fields: there is no field {lacking[0]!r}; there are: {there or 'none'}")
    return _picked(value, tree)


def _picked(value: Any, tree: Fields) -> Any:
    if not tree or value is None:
        return value
    if isinstance(value, list | tuple):
        return [_picked(item, tree) for item in value]
    if isinstance(value, Mapping):
        return {name: _picked(value[name], inner) for name, inner in tree.items() if name in value}
    return None


def _paths(tree: Fields, before: str = "") -> Iterator[str]:
    for name, inner in tree.items():
        yield f"{before}{name}"
        yield from _paths(inner, f"{before}{name}.")


def _has(value: Any, path: list[str]) -> bool:
    """Whether the field is there in any item; of nothing (an empty list, a null) it cannot be said to be lacking."""
    if not path or value is None or value in ([], ()):
        return True
    if isinstance(value, list | tuple):
        return any(_has(item, path) for item in value)
    return isinstance(value, Mapping) and path[0] in value and _has(value[path[0]], path[1:])


def _names(value: Any, path: list[str]) -> set[str]:
    if isinstance(value, list | tuple):
        return {name for item in value for name in _names(item, path)}
    if not isinstance(value, Mapping):
        return set()
    return _names(value.get(path[0]), path[1:]) if path else set(value)
