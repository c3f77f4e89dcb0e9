"""From the text of `kb.toml` to its values, with every mistake told: where it stands, what is allowed, what was meant.

One mistake hides nothing else: what holds it is left out, the rest is read.  A key's line is found by the parser
itself: it is the line at which the file, read as far as that, first has the key.  Pure.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from kb.configuration.sections import FILE, Configuration, HookLimits, Hooks, Links, Path, Reading, Retention
from kb.configuration.sense import senseless
from kb.errors import Problem
from kb.expression import expression
from kb.records import from_data

_PLACE = expression(r" \(at line (\d+), column \d+\)$")


def read_text(text: str) -> Reading:
    """The values of a text.  Where it is no TOML, that is the one problem, and the values are those of no file."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        said = _PLACE.sub("", str(error))
        line = int(place[1]) if place else len(text.splitlines()) or 1
        whole = "; nothing of the file is used until that is mended"
        return Reading(problems=(Problem(FILE, line, f"is no TOML: {said}{whole}"),), text=text)
    checking = _Checking(text)
    values = checking.struct(Configuration, data, ())
    if not isinstance(values, Configuration):  # every field of it has a default, so it can always be made
        values = Configuration()
    shifted = {path[:-1] for path in checking.left_out}
    for path, message in senseless(values):
        if not _is_below(path, shifted):  # of a list that lost an item, numbers no longer tell places
            checking.tell(path, message)
    problems = tuple(sorted(checking.problems, key=lambda one: one.line or 0))
    leaves = tuple(path for path in _leaves(data, ()) if not _is_below(path, shifted))
    return Reading(values, problems, leaves, text)


def _is_below(path: Path, places: Collection[Path]) -> bool:
    return any(path[: len(place)] == place for place in places)


def line_of(text: str, path: Path) -> int | None:
    """The line, from 1, at which a key or item stands; None where the text has none such."""
    lines, begin = text.splitlines(), 0
    for end in range(1, len(lines) + 1):
        try:
            data = tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue  # within a value of several lines
        if _has(data, path):
            return next(
                (at + 1 for at in range(begin, end) if lines[at].strip() and lines[at].strip()[0] != "#"), end
            )
        begin = end
    return None


def _has(data: Any, path: Path) -> bool:
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _leaves(data: Any, path: Path) -> Iterator[Path]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(data, list) and any(isinstance(one, Mapping) for one in data):
        for number, value in enumerate(data):
            yield from _leaves(value, (*path, number))
    else:
        yield path


def written(path: Path) -> str:
    """A place as people write it: `hooks.open[0].severity`, counted from 0 as TOML's readers do."""
    parts = [
        f"[{key}]" if isinstance(key, int) else f".{key}" if _BARE.fullmatch(key) else f'."{key}"'
        for key in path
    ]
    return "".join(parts).removeprefix(".")


_BARE = expression(r"[A-Za-z0-9_-]+")
_LARGE = (Configuration, Hooks, HookLimits, Links, Retention)
_MISSING = object()
"""Stands for a value that has a mistake, and so is not used."""


@dataclass(slots=True)
class _Checking:
    """One reading: what is read by its type, and what was found wrong on the way."""

    text: str
    problems: list[Problem] = field(default_factory=list)
    left_out: list[Path] = field(default_factory=list)
    """Items of lists that have a mistake."""

    def tell(self, path: Path, message: str) -> None:
        """Keep a mistake with its line: that of the nearest place that the file has."""
        known = (line for n in range(len(path), 0, -1) if (line := line_of(self.text, path[:n])))
        self.problems.append(Problem(FILE, next(known, None), message))

    def value(self, kind: Any, data: Any, path: Path) -> Any:
        """The value as its type has it, or `_MISSING`, and then a mistake was told."""
        origin, inner = get_origin(kind), get_args(kind)
        if inner and type(None) in inner:
            return self.value(next(one for one in inner if one is not type(None)), data, path)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self.struct(kind, data, path)
        if origin is dict:
            return self._table(inner[1], data, path)
        if origin is tuple:
            return self._list(inner[0], data, path)
        return self._plain(kind, data, path)

    def struct(self, kind: type[msgspec.Struct], data: Any, path: Path) -> Any:
        """A section.

        Of the large ones a field with a mistake has its default.  Anything else with a mistake in it is left out as a
        whole: half a rule would open more than was meant.
        """
        if not isinstance(data, Mapping):
            return self._wrong(path, f"must be a table, such as [{written(path)}], and is {_shown(data)}")
        hints, found, before = get_type_hints(kind), dict[str, Any](), len(self.problems)
        for key in data.keys() - set(kind.__struct_fields__):
            self._unknown((*path, key), kind.__struct_fields__)
        for name in kind.__struct_fields__:
            if name in data and (value := self.value(hints[name], data[name], (*path, name))) is not _MISSING:
                found[name] = value
        needed = [one.name for one in msgspec.structs.fields(kind) if one.required]
        if lacking := [name for name in needed if name not in data]:
            return self._wrong(path, f"needs {' and '.join(lacking)}")
        return kind(**found) if kind in _LARGE or len(self.problems) == before else _MISSING

    def _table(self, kind: Any, data: Any, path: Path) -> Any:
        if not isinstance(data, Mapping):
            return self._wrong(
                path, f"must be a table, such as [{written(path)}.NAME], and is {_shown(data)}"
            )
        read = {key: self.value(kind, value, (*path, key)) for key, value in data.items()}
        return {key: value for key, value in read.items() if value is not _MISSING}

    def _list(self, kind: Any, data: Any, path: Path) -> Any:
        if not isinstance(data, list):
            form = f"[[{written(path)}]]" if _is_struct(kind) else f"{path[-1]} = [{_example(kind)}]"
            return self._wrong(path, f"must be a list, such as {form}, and is {_shown(data)}")
        read = [self.value(kind, value, (*path, number)) for number, value in enumerate(data)]
        self.left_out += [(*path, number) for number, value in enumerate(read) if value is _MISSING]
        return tuple(value for value in read if value is not _MISSING)

    def _plain(self, kind: Any, data: Any, path: Path) -> Any:
        try:
            return from_data(data, kind)
        except msgspec.ValidationError:
            allowed = _allowed(kind)
            meant = _meant(str(data), allowed) if isinstance(data, str) else ""
            return self._wrong(path, f"is {_shown(data)}, but must be {_words(kind, allowed)}{meant}")

    def _wrong(self, path: Path, message: str) -> Any:
        self.tell(path, f"{written(path)} {message}" if path else message)
        return _MISSING

    def _unknown(self, path: Path, known: Sequence[str]) -> None:
        key, place = str(path[-1]), written(path[:-1])
        where = f"in [{place}]" if place else "at the top"
        meant = _meant(key, known) or f"; there are: {', '.join(known)}"
        self.tell(path, f"{written(path)} is not known {where}{meant}")


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _allowed(kind: Any) -> list[str]:
    """The words that a type takes; none where it takes any."""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return [str(one) for one in kind]
    words = (one for part in get_args(kind) or (kind,) for one in _words_of(part))
    return [*words] if get_origin(kind) is not Literal else list(map(str, get_args(kind)))


def _words_of(kind: Any) -> Iterable[str]:
    return map(str, get_args(kind)) if get_origin(kind) is Literal else ()


_PLAIN = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    datetime: "a time, such as 2026-12-24T22:00:00Z",
}


def _words(kind: Any, allowed: Sequence[str]) -> str:
    """What a type takes, in words."""
    plain = [_PLAIN[one] for one in (kind, *get_args(kind)) if one in _PLAIN]
    said = [*plain, *([f"one of {', '.join(allowed)}"] if len(allowed) > 1 else allowed)]
    return " or ".join(said)


def _example(kind: Any) -> str:
    return '"…"' if kind is str else "…"


def _meant(given: str, known: Iterable[str]) -> str:
    """`; did you mean "SEV2"?`, where something is near enough."""
    by_small = {one.casefold(): one for one in known}
    near = get_close_matches(given.casefold(), by_small, n=1, cutoff=0.6)
    return f"; did you mean {by_small[near[0]]}?" if near else ""


def _shown(value: Any) -> str:
    """A value that was given, short; never one that may be a secret, since those are texts of any form."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value[:40]}"' if isinstance(value, str) else str(value)[:40]
