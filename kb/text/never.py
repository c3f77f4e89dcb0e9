"""Whether a regular expression can match any text at all: `end$of`, `a\\bb` and `[^\\s\\S]` cannot.

Exact but for what single characters are: four kinds of place (the beginning, after a line end, after a letter or
digit, after anything else) are followed through the expression, each with the kinds that may come next.  Where no
place is left, nothing matches.  What Python's parser cannot read (RE2 has a few forms of its own) counts as possible.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from typing import Any

# (The parser has no public name; the names of its nodes have been the same since Python 2.)
_PARSER = import_module("re._parser")

_START, _LINE, _WORD, _OTHER = "start", "line", "word", "other"
_NEXT = frozenset((_START, _LINE, _WORD, _OTHER))
"""What may come next; `_START` stands for the end of the text as well."""
_ENDS = frozenset((_START, _LINE))
_WORDS = frozenset(string.ascii_letters + string.digits + "_")
_SAMPLES = [chr(number) for number in range(128)] + ["\u00e9", "\u2028", "\u4e00", "\U0010ffff"]
_END_OF_TEXT = re.compile(r"(?<!\\)((?:\\\\)*)\\z")

_Place = tuple[str, frozenset[str]]
_Places = frozenset[_Place]


@lru_cache(maxsize=4096)
def never_matches(pattern: str) -> bool:
    """Whether no text at all is matched by the regex (RE2, `^` and `$` at lines)."""
    try:
        parsed = _PARSER.parse(_END_OF_TEXT.sub(r"\1\\Z", pattern))
        beginnings = frozenset((kind, _NEXT) for kind in _NEXT)
        return not _Walk().through(parsed, beginnings)
    except (re.error, RecursionError, OverflowError):
        return False


class _Walk:
    """The places after each part of one expression; what was walked once is remembered, since parts nest."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, _Places], _Places] = {}

    def through(self, parts: Iterable[Any], places: _Places) -> _Places:
        """The places after all parts, in their order."""
        key = id(parts), places
        if key not in self._known:
            found = places
            for name, value in parts:
                found = self._after(str(name), value, found)
            self._known[key] = found
        return self._known[key]

    def _after(self, name: str, value: Any, places: _Places) -> _Places:
        if name == "AT":
            return frozenset(kept for place in places if (kept := _at(str(value), place))[1])
        if name == "SUBPATTERN":
            return self.through(value[-1], places)
        if name == "BRANCH":
            return frozenset[_Place]().union(*(self.through(option, places) for option in value[1]))
        if name.endswith("REPEAT"):
            least, most, part = value
            return self._repeated(least, most, part, places)
        kinds = _kinds(name, value)
        return frozenset((kind, _NEXT) for _, allowed in places for kind in kinds & allowed)

    def _repeated(self, least: int, most: Any, part: Any, places: _Places) -> _Places:
        """None of it, where that is enough, or any number: more than may be, so nothing possible is missed."""
        found = places if least == 0 else self.through(part, places)
        while int(most) > 1 or least == 0:
            grown = found | self.through(part, found)
            if grown == found:
                break
            found = grown
        return found


def _at(where: str, place: _Place) -> _Place:
    """The place under the condition of an anchor; nothing may come next where it does not hold."""
    before, after = place
    if where == "AT_BEGINNING":
        return before, after if before in _ENDS else frozenset()
    if where == "AT_BEGINNING_STRING":
        return before, after if before == _START else frozenset()
    if where in ("AT_END", "AT_END_STRING"):
        return before, after & (_ENDS if where == "AT_END" else {_START})
    word = frozenset((_WORD,))
    if where in ("AT_BOUNDARY", "AT_NON_BOUNDARY"):
        other_side = (before == _WORD) == (where == "AT_BOUNDARY")
        return before, after - word if other_side else after & word
    return place


@lru_cache(maxsize=256)
def _kind(character: str) -> str:
    return _LINE if character == "\n" else _WORD if character in _WORDS else _OTHER


def _kinds(name: str, value: Any) -> frozenset[str]:
    """The kinds of character that a part of one character may be."""
    if name == "LITERAL":
        return frozenset((_kind(chr(value)),))
    if name == "IN":
        negated = any(str(item) == "NEGATE" for item, _ in value)
        items = [(str(item), one) for item, one in value if str(item) != "NEGATE"]
        return frozenset(
            _kind(character)
            for character in _samples(items)
            if any(_holds(item, one, character) for item, one in items) != negated
        )
    return _NEXT - {_START}  # a dot, all but one character, or what we do not know


def _samples(items: Iterable[tuple[str, Any]]) -> list[str]:
    """Some of every kind, and what the class itself names."""
    named = [chr(one) for item, one in items if item == "LITERAL"]
    ends = [chr(end) for item, one in items if item == "RANGE" for end in one]
    return [*_SAMPLES, *named, *ends]


def _holds(item: str, one: Any, character: str) -> bool:
    if item == "LITERAL":
        return ord(character) == int(one)
    if item == "RANGE":
        return bool(one[0] <= ord(character) <= one[1])
    name = str(one).removeprefix("CATEGORY_")
    held = {
        "DIGIT": character.isascii() and character.isdigit(),
        "WORD": character in _WORDS,
        "SPACE": character in " \t\n\r\f",
    }
    return bool(held.get(name.removeprefix("NOT_"), True)) != name.startswith("NOT_")
